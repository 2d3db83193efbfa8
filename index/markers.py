"""The marks that open a line of an official text, 第一章 and 一、 and 抄送： among them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from index.numerals import NUMERAL, number

_ENUMERAL = "一二三四五六七八九十百"
CLOSING = "，。、；：？！”’）》〉】〕」』…％%"  # never begins a line
OPENING = "“‘（《〈【〔「『"  # never ends a line
SENTENCE_END = "。！？；：…!?;:"
_REFERENCE = "规之的、，；。和至及与或中所等"  # 第三章规定, 第五条的: a reference goes on like this


class Style(StrEnum):
    """How a numbered heading, article or item is marked."""

    PART = "编"
    SUBPART = "分编"
    CHAPTER = "章"
    DIVISION = "节"
    ARTICLE = "条"
    COMMA = "一、"
    BRACKET = "（一）"
    DOT = "1."
    BRACKET_DIGIT = "（1）"
    CIRCLE = "①"


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark, its number (第十二条之一 is 12 and 1) and its length with the space it stands in."""

    style: Style
    number: int
    length: int
    branch: int = 0
    spaced: bool = True  # set off from what follows, so that it is hardly a reference

    @property
    def order(self) -> tuple[int, int]:
        """Return what two marks of a style are ordered by."""
        return self.number, self.branch


_NUMBERED = rf"[第笫]\s?(?P<number>[{NUMERAL}\d]{{1,7}})\s?"
_PATTERNS: tuple[tuple[Style, re.Pattern[str]], ...] = tuple(
    (style, re.compile(pattern))
    for style, pattern in (
        (Style.SUBPART, rf"{_NUMBERED}分编(?![{_REFERENCE}])"),
        (Style.PART, rf"{_NUMBERED}编(?![{_REFERENCE}])"),
        (Style.CHAPTER, rf"{_NUMBERED}章(?![{_REFERENCE}])"),
        (Style.DIVISION, rf"{_NUMBERED}节(?![{_REFERENCE}])"),
        (Style.ARTICLE, rf"{_NUMBERED}条(?:之(?P<branch>[{NUMERAL}]{{1,3}}))?(?![、，；。])"),
        (Style.COMMA, rf"(?P<number>[{_ENUMERAL}]{{1,4}})\s?、"),
        (Style.BRACKET, rf"[（(]\s?(?P<number>[{_ENUMERAL}]{{1,4}})\s?[）)]、?"),
        (Style.BRACKET_DIGIT, r"[（(]\s?(?P<number>\d{1,2})\s?[）)]、?"),
        (Style.DOT, r"(?P<number>\d{1,3})\s?[.．、](?!\d)"),
        (Style.CIRCLE, r"(?P<circle>[①-⑳])"),
    )
)
_ANNEX = re.compile(r"附\s?(?:件|表|录)?\s?[\d一二三四五六七八九十]{0,3}\s?[：:]?")
_TITLED_ANNEX = re.compile(
    r"(?P<label>附\s?件\s?[\d一二三四五六七八九十]{1,3})\s?[：:]?\s?(?P<title>[^。；，：:]{4,60})"
)
_BEGINS_A_MARK = re.compile(rf"[第笫（(\d{_ENUMERAL}①-⑳]")
_SETS_OFF = re.compile(r"\s|[【（(]|$")

_FIELD = re.compile(
    r"(?P<name>抄\s?送|抄\s?报|主\s?送|分\s?送|附\s?件|附\s?注|附|信息公开(?:选项|形式|属性|方式|类型|类别)"
    r"|公开(?:选项|形式|属性|方式|类型|类别)|联\s?系\s?人(?:及电话)?|联系(?:电话|方式)|签\s?发\s?人"
    r"|主题词|印发(?:单位|机关)|公开程序|责任部门|责任处室)\s?\d{0,2}\s?[：:]"
)
_PRINTED = re.compile(
    rf"[^。；]{{0,40}}(?:(?:19|20)\d{{2}}|[{NUMERAL}]{{4}})\s*年\s*[{NUMERAL}\d]{{1,3}}\s*月\s*"
    rf"[{NUMERAL}\d]{{1,3}}\s*日\s*印(?:发|制|刷)?"
)
_NOTE = re.compile(
    r"[（(](?:此件|此页|联系人|联系单位|本页|信息公开|公开).{0,60}[）)]|更多[^。，]{0,8}请关注.{2,30}"
)

_TITLE_END = re.compile(
    r"(?:报告|通知|意见|决定|公告|通告|通报|批复|函|纪要|办法|规定|细则|方案|条例|请示|议案|命令|决议|公报"
    r"|规划|计划|要点|汇编|指南|规则|规程|措施|准则|制度|章程|法|解释|解读|问答|总结|年报|清单|目录|标准"
    r"|说明|倡议书|公开信|令|纲要|预案|守则|指引|政策|若干措施|安排)(?:的通知)?(?:[（(][^）)]{1,20}[）)])?$"
)
_ADDRESSEE = re.compile(
    r"(?:单位|部门|政府|委|局|厅|办|部|院|中心|公司|处|会|校|机构|机关|所|行|社|站|园区|开发区|新区|各区|县|区|市"
    r"|镇|街道|同志|企业|居民|市民|朋友|朋友们|家长|代表|同胞|职工|师生|群众|者|人|署|团|队|户|行业|组|高校)$"
)
_LETTERHEAD = re.compile(r"[\u4e00-\u9fff（）()、 ]{3,40}文\s?件")  # 红头

YEAR_BRACKETS = r"[〔\[【（(［]\s*(?P<year>(?:19|20)\d{2})\s*[〕\]】）)］]"
DOCUMENT_NUMBER = re.compile(
    rf"(?P<agency>[\u4e00-\u9fff]{{1,15}})\s*{YEAR_BRACKETS}"
    r"\s*(?:第\s*)?(?P<serial>\d{1,5})\s*号"
)  # 发文字号

OWN_NUMBER = re.compile(
    rf"(?!根据|依据|按照|依照|遵照|参照|落实|贯彻|转发|现将|经|为|见|按){DOCUMENT_NUMBER.pattern}"
)  # where it opens a line that does not go on to cite it


def mark_at(text: str, position: int = 0) -> Mark | None:
    """Return the mark that begins at `position` of `text`, or None."""
    if not _BEGINS_A_MARK.match(text, position):
        return None
    for style, pattern in _PATTERNS:
        match = pattern.match(text, position)
        if match is None:
            continue
        if style is Style.CIRCLE:
            value: int | None = ord(match["circle"]) - ord("①") + 1
        else:
            value = number(match["number"])
        if value is None:
            continue
        branch = number(match["branch"] or "") if style is Style.ARTICLE else None
        spaced = _SETS_OFF.match(text, match.end()) is not None
        return Mark(style, value, match.end() - position, branch or 0, spaced)
    return None


def field_name(text: str) -> str | None:
    """Return the name of the field that a line states (抄送：…), or None."""
    match = _FIELD.match(text)
    return re.sub(r"\s", "", match["name"]) if match else None


def field_value_start(text: str) -> int:
    """Return where the value of a field line begins."""
    match = _FIELD.match(text)
    if match is None:
        return 0
    rest = text[match.end() :]
    return match.end() + len(rest) - len(rest.lstrip())


def is_imprint(text: str) -> bool:
    """Say whether a line is the 版记: an office and the day of printing."""
    return _PRINTED.fullmatch(text.strip()) is not None


def is_note(text: str) -> bool:
    """Say whether a line is a 附注 in brackets: （此件公开发布）."""
    return _NOTE.fullmatch(text.strip()) is not None


def is_name(text: str) -> bool:
    """Say whether a line may be the name of an agency: short, and not part of a sentence."""
    return len(text) <= 40 and not re.search(r"[，。；：！？、,;:!?“”]", text)


def is_number_line(text: str) -> bool:
    """Say whether a line states a 发文字号, perhaps in brackets or with a 签发人, and no more."""
    line = text.strip().strip("（()）").strip()
    match = OWN_NUMBER.match(line)
    if match is None:
        return False
    rest = line[match.end() :].strip()
    return not rest or field_name(rest) == "签发人"


def ends_as_title(text: str) -> bool:
    """Say whether a text ends as the title of an official document does: …的通知, …办法（试行）."""
    return _TITLE_END.search(text.strip()) is not None


def is_addressed(text: str) -> bool:
    """Say whether a text is a 主送: agencies or people, and a colon."""
    if not text.endswith(("：", ":")) or len(text) > 300 or re.search(r"[。；！？“”]|如下.$", text):
        return False
    names = re.split(r"[，、,](?![^（(]*[）)])", text[:-1])
    return (
        field_name(text) is None
        and all(len(name) <= 45 and not re.search(r"[0-9０-９]", name) for name in names)
        and _ADDRESSEE.search(re.sub(r"[（(][^）)]*[）)]$", "", names[-1].strip())) is not None
    )


def is_letterhead(text: str) -> bool:
    """Say whether a line is the 红头: 某市人民政府文件."""
    return _LETTERHEAD.fullmatch(text.strip()) is not None


def closes_sentence(text: str) -> bool:
    """Say whether a line ends where a sentence does, closing quotes aside."""
    return text.rstrip("”’）)》」』")[-1:] in tuple(SENTENCE_END) if text else False


def is_annex_heading(text: str) -> bool:
    """Say whether a paragraph is nothing but 附件, 附件2 or 附表."""
    return _ANNEX.fullmatch(text) is not None


def annex_label(text: str) -> str:
    """Return what an annex is called whose heading this is; nothing where it is none."""
    if is_annex_heading(text):
        return re.sub(r"\s", "", text).rstrip("：:")
    titled = _TITLED_ANNEX.fullmatch(text)
    return re.sub(r"\s", "", titled["label"]) if titled else ""


def annex_title(text: str) -> str:
    """Return the title in an annex's heading that has one, 附件1：…; nothing elsewhere."""
    titled = _TITLED_ANNEX.fullmatch(text)
    return titled["title"] if titled else ""
