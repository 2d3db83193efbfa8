"""Tables as plain text, their columns set apart by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from index.errors import CorruptFile
from index.formats.cell_text import broken
from index.formats.encoding import decode
from index.formats.raw import RawText
from index.formats.sheets import Cell, Row, Sheet, Workbook, as_raw, kept

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_LONGEST_CELL = 1_000_000
_SAMPLE = 50  # rows that tell which character sets columns apart
_SEPARATORS = ",\t;|"


def read_csv(content: bytes) -> RawText:
    """Read a table; every row becomes a line that names its columns."""
    return as_raw(open_csv(content))


def open_csv(content: bytes) -> Workbook:
    """Read a table's cells. Raises ReadError."""
    text = decode(content)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=False)
        rows = kept(map(_row, lines))
    except csv.Error as error:
        raise CorruptFile(
            "表格里的引号不成对或单元格过长，请用 Excel 或 WPS 打开并另存后再添加。"
        ) from error
    return Workbook([Sheet("", rows)])


def _row(printed: list[str]) -> Row:
    return {
        column: Cell(words, bool(_NUMBER.fullmatch(words)), broken(cell))
        for column, cell in enumerate(printed)
        if (words := " ".join(cell.split()))
    }


def _separator(text: str) -> str:
    """Return the character that cuts most of the first rows into the same number of cells."""
    sample = io.StringIO(text[:200_000], newline="")
    best, most = ",", 0
    for separator in _SEPARATORS:
        sample.seek(0)
        widths: Counter[int] = Counter()
        try:
            for _, row in zip(
                range(_SAMPLE), csv.reader(sample, delimiter=separator), strict=False
            ):
                widths[len(row)] += 1
        except csv.Error:
            continue
        agreed = max((count for width, count in widths.items() if width > 1), default=0)
        if agreed > most:
            best, most = separator, agreed
    return best
