"""Spreadsheets as text, whatever file they came from: every row readable by itself."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.document import Removal
from index.errors import FileTooLarge
from index.formats.raw import Embedded, OutlineHeading, RawText
from index.formats.tables import row_line

MOST_ROWS = 200_000
MOST_COLUMNS = 500
MOST_CELLS = 3_000_000
_DEFAULT_NAMES = ("sheet", "工作表")
_LONGEST_CAPTION = 40  # characters of a column's heading
_MOST_HEADING_ROWS = 3
_HEADING_WITHIN = 30  # rows
_HEADING = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows; `is_number` keeps a row of figures from passing for headings.

    `broken` is the text with its line breaks, where it has any.
    """

    text: str
    is_number: bool = False
    broken: str | None = None


Row = Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, rows and columns from 0, the last ones not included."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells that hold something, by row and column from 0, rows in order.

    `unread` are phrases on what it lacks.
    """

    name: str
    rows: Mapping[int, Row]
    merges: Sequence[Merge] = ()
    hidden: bool = False
    unread: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file in their order."""

    sheets: Sequence[Sheet]
    embedded: Embedded | None = None


def kept(printed: Iterable[Row]) -> dict[int, Row]:
    """Return the rows that hold something, by number. Raises FileTooLarge beyond the limits."""
    rows: dict[int, Row] = {}
    cells = 0
    for number, row in enumerate(printed):
        if not row:
            continue
        cells += len(row)
        if max(row) >= MOST_COLUMNS or len(rows) >= MOST_ROWS or cells > MOST_CELLS:
            raise too_large()
        rows[number] = row
    return rows


def too_large() -> FileTooLarge:
    """Return the error for a sheet over the limits."""
    return FileTooLarge(
        f"表格超过 {MOST_ROWS} 行、{MOST_COLUMNS} 列的上限，请删去空行空列或拆分后再添加。"
    )


def as_raw(book: Workbook) -> RawText:
    """Write sheets as lines. A hidden sheet is kept on record, but is no text."""
    pieces: list[str] = []
    outline: list[OutlineHeading] = []
    removals: list[Removal] = []
    offset = 0
    shown = sum(not sheet.hidden for sheet in book.sheets)
    for sheet in book.sheets:
        lines = list(_sheet_lines(sheet))
        if not lines:
            continue
        if shown > 1 and not sheet.hidden and not sheet.name.lower().startswith(_DEFAULT_NAMES):
            outline.append(OutlineHeading(offset, _HEADING))
            lines.insert(0, sheet.name)
        text = "".join(f"{line}\n" for line in lines)
        if sheet.hidden:
            removals.append(Removal(offset, text, "隐藏的工作表"))
        pieces.append(text)
        offset += len(text)
        removals += [Removal(offset, "", sentence) for sentence in sheet.unread]
    return RawText(
        "".join(pieces),
        outline=tuple(outline),
        removals=tuple(removals),
        paragraphs_known=True,
        embedded=book.embedded,
    )


def _sheet_lines(sheet: Sheet) -> Iterator[str]:
    """Yield what stands above the table as it is, the captions, then each row with them."""
    rows = sheet.rows
    columns = sorted({column for row in rows.values() for column in row})
    first, last = _heading_rows(rows, columns, sheet.merges)
    captioned = captions(rows, range(first, last), columns, sheet.merges)
    down = filled_down(rows, last, sheet.merges)
    for number, row in rows.items():
        if number < last or not captioned:
            yield " | ".join(row[column].text for column in columns if column in row)
            continue
        whole = down.get(number, {}) | dict(row)
        if len(whole) == 1 and len(columns) > 2:
            yield next(iter(whole.values())).text  # a line across, or a note below the table
        else:
            yield row_line(
                [captioned.get(column, "") for column in columns],
                [whole[column].text if column in whole else "" for column in columns],
            )


def _heading_rows(
    rows: Mapping[int, Row], columns: Sequence[int], merges: Sequence[Merge]
) -> tuple[int, int]:
    """Return where the captions begin and end; the same row twice where there are none."""
    for number, row in itertools.islice(rows.items(), _HEADING_WITHIN):
        if len(row) < 2:
            continue  # a title, a unit
        spread = sum(m.right - m.left - 1 for m in merges if m.top == number and m.left in row)
        end = heading_end(number, merges)
        headings = [rows[n] for n in range(number, end) if n in rows]
        named = all(_may_be_caption(cell) for row in headings for cell in row.values())
        fills = (len(row) + spread) * 2 > len(columns)
        followed = any(n >= end and len(row) > 1 for n, row in rows.items())
        return (number, end) if named and fills and followed else (number, number)
    return 0, 0


def _may_be_caption(cell: Cell) -> bool:
    return (
        not cell.is_number
        and len(cell.text) <= _LONGEST_CAPTION
        and not cell.text.endswith(("。", "；"))
    )


def heading_end(first: int, merges: Sequence[Merge]) -> int:
    """Return the row after the captions: a caption merged across has others below it."""
    here = [merge for merge in merges if merge.top == first]
    across = any(m.right - m.left > 1 and m.bottom == first + 1 for m in here)
    deep = max((m.bottom - first for m in here), default=1)
    return first + min(max(deep, 2) if across else deep, _MOST_HEADING_ROWS)


def captions(
    rows: Mapping[int, Row], heading: range, columns: Sequence[int], merges: Sequence[Merge]
) -> dict[int, str]:
    """Return each column's caption; of captions over captions, all, from the top down."""
    found: dict[int, list[str]] = {column: [] for column in columns}
    for number in heading:
        row = rows.get(number, {})
        over = {
            column: row[merge.left].text
            for merge in merges
            if merge.top == number and merge.left in row
            for column in range(merge.left, merge.right)
        }
        for column in columns:
            words = row[column].text if column in row else over.get(column)
            if words and words not in found[column]:
                found[column].append(words)
    return {column: "·".join(words) for column, words in found.items() if words}


def filled_down(
    rows: Mapping[int, Row], first: int, merges: Sequence[Merge]
) -> dict[int, dict[int, Cell]]:
    """Return what a cell merged downwards shows in the rows below its first."""
    numbers = list(rows)
    filled: dict[int, dict[int, Cell]] = {}
    for merge in merges:
        cell = rows.get(merge.top, {}).get(merge.left)
        if merge.top < first or cell is None:
            continue
        begin, end = (bisect_left(numbers, bound) for bound in (merge.top + 1, merge.bottom))
        for number in numbers[begin:end]:
            filled.setdefault(number, {})[merge.left] = cell
    return filled
