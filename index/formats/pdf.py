"""PDF with a text layer: printed lines with their places, so that indents tell paragraphs."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import CorruptFile, EmptyDocument, FileTooLarge
from index.formats.layout import Glyph, PlacedLine, PrintedLine, lay_out
from index.formats.printed_pages import Drawn, page_within, read_page
from index.formats.raw import Embedded, RawText
from index.formats.recognition import DOTS_PER_INCH, MOST_PIXELS, recognise_among
from index.formats.ruled_tables import Ruling

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_PAGES = 3_000
_MOST_SEGMENTS = 1_000  # of one drawing


def read_pdf(content: bytes, *, may_recognise: bool = True) -> RawText:
    """Read the text layer of a PDF; pages that are only pictures are recognised. Raises ReadError.

    Raises NeedsPart where there are such pages and they may not be recognised here.
    """
    document = open_pdf(content)
    try:
        count = len(document)
        if count > _MOST_PAGES:
            raise FileTooLarge(f"PDF 超过 {_MOST_PAGES} 页的上限，请拆分后再添加。")
        pages = list(_pages(document))
        pictures = [
            index for index, page in enumerate(pages) if not page and _has_picture(document, index)
        ]
        marks = recognise_among(
            pages, pictures, lambda indexes: _drawn(document, indexes), may_recognise=may_recognise
        )
        embedded = _embedded(document)
    except pypdfium2.PdfiumError as error:
        raise CorruptFile(
            "PDF 有页面无法读取，文件可能已损坏。请重新下载或导出后再添加。"
        ) from error
    finally:
        document.close()
    if not any(pages):
        raise EmptyDocument(
            "PDF 里没有文字，也没有认出文字。请确认文件完整，或重新扫描、导出后再添加。"
        )
    return lay_out(pages, "没有文字层", embedded=embedded, recognised=marks)


def _has_picture(document: pypdfium2.PdfDocument, index: int) -> bool:
    """Say whether anything is on a page: a scan, or letters that are drawn as lines."""
    page = document[index]
    try:
        return any(True for _ in page.get_objects(max_depth=1))
    finally:
        page.close()


def _drawn(document: pypdfium2.PdfDocument, indexes: Sequence[int]) -> Iterator[Image]:
    """Draw pages as scanners do, large ones less finely."""
    for index in indexes:
        page = document[index]
        try:
            wide, high = page.get_size()
            finest = math.sqrt(MOST_PIXELS / max(wide * high, 1))
            bitmap = page.render(scale=min(DOTS_PER_INCH / 72, finest))
            try:
                yield bitmap.to_pil()
            finally:
                bitmap.close()
        finally:
            page.close()


def _embedded(document: pypdfium2.PdfDocument) -> Embedded:
    properties = document.get_metadata_dict()
    return Embedded(
        title=properties.get("Title") or None,
        created_on=_day(properties.get("CreationDate", "")),
        modified_on=_day(properties.get("ModDate", "")),
    )


def _day(printed: str) -> date | None:
    """Read the day out of D:20221121093000+08'00'."""
    match = re.match(r"D:(\d{4})(\d{2})(\d{2})", printed)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def open_pdf(content: bytes) -> pypdfium2.PdfDocument:
    """Open a PDF. Raises CorruptFile where it is damaged or locked."""
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise CorruptFile("PDF 设有打开密码，请去掉密码后再添加。") from error
        raise CorruptFile("PDF 已损坏或不完整，请重新下载或导出后再添加。") from error


def _pages(document: pypdfium2.PdfDocument) -> Iterator[list[PrintedLine]]:
    """Yield the lines of each page."""
    end = None
    for index in range(len(document)):
        page = read_page(*_drawn_on(document, index), end)
        end = page.end
        yield [placed.line for placed in page.lines]


def placed_page(document: pypdfium2.PdfDocument, index: int) -> list[PlacedLine]:
    """Return a page's lines, and the rows of its tables, with where their characters stand."""
    return page_within(index, lambda number: _drawn_on(document, number)).lines


def _drawn_on(document: pypdfium2.PdfDocument, index: int) -> Drawn:
    page = document[index]
    try:
        return page_glyphs(page), list(_rulings(page))
    finally:
        page.close()


def _rulings(page: pypdfium2.PdfPage) -> Iterator[Ruling]:
    """Yield the upright and level lines that are drawn on a page, sides of rectangles included."""
    for drawn in _objects(page, pdfium.FPDF_PAGEOBJ_PATH):
        raw = pdfium.FS_MATRIX()
        pdfium.FPDFPageObj_GetMatrix(drawn, raw)
        matrix = pypdfium2.PdfMatrix.from_raw(raw)
        first = before = None
        for index in range(min(pdfium.FPDFPath_CountSegments(drawn), _MOST_SEGMENTS)):
            segment = pdfium.FPDFPath_GetPathSegment(drawn, index)
            x, y = ctypes.c_float(), ctypes.c_float()
            pdfium.FPDFPathSegment_GetPoint(segment, x, y)
            point = matrix.on_point(x.value, y.value)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            if kind == pdfium.FPDF_SEGMENT_MOVETO:
                first = point
            elif kind == pdfium.FPDF_SEGMENT_LINETO and before is not None:
                yield Ruling.between(before, point)
            before = point
            if pdfium.FPDFPathSegment_GetClose(segment) and first is not None:
                yield Ruling.between(point, first)


def page_glyphs(page: pypdfium2.PdfPage) -> list[Glyph]:
    """Return the characters of a page's text layer, in points from its lower left corner."""
    text_page = page.get_textpage()
    try:
        return [*_glyphs(text_page), *_blanks(page)]
    finally:
        text_page.close()


def _blanks(page: pypdfium2.PdfPage) -> Iterator[Glyph]:
    """Yield the spaces that are set by themselves: pdfium leaves out what has no ink.

    What it makes up in their stead is not told from the gap that is left between Chinese and
    figures where none was typed.
    """
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    size, matrix = ctypes.c_float(), pdfium.FS_MATRIX()
    for drawn in _objects(page, pdfium.FPDF_PAGEOBJ_TEXT):
        found = pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top)
        if found and left.value == right.value:
            pdfium.FPDFTextObj_GetFontSize(drawn, size)
            pdfium.FPDFPageObj_GetMatrix(drawn, matrix)
            high = size.value * math.hypot(matrix.c, matrix.d)
            if high:
                yield Glyph(" ", matrix.e, matrix.e, matrix.f, high)


def _objects(page: pypdfium2.PdfPage, kind: int) -> Iterator[Any]:
    for number in range(pdfium.FPDFPage_CountObjects(page)):
        drawn = pdfium.FPDFPage_GetObject(page, number)
        if pdfium.FPDFPageObj_GetType(drawn) == kind:
            yield drawn


def _glyphs(text_page: pypdfium2.PdfTextPage) -> Iterator[Glyph]:
    """Yield what is printed, with its place; spaces and line ends that pdfium made up left out."""
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    high = 0
    for index in range(text_page.count_chars()):
        if pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        character = chr(code)
        if unicodedata.category(character) in {"Cc", "Cn", "Cs"}:
            continue
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        size = abs(box.top - box.bottom)
        if size:
            below = y.value - min(box.top, box.bottom)
            yield Glyph(character, x.value, max(box.right, x.value), y.value, size, below)
