import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import CorruptFile, ReadError, UnsupportedFormat
from index.formats.encoding import decode

NOTICE = (
    "各镇人民政府：现将做好政务服务工作的有关事项通知如下，请认真贯彻执行。\n联系电话：0750-8888888"
)
TRADITIONAL = "各鎮人民政府：現將做好政務服務工作的有關事項通知如下，請認真貫徹執行。"


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be"],
)
def test_every_encoding_of_chinese_offices_is_recognised(encoding: str) -> None:
    assert decode(NOTICE.encode(encoding)) == NOTICE


@pytest.mark.parametrize("encoding", ["big5", "big5hkscs", "gb18030", "utf-8"])
def test_traditional_script_is_recognised(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding)) == TRADITIONAL


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_byte_order_mark_settles_it(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert decode(mark + NOTICE.encode(encoding)) == NOTICE


def test_characters_beyond_gb2312_survive() -> None:
    text = "朱镕基同志视察䶮镇，要求进一步做好有关工作，并对下一步的工作提出要求。"
    assert decode(text.encode("gb18030")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("これは日本語の文章です。市役所の手続きについてご案内します。", "shift_jis"),
        ("これは日本語の文章です。市役所の手続きについてご案内します。", "euc_jp"),
        ("이것은 한국어 문서입니다. 시청에서 민원을 처리합니다.", "euc_kr"),
        ("Это русский текст о государственных услугах", "cp1251"),
    ],
)
def test_a_foreign_encoding_is_refused_rather_than_misread(text: str, encoding: str) -> None:
    with pytest.raises(UnsupportedFormat, match="另存为 UTF-8"):
        decode(text.encode(encoding) * 3)


def test_a_broken_byte_in_utf8_is_named() -> None:
    content = bytearray(NOTICE.encode())
    content[30] = 0xFF
    with pytest.raises(CorruptFile, match="第 31 个字节"):
        decode(bytes(content))


def test_a_truncated_utf16_file_is_corrupt() -> None:
    with pytest.raises(CorruptFile):
        decode(NOTICE.encode("utf-16")[:-1])


@given(st.binary(min_size=40, max_size=400).filter(lambda content: b"\0" in content))
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    with pytest.raises(ReadError):
        decode(b"\x00\x01\x02" + content)


@given(st.text(alphabet=st.sampled_from("的一是在不了有和人这中大为上国政府服务公开工作2022年，。\n"),
               min_size=12, max_size=200))  # fmt: skip
def test_whatever_is_read_is_what_was_written(text: str) -> None:
    try:
        read = decode(text.encode("gb18030"))
    except ReadError:
        return  # too little to tell by: refused, not guessed
    assert read == text
