"""文字识别: text out of pictures of pages, by models inside the package, with its certainty."""

from __future__ import annotations

import logging
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Any

from index.document import Box, PrintedRun, Recognition
from index.errors import FileTooLarge, MissingPart
from index.formats.layout import Glyph, PlacedLine, PrintedLine
from index.formats.parts import NeedsPart, Part
from index.formats.printed_pages import read_page
from index.formats.printed_rows import TableEnd
from index.formats.scanned_rulings import rulings_in, slope_of, straightened
from index.lines import width

if TYPE_CHECKING:
    from PIL.Image import Image

DOTS_PER_INCH = 200
MOST_PIXELS = 40_000_000  # of a page; A3 at 400 dpi has 31 million
MOST_PAGES = 300  # a few seconds each
INSTALL = ".venv/bin/pip install -e '.[ocr]'"
_PACKAGE = "rapidocr"
_SHORT = 4  # em, below which a line's height tells its size better than its width
_OF_HEIGHT = 0.75  # of a box, that its type is high
_UNSURE = 1.35  # as many times larger or smaller a short piece seems than it may be
_LEAST_SCORE = 0.3  # below which a line is a stain or a seal
_LEAST_SHARE = 0.15  # of the pages must hold text; else the file is a scan


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page's lines, and how sure of them the models are on the whole, 0 to 1."""

    lines: tuple[PrintedLine, ...]
    confidence: float


def is_installed() -> bool:
    """Say whether pages can be recognised here."""
    return find_spec(_PACKAGE) is not None


def recognise(pictures: Iterable[Image]) -> Iterator[RecognisedPage]:
    """Read pictures of pages that follow each other: a table may run over them.

    Raises MissingPart where the extra is not installed.
    """
    end: TableEnd | None = None
    for picture in pictures:  # a broken one is found before the models are loaded
        page, end = _page(_engine(), picture, end)
        yield page


def recognise_among(
    pages: list[list[PrintedLine]],
    pictures: Sequence[int],
    drawn: Callable[[Sequence[int]], Iterable[Image]],
    *,
    may_recognise: bool,
) -> list[Recognition]:
    """Put in the lines of those pages that are pictures, which `drawn` draws; pages count from 0.

    Where the extra is not installed they stay without lines, and where nearly all are pictures
    MissingPart is raised. Raises NeedsPart where they may not be recognised here, FileTooLarge.
    """
    if not pictures:
        return []
    if not is_installed():
        if sum(map(bool, pages)) < _LEAST_SHARE * len(pages):
            raise missing()
        return []  # what is missing is reported page by page
    if not may_recognise:
        raise NeedsPart(Part.RECOGNITION)
    if len(pictures) > MOST_PAGES:
        raise FileTooLarge(f"扫描的页数超过 {MOST_PAGES} 页的上限，请拆分后再添加。")
    marks = []
    for _, run in groupby(enumerate(pictures), lambda one: one[1] - one[0]):
        indexes = [index for _, index in run]  # that follow each other
        for index, page in zip(indexes, recognise(drawn(indexes)), strict=True):
            pages[index] = list(page.lines)
            marks.append(Recognition(index + 1, page.confidence))
    return marks


def missing() -> MissingPart:
    """Return the error for a picture that cannot be read here."""
    return MissingPart(
        "文件里是扫描的图片，没有文字层，要用文字识别（OCR），而这一部分还没有安装。"
        f"请在问据目录下安装（{INSTALL}）后用 wenju jobs --retry 重读，"
        "或先另存为带文字的 PDF 再添加。"
    )


@cache
def _engine() -> Any:
    if not is_installed():
        raise missing()
    from rapidocr import RapidOCR  # noqa: PLC0415  an optional extra

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 2,
        }
    )


def _page(
    engine: Any, picture: Image, before: TableEnd | None
) -> tuple[RecognisedPage, TableEnd | None]:
    """Return a page, and the table it ends with. `before` may go on at its top."""
    import numpy as np  # noqa: PLC0415  comes with the models

    pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]  # as the models were trained
    found = engine(pixels)
    if found.boxes is None or found.txts is None:
        return RecognisedPage((), 1.0), None  # a blank page, surely
    scored = [
        (box, text, score)
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if text.strip() and score >= _LEAST_SCORE
    ]
    letters = sum(len(text) for _, text, _ in scored)
    if not letters:
        return RecognisedPage((), 0.0), None
    confidence = sum(len(text) * score for _, text, score in scored) / letters
    slope = slope_of([box for box, _, _ in scored])
    glyphs = [_glyph(straightened(box, slope), text) for box, text, _ in scored]
    em = statistics.median(glyph.size for glyph in glyphs for _ in glyph.text)
    glyphs = [_evened(glyph, em) for glyph in glyphs]
    page = read_page(glyphs, rulings_in(np.asarray(picture.convert("L")), em, slope), before)
    printed = {id(glyph): _glyph(one[0], one[1]) for glyph, one in zip(glyphs, scored, strict=True)}
    lines = tuple(_with_runs(line, printed, *picture.size) for line in page.lines)
    return RecognisedPage(lines, round(float(confidence), 4)), page.end


def _with_runs(
    placed: PlacedLine, printed: Mapping[int, Glyph], wide: int, high: int
) -> PrintedLine:
    """Keep where the pieces of a line stand: to find them again would take as long as reading.

    `printed` has each glyph as it stands on the picture, by its identity as it was straightened.
    """
    runs = []
    for start, straight in placed.glyphs:
        glyph = printed[id(straight)]
        top, bottom = glyph.baseline - glyph.below + glyph.size, glyph.baseline - glyph.below
        shares = (glyph.x / wide, -top / high, glyph.right / wide, -bottom / high)
        box = Box(*(round(min(max(share, 0.0), 1.0), 4) for share in shares))
        runs.append(PrintedRun(start, len(glyph.text), box))
    return replace(placed.line, runs=tuple(runs))


def _glyph(box: Any, text: str) -> Glyph:
    """Return a line as one glyph; its type's size is told by its length, where it has one."""
    left, right = float(box[:, 0].min()), float(box[:, 0].max())
    top, bottom = float(box[:, 1].min()), float(box[:, 1].max())
    ems = width(text)
    size = (right - left) / ems if ems >= _SHORT else (bottom - top) * _OF_HEIGHT
    size = max(size, 1.0)
    return Glyph(text, left, right, -(top + bottom) / 2, size, size / 2)


def _evened(glyph: Glyph, em: float) -> Glyph:
    """Return a short piece in the size of the body where it seems nearly as large."""
    is_body = em / _UNSURE < glyph.size < em * _UNSURE
    if width(glyph.text) >= _SHORT or not is_body:
        return glyph
    return replace(glyph, size=em, below=em / 2)
