"""What stands around an official text's body: title, head, 主送, signature, fields, annexes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from index.document import SectionKind, Span
from index.markers import (
    Style,
    annex_label,
    closes_sentence,
    ends_as_title,
    field_name,
    is_addressed,
    is_annex_heading,
    is_imprint,
    is_letterhead,
    is_note,
    is_number_line,
)
from index.masthead import (
    is_above_letterhead,
    masthead_length,
    minutes_head_length,
)
from index.numerals import DATE_PATTERN, is_date
from index.units import Unit, is_dated_signature

_CONTENTS = re.compile(r"目\s*[录次]")  # 目录
_ENACTMENT = re.compile(r"通过|批准|公布|发布|修正|修订|施行|实施|颁布|令第|公告")
_ORDER = re.compile(r"令\s*(?:第?\s*[\d一二三四五六七八九十百]+\s*号)?$")
_AGENCY_END = re.compile(
    r"(?:局|委|办|厅|府|部|院|会|处|中心|室|署|行|组|社|所|站|队|校|司|公司|指挥部|管委会)"
    r"(?:[（(][^）)]{1,12}[）)])?$"
)
_OFFICER = re.compile(
    r"(?:总\s*理|主\s*席|省\s*长|市\s*长|州\s*长|县\s*长|区\s*长|部\s*长|主\s*任|局\s*长|署\s*长|行\s*长)\s"
)
_AMENDED = re.compile(r"第[一二三四五六七八九十]+次(?:修正|修订)。$")
_LONGEST_NOTE = 90  # characters of a line of the 题注 that ends as a sentence does
_LONGEST_ORDER = 40
_TITLE_LINES = 4
_LISTS_OF_AGENCIES = {"抄送", "抄报", "主送", "分送"}
_LEFT_OPEN = ("，", "、", ",", "；")
TAIL_LINES = 40  # paragraphs that signature, fields and 附件 take at most


def is_order(title: str) -> bool:
    """Say whether a title is that of the 令 by which a regulation is promulgated."""
    return _ORDER.search(title.strip()) is not None


def head_of(units: Sequence[Unit], *, main: bool) -> list[tuple[SectionKind, int]]:
    """Name the paragraphs before the body: pairs of a kind and how many paragraphs it takes."""
    parts: list[tuple[SectionKind, int]] = []
    position = masthead_length(units) if main else 0
    if position:
        parts.append((SectionKind.HEAD, position))
    seen_title = False
    while position < len(units):
        unit = units[position]
        if not seen_title and (length := title_length(units, position)):
            parts.append((SectionKind.TITLE, length))
            position += length
            seen_title = True
            continue
        annex_heading = not main and position == 0 and bool(annex_label(unit.text))
        repeated = seen_title and _repeats(unit, units[max(0, position - _TITLE_LINES) : position])
        second = seen_title and _is_second_title(units, position)
        minutes = seen_title and position < minutes_head_length(units)
        if annex_heading or repeated or second or minutes or _is_head(unit):
            parts.append((SectionKind.HEAD, 1))
        elif length := contents_length(units, position):
            parts.append((SectionKind.HEAD, length))
        elif is_salutation(unit):
            parts.append((SectionKind.SALUTATION, 1))
            break
        else:
            break
        position += parts[-1][1]
    return _merged(parts)


def _is_second_title(units: Sequence[Unit], position: int) -> bool:
    """Say whether a paragraph is the real title below a headline: its 文号 follows."""
    text = units[position].text
    follows = position + 1 < len(units) and is_number_line(units[position + 1].text)
    return follows and len(text) <= 120 and ends_as_title(text) and not closes_sentence(text)


def _repeats(unit: Unit, before: Sequence[Unit]) -> bool:
    """Say whether a paragraph is the title once more, as pages of web sites have it."""
    printed = re.sub(r"\s", "", unit.text)
    return bool(printed) and re.sub(r"\s", "", "".join(u.text for u in before)).endswith(printed)


def _merged(parts: Sequence[tuple[SectionKind, int]]) -> list[tuple[SectionKind, int]]:
    merged: list[tuple[SectionKind, int]] = []
    for kind, length in parts:
        if merged and merged[-1][0] is kind and kind is SectionKind.HEAD:
            merged[-1] = (kind, merged[-1][1] + length)
        else:
            merged.append((kind, length))
    return merged


def title_length(units: Sequence[Unit], start: int) -> int:
    """Return how many paragraphs from `start` make a title; 0 if they make none."""
    first = units[start]
    if first.outline_level is not None and first.mark is None:
        length = 1  # 民法典 and 继承编 below it: headings of one level, one right after the other
        while start + length < min(len(units), start + _TITLE_LINES) and (
            units[start + length].outline_level == first.outline_level
            and units[start + length].mark is None
        ):
            length += 1
        levels = (unit.outline_level for unit in itertools.islice(units, start + length, None))
        return length * all(level is None or level > first.outline_level for level in levels)
    title = ""
    for length, unit in enumerate(units[start : start + _TITLE_LINES], 1):
        if unit.mark or _is_special(unit.text) or unit.outline_level is not None:
            break
        if len(unit.text) > 80 or closes_sentence(unit.text) or _ENACTED_ON.match(unit.text):
            break
        title += unit.text
        if ends_as_title(title):
            return length
    plain = not (first.mark or _is_special(first.text) or closes_sentence(first.text))
    short = len(first.text) <= 80 and "，" not in first.text and start + 1 < len(units)
    return int(plain and short and not _ENACTED_ON.match(first.text))


_ENACTED_ON = re.compile(rf"[（(]?\s*(?:根据|经)?\s*{DATE_PATTERN}")


def _is_special(text: str) -> bool:
    return (
        is_number_line(text)
        or is_letterhead(text)
        or is_above_letterhead(text)
        or is_date(text.strip("（）()"))
        or is_note(text)
        or field_name(text) is not None
        or is_annex_heading(text)
        or _CONTENTS.fullmatch(text) is not None
    )


def _is_head(unit: Unit) -> bool:
    """Say whether a paragraph belongs to the head: 红头, 文号, 签发人, 题注, a date in brackets."""
    text = unit.text
    if unit.mark is not None and unit.mark.style not in {Style.BRACKET, Style.BRACKET_DIGIT}:
        return False
    if is_number_line(text) or is_letterhead(text) or field_name(text) == "签发人":
        return True
    if is_above_letterhead(text):
        return True
    if is_date(text.strip("（）()")) or re.fullmatch(
        r"第\s?[\d一二三四五六七八九十百]+\s?号", text
    ):
        return True
    if re.match(r"(?:来源|发布时间|发布日期|发文机关|成文日期|索引号|信息来源|时间)\s?[：:]", text):
        return True
    return (is_order(text) and len(text) <= _LONGEST_ORDER) or _is_enactment(text)


def _is_enactment(text: str) -> bool:
    """Say whether a paragraph is of the 题注: a day, and what was done on it."""
    if not (_ENACTED_ON.match(text) and _ENACTMENT.search(text)):
        return False
    amended = len(text) <= _LONGEST_NOTE and _AMENDED.search(text) is not None
    return amended or text.startswith(("（", "(")) or "。" not in text


def contents_length(units: Sequence[Unit], start: int) -> int:
    """Return how many paragraphs a table of contents takes: 目录, until its first entry recurs."""
    if not _CONTENTS.fullmatch(units[start].text):
        return 0
    if start + 1 == len(units):
        return 1
    first = re.sub(r"[\s.…·\d]+$", "", units[start + 1].text)
    for length, unit in enumerate(units[start + 2 :], 2):
        if re.sub(r"[\s.…·\d]+$", "", unit.text) == first:
            return length
    return 1


def is_salutation(unit: Unit) -> bool:
    """Say whether a paragraph is the 主送: agencies or people addressed, and a colon."""
    return unit.mark is None and is_addressed(unit.text)


def tail_of(units: Sequence[Unit]) -> list[tuple[SectionKind, int]]:
    """Name the paragraphs after the body, in reading order: signature, fields, 附注, imprint."""
    kinds: list[SectionKind] = []
    for index in range(len(units) - 1, 0, -1):
        kind = _tail_kind(units, index, kinds[-1] if kinds else None)
        if kind is None:
            break
        kinds.append(kind)
    kinds.reverse()
    parts: list[tuple[SectionKind, int]] = []
    for kind in kinds:
        index = len(units) - len(kinds) + sum(length for _, length in parts)
        goes_on = kind is SectionKind.SIGNATURE or continues_copies(units, index)
        if parts and parts[-1][0] is kind and goes_on:
            parts[-1] = (kind, parts[-1][1] + 1)
        else:
            parts.append((kind, 1))
    return parts


def _tail_kind(units: Sequence[Unit], index: int, after: SectionKind | None) -> SectionKind | None:
    unit = units[index]
    if is_imprint(unit.text):
        return SectionKind.IMPRINT
    if is_date(unit.text) or is_dated_signature(unit.text):
        return SectionKind.SIGNATURE
    if field_name(unit.text) is not None or is_note(unit.text):
        return SectionKind.FIELD
    if _follows_list_field(units, index) or continues_copies(units, index):
        return SectionKind.FIELD
    if after is SectionKind.SIGNATURE and is_agency_line(unit):
        return SectionKind.SIGNATURE
    return None


def _follows_list_field(units: Sequence[Unit], index: int) -> bool:
    """Say whether a paragraph goes on with 附件：1.…, an entry a line or the rest of one."""
    stop = index - TAIL_LINES
    while index > max(0, stop) and may_be_entry(units[index], units[index - 1]):
        index -= 1
    return field_name(units[index].text) == "附件"


def may_be_entry(unit: Unit, before: Unit) -> bool:
    """Say whether a paragraph is 2. and a name, or the rest of the name in the line before."""
    if unit.mark is not None:
        return unit.mark.style is Style.DOT and unit.mark.number > 1 and len(unit.text) <= 80
    named = before.mark is not None or field_name(before.text) == "附件"
    rest = ends_as_title(unit.text) and not ends_as_title(before.text)
    return named and rest and not is_agency_line(unit) and len(unit.text) <= _LONGEST_ORDER


def continues_copies(units: Sequence[Unit], index: int) -> bool:
    """Say whether a paragraph goes on with 抄送, which the line before left open."""
    while index > 0 and units[index - 1].text.endswith(_LEFT_OPEN):
        index -= 1
        if field_name(units[index].text) in _LISTS_OF_AGENCIES:
            return True
    return False


def is_agency_line(unit: Unit) -> bool:
    """Say whether a paragraph may be the name of a signing agency, or of several."""
    text = unit.text
    return (
        unit.mark is None
        and len(text) <= 60
        and not re.search("[，。；：！？,;:!?]", text)
        and (_AGENCY_END.search(text) or _OFFICER.match(text)) is not None
    )


def printed_span(units: Sequence[Unit]) -> Span:
    """Return the span of paragraphs without the white space after the last."""
    return Span(units[0].start, units[-1].printed.end)
