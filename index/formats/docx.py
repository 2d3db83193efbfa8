"""Word documents: paragraphs with their automatic numbers, headings, and tables row by row."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn

from index.errors import CorruptFile
from index.formats.failures import DAMAGE
from index.formats.numbering import Numbering
from index.formats.package import open_package
from index.formats.raw import Embedded, OutlineHeading, RawText
from index.formats.tables import table_lines

_FAILURES: tuple[type[Exception], ...] = (OpcError, *DAMAGE)
_DEEPEST_OUTLINE = 9  # Word's 正文 level, which is no heading
_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*(?P<level>[1-9])", re.IGNORECASE)
_TITLE_STYLES = {"title", "标题"}
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_TEXT = {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), _FALLBACK}


def read_docx(content: bytes) -> RawText:
    """Read a Word document's body; every paragraph and every table row becomes a line."""
    open_package(content).close()
    try:
        document = Document(io.BytesIO(content))
        lines = list(_lines(document))
        embedded = embedded_in(document.core_properties)
    except _FAILURES as error:
        raise CorruptFile("Word 文件已损坏，请用 Word 或 WPS 打开并另存后再添加。") from error
    outline, offset = [], 0
    for text, level in lines:
        if level is not None and text.strip():
            outline.append(OutlineHeading(offset + len(text) - len(text.lstrip()), level))
        offset += len(text) + 1
    return RawText(
        "\n".join(text for text, _ in lines),
        outline=tuple(outline),
        paragraphs_known=True,
        embedded=embedded,
    )


def embedded_in(properties: Any) -> Embedded:
    """Return what the core properties of an Office file say, as python-docx or -pptx read them."""
    created, modified = properties.created, properties.modified
    return Embedded(
        title=properties.title.strip() or None,
        created_on=created.date() if created else None,
        modified_on=modified.date() if modified else None,
    )


Line = tuple[str, int | None]  # the text and, of a heading, its level


def _lines(document: Any) -> Iterator[Line]:
    numbering = Numbering(document)
    styles = {style.style_id: style for style in document.styles}
    yield from _block_lines(document.element.body, styles, numbering)


def _block_lines(block: Any, styles: dict[str, Any], numbering: Numbering) -> Iterator[Line]:
    """Yield the lines of a body, a cell or a content control, in order."""
    for child in block:
        if child.tag == qn("w:p"):
            yield from _paragraph_lines(child, styles, numbering)
        elif child.tag == qn("w:tbl"):
            yield from ((row, None) for row in _rows(child, styles, numbering))
        elif child.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")}:
            yield from _block_lines(child, styles, numbering)


def _paragraph_lines(
    paragraph: Any, styles: dict[str, Any], numbering: Numbering
) -> Iterator[Line]:
    """Yield a paragraph, a line more for every line break in it, then its text boxes."""
    boxes: list[Any] = []
    text = "".join(_texts(paragraph, boxes))
    level = _outline_level(paragraph, styles)
    number = numbering.of(paragraph, styles) if text.strip() else ""
    first, *rest = f"{number}{text}".split("\n")
    yield first, level
    yield from ((line, None) for line in rest)
    for box in boxes:
        yield from _block_lines(box, styles, numbering)


def _texts(element: Any, boxes: list[Any]) -> Iterator[str]:
    """Yield the printed text of a paragraph, tracked deletions and field codes left out."""
    for child in element:
        tag = child.tag
        if tag in _NOT_TEXT:
            continue
        if tag == qn("w:txbxContent"):
            boxes.append(child)
        elif tag == qn("w:t"):
            yield child.text or ""
        elif tag == qn("w:tab"):
            yield " " if element.tag == qn("w:r") else ""
        elif tag in {qn("w:br"), qn("w:cr")}:
            yield "" if child.get(qn("w:type")) in {"page", "column"} else "\n"
        elif tag == qn("w:noBreakHyphen"):
            yield "-"
        elif tag == qn("w:sym"):
            yield "□"  # a dingbat: a box to tick, as a rule
        else:
            yield from _texts(child, boxes)


def _outline_level(paragraph: Any, styles: dict[str, Any]) -> int | None:
    """Return a heading's level by its own outline level or its style's; a title is 0."""
    own = paragraph.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    if own is not None:
        return _level(own)
    style = styles.get(paragraph.style or "")
    while style is not None:
        name = (style.name or "").strip().lower()
        if name in _TITLE_STYLES:
            return 0
        match = _HEADING_STYLE.fullmatch(name)
        if match:
            return int(match["level"])
        inherited = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        if inherited is not None:
            return _level(inherited)
        style = getattr(style, "base_style", None)
    return None


def _level(outline: Any) -> int | None:
    level = int(outline.get(qn("w:val"), _DEEPEST_OUTLINE))
    return level + 1 if level < _DEEPEST_OUTLINE else None


# Tables ------------------------------------------------------------------------------------


def _rows(table: Any, styles: dict[str, Any], numbering: Numbering) -> Iterator[str]:
    """Yield a table's rows as lines, a value behind the heading of its column."""
    grid = [
        _cells(row, styles, numbering) for row in table.iter(qn("w:tr")) if _owner(row) is table
    ]
    _fill_down(grid)
    yield from table_lines([[text for text, _, _ in row] for row in grid])


def _owner(row: Any) -> Any:
    """Return the table a row belongs to; rows of a table inside a cell belong to that one."""
    return next(row.iterancestors(qn("w:tbl")))


Cell = tuple[str, int, bool]  # the text, the columns it spans, whether the cell above goes on


def _cells(row: Any, styles: dict[str, Any], numbering: Numbering) -> list[Cell]:
    cells: list[Cell] = []
    for cell in row.iter(qn("w:tc")):
        if next(cell.iterancestors(qn("w:tr"))) is not row:
            continue
        lines = (line.strip() for line, _ in _block_lines(cell, styles, numbering))
        properties = cell.find(qn("w:tcPr"))
        span = None if properties is None else properties.find(qn("w:gridSpan"))
        merge = None if properties is None else properties.find(qn("w:vMerge"))
        goes_on = merge is not None and merge.get(qn("w:val")) != "restart"
        columns = 1 if span is None else int(span.get(qn("w:val"), 1))
        cells.append((" ".join(line for line in lines if line), columns, goes_on))
        cells += [("", 0, goes_on)] * (columns - 1)
    return cells


def _fill_down(grid: list[list[Cell]]) -> None:
    """Repeat a vertically merged cell in every row it stands beside."""
    for above, row in itertools.pairwise(grid):
        for column, (text, columns, goes_on) in enumerate(row):
            if goes_on and column < len(above):
                row[column] = (above[column][0] or text, columns, goes_on)
