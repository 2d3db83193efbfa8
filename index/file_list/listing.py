"""Read a file list, TOML or spreadsheet: each file with its metadata, each fault by its row."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from index.document import Metadata
from index.errors import InvalidRequest
from index.file_list.values import LAST_DAY, NotFitting, field_of, value_of
from index.formats import open_workbook
from index.formats.encoding import decode
from index.formats.sheets import Sheet, Workbook
from index.store.editing import edited_metadata

_HEADER_WITHIN = 30  # rows that hold something
_PATH = "path"
_ENTRIES = ("files", "文件")  # the tables of a TOML list
_COMMON = ("common", "共同")  # what holds for all of them


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the list. `known` states only what the list says; `fields` names what it sets."""

    row: int
    path: str
    known: Metadata
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or with the list (row 0): a stable code and a sentence."""

    row: int
    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class FileList:
    """The files of a list in their order, what is wrong with others, and columns nobody knows."""

    files: tuple[Listed, ...]
    faults: tuple[Fault, ...]
    unused: tuple[str, ...] = ()


def read_file_list(content: bytes, source: str) -> FileList:
    """Read a list. A row counts as a spreadsheet counts it, in TOML as the entry's number.

    Raises ReadError, or InvalidRequest for what is no list at all.
    """
    if PurePath(source).suffix.lower() == ".toml":
        return _of_toml(content)
    book = open_workbook(content, source)
    if book is None:
        raise InvalidRequest("清单应是 TOML、xlsx、xls 或 csv 文件，列出路径和元数据。")
    return _of_workbook(book)


def _of_toml(content: bytes) -> FileList:
    try:
        given = tomllib.loads(decode(content))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidRequest(f"清单不是合格的 TOML：{error}。请改正后重试。") from error
    common: Any = next((given[name] for name in _COMMON if name in given), {})
    entries = next((given[name] for name in _ENTRIES if name in given), None)
    tables = [common, *entries] if isinstance(entries, list) else [None]
    if not all(isinstance(table, dict) for table in tables):
        raise InvalidRequest('清单里没有 [[files]]。请为每份文件写一段，至少有 path = "…"。')
    assert isinstance(entries, list)  # noqa: S101  as was just seen
    rows = [(number, {**common, **entry}) for number, entry in enumerate(entries, 1)]
    names = {name for _, row in rows for name in row}
    unknown = tuple(sorted(name for name in names if field_of(name) is None))
    if unknown:
        raise InvalidRequest(
            f"清单里有不认识的属性：{'、'.join(unknown)}。可用的见 docs/keeping.md。"
        )
    return _listed((number, _by_field(row)) for number, row in rows)


def _of_workbook(book: Workbook) -> FileList:
    rows: list[tuple[int, dict[str, Any]]] = []
    unused: list[str] = []
    found = False
    for sheet in book.sheets:
        header = None if sheet.hidden else _header(sheet)
        if header is None:
            continue
        found = True
        number, columns, others = header
        unused += others
        for row, cells in sheet.rows.items():
            if row <= number:
                continue
            given = {field: cells[at].text for at, field in columns.items() if at in cells}
            rows += [(row + 1, given)] if given else []
    if not found:
        raise InvalidRequest("清单里没有“路径”（或“文件名”、path）这一列，不知道是哪些文件。")
    return replace(_listed(iter(rows)), unused=tuple(dict.fromkeys(unused)))


def _header(sheet: Sheet) -> tuple[int, dict[int, str], list[str]] | None:
    """Return the row of captions, the field of each column, and the captions of no field."""
    for number in itertools.islice(sheet.rows, _HEADER_WITHIN):
        columns: dict[int, str] = {}
        others: list[str] = []
        for at, cell in sheet.rows[number].items():
            field = field_of(cell.text)
            if field is None or field in columns.values():
                others.append(cell.text)
            else:
                columns[at] = field
        if _PATH in columns.values():
            return number, columns, others
    return None


def _by_field(row: Mapping[str, Any]) -> dict[str, Any]:
    return {field: value for name, value in row.items() if (field := field_of(name)) is not None}


def _listed(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> FileList:
    files: list[Listed] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, given in rows:
        path = str(given.get(_PATH, "")).strip()
        values, wrong = _values(given)
        faults += (Fault(number, path, one.code, one.message) for one in wrong)
        if not path:
            faults.append(Fault(number, "", "no_path", "没有写路径。请写出文件在哪里。"))
        elif path in seen:
            message = f"与第 {seen[path]} 行是同一份文件。请删去一行。"
            faults.append(Fault(number, path, "duplicate_path", message))
        elif not wrong:
            known = Metadata("") if not values else _metadata(values)
            if isinstance(known, Metadata):
                files.append(Listed(number, path, known, tuple(sorted(values))))
            else:
                faults.append(Fault(number, path, "dates_reversed", known))
        seen.setdefault(path, number)
    return FileList(tuple(files), tuple(faults))


def _values(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[NotFitting]]:
    values: dict[str, Any] = {}
    wrong: list[NotFitting] = []
    for field, value in given.items():
        if field == _PATH or _is_empty(value):
            continue
        try:
            values["expires_on" if field == LAST_DAY else field] = value_of(field, value)
        except NotFitting as error:
            wrong.append(error)
    return values, wrong


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def _metadata(values: Mapping[str, Any]) -> Metadata | str:
    """Return the metadata that a row states, or the sentence on why it cannot be."""
    try:
        stated = edited_metadata(Metadata("标题"), values)
    except InvalidRequest as error:
        return error.message
    return stated if "title" in values else replace(stated, title="")
