"""A printed page as lines, the rows of tables among them, also where a table runs over pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.formats.aligned_tables import aligned_tables, parts_of
from index.formats.layout import Glyph, PlacedLine, placed_lines
from index.formats.printed_rows import PrintedTable, TableEnd
from index.formats.ruled_tables import MOST_LINES_OF_HEAD, Ruling, ruled_tables

Drawn = tuple[Sequence[Glyph], Sequence[Ruling]]

_FOOT = re.compile(r"[\s\d—―－–\-·•/第页共,，of]*", re.IGNORECASE)
_LONGEST = 100  # pages of one table that are gone back over


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A page's lines from top to bottom, and the table it ends with."""

    lines: list[PlacedLine]
    end: TableEnd | None


def read_page(
    glyphs: Sequence[Glyph], rulings: Iterable[Ruling], before: TableEnd | None = None
) -> PrintedPage:
    """Return a page's lines; of a table, a line for each row. `before` may go on at its top."""
    ruled, rest = ruled_tables(glyphs, rulings, before)
    lines = list(placed_lines(rest))
    carried = before if not any(table.before for table in ruled) else None
    aligned = list(_aligned_beside(ruled, lines, carried))
    entries: list[tuple[float, PlacedLine | PrintedTable]] = [
        (table.top, table) for table in (*ruled, *(table for _, table in aligned))
    ]
    taken = {number for numbers, _ in aligned for number in numbers}
    entries += [
        (line.glyphs[0][1].baseline, line) for place, line in enumerate(lines) if place not in taken
    ]
    entries.sort(key=lambda entry: -entry[0])
    read: list[PlacedLine] = []
    end: TableEnd | None = None
    for _, entry in entries:
        if isinstance(entry, PrintedTable):
            read += entry.lines()
            end = entry.end()
        else:
            read.append(entry)
            end = end if _FOOT.fullmatch(entry.line.text) else None
    return PrintedPage(read, end)


def _aligned_beside(
    ruled: Sequence[PrintedTable], lines: Sequence[PlacedLine], before: TableEnd | None
) -> Iterator[tuple[range, PrintedTable]]:
    """Yield the tables without lines above, between and below those with lines, on their own."""

    def above(line: PlacedLine) -> int | None:
        baseline = line.glyphs[0][1].baseline
        beside = any(table.bottom <= baseline <= table.top for table in ruled)
        return None if beside else sum(baseline < table.bottom for table in ruled)

    edge = max((line.line.right for line in lines), default=0.0)
    first = 0
    for tables_above, stretch in groupby(lines, above):
        printed = list(stretch)
        if tables_above is not None:
            carried = before if first == tables_above == 0 else None
            for numbers, table in aligned_tables(printed, edge, carried):
                yield range(first + numbers.start, first + numbers.stop), table
        first += len(printed)


def page_within(number: int, drawn: Callable[[int], Drawn]) -> PrintedPage:
    """Return a page as it reads after those before it, of which so many are read as it takes.

    `drawn` gives what is printed on a page; pages count from 0.
    """
    pages = [drawn(number)]
    while len(pages) <= min(number, _LONGEST) and _may_go_on(*pages[-1]):
        pages.append(drawn(number - len(pages)))
    page = PrintedPage([], None)
    for glyphs, rulings in reversed(pages):
        page = read_page(glyphs, rulings, page.end)
    return page


def _may_go_on(glyphs: Sequence[Glyph], rulings: Sequence[Ruling]) -> bool:
    """Say whether a table may stand at the top of a page."""
    if rulings:
        return True
    head = list(placed_lines(glyphs))[: MOST_LINES_OF_HEAD + 1]
    return any(len(parts_of(line)) > 1 for line in head)
