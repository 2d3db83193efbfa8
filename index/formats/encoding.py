"""Which encoding a text is in: found by what the bytes say, refused where they do not say it."""

from __future__ import annotations

import codecs
import unicodedata

from index.errors import CorruptFile, UnsupportedFormat

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ("gb18030", "big5hkscs", "cp950")  # gb2312 and gbk are parts of gb18030
_WIDE = ("utf-16-le", "utf-16-be")
_SAMPLE = 20_000  # characters judged

# The characters that Chinese texts are mostly made of, in both scripts. Of running text they
# cover two thirds and more; of bytes read in the wrong encoding about one in ten.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子"
    "说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当"
    "使点从业本去把性好应开它合还因由其些然前外天政四日社义事平形相全表间样与关各重新线内数正心反你明"
    "看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料"
    "象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别手期根论运农指几九"
    "区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶思术"
    "极交受联什认六共权收证改清己美再采转更单风切打白教速场安身车例真务具万每目至达走积示议声报斗完类"
    "八离华名确才科张信节话米整空元况今集温传土许步群广石记需段研界据究观织装影算低持音众书布复容须际"
    "商非验连断深难近千委素技备半办省列习响约支般感劳便团往历市何除构府称准值号率族维划选标写存候亲快"
    "效斯院查江型按格养易置派层片始却专状育厂京识适属火住调满县局照参引该严服案策实施条款项章节规施负责"
    "財務機構國會發這為個時來們對學經進電體後開關無與問從業應當點實動產過說種讓還沒將給東車長門間題員總"
    "設資邊級圖統組計別運農幾區強決戰則據處隊領導壓爭濟階術極聯認權證轉單風場萬達積議聲報類離華確張節話"
    "況傳許廣記觀織裝檔須際驗連斷難備辦習響約勞團歷稱準號維劃選標親適屬調縣參嚴請書條項規業"
)
_CONTROLS = frozenset(chr(code) for code in range(32)) - frozenset("\t\n\r\f\v\x1a") | {"\x7f"}
_UNLIKELY = frozenset({"Co", "Cn", "Cs"})  # private use, unassigned, lone surrogates
_MUST_COVER = 0.33  # of the ideographs, by the common ones, where the encoding had to be guessed


def decode(content: bytes) -> str:
    """Decode a text file; raise rather than return mojibake.

    Raises UnsupportedFormat where the bytes are no text we can recognise, CorruptFile where
    their encoding is plain but some bytes break it.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _checked(_strictly(content, encoding))
    if b"\0" in content:
        return _best(content, _WIDE)
    try:
        return _checked(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        broken_at = error.start
    try:
        return _best(content, _LEGACY + _WIDE)
    except UnsupportedFormat:
        if _reads_as_utf8(content, broken_at):
            raise CorruptFile(
                f"文件是 UTF-8 编码，但第 {broken_at + 1} 个字节已损坏。"
                "请重新导出或另存该文件后再添加。"
            ) from None
        raise


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise CorruptFile(
            f"文件声明为 {encoding.upper()} 编码，但第 {error.start + 1} 个字节无法解读。"
            "请重新导出或另存为 UTF-8 后再添加。"
        ) from error


def _best(content: bytes, encodings: tuple[str, ...]) -> str:
    """Return the reading that looks most like Chinese, if it looks enough like it."""
    readings: list[tuple[float, str]] = []
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _broken(text):
            readings.append((plausibility(text), text))
    readings.sort(key=lambda reading: reading[0], reverse=True)
    if not readings or readings[0][0] < _MUST_COVER:
        raise UnsupportedFormat(
            "认不出文件的文字编码，或者它不是文本文件。"
            "请用记事本或 WPS 打开，另存为 UTF-8 编码的文本后再添加。"
        )
    return readings[0][1].lstrip("\ufeff")


def plausibility(text: str) -> float:
    """Return the share of common characters among all that are not ASCII or punctuation."""
    letters = [
        character
        for character in text[:_SAMPLE]
        if character > "\x7f" and unicodedata.category(character)[0] in "LCN"
    ]
    if not letters:
        return 0.0
    return sum(character in _COMMON for character in letters) / len(letters)


def _broken(text: str) -> bool:
    sample = text[:_SAMPLE]
    return any(
        character in _CONTROLS or unicodedata.category(character) in _UNLIKELY
        for character in sample
    )


def _checked(text: str) -> str:
    """Refuse what decodes as text but holds the control characters of a binary file."""
    sample = text[:_SAMPLE]
    if sum(character in _CONTROLS for character in sample) > len(sample) // 1000:
        raise UnsupportedFormat(
            "文件内容不是文字，可能是改了扩展名的其他文件。请确认文件类型后再添加。"
        )
    return text


def _reads_as_utf8(content: bytes, broken_at: int) -> bool:
    """Say whether all but a broken byte or two is UTF-8 with Chinese in it."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return broken_at > 0 and broken * 10 < len(text) and plausibility(text) >= _MUST_COVER / 2
