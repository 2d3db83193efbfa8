"""PowerPoint slides: titles, text, tables and diagrams, a slide a page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.exc import PythonPptxError

from index.document import Removal
from index.errors import CorruptFile, FileTooLarge
from index.formats.docx import embedded_in
from index.formats.failures import DAMAGE
from index.formats.package import open_package
from index.formats.raw import OutlineHeading, RawText
from index.formats.tables import table_lines

_FAILURES: tuple[type[Exception], ...] = (PythonPptxError, *DAMAGE)
_MOST_SLIDES = 2_000
_DEEPEST = 20  # groups within groups
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM_DATA = "/diagramData"  # how the relation to a SmartArt's words ends
_HEADING = 1

Line = tuple[str, int | None]  # the text and, of a slide's title, its level


def read_pptx(content: bytes) -> RawText:
    """Read a presentation; every paragraph and every table row becomes a line."""
    open_package(content).close()
    try:
        presentation = Presentation(io.BytesIO(content))
        if len(presentation.slides) > _MOST_SLIDES:
            raise FileTooLarge(f"演示文稿超过 {_MOST_SLIDES} 页的上限，请拆分后再添加。")
        slides = [(list(_slide_lines(slide)), _notes(slide)) for slide in presentation.slides]
        embedded = embedded_in(presentation.core_properties)
    except _FAILURES as error:
        raise CorruptFile("演示文稿已损坏，请用 PowerPoint 或 WPS 打开并另存后再添加。") from error
    pieces: list[str] = []
    outline: list[OutlineHeading] = []
    removals: list[Removal] = []
    starts: list[int] = []
    offset = 0
    for lines, notes in slides:
        starts.append(offset)
        for text, level in lines:
            if level is not None:
                outline.append(OutlineHeading(offset, level))
            pieces.append(f"{text}\n")
            offset += len(pieces[-1])
        if notes:
            removals.append(Removal(offset, f"{notes}\n", "演讲者备注"))
            pieces.append(f"{notes}\n")
            offset += len(pieces[-1])
    return RawText(
        "".join(pieces),
        page_starts=tuple(starts),
        outline=tuple(outline),
        removals=tuple(removals),
        paragraphs_known=True,
        embedded=embedded,
    )


def _slide_lines(slide: Any) -> Iterator[Line]:
    """Yield a slide's title, then everything else from top to bottom."""
    title = slide.shapes.title
    if title is not None:
        words = " ".join(line for line in _paragraphs(title.text_frame))
        if words:
            yield words, _HEADING
    rest = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    for shape in sorted(rest, key=lambda shape: (shape.top or 0, shape.left or 0)):
        yield from ((line, None) for line in _shape_lines(shape, slide, 0))


def _shape_lines(shape: Any, slide: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise CorruptFile("演示文稿里的图形嵌套过深，请用 PowerPoint 或 WPS 另存后再添加。")
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape_lines(inner, slide, depth + 1)
    elif getattr(shape, "has_table", False):
        yield from table_lines(_grid(shape.table))
    elif getattr(shape, "has_text_frame", False):
        yield from _paragraphs(shape.text_frame)
    else:
        yield from _diagram_lines(shape, slide)


def _paragraphs(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        for line in _words(paragraph.text).split("\n"):
            if line.strip():
                yield line.strip()


def _grid(table: Any) -> list[list[str]]:
    """Return a table's cells; a merged cell's words stand in every row and column it covers."""
    rows = [list(row.cells) for row in table.rows]
    grid = [[" ".join(_paragraphs(cell.text_frame)) for cell in row] for row in rows]
    for top, row in enumerate(rows):
        for left, cell in enumerate(row):
            if cell.is_merge_origin:
                for below in range(top + 1, min(top + cell.span_height, len(grid))):
                    grid[below][left] = grid[top][left]
    return grid


def _diagram_lines(shape: Any, slide: Any) -> Iterator[str]:
    """Yield the words of a SmartArt, which stand in a part of their own."""
    wanted = set(shape._element.xpath(".//@r:dm")) if hasattr(shape, "_element") else set()  # noqa: SLF001  python-pptx knows no SmartArt
    for relation in slide.part.rels.values():
        if relation.rId in wanted and relation.reltype.endswith(_DIAGRAM_DATA):
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            root = etree.fromstring(relation.target_part.blob, parser)
            for paragraph in root.iter(f"{_DRAWING}p"):
                line = "".join(run.text or "" for run in paragraph.iter(f"{_DRAWING}t")).strip()
                if line:
                    yield line


def _notes(slide: Any) -> str:
    if not slide.has_notes_slide:
        return ""
    frame = slide.notes_slide.notes_text_frame
    return "" if frame is None else "\n".join(_paragraphs(frame))


def _words(text: str) -> str:
    return text.replace("\v", "\n").replace("\t", " ").replace("\0", "")
