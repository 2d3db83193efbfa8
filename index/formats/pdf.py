"""PDF with a text layer: printed lines with their places, so that indents tell paragraphs."""

from __future__ import annotations

import ctypes
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from index.document import Removal
from index.errors import CorruptFile, EmptyDocument, FileTooLarge
from index.formats.raw import LineBox, RawText

_MOST_PAGES = 3_000
_SAME_LINE = 0.4  # em by which baselines of one line may differ (raised figures)
_WORD_GAP = 0.15  # em between Latin words
_WIDE_GAP = 0.5  # em between Chinese characters that is more than type-setting
_COLUMN_GAP = 2.5  # em between the cells of a table
_LEAST_SHARE = 0.15  # of the pages must hold text; else the file is a scan


@dataclass(frozen=True, slots=True)
class _Glyph:
    text: str
    x: float
    right: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    right: float
    size: float


def read_pdf(content: bytes) -> RawText:
    """Read the text layer of a PDF. Raises ReadError, also where there is only a scan."""
    document = _opened(content)
    try:
        count = len(document)
        if count > _MOST_PAGES:
            raise FileTooLarge(f"PDF 超过 {_MOST_PAGES} 页的上限，请拆分后再添加。")
        pages = [_page_lines(document, index) for index in range(count)]
    except pypdfium2.PdfiumError as error:
        raise CorruptFile(
            "PDF 有页面无法读取，文件可能已损坏。请重新下载或导出后再添加。"
        ) from error
    finally:
        document.close()
    with_text = sum(bool(page) for page in pages)
    if not with_text or with_text < _LEAST_SHARE * len(pages):
        raise EmptyDocument(
            "这份 PDF 是扫描件，没有文字层。请先做文字识别（OCR）、另存为带文字的 PDF 后再添加。"
        )
    return _raw(pages)


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise CorruptFile("PDF 设有打开密码，请去掉密码后再添加。") from error
        raise CorruptFile("PDF 已损坏或不完整，请重新下载或导出后再添加。") from error


def _raw(pages: Sequence[Sequence[_Line]]) -> RawText:
    """Put the pages' lines together, each measured against the edges of its page's body."""
    em = statistics.median(line.size for page in pages for line in page for _ in line.text)
    body = [line for page in pages for line in page]
    pieces: list[str] = []
    boxes: list[LineBox] = []
    starts: list[int] = []
    unread: list[Removal] = []
    offset = 0
    for number, page in enumerate(pages, 1):
        starts.append(offset)
        if not page:
            unread.append(Removal(offset, "", f"第 {number} 页没有文字层，未读入"))
        left, right = _edges(page, body, em)
        for line in page:
            boxes.append(LineBox(offset, (line.left - left) / em, (right - line.right) / em))
            pieces.append(line.text)
            offset += len(line.text) + 1
    return RawText("\n".join(pieces), tuple(starts), tuple(boxes), removals=tuple(unread))


def _edges(page: Sequence[_Line], body: Sequence[_Line], em: float) -> tuple[float, float]:
    """Return the left and right edges of a page's body: those that several lines share."""
    lefts = [line.left for line in page]
    rights = [line.right for line in page]
    left = min((x for x in lefts if _shared(x, lefts, em)), default=None)
    right = max((x for x in rights if _shared(x, rights, em)), default=None)
    if left is None or right is None or right - left < 8 * em:
        common = Counter(round(line.left / em) for line in body).most_common(1)[0][0] * em
        left = common if left is None else left
        right = max(line.right for line in body)
    return left, right


def _shared(x: float, others: Sequence[float], em: float) -> bool:
    return sum(abs(x - other) < 0.4 * em for other in others) >= 2


def _page_lines(document: pypdfium2.PdfDocument, index: int) -> list[_Line]:
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            glyphs = list(_glyphs(text_page))
        finally:
            text_page.close()
    finally:
        page.close()
    return [line for run in _baselines(glyphs) if (line := _joined(run)).text.strip()]


def _glyphs(text_page: pypdfium2.PdfTextPage) -> Iterator[_Glyph]:
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
            yield _Glyph(character, x.value, max(box.right, x.value), y.value, size)


def _baselines(glyphs: Sequence[_Glyph]) -> list[list[_Glyph]]:
    """Gather glyphs on one baseline and order them by x, lines from top to bottom.

    Glyphs of a fallback font (curly quotes) come after their line otherwise.
    """
    lines: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: -glyph.baseline):
        near = lines and abs(lines[-1][0].baseline - glyph.baseline) < _SAME_LINE * glyph.size
        if near:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda glyph: glyph.x) for line in lines]


def _joined(glyphs: Sequence[_Glyph]) -> _Line:
    """Join the glyphs of a line, with a space where the print leaves one."""
    size = statistics.median(glyph.size for glyph in glyphs)
    pieces: list[str] = []
    before: _Glyph | None = None
    for glyph in glyphs:
        if before is not None and not (before.text.isspace() or glyph.text.isspace()):
            gap = (glyph.x - before.right) / size
            latin = before.text.isascii() and glyph.text.isascii()
            if gap > _COLUMN_GAP:
                pieces.append("  ")
            elif gap > (_WORD_GAP if latin else _WIDE_GAP):
                pieces.append(" ")
        pieces.append(glyph.text)
        before = glyph
    printed = [glyph for glyph in glyphs if not glyph.text.isspace()] or list(glyphs)
    text = "".join(pieces).strip()
    return _Line(text, printed[0].x, max(glyph.right for glyph in printed), size)
