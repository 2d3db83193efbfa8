"""Lines into paragraphs: hard breaks and page furniture go, every other character stays."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.breaks import paragraph_starts
from index.document import OriginRun, Removal, Span
from index.formats.raw import OutlineHeading, RawText
from index.lines import (
    MASK,
    Line,
    furniture,
    lost_page_starts,
    page_number,
    split_lines,
)

_LATIN_END = re.compile(r"[A-Za-z][,;.)]?$")
_LATIN_START = re.compile(r"[A-Za-z(]")


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """The rejoined text, a paragraph a line, and where every character of it came from."""

    text: str
    origin: tuple[OriginRun, ...]
    removals: tuple[Removal, ...]
    outline: tuple[OutlineHeading, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cut:
    """A range of the source that is left out, and what stands in its place."""

    start: int
    end: int
    reason: str
    instead: str = ""


def rejoin(raw: RawText) -> Paragraphs:
    """Rejoin the hard-wrapped lines of `raw`; leave a text alone that is not hard-wrapped."""
    markup = [
        _Cut(removal.source_start, removal.source_start + len(removal.text), removal.reason)
        for removal in raw.removals
        if removal.text
    ]
    text = _masked(raw.text, markup)
    page_starts = raw.page_starts
    lines = split_lines(text, page_starts, raw.boxes)
    if not page_starts and not raw.paragraphs_known:
        page_starts = lost_page_starts(text, lines) or _numbered_page_starts(text, lines)
        lines = split_lines(text, page_starts, raw.boxes) if page_starts else lines
    dropped = {} if raw.paragraphs_known else furniture(lines)
    kept = [line for index, line in enumerate(lines) if index not in dropped]
    starts = [True] * len(kept) if raw.paragraphs_known else paragraph_starts(kept)
    claimed = sorted(
        [*markup, *(_Cut(lines[i].start, lines[i].end, why) for i, why in dropped.items())],
        key=lambda cut: cut.start,
    )
    cuts = sorted([*claimed, *_gaps(text, kept, starts, claimed)], key=lambda cut: cut.start)
    return _compose(raw, cuts, page_starts)


def _masked(text: str, markup: Sequence[_Cut]) -> str:
    """Return `text` with every character of its markup masked, so that offsets stay."""
    pieces, position = [], 0
    for cut in markup:
        pieces += [text[position : cut.start], MASK * (cut.end - cut.start)]
        position = cut.end
    return "".join([*pieces, text[position:]])


# What lies between the lines ---------------------------------------------------------------


def _gaps(
    text: str, lines: Sequence[Line], starts: Sequence[bool], claimed: Sequence[_Cut]
) -> Iterator[_Cut]:
    """Yield the white space between lines, less the one character that is kept as glue."""
    before: Line | None = None
    for line, begins in zip(lines, starts, strict=True):
        if before is None:
            yield from _gap(text, Span(0, line.start), "", "段间空白", claimed)
        else:
            glue = "\n" if begins else _glue(before, line)
            reason = "段间空白" if begins else "行末换行"
            if before.page != line.page:
                reason = "分页"
            yield from _gap(text, Span(before.end, line.start), glue, reason, claimed)
        before = line
    yield from _gap(text, Span(before.end if before else 0, len(text)), "", "段间空白", claimed)


def _gap(text: str, gap: Span, glue: str, reason: str, claimed: Sequence[_Cut]) -> Iterator[_Cut]:
    """Yield what is cut from one gap; glue that is not found in it is put in."""
    first = bisect_right(claimed, gap.start, key=lambda cut: cut.end)
    position, wanted = gap.start, glue
    for cut in [*claimed[first:], _Cut(gap.end, gap.end, "")]:
        stop = min(cut.start, gap.end)
        found = text.find(wanted, position, stop) if wanted else -1
        if found >= 0:
            if position < found:
                yield _Cut(position, found, reason)
            position, wanted = found + 1, ""
        if position < stop:
            last = cut.end >= gap.end
            yield _Cut(position, stop, reason, instead=wanted if last else "")
            wanted = "" if last else wanted
        if cut.end >= gap.end:
            break
        position = cut.end


def _glue(before: Line | None, line: Line) -> str:
    """Return what joins two lines of a paragraph: nothing, or a space between Latin words."""
    if before and _LATIN_END.search(before.text) and _LATIN_START.match(line.text):
        return " "
    return ""


def _numbered_page_starts(text: str, lines: Sequence[Line]) -> tuple[int, ...]:
    """Find page starts by printed page numbers that count 1, 2, 3 at the foot of pages."""
    numbered = [(line, number) for line in lines if (number := page_number(line)) is not None]
    if len(numbered) < 2 or [number for _, number in numbered] != list(range(1, len(numbered) + 1)):
        return ()
    ends = [line.end for line, _ in numbered]
    return (0, *(end for end in ends if text[end:].strip()))


# The text and its origin -------------------------------------------------------------------


def _compose(raw: RawText, cuts: Sequence[_Cut], page_starts: Sequence[int]) -> Paragraphs:
    """Leave the cuts out of the source, and record where every stretch of the rest came from."""
    pieces: list[str] = []
    origin: list[OriginRun] = []
    length = position = 0
    for cut in [*cuts, _Cut(len(raw.text), len(raw.text), "")]:
        for start, end in _by_page(position, cut.start, page_starts):
            span = Span(length, length + end - start)
            origin.append(OriginRun(span, start, bisect_right(page_starts, start) or None))
            pieces.append(raw.text[start:end])
            length = span.end
        pieces.append(cut.instead)
        length += len(cut.instead)
        position = cut.end
    removals = (
        *(Removal(cut.start, raw.text[cut.start : cut.end], cut.reason) for cut in cuts),
        *(removal for removal in raw.removals if not removal.text),
    )
    outline = tuple(
        OutlineHeading(offset, heading.level)
        for heading in raw.outline
        if (offset := _offset_in(origin, heading.start)) is not None
    )
    return Paragraphs("".join(pieces), tuple(origin), removals, outline)


def _by_page(start: int, end: int, page_starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Split a stretch of the source where a page begins inside it."""
    position = start
    for page_start in page_starts[bisect_right(page_starts, start) :]:
        if page_start >= end:
            break
        yield position, page_start
        position = page_start
    if position < end:
        yield position, end


def _offset_in(origin: Sequence[OriginRun], source_offset: int) -> int | None:
    """Lead an offset of the source into the text, to the next character that is in it."""
    index = bisect_right(origin, source_offset, key=lambda run: run.source_start) - 1
    if index >= 0:
        run = origin[index]
        inside = run.span.start + source_offset - run.source_start
        if inside < run.span.end:
            return inside
    return origin[index + 1].span.start if index + 1 < len(origin) else None
