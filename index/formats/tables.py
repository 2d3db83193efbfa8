"""Tables as lines: a row a line, each value behind the heading of its column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.guide_captions import guide_field

Grid = Sequence[Sequence[str]]

_FEWEST_FORM_ROWS = 2
_LONGEST_CAPTION = 20  # characters of a column's heading
_YEAR = re.compile(r"(?:19|20)\d\d\s*年(?:度|末|底)?")
_NO_CAPTION = re.compile(r"\d|[：:。]")


def table_lines(grid: Grid) -> Iterator[str]:
    """Yield a table's rows as lines; where the first row names the columns, every row does.

    In a form the first column names what stands beside it: 受理条件 | …
    """
    if is_form(grid):
        for row in grid:
            cells = [cell for cell in row if cell]
            yield from (form_line(cells) for _ in [cells] if cells)
        return
    captions = grid[0] if has_captions(grid) else None
    for index, row in enumerate(grid):
        if captions is None or index == 0:
            yield " | ".join(cell for cell in row if cell)
        else:
            yield row_line(captions, row)


def row_line(captions: Sequence[str], row: Sequence[str]) -> str:
    """Return a row as a line, each value behind its caption; a value without one stands bare."""
    pairs = zip(captions, row, strict=True)
    return "；".join(f"{caption}：{cell}" if caption else cell for caption, cell in pairs if cell)


def form_line(cells: Sequence[str]) -> str:
    """Return a form's row as a line: every second cell stands behind the caption before it."""
    pairs = [cells[index : index + 2] for index in range(0, len(cells), 2)]
    return "；".join("：".join(pair) for pair in pairs)


def is_form(grid: Grid) -> bool:
    """Say whether the first column holds the captions of a 办事指南, and the first row does not."""
    known = [row for row in grid if row and guide_field(row[0]) is not None]
    beside = sum(guide_field(cell) is not None for cell in (grid[0][1:] if grid else ()))
    whole = bool(grid) and beside == len([cell for cell in grid[0][1:] if cell])
    return len(known) >= _FEWEST_FORM_ROWS and 2 * len(known) >= len(grid) and not whole


def has_captions(grid: Grid) -> bool:
    """Say whether the first row names the columns of the others."""
    if len(grid) < 2 or len(grid[0]) < 2 or any(len(row) != len(grid[0]) for row in grid):
        return False
    captions = grid[0]
    return len(set(captions)) == len(captions) and all(map(_is_caption, captions))


def _is_caption(cell: str) -> bool:
    words = _YEAR.sub("年", cell, count=1)
    return bool(words) and len(cell) <= _LONGEST_CAPTION and not _NO_CAPTION.search(words)
