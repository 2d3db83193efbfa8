"""One file a format; `extract` picks the reader by what a file holds, not by its name.

The readers load libraries of their own, so each is imported when a file first asks for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from index.errors import EmptyDocument, FileTooLarge, UnsupportedFormat
from index.formats.identify import Format, identify
from index.formats.parts import EVERY_PART, NeedsPart, Part
from index.formats.raw import FormatReader, RawText
from index.formats.sheets import Workbook, as_raw

MAX_BYTES = 64 * 1024 * 1024
MAX_CHARACTERS = 5_000_000
_FEWEST_CHARACTERS = 8  # letters, digits or ideographs, below which there is nothing to read
_READERS: Mapping[Format, str] = {
    Format.TEXT: "index.formats.text:read_text",
    Format.MARKDOWN: "index.formats.markdown:read_markdown",
    Format.CSV: "index.formats.csv:read_csv",
    Format.HTML: "index.formats.html:read_html",
    Format.MHTML: "index.formats.mhtml:read_mhtml",
    Format.DOCX: "index.formats.docx:read_docx",
    Format.XLSX: "index.formats.xlsx:read_xlsx",
    Format.XLS: "index.formats.xls:read_xls",
    Format.PPTX: "index.formats.pptx:read_pptx",
    Format.OFD: "index.formats.ofd:read_ofd",
    Format.PDF: "index.formats.pdf:read_pdf",
    Format.IMAGE: "index.formats.image:read_image",
}
_TABLES: Mapping[Format, str] = {
    Format.CSV: "index.formats.csv:open_csv",
    Format.XLSX: "index.formats.xlsx:open_xlsx",
    Format.XLS: "index.formats.xls:open_xls",
}
_SCANNED_AT_TIMES = frozenset({Format.PDF, Format.OFD})  # whose pages may be only pictures
_OFFICE = frozenset({Format.WRITER, Format.CALC, Format.IMPRESS})


def open_workbook(content: bytes, source: str) -> Workbook | None:
    """Return the sheets of a spreadsheet, None for any other file. Raises ReadError."""
    _check_size(content)
    place = _TABLES.get(identify(content, source))
    if place is None:
        return None
    book: Workbook = _named(place)(content)
    return book


def extract(
    content: bytes,
    source: str,
    parts: frozenset[Part] = EVERY_PART,
    workbook: Workbook | None = None,
) -> RawText:
    """Read a file's text in whichever format it really is. Raises ReadError.

    `parts` are the heavy parts that may be used; NeedsPart is raised where another is needed.
    A `workbook` that was opened before is not read again.
    """
    _check_size(content)
    found = identify(content, source)
    if found is Format.ARCHIVE:
        raise UnsupportedFormat("这是压缩包，不是一份文件。请用 wenju add 添加，或先解压。")
    raw = as_raw(workbook) if workbook is not None else _read(content, found, parts)
    if len(raw.text) > MAX_CHARACTERS:
        raise FileTooLarge(f"文件超过 {MAX_CHARACTERS} 字的上限，请拆分后再添加。")
    removed = sum(sum(map(str.isalnum, removal.text)) for removal in raw.removals)
    enough = removed + _FEWEST_CHARACTERS
    if sum(1 for _ in itertools.islice(filter(str.isalnum, raw.text), enough)) < enough:
        raise EmptyDocument("文件里没有文字，或者只有寥寥几个字。请确认文件完整后再添加。")
    return raw


def load_readers() -> None:
    """Import every reader now, for a process that will fork for each file."""
    for place in _READERS.values():
        _reader(place)


def _check_size(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise FileTooLarge(f"文件超过 {limit} MB 的上限，请拆分后再添加。")


def _read(content: bytes, found: Format, parts: frozenset[Part]) -> RawText:
    if found in _OFFICE:
        _ask_for(Part.OFFICE, parts)
        from index.formats.office import read_with_office  # noqa: PLC0415  loads three readers

        return read_with_office(content, found)
    if found is Format.IMAGE:
        _ask_for(Part.RECOGNITION, parts)
    if found in _SCANNED_AT_TIMES:
        read = _named(_READERS[found])
        raw: RawText = read(content, may_recognise=Part.RECOGNITION in parts)
        return raw
    return _reader(_READERS[found])(content)


def _ask_for(part: Part, parts: frozenset[Part]) -> None:
    if part not in parts:
        raise NeedsPart(part)


def _reader(place: str) -> FormatReader:
    reader: FormatReader = _named(place)
    return reader


def _named(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)
