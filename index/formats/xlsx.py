"""Excel workbooks: sheets with what their cells show, merged ranges and missing values noted."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from index.errors import CorruptFile
from index.formats.cell_text import broken, cell_text
from index.formats.failures import DAMAGE
from index.formats.package import open_package, parse_part, read_part
from index.formats.raw import Embedded, RawText
from index.formats.sheets import Cell, Merge, Sheet, Workbook, as_raw, kept, too_large

_FAILURES: tuple[type[Exception], ...] = (InvalidFileException, *DAMAGE)
_MOST_MERGES = 50_000
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_UNCALCULATED = re.compile(  # a formula without the value it had when last opened
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DAMAGED = "Excel 文件已损坏，请用 Excel 或 WPS 打开并另存后再添加。"


def read_xlsx(content: bytes) -> RawText:
    """Read a workbook's sheets; every row becomes a line that names its columns."""
    return as_raw(open_xlsx(content))


def open_xlsx(content: bytes) -> Workbook:
    """Read a workbook's cells. Raises ReadError."""
    with open_package(content) as package:
        parts = _sheet_parts(package)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [_sheet(sheet, parts.get(sheet.title, b"")) for sheet in book.worksheets]
            properties = book.properties
        finally:
            book.close()
    except _FAILURES as error:
        raise CorruptFile(_DAMAGED) from error
    embedded = Embedded(
        title=properties.title or None,
        created_on=properties.created.date() if properties.created else None,
        modified_on=properties.modified.date() if properties.modified else None,
    )
    return Workbook(sheets, embedded)


def _sheet(sheet: Any, part: bytes) -> Sheet:
    sheet.reset_dimensions()  # some programs write A1 there, whatever the sheet holds
    return Sheet(
        name=sheet.title,
        rows=kept(dict(_cells(printed)) for printed in sheet.iter_rows()),
        merges=tuple(_merges(part)),
        hidden=sheet.sheet_state != "visible",
        unread=tuple(_unread(sheet.title, part)),
    )


def _cells(printed: Any) -> Iterator[tuple[int, Cell]]:
    for column, cell in enumerate(printed):
        value = cell.value
        if value is None:
            continue
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = cell_text(value, cell.number_format or "General")
        if text:
            yield column, Cell(text, is_number, broken(value))


def _merges(part: bytes) -> Iterator[Merge]:
    for number, match in enumerate(_MERGE.finditer(part)):
        if number >= _MOST_MERGES:
            raise too_large()
        left, top, right, bottom = range_boundaries(match[1].decode())
        yield Merge(top - 1, bottom, left - 1, right)


def _unread(name: str, part: bytes) -> Iterator[str]:
    count = sum(1 for _ in _UNCALCULATED.finditer(part))
    if count:
        yield f"工作表“{name}”有 {count} 个公式没有算好的值，未读入，请用 Excel 或 WPS 打开并保存"


def _sheet_parts(package: zipfile.ZipFile) -> Mapping[str, bytes]:
    """Return the parts of the sheets by name; openpyxl keeps merged ranges to itself here."""
    names = set(package.namelist())
    book = next((name for name in sorted(names) if re.fullmatch(r"xl/workbook\d*\.xml", name)), "")
    relations = f"xl/_rels/{posixpath.basename(book)}.rels"
    if not book or relations not in names:
        raise CorruptFile(_DAMAGED)
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", "")))
        for relation in parse_part(package, relations)
    }
    parts: dict[str, bytes] = {}
    for element in parse_part(package, book).iter():
        if element.tag.endswith("}sheet"):
            part = targets.get(element.get(_RELATION), "").lstrip("/")
            if part in names:
                parts[element.get("name", "")] = read_part(package, part)
    return parts
