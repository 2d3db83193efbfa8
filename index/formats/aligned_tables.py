"""Tables without lines: columns told by the gaps that all their rows share.

What is set in columns is far more often prose, a list of names or a signature than a table, so
only what shows captions and short cells under them is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from index.formats.layout import Glyph, PlacedLine
from index.formats.printed_rows import EMPTY, Column, PrintedTable, TableEnd, filled
from index.formats.ruled_tables import MOST_LINES_OF_HEAD
from index.formats.tables import has_captions

_PARTED = 1.5  # em between cells of a row
_GUTTER = 0.8  # em that stay free between columns all the way down
_FEWEST_ROWS = 3  # the captions among them
_CLOSEST, _FARTHEST = 1.0, 3.2  # em between the lines of a table
_OTHER_SIZE = 1.25  # as many times larger or smaller is no row of it
_LONGEST_CAPTION = 12  # characters
_NEAR_EDGE = 3.5  # em a cell that goes on in the next line leaves free at most
_LONG_CELL = 6.0  # em
_SPOKEN = 0.2  # share of a table's cells that may have the marks of a sentence
_FILLED = 0.6  # share of the cells that hold something
_NOTED = 2 / 3  # share of a column's cells that are figures
_SENTENCE = re.compile(r"[，。；、：:？！]")
_MARK = re.compile(r"[，。；]")
_FIGURE = re.compile(r"[\d.,%％‰/:：~～\-—－+±()（）\s年月日时元万亿个件项次人名户家台场份]+")
_CAPTION = re.compile(
    r"[\u4e00-\u9fff]{0,5}?(?:序号|编号|名称|姓名|单位|部门|机关|数量|合计|备注|说明|电话|号码|时间|日期|时限|期限|地点|地址|项目|事项"
    r"|内容|金额|职务|职称|类别|类型|等级|标准|费用|比例|年度|年份|区域|镇街|情况|材料|要求|方式|责任人|负责人|联系人)"
    r"(?:（[^（）]{1,6}）)?"
)


@dataclass(slots=True)
class _Row:
    """A row as it grows: its glyphs by column, and the line it ends with."""

    cells: dict[int, list[Glyph]]
    line: PlacedLine


@dataclass(slots=True)
class _Growing:
    """A table as it grows downwards. `edge` is the right edge of what is printed."""

    columns: list[Column]
    size: float
    edge: float
    rows: list[_Row] = field(default_factory=list)

    def takes(self, line: PlacedLine) -> bool:
        """Take a line as a row, or as the rest of the last; False where it is neither."""
        if self.rows and not self._follows(line):
            return False
        cells, columns = self._assigned(line)
        if not cells:
            return False
        if self.rows and self._goes_on(cells):
            for column, glyphs in cells.items():
                self.rows[-1].cells[column].extend(glyphs)
            self.rows[-1].line = line
        elif len(cells) >= 2:
            self.rows.append(_Row(cells, line))
        else:
            return False
        self.columns = columns
        return True

    def _follows(self, line: PlacedLine) -> bool:
        last = self.rows[-1].line
        apart = (_baseline(last) - _baseline(line)) / self.size
        size = line.line.size / self.size
        return _CLOSEST <= apart <= _FARTHEST and 1 / _OTHER_SIZE <= size <= _OTHER_SIZE

    def _assigned(self, line: PlacedLine) -> tuple[dict[int, list[Glyph]], list[Column]]:
        """Lead the parts of a line to their columns, made wider; nothing where one has none."""
        columns = list(self.columns)
        cells: dict[int, list[Glyph]] = {}
        for part in parts_of(line):
            left, right = part[0].x, max(glyph.right for glyph in part)
            nearest = min(range(len(columns)), key=lambda one: _apart(columns[one], left, right))
            if nearest in cells:
                return {}, columns
            columns[nearest] = (min(columns[nearest][0], left), max(columns[nearest][1], right))
            cells[nearest] = part
        gutters = (after[0] - one[1] for one, after in pairwise(columns))
        if any(gutter < _GUTTER * self.size for gutter in gutters):
            return {}, columns
        return cells, columns

    def _goes_on(self, cells: dict[int, list[Glyph]]) -> bool:
        """Say whether parts of a line continue the long cells above them."""
        above = self.rows[-1].cells
        return len(cells) < len(self.columns) and all(
            column in above and self._is_full(column, above[column]) for column in cells
        )

    def _is_full(self, column: int, glyphs: Sequence[Glyph]) -> bool:
        """Say whether the last line of a cell comes near the end of its column."""
        last = min(glyph.baseline for glyph in glyphs)
        line = [glyph for glyph in glyphs if glyph.baseline - last < self.size / 2]
        right = max(glyph.right for glyph in line)
        following = column + 1
        limit = self.columns[following][0] if following < len(self.columns) else self.edge
        wide = right - min(glyph.x for glyph in line)
        return limit - right < _NEAR_EDGE * self.size and wide > _LONG_CELL * self.size

    def table(self, before: TableEnd | None) -> PrintedTable:
        """Return the table as it is now."""
        rows = tuple(
            tuple(filled(row.cells[place]) if place in row.cells else EMPTY
                  for place in range(len(self.columns)))
            for row in self.rows
        )  # fmt: skip
        top, bottom = _baseline_of(self.rows[0].cells), _baseline(self.rows[-1].line)
        return PrintedTable(
            top, bottom, tuple(self.columns), rows, self.size, is_ruled=False, before=before
        )


def aligned_tables(
    lines: Sequence[PlacedLine], edge: float, before: TableEnd | None = None
) -> Iterator[tuple[range, PrintedTable]]:
    """Yield the tables among a page's lines, each with the lines it takes.

    `edge` is the right edge of what is printed on the page. `before` is what the page before
    ends with: its rows may go on at the top.
    """
    number = 0
    while number < len(lines):
        grown = None
        if before is not None and not before.is_ruled and number <= MOST_LINES_OF_HEAD:
            grown = _grown(_Growing(list(before.columns), lines[number].line.size, edge),
                           lines, number)  # fmt: skip
            if grown is not None:
                yield grown[1], grown[0].table(before)
                before = None
        if grown is None:
            grown = _captioned(lines, number, edge)
            if grown is not None:
                yield grown[1], grown[0].table(None)
        number = grown[1].stop if grown is not None else number + 1


def parts_of(line: PlacedLine) -> list[list[Glyph]]:
    """Part a line where its gaps are those between cells."""
    parts: list[list[Glyph]] = []
    right = 0.0
    for _, glyph in line.glyphs:
        if glyph.text.isspace():
            continue
        if not parts or glyph.x - right > _PARTED * line.line.size:
            parts.append([])
        parts[-1].append(glyph)
        right = max(right, glyph.right) if len(parts[-1]) > 1 else glyph.right
    return parts


def _captioned(
    lines: Sequence[PlacedLine], number: int, edge: float
) -> tuple[_Growing, range] | None:
    """Return the table whose captions a line is, or None."""
    parts = parts_of(lines[number])
    if len(parts) < 2 or not all(map(_may_be_caption, parts)):
        return None
    columns = [(part[0].x, max(glyph.right for glyph in part)) for part in parts]
    found = _grown(_Growing(columns, lines[number].line.size, edge), lines, number)
    return found if found is not None and _is_table(found[0]) else None


def _grown(
    growing: _Growing, lines: Sequence[PlacedLine], number: int
) -> tuple[_Growing, range] | None:
    stop = number
    while stop < len(lines) and growing.takes(lines[stop]):
        stop += 1
    return (growing, range(number, stop)) if growing.rows else None


def _may_be_caption(part: Sequence[Glyph]) -> bool:
    text = "".join(glyph.text for glyph in part)
    return len(text) <= _LONGEST_CAPTION and not _SENTENCE.search(text)


def _is_table(growing: _Growing) -> bool:
    """Say whether what stands in columns is a table: captions, and short cells or figures."""
    texts = [[text for text, _ in row] for row in growing.table(None).rows]
    if len(texts) < _FEWEST_ROWS or not has_captions(texts):
        return False
    body = texts[1:]
    if sum(bool(cell) for row in body for cell in row) < _FILLED * len(body) * len(texts[0]):
        return False
    by_column = [[row[place] for row in body if row[place]] for place in range(len(texts[0]))]
    figures = any(_are_figures(cells) for cells in by_column)
    named = sum(_CAPTION.fullmatch(caption) is not None for caption in texts[0])
    return figures or (2 * named >= len(texts[0]) and not _is_prose(body))


def _are_figures(cells: Sequence[str]) -> bool:
    figures = [cell for cell in cells if re.search(r"\d", cell) and _FIGURE.fullmatch(cell)]
    return bool(cells) and len(figures) >= _NOTED * len(cells)


def _is_prose(body: Sequence[Sequence[str]]) -> bool:
    """Say whether the cells read like lines out of sentences, as those of prose in columns do."""
    cells = [cell for row in body for cell in row if cell]
    return sum(_MARK.search(cell) is not None for cell in cells) > _SPOKEN * len(cells)


def _apart(column: Column, left: float, right: float) -> float:
    """Return how far a stretch is from a column; below zero, how much of it lies within."""
    return max(column[0], left) - min(column[1], right)


def _baseline(line: PlacedLine) -> float:
    return line.glyphs[0][1].baseline


def _baseline_of(cells: dict[int, list[Glyph]]) -> float:
    return max(glyph.baseline for glyphs in cells.values() for glyph in glyphs)
