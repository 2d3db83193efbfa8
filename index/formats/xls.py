"""Workbooks of Excel before 2007 and of WPS 表格 (xls, et)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_EMPTY, XL_CELL_ERROR, XL_CELL_NUMBER
from xlrd.compdoc import CompDocError
from xlrd.xldate import XLDateError, xldate_as_datetime

from index.errors import CorruptFile
from index.formats.cell_text import broken, cell_text
from index.formats.failures import DAMAGE
from index.formats.raw import RawText
from index.formats.sheets import (
    MOST_CELLS,
    MOST_COLUMNS,
    Cell,
    Merge,
    Sheet,
    Workbook,
    as_raw,
    kept,
    too_large,
)

_FAILURES: tuple[type[Exception], ...] = (CompDocError, *DAMAGE)
_DAMAGED = "Excel 文件已损坏，请用 Excel 或 WPS 打开并另存为 xlsx 后再添加。"


def read_xls(content: bytes) -> RawText:
    """Read a workbook's sheets; every row becomes a line that names its columns."""
    return as_raw(open_xls(content))


def open_xls(content: bytes) -> Workbook:
    """Read a workbook's cells. Raises ReadError."""
    try:
        # It reports odd bytes by printing them.
        with redirect_stdout(io.StringIO()):
            book = xlrd.open_workbook(
                file_contents=content, formatting_info=True, logfile=io.StringIO()
            )
            sheets = [_sheet(book, sheet) for sheet in book.sheets()]
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise CorruptFile("文件已加密，请用 Excel 或 WPS 打开、去掉密码后再添加。") from error
        raise CorruptFile(_DAMAGED) from error
    except _FAILURES as error:
        raise CorruptFile(_DAMAGED) from error
    return Workbook(sheets)


def _sheet(book: Any, sheet: Any) -> Sheet:
    if sheet.ncols > MOST_COLUMNS or sheet.nrows * sheet.ncols > MOST_CELLS:
        raise too_large()
    rows = kept(dict(_cells(book, sheet, number)) for number in range(sheet.nrows))
    merges = (Merge(top, bottom, left, right) for top, bottom, left, right in sheet.merged_cells)
    return Sheet(sheet.name, rows, tuple(merges), hidden=bool(sheet.visibility))


def _cells(book: Any, sheet: Any, number: int) -> Iterator[tuple[int, Cell]]:
    for column, cell in enumerate(sheet.row(number)):
        if cell.ctype in {XL_CELL_EMPTY, XL_CELL_ERROR}:
            continue
        text = cell_text(_value(book, cell), _format_of(book, cell))
        if text:
            yield column, Cell(text, cell.ctype == XL_CELL_NUMBER, broken(cell.value))


def _value(book: Any, cell: Any) -> Any:
    if cell.ctype == XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == XL_CELL_DATE:
        try:
            return xldate_as_datetime(cell.value, book.datemode)
        except (XLDateError, OverflowError, ValueError):
            return cell.value
    return cell.value


def _format_of(book: Any, cell: Any) -> str:
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return "General"
    shown = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return shown.format_str if shown is not None else "General"
