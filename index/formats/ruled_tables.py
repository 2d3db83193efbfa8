"""Tables that are ruled on a printed page: cells found by their lines."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from index.formats.layout import Glyph
from index.formats.printed_rows import EMPTY, Column, Filled, PrintedTable, TableEnd, filled

_NEAR = 0.3  # em between lines that are one
_MOVED = 2.5  # em by which a table may stand to one side on the page after
_SHORTEST = 0.6  # em of a line that parts cells
MOST_LINES_OF_HEAD = 1  # above a table that goes on from the page before
_FEWEST_CELLS = 4  # with something in them; else it is a frame
_MOST_RULINGS = 1_500  # of a page; a drawing has more
_MOST_EDGES = 500  # of a table, each way


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

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(pairwise(self.xs))

    def fits(self, before: TableEnd) -> bool:
        """Say whether it has the columns of a table that may go on in it.

        All may stand a little to the left or right, as on the back of a leaf or in a scan.
        """
        if not before.is_ruled or len(before.columns) != len(self.columns):
            return False
        moved = [
            these[side] - those[side]
            for those, these in zip(before.columns, self.columns, strict=True)
            for side in (0, 1)
        ]
        shift = statistics.median(moved)
        return abs(shift) < _MOVED / _NEAR * self.near and all(
            abs(one - shift) < self.near for one in moved
        )

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


def ruled_tables(
    glyphs: Sequence[Glyph], rulings: Iterable[Ruling], before: TableEnd | None = None
) -> tuple[list[PrintedTable], list[Glyph]]:
    """Return the tables that lines make, from top to bottom, and the glyphs that stand in none.

    `before` is what the page before ends with: of that, one row may be all that is here.
    """
    near = _NEAR * statistics.median(glyph.size for glyph in glyphs) if glyphs else 0.0
    tables: list[PrintedTable] = []
    rest = list(glyphs)
    grids = sorted(_grids(rulings, near), key=lambda grid: -grid.ys[0])
    for grid in grids:
        above = [glyph.baseline for glyph in rest if _centre(glyph)[1] > grid.ys[0]]
        is_first = not tables and not _are_several_lines(above, near)
        goes_on = before if before and is_first and grid.fits(before) else None
        table = _table(grid, [glyph for glyph in rest if grid.holds(glyph)], goes_on)
        if table is not None:
            tables.append(table)
            rest = [glyph for glyph in rest if not grid.holds(glyph)]
    return tables, rest


def _are_several_lines(baselines: Iterable[float], near: float) -> bool:
    """Say whether characters stand on more lines than the head of a page may have."""
    return len(_merged(baselines, 2 * near)) > MOST_LINES_OF_HEAD


def _centre(glyph: Glyph) -> tuple[float, float]:
    return (glyph.x + glyph.right) / 2, glyph.baseline - glyph.below + glyph.size / 2


# From lines to grids -----------------------------------------------------------------------


def _grids(rulings: Iterable[Ruling], near: float) -> Iterator[_Grid]:
    """Yield what is ruled like a table: two columns at least."""
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
        if 3 <= len(xs) <= _MOST_EDGES and 2 <= len(ys) <= _MOST_EDGES:
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


def _table(grid: _Grid, glyphs: Sequence[Glyph], before: TableEnd | None) -> PrintedTable | None:
    """Return a table; None where hardly a cell has anything in it."""
    inside: dict[tuple[int, int], list[Glyph]] = {}
    anchors = _anchors(grid)
    for glyph in glyphs:
        inside.setdefault(anchors[grid.cell_of(glyph)], []).append(glyph)
    held = {cell: filled(those) for cell, those in inside.items()}
    rows = []
    for row in range(len(grid.ys) - 1):
        cells: list[Filled] = []
        for column in range(len(grid.xs) - 1):
            anchor = anchors[row, column]
            spans = anchor[1] != column  # said once, in the first of its columns
            cells.append(EMPTY if spans else held.get(anchor, EMPTY))
        if any(text for text, _ in cells):
            rows.append(tuple(cells))
    full = sum(bool(text) for text, _ in held.values())
    if not rows or (before is None and (len(rows) < 2 or full < _FEWEST_CELLS)):
        return None
    size = statistics.median(glyph.size for glyph in glyphs)
    return PrintedTable(
        grid.ys[0], grid.ys[-1], grid.columns, tuple(rows), size, is_ruled=True, before=before
    )


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
