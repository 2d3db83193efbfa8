"""The paragraphs of a text, and those hidden in a line whose breaks were lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.document import Span
from index.formats.raw import OutlineHeading
from index.markers import (
    OWN_NUMBER,
    Mark,
    Style,
    ends_as_title,
    is_addressed,
    is_note,
    mark_at,
)
from index.numerals import DATE, DATE_PATTERN, dates

_LONG_LINE = 500  # characters, from which a line is taken to have lost its breaks
_FEW_LINES = 5  # a text of so few lines may have lost them in shorter lines, too
_SHORT_LONG_LINE = 150
_HEAD_LINES = 3  # the head ends within as many lines
_ONE = "一二三四五六七八九十百"
_LOST_BREAK = re.compile(
    r"(?:(?<=[。！？；：;:!?])|(?<=[。！？；][”）】]))[ \u3000\xa0]+(?=\S)"
    r"|(?<!\u3000)[ \xa0]*\u3000{2,}(?=\S)(?![则录次](?:[\s第]|$))"  # 总　　则 is one word
)
_CONTENTS = re.compile(rf"目\s*[录次](?=\s*第[{_ONE}]+[编章])")
_GLUED_ARTICLE = re.compile(
    r"(?:[。；]|(?<=\n)第[一二三四五六七八九十百]{1,4}[章节][^。；，\n]{1,30}?)"
    r"(?=第[一二三四五六七八九十百零]{1,7}条[ \u3000])"
)
_GLUED_CHAPTER = re.compile(
    rf"(?:(?<=[。；])第[{_ONE}]{{1,4}}[编章节](?![规之的、])[^。；，：\n]{{2,30}}|(?<!\n)第一章\s*总\s*则)\s*$",
    re.MULTILINE,
)
_GLUED_DIVISION = re.compile(
    rf"^第[{_ONE}]{{1,4}}章[^。；，：第\n]{{2,25}}(?=第一节)", re.MULTILINE
)
_MARK_HINT = re.compile(
    r"[第笫]|[（(][一二三四五六七八九十]|[一二三四五六七八九十]{1,3}\s?、|\d{1,2}\s?[.．、]"
)
_MAY_PRECEDE = "。；：！？”）】〕》;:!?) \u3000\xa0"
_CITES, _CITED_ON = frozenset("第～~至和及或、"), frozenset("（(～~")
_OPEN_HEADING = re.compile(r"[^。；：！？，,;]{0,45}")
_INLINE = {Style.PART, Style.CHAPTER, Style.DIVISION, Style.ARTICLE, Style.COMMA, Style.BRACKET}
_DEEPER: Mapping[Style, tuple[Style, ...]] = {  # whose numbers begin anew below a mark
    Style.PART: (Style.CHAPTER, Style.DIVISION, Style.COMMA, Style.BRACKET, Style.DOT),
    Style.CHAPTER: (Style.DIVISION, Style.COMMA, Style.BRACKET, Style.DOT),
    Style.DIVISION: (Style.COMMA, Style.BRACKET, Style.DOT),
    Style.ARTICLE: (Style.COMMA, Style.BRACKET, Style.DOT),
    Style.COMMA: (Style.BRACKET,),
}
_SALUTATION = re.compile(r"[^。；！？\n“”]{2,200}?[：:]")
_GAP = re.compile(r"[ \u3000\xa0]+")
_LONGEST_PIECE = 60  # characters of a piece of a headline
_MOST_PIECES = 3
_LONGEST_TITLE = 80
_ENACTED = re.compile(rf"[（(](?={DATE_PATTERN})")  # the 题注 behind a title on the same line
_AGENCIES = re.compile(r"[^，。；：！？、,;:!?\d]{4,120}|[\u4e00-\u9fff]{2}[部局委院厅署办]")
_SIGNED_INSIDE = re.compile(  # 。某局2020年3月1日（此件公开发布）某办法为…
    rf"(?<=[。！])(?P<agency>[\u4e00-\u9fff]{{3,60}}){DATE_PATTERN}"
    r"(?P<note>[（(]此\s?件[^）)]{0,12}公开[^）)]{0,8}[）)])"
    r"(?P<title>[^。，；：\s]{4,60}?(?:方案|办法|细则|规定|规则|意见|措施|计划|规划|要点|规程|制度)"
    r"(?:[（(][^）)]{1,20}[）)])?(?=为|根据|按照|依据|第一[章条]|一、))?"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph; units tile the text. `text` is what is printed, from `start` on."""

    start: int
    end: int
    text: str
    mark: Mark | None = None
    outline_level: int | None = None

    @property
    def printed(self) -> Span:
        """Return the span without the white space that follows."""
        return Span(self.start, self.start + len(self.text))


def units(text: str, outline: Sequence[OutlineHeading] = ()) -> list[Unit]:
    """Cut a text into paragraphs; a line that lost its breaks into those it shows it had."""
    levels = {heading.start: heading.level for heading in outline}
    lines = [Span(*match.span()) for match in re.finditer(r"[^\n]+\n*", text)]
    long_line = _SHORT_LONG_LINE if len(lines) <= _FEW_LINES else _LONG_LINE
    starts: list[int] = []
    for index, line in enumerate(lines):
        starts.append(line.start)
        if len(line) >= long_line:
            in_head, at_end = index < _HEAD_LINES, index == len(lines) - 1
            starts += _lost_starts(text, line, first=in_head, last=at_end)
            continue
        starts += _visible_starts(text, line)
        if index == len(lines) - 1 > 0 and len(line) > _LONGEST_TITLE:
            starts += _tail_starts(text, line)
        if index < _HEAD_LINES and OWN_NUMBER.match(text, line.start):
            starts += _head_starts(text, line)
    ordered = sorted(set(starts))
    ends = [*ordered[1:], len(text)]
    starts = [start for start, end in zip(ordered, ends, strict=False) if text[start:end].strip()]
    if not starts:
        return []
    starts[0] = 0
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        printed = text[start:end].rstrip()
        mark = mark_at(printed)
        found.append(Unit(start, end, printed, mark, levels.get(start)))
    return found


def _lost_starts(text: str, line: Span, *, first: bool, last: bool) -> set[int]:
    """Return where paragraphs of a long line begin: after a visible gap, or at a mark in turn."""
    starts = {match.end() for match in _LOST_BREAK.finditer(text, line.start, line.end)}
    starts |= {match.start() for match in _CONTENTS.finditer(text, line.start, line.end)}
    for signed in _SIGNED_INSIDE.finditer(text, line.start, line.end):
        starts |= {signed.start(), signed.start("note"), signed.end("note"), signed.end()}
    if first:
        starts |= set(_head_starts(text, line))
    if last:
        starts |= set(_tail_starts(text, line))
    return starts | set(_mark_starts(text, line, starts))


def _visible_starts(text: str, line: Span) -> Iterator[int]:
    """Yield where a mark stands out inside a line that is not long: behind a gap, before one."""
    for article in _GLUED_ARTICLE.finditer(text, line.start, line.end):
        yield article.end()
    for division in _GLUED_DIVISION.finditer(text, line.start, line.end):
        yield division.end()
    for chapter in _GLUED_CHAPTER.finditer(text, line.start, line.end):
        yield chapter.start()
    for gap in _LOST_BREAK.finditer(text, line.start, line.end):
        if mark_at(text, gap.end()) is not None:
            yield gap.end()


def _mark_starts(text: str, line: Span, breaks: set[int]) -> Iterator[int]:
    """Yield where a numbered paragraph begins inside a line: only where its number is next."""
    marks = [
        (match.start(), mark)
        for match in _MARK_HINT.finditer(text, line.start, line.end)
        if (mark := mark_at(text, match.start())) and mark.style in {*_INLINE, Style.DOT}
    ]
    seconds = {mark.style: index for index, (_, mark) in enumerate(marks) if mark.number == 2}
    last: dict[Style, tuple[int, int]] = {}
    heading_start: int | None = line.start
    for index, (position, mark) in enumerate(marks):
        before = text[position - 1] if position > line.start else "。"
        if mark.style is Style.BRACKET and _is_cited(text, position, mark):
            continue
        after_heading = (
            heading_start is not None
            and _OPEN_HEADING.fullmatch(text, heading_start, position) is not None
        )
        opens = mark.number == 1 and mark.spaced and mark.style in {Style.CHAPTER, Style.ARTICLE}
        if not (before in _MAY_PRECEDE or after_heading or opens or position in breaks):
            continue
        goes_on = seconds.get(mark.style, -1) > index
        if not _is_next(mark, last.get(mark.style), goes_on=goes_on):
            continue
        last[mark.style] = mark.order
        for deeper in _DEEPER.get(mark.style, ()):
            last.pop(deeper, None)
        heading_start = position + mark.length
        yield position


def _is_cited(text: str, position: int, mark: Mark) -> bool:
    """Say whether a number in brackets is only named: 第（一）项, （一）～（四）项."""
    end = position + mark.length
    return text[position - 1 : position] in _CITES or text[end : end + 1] in _CITED_ON


def _is_next(mark: Mark, last: tuple[int, int] | None, *, goes_on: bool) -> bool:
    """Say whether a mark continues the numbering, or begins one that goes on later."""
    if last is not None and mark.order in {(last[0] + 1, 0), (last[0], last[1] + 1)}:
        return True
    if mark.number != 1 or mark.branch:
        return False
    return goes_on or mark.style in {Style.PART, Style.CHAPTER, Style.DIVISION}


def _head_starts(text: str, line: Span) -> Iterator[int]:
    """Yield where title, 文号 and 主送 of a text on one line give way to what follows."""
    title_ends = _title_ends(text, line)
    yield from title_ends
    note = _ENACTED.search(text, line.start, min(line.end, line.start + _LONGEST_TITLE))
    if note:
        yield note.start()
    position = title_ends[-1] if title_ends else line.start
    number = OWN_NUMBER.match(text, position, line.end)
    if number:
        gap = _GAP.match(text, number.end())
        position = gap.end() if gap else number.end()
        yield position
    salutation = _SALUTATION.match(text, position, line.end)
    if salutation is None:
        return
    start = position + max((gap.end() for gap in _GAP.finditer(salutation[0])), default=0)
    if is_addressed(text[start : salutation.end()]):
        yield from (start, salutation.end())


def _title_ends(text: str, line: Span) -> list[int]:
    """Return where the title ends that a line begins with, and where its repetition does.

    It is the title of an official text, or else the pieces of a headline.
    """
    official: list[int] = []
    headline = position = line.start
    for pieces, gap in enumerate(_GAP.finditer(text, line.start, line.start + 400), 1):
        piece = text[position : gap.start()]
        if piece.endswith(("：", "。")) or OWN_NUMBER.match(piece):
            break  # the title is over
        if ends_as_title(piece) and len(piece) <= 120 and "。" not in piece:
            official.append(gap.end())
        short = len(piece) <= _LONGEST_PIECE and not re.search("[，。；：,;:（(]", piece)
        if short and pieces <= _MOST_PIECES and headline == position:
            headline = gap.end()
        position = gap.end()
    return official or ([headline] if headline > line.start else [])


def _tail_starts(text: str, line: Span) -> Iterator[int]:
    """Yield where the signing agency, the date and a note begin at the end of a line."""
    final = list(dates(text, max(line.start, line.end - 160), line.end))
    if not final:
        return
    day = final[-1][0]
    rest = text[day.end : line.end].strip()
    if rest and not is_note(rest) and len(rest) > 60:
        return
    sentence_end = max(text.rfind(mark, line.start, day.start) for mark in "。！？）")
    agency = text[sentence_end + 1 : day.start]
    if sentence_end < 0 or not _AGENCIES.fullmatch(agency.strip()):
        return
    yield sentence_end + 1 + len(agency) - len(agency.lstrip())
    yield day.start
    if rest:
        yield text.index(rest, day.end)


def is_dated_signature(text: str) -> bool:
    """Say whether a paragraph is an agency's name followed by a date."""
    match = DATE.search(text)
    return (
        match is not None
        and match.end() == len(text.rstrip())
        and _AGENCIES.fullmatch(text[: match.start()].strip()) is not None
        and len(text) < 60
    )
