"""Where on a page something of its text stands: a box for each line of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from index.document import Box, PrintedRun
from index.formats.layout import Glyph, PlacedLine
from index.lines import width
from index.pages.sought import Sought

_SAME_LINE = 0.6  # em by which characters beside each other may stand higher or lower
_APART = 2.5  # em between characters beside each other

Edges = tuple[float, float, float, float]  # left, bottom, right, top: a glyph's, as the page counts


def place_recognised(sought: Sought) -> tuple[Box, ...] | None:
    """Return where something stands on a page that was recognised; None where that is unknown.

    What was recognised has a box a line; within it, characters are as wide as they are set.
    """
    if not sought.printed:
        return None
    texts = dict(_characters(sought.runs))
    boxes = []
    for run in sought.printed:
        end = run.source_start + run.length
        for start, stop in sought.wanted:
            first, last = max(start, run.source_start), min(stop, end)
            if first < last:
                boxes.append(_part(run, first, last, texts))
    return tuple(boxes)


def _characters(runs: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for start, text in runs:
        yield from enumerate(text, start)


def _part(run: PrintedRun, start: int, end: int, texts: dict[int, str]) -> Box:
    """Return the part of a run's box in which its characters from `start` to `end` stand."""
    places = range(run.source_start, run.source_start + run.length)
    edges = [0.0, *accumulate(width(texts.get(place, "一")) for place in places)]
    wide = run.box.right - run.box.left
    left, right = (
        run.box.left + wide * edges[place - run.source_start] / edges[-1] for place in (start, end)
    )
    return Box(left, run.box.top, right, run.box.bottom)


def place(sought: Sought, lines: Sequence[PlacedLine]) -> list[Edges] | None:
    """Return where something stands on a page that was read again, a line after the other.

    None where the page's text is not what it was: nothing is marked that may be another word.
    """
    text = "\n".join(placed.line.text for placed in lines)
    shift = _shift(sought.runs, text)
    if shift is None:
        return None
    edges = []
    offset = shift
    for placed in lines:
        end = offset + len(placed.line.text)
        for start, stop in sought.wanted:
            if start < end and offset < stop:
                edges += _of_line(placed, start - offset, stop - offset)
        offset = end + 1
    return edges


def _shift(runs: Sequence[tuple[int, str]], text: str) -> int | None:
    """Return the source's offset at which the page's text begins, seen to fit every run."""
    if not runs:
        return None
    start, longest = max(runs, key=lambda run: len(run[1]))
    found = text.find(longest)
    while found >= 0:
        shift = start - found
        if all(at >= shift and text.startswith(run, at - shift) for at, run in runs):
            return shift
        found = text.find(longest, found + 1)
    return None


def _of_line(placed: PlacedLine, start: int, end: int) -> list[Edges]:
    """Return the edges around a line's characters from `start` to `end`, run by run."""
    parts = [
        _of_glyph(glyph, max(start - at, 0), min(end - at, len(glyph.text)))
        for at, glyph in placed.glyphs
        if at < end and start < at + len(glyph.text) and not glyph.text.isspace()
    ]
    return [
        (min(lefts), min(bottoms), max(rights), max(tops))
        for lefts, bottoms, rights, tops in (zip(*run, strict=True) for run in _runs(parts))
    ]


def _runs(parts: Sequence[Edges]) -> list[list[Edges]]:
    """Part characters that do not stand beside each other: those of a table's other cells."""
    runs: list[list[Edges]] = []
    for left, bottom, right, top in parts:
        before = runs[-1][-1] if runs else None
        size = top - bottom
        if (
            before is None
            or abs(bottom - before[1]) > _SAME_LINE * size
            or not -size < left - before[2] < _APART * size
        ):
            runs.append([])
        runs[-1].append((left, bottom, right, top))
    return runs


def _of_glyph(glyph: Glyph, start: int, end: int) -> Edges:
    edges = [0.0, *accumulate(map(width, glyph.text))]
    wide = (glyph.right - glyph.x) / (edges[-1] or 1)
    bottom = glyph.baseline - glyph.below
    return (
        glyph.x + wide * edges[start],
        bottom,
        glyph.x + wide * edges[end],
        bottom + glyph.size,
    )
