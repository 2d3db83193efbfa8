"""Find the values a sentence states: counts, money, rates, periods, dates, phones, names.

A value carries its hedge: 超, 余, 不超过, 拟 are part of what is stated, and leaving one out
would state something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from index.document import Span
from service.answering.understanding.numerals import ARABIC, CHINESE, NUMBER, parse_number


class ValueKind(StrEnum):
    """What sort of thing a value is."""

    COUNT = "count"
    MONEY = "money"
    RATE = "rate"
    PERIOD = "period"  # 二十日, 三个月
    DATE = "date"
    PHONE = "phone"
    ADDRESS = "address"  # web and mail addresses
    TITLE = "title"  # 《…》
    NAME = "name"  # “…”
    ORGANISATION = "organisation"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Value:
    """A stated value. `span` is relative to the sentence; `core` is the part without hedges.

    `noun` is what follows the unit up to the next mark: 56 个|事项两市通办.
    """

    kind: ValueKind
    span: Span
    core: Span
    number: Decimal | None = None
    unit: str = ""
    noun: str = ""
    planned: bool = False


_UNITS = (
    "个百分点|个工作日|人次|户次|件次|批次|班次|平方公里|平方米|立方米|公顷|公里|千米|厘米|毫米|千克|公斤|"
    "小时|分钟|秒|周岁|个|名|人|位|件|宗|条|项|次|台|套|家|户|份|张|辆|部|所|间|座|处|栋|幢|场|期|届|"
    "类|种|级|篇|册|本|亩|米|吨|克|岁|倍|例|起|单|门|页|只|头|株|棵|款|员|轮|趟|桶|箱|瓶|盒|床|艘|架|"
    "万人|亿人|字|节|课时|学时|兆"
)
_ARTICLES = frozenset({"个", "次", "种", "起", "类", "级", "件", "门", "轮", "节"})
_MONEY = "美元|港元|港币|欧元|日元|人民币|元|块钱"
_PERIOD = "个工作日|工作日|个自然日|自然日|个小时|小时|分钟|个月|个季度|星期|周(?!岁)|天|日|年"
_BEFORE = (
    r"(?:不得?超过|不得?少于|不得?低于|不得?高于|不得?多于|不满|不足|未满|超过|超出|超|逾|将近|接近|近|"
    r"大约|大概|约|高达|多达|突破|已满|年满|"
    r"(?:至少|至多|最多|最少|最高|最低|最长|最短)[\u4e00-\u9fff]{0,4}?|"
    r"(?:拟|计划|预计|力争|争取|预期|目标)[\u4e00-\u9fff]{0,4}?)"
)
_BETWEEN = r"(?:余|多|来|几)?"
_AFTER = r"(?:左右|上下|以上|以下|以内|之内|以外|内|之?前|以前)?"
_PLANNED = re.compile(r"拟|计划|预计|力争|争取|预期|目标")

_DATE = re.compile(
    rf"(?:\d{{4}}|[零〇○一二三四五六七八九]{{4}})\s?年(?:度)?(?:\s?(?:\d{{1,2}}|[{CHINESE}]{{1,3}})\s?月"
    rf"(?:\s?(?:\d{{1,2}}|[{CHINESE}]{{1,3}})\s?[日号])?|(?:上半年|下半年|底|初|末)?)"
    rf"|(?:\d{{1,2}}|[{CHINESE}]{{1,3}})\s?月\s?(?:\d{{1,2}}|[{CHINESE}]{{1,3}})\s?[日号]"
    r"|\d{1,2}\s?月(?:份|底|初)?(?!\d)"
    r"|\d{4}\s?(?:—|－|-|至)\s?\d{4}(?!\d)年?|\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|“[一二三四五六七八九十]{2,3}”期间"
)
_RATE = re.compile(
    rf"(?P<before>{_BEFORE}\s?)?(?P<core>(?P<number>{ARABIC})\s?(?P<unit>[%％‰]|个百分点)"
    rf"|百分之(?P<chinese>[{CHINESE}]+(?:点[{CHINESE}]+)?)|[{CHINESE}]+分之[{CHINESE}]+){_AFTER}"
)
_QUANTITY = re.compile(
    rf"(?P<before>{_BEFORE}\s?)?(?P<core>(?P<number>{NUMBER})\s?{_BETWEEN}\s?"
    rf"(?P<unit>(?P<money>{_MONEY})|(?P<period>{_PERIOD})|(?P<count>{_UNITS}))){_AFTER}"
)
_PHONE = re.compile(
    r"(?<![\d.])(?:0\d{2,3}[-－—]?\d{7,8}(?:[-－转]\d{1,6})?|1[3-9]\d{9}|400[-－]?\d{3}[-－]?\d{4}"
    r"|(?<=热线)\s?1\d{4}|(?<=电话[：:])\s?\d{3,8}(?!-))(?![\d.])"
)
_ADDRESS = re.compile(r"(?:https?://|www\.)[\w./%?=&-]+|[\w.-]+@[\w.-]+\.\w+")
_TITLE = re.compile(r"《[^《》]{1,60}》(?:（[^（）]{2,30}号）)?")
_NAME = re.compile(r"“[^“”]{1,40}”")
_JOINED = re.compile(r"\s?(?:至|到|—{1,2}|－|-|~|～|以上)?\s?")
_NOUN_END = re.compile(r"[，。；：！？、,;:!?\n“”《》\d]")
_LIST = re.compile(r"(?:[^，。；：！？、\n]{1,24}、)+[^，。；：！？、\n]{1,24}")


def find_values(sentence: str) -> list[Value]:
    """Return every value the sentence states, in order of their place."""
    taken = [Span(*match.span()) for match in _DATE.finditer(sentence)]
    values = [
        Value(ValueKind.DATE, span, span, noun=_noun_after(sentence, span.end)) for span in taken
    ]
    numeric = [*_rates(sentence), *_quantities(sentence)]
    free = [value for value in numeric if not any(value.core.overlaps(span) for span in taken)]
    values += _merge_ranges(sentence, sorted(free, key=lambda value: value.span))
    values += _plain(ValueKind.PHONE, _PHONE, sentence)
    values += _plain(ValueKind.ADDRESS, _ADDRESS, sentence)
    values += _plain(ValueKind.TITLE, _TITLE, sentence)
    values += _plain(ValueKind.NAME, _NAME, sentence)
    values += _plain(ValueKind.LIST, _LIST, sentence)
    return sorted(values, key=lambda value: (value.span.start, value.span.end))


def _plain(kind: ValueKind, pattern: re.Pattern[str], sentence: str) -> Iterator[Value]:
    for match in pattern.finditer(sentence):
        start, end = match.span()
        start += len(match[0]) - len(match[0].lstrip("：: "))
        yield Value(kind, Span(start, end), Span(start, end), noun=_noun_after(sentence, end))


def _rates(sentence: str) -> Iterator[Value]:
    for match in _RATE.finditer(sentence):
        written = match["number"] or match["chinese"]  # neither in 三分之二
        yield Value(
            ValueKind.RATE,
            Span(*match.span()),
            Span(*match.span("core")),
            parse_number(written) if written else None,
            match["unit"] or "%",
            _noun_after(sentence, match.end()),
            planned=bool(match["before"] and _PLANNED.search(match["before"])),
        )


def _quantities(sentence: str) -> Iterator[Value]:
    for match in _QUANTITY.finditer(sentence):
        if not _states_a_quantity(sentence, match):
            continue
        kind = ValueKind.COUNT
        if match["money"]:
            kind = ValueKind.MONEY
        elif match["period"]:
            kind = ValueKind.PERIOD
        yield Value(
            kind,
            Span(*match.span()),
            Span(*match.span("core")),
            parse_number(match["number"]),
            match["unit"],
            _noun_after(sentence, match.end()),
            planned=bool(match["before"] and _PLANNED.search(match["before"])),
        )


def _states_a_quantity(sentence: str, match: re.Match[str]) -> bool:
    start, end = match.span("core")
    before, after = sentence[start - 1 : start], sentence[end : end + 1]
    if before in {"第", "之", "每", "某", "同", "统", "万"} or before.isdigit() or before == ".":
        return False
    if before.isascii() and before.isalpha():
        return False
    written = match["number"]
    if written[0].isdigit():
        return True
    # A numeral inside a short quoted catchword counts nothing: “一件事”, “一站式”.
    opening = sentence.rfind("“", max(0, start - 6), start)
    if opening >= 0 and "”" not in sentence[opening:start] and "”" in sentence[end : end + 8]:
        return False
    # 一个, 一种 and the like are articles more often than counts; 一是 never counts.
    return not (written == "一" and (after == "是" or match["unit"] in _ARTICLES))


def _noun_after(sentence: str, offset: int) -> str:
    rest = sentence[offset : offset + 16]
    if rest[:1] in {"“", "《"}:  # 16 个“一件事”主题: the quoted name is part of the noun
        rest = rest[1:].replace("”", "", 1)
    end = _NOUN_END.search(rest)
    return rest[: end.start()] if end else rest


def _merge_ranges(sentence: str, values: list[Value]) -> Iterator[Value]:
    """Join 五千元以上五万元以下 and 三至五日 into one value, as neither end answers alone."""
    pending: Value | None = None
    for value in values:
        if pending is None:
            pending = value
            continue
        gap = sentence[pending.span.end : value.span.start]
        if value.span.start < pending.span.end:
            if len(value.span) > len(pending.span):
                pending = value
        elif pending.kind is value.kind and _joins(sentence, pending, gap):
            span = Span(pending.span.start, value.span.end)
            pending = Value(value.kind, span, span, None, value.unit, value.noun, value.planned)
        else:
            yield pending
            pending = value
    if pending is not None:
        yield pending


def _joins(sentence: str, value: Value, gap: str) -> bool:
    if not _JOINED.fullmatch(gap):
        return False
    return bool(gap.strip()) or sentence[: value.span.end].endswith(("以上", "不低于"))
