"""Tables that are ruled on a printed page: cells found by their lines, rows that keep captions."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from index.formats.layout import Glyph, PlacedLine, PrintedLine, placed_lines
from index.formats.tables import table_lines

_NEAR = 0.3  # em between lines that are one
_SHORTEST = 0.6  # em of a line that parts cells
_FEWEST_CELLS = 4  # with something in them; else it is a frame
_MOST_RULINGS = 1_500  # of a page; a drawing has more
_MOST_EDGES = 500  # of a table, each way

Filled = tuple[str, tuple[tuple[int, Glyph], ...]]  # a cell's text, and where its glyphs are in it


@dataclass(frozen=True, slots=True)
class Ruling:
    """A line drawn on the page, upright or level, in the units of its glyphs."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def between(cls, one: tuple[float, float], other: tuple[float, float]) -> Self:
        """Return the line between two points."""
        (x1, y1), (x2, y2) = one, other
        return cls(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))

    @property
    def is_level(self) -> bool:
        """Say whether it runs from left to right."""
        return self.right - self.left >= self.top - self.bottom


@dataclass(frozen=True, slots=True)
class _Grid:
    """The edges of a table's columns and rows, and the lines that are there."""

    xs: tuple[float, ...]  # from left to right
    ys: tuple[float, ...]  # from top to bottom
    rulings: tuple[Ruling, ...]
    near: float

    def holds(self, glyph: Glyph) -> bool:
        x, y = _centre(glyph)
        return self.xs[0] < x < self.xs[-1] and self.ys[-1] < y < self.ys[0]

    def cell_of(self, glyph: Glyph) -> tuple[int, int]:
        x, y = _centre(glyph)
        row = bisect_right(self.ys, -y, key=lambda edge: -edge) - 1
        return row, bisect_right(self.xs, x) - 1

    def is_parted(self, row: int, column: int, *, from_above: bool) -> bool:
        """Say whether a line parts a cell from the one above, or from the one at its left."""
        if from_above:
            middle = (self.xs[column] + self.xs[column + 1]) / 2
            return any(
                one.is_level
                and abs(one.top - self.ys[row]) < self.near
                and one.left <= middle <= one.right
                for one in self.rulings
            )
        middle = (self.ys[row] + self.ys[row + 1]) / 2
        return any(
            not one.is_level
            and abs(one.left - self.xs[column]) < self.near
            and one.bottom <= middle <= one.top
            for one in self.rulings
        )


def page_lines(glyphs: Sequence[Glyph], rulings: Iterable[Ruling]) -> list[PlacedLine]:
    """Return a page's lines from top to bottom; of a ruled table, a line for each row."""
    near = _NEAR * statistics.median(glyph.size for glyph in glyphs) if glyphs else 0.0
    tables = []
    rest = list(glyphs)
    for grid in _grids(rulings, near):
        rows = _rows(grid, [glyph for glyph in rest if grid.holds(glyph)])
        if rows:
            tables.append((grid.ys[0], rows))
            rest = [glyph for glyph in rest if not grid.holds(glyph)]
    lines: list[PlacedLine] = []
    tables.sort(key=lambda table: -table[0])
    for line in placed_lines(rest):
        while tables and line.glyphs[0][1].baseline < tables[0][0]:
            lines += tables.pop(0)[1]
        lines.append(line)
    return [*lines, *(row for _, rows in tables for row in rows)]


def _centre(glyph: Glyph) -> tuple[float, float]:
    return (glyph.x + glyph.right) / 2, glyph.baseline - glyph.below + glyph.size / 2


# From lines to grids -----------------------------------------------------------------------


def _grids(rulings: Iterable[Ruling], near: float) -> Iterator[_Grid]:
    """Yield what is ruled like a table: two columns and two rows at least."""
    long = [
        one
        for one in rulings
        if max(one.right - one.left, one.top - one.bottom) >= _SHORTEST / _NEAR * near
        and min(one.right - one.left, one.top - one.bottom) < near
    ]
    if len(long) > _MOST_RULINGS:
        return
    for group in _touching(long, near):
        xs = _merged((one.left for one in group if not one.is_level), near)
        ys = _merged((one.top for one in group if one.is_level), near)
        if 3 <= len(xs) <= _MOST_EDGES and 3 <= len(ys) <= _MOST_EDGES:
            yield _Grid(tuple(xs), tuple(reversed(ys)), tuple(group), near)


def _touching(rulings: Sequence[Ruling], near: float) -> list[list[Ruling]]:
    """Gather the lines that touch each other."""
    groups: list[list[Ruling]] = []
    left = list(rulings)
    while left:
        group, border = [], [left.pop()]
        while border:
            one = border.pop()
            group.append(one)
            touched = [other for other in left if _touch(one, other, near)]
            border += touched
            gone = set(map(id, touched))
            left = [other for other in left if id(other) not in gone]
        groups.append(group)
    return groups


def _touch(one: Ruling, other: Ruling, near: float) -> bool:
    return (
        one.left <= other.right + near
        and other.left <= one.right + near
        and one.bottom <= other.top + near
        and other.bottom <= one.top + near
    )


def _merged(edges: Iterable[float], near: float) -> list[float]:
    """Return the edges in order, those that are one line as one."""
    merged: list[float] = []
    for edge in sorted(edges):
        if not merged or edge - merged[-1] > near:
            merged.append(edge)
    return merged


# From grids to rows ------------------------------------------------------------------------


def _rows(grid: _Grid, glyphs: Sequence[Glyph]) -> list[PlacedLine]:
    """Return a table's rows as lines; none where hardly a cell has anything in it."""
    inside: dict[tuple[int, int], list[Glyph]] = {}
    anchors = _anchors(grid)
    for glyph in glyphs:
        inside.setdefault(anchors[grid.cell_of(glyph)], []).append(glyph)
    filled = {cell: _filled(held) for cell, held in inside.items()}
    rows = []
    for row in range(len(grid.ys) - 1):
        cells: list[Filled] = []
        for column in range(len(grid.xs) - 1):
            anchor = anchors[row, column]
            spans = anchor[1] != column  # said once, in the first of its columns
            cells.append(("", ()) if spans else filled.get(anchor, ("", ())))
        if any(text for text, _ in cells):
            rows.append(cells)
    if len(rows) < 2 or sum(bool(text) for text, _ in filled.values()) < _FEWEST_CELLS:
        return []
    texts = [[text for text, _ in cells] for cells in rows]
    size = statistics.median(glyph.size for glyph in glyphs)
    return [
        _row_line(text, cells, rows[0], size, grid)
        for text, cells in zip(table_lines(texts), rows, strict=True)
    ]


def _anchors(grid: _Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """Lead each field of the grid to the first field of its cell, which may span several."""
    anchors: dict[tuple[int, int], tuple[int, int]] = {}
    for row in range(len(grid.ys) - 1):
        for column in range(len(grid.xs) - 1):
            own = (row, column)
            if row and not grid.is_parted(row, column, from_above=True):
                own = anchors[row - 1, column]
            elif column and not grid.is_parted(row, column, from_above=False):
                own = anchors[row, column - 1]
            anchors[row, column] = own
    return anchors


def _filled(glyphs: Sequence[Glyph]) -> Filled:
    """Return a cell's text, its lines joined, with its glyphs."""
    text = ""
    placed: list[tuple[int, Glyph]] = []
    for line in placed_lines(glyphs):
        if text and text[-1].isascii() and line.line.text[0].isascii():
            text += " "
        placed += [(len(text) + start, glyph) for start, glyph in line.glyphs]
        text += line.line.text
    return text, tuple(placed)


def _row_line(
    text: str, cells: Sequence[Filled], captions: Sequence[Filled], size: float, grid: _Grid
) -> PlacedLine:
    """Return a row as a line whose glyphs are those of its cells, and of the captions it names."""
    placed: list[tuple[int, Glyph]] = []
    cursor = 0
    for cell, caption in zip(cells, captions, strict=True):
        if not cell[0]:
            continue
        named = text.find(f"{caption[0]}：{cell[0]}", cursor) if caption[0] else -1
        if named >= 0:
            placed += [(named + start, glyph) for start, glyph in caption[1]]
            named += len(caption[0]) + 1
        start_of_cell = named if named >= 0 else text.find(cell[0], cursor)
        placed += [(start_of_cell + start, glyph) for start, glyph in cell[1]]
        cursor = start_of_cell + len(cell[0])
    line = PrintedLine(text, grid.xs[0], grid.xs[-1], size, is_row=True)
    return PlacedLine(line, tuple(placed))
