"""The pages of a PDF, as pdfium draws them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import pypdfium2
import pypdfium2.raw as pdfium

from index.document import Box
from index.formats.pdf import open_pdf, placed_page
from index.pages.fonts import find_font
from index.pages.original import DOTS_PER_INCH, fitted
from index.pages.place import Edges, place, place_recognised
from index.pages.sought import PageSize, Sought

if TYPE_CHECKING:
    from PIL.Image import Image

_POINTS = 72
_GRID = 1_000_000  # into which a page is divided, for its points to be counted in


class PdfPages:
    """The pages of one PDF; see `Pages`."""

    def __init__(self, content: bytes) -> None:
        self._document = open_pdf(content)
        self.has_letters = find_font() is not None  # most name their fonts and carry none

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._document.close()

    def sizes(self) -> tuple[PageSize, ...]:
        """Return how large each page's picture is."""
        count = len(self._document)
        return tuple(self._size(*self._document.get_page_size(index)) for index in range(count))

    def boxes(self, sought: Sought) -> tuple[Box, ...] | None:
        """Return where something stands on its page, None where nobody can say."""
        if sought.printed is not None:
            return place_recognised(sought)
        edges = place(sought, placed_page(self._document, sought.page - 1))
        with self._page(sought.page) as page:
            return None if edges is None else tuple(_box(page, one) for one in edges)

    def picture(self, page: int) -> Image:
        """Return a page's picture."""
        with self._page(page) as opened:
            width, height = opened.get_size()
            size = self._size(width, height)
            bitmap = opened.render(scale=min(size.width / width, size.height / height))
            try:
                picture: Image = bitmap.to_pil().convert("RGB")
                return picture
            finally:
                bitmap.close()

    @contextmanager
    def _page(self, page: int) -> Iterator[pypdfium2.PdfPage]:
        opened = self._document[page - 1]
        try:
            yield opened
        finally:
            opened.close()

    @staticmethod
    def _size(width: float, height: float) -> PageSize:
        scale = DOTS_PER_INCH / _POINTS
        return fitted(width * scale, height * scale)


def _box(page: pypdfium2.PdfPage, edges: Edges) -> Box:
    """Return edges in the page's points as a box of its picture, turned and cropped as that is."""
    left, bottom, right, top = edges
    ends = [_shares(page, x, y) for x, y in ((left, top), (right, bottom))]
    (x1, y1), (x2, y2) = ends
    return Box(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))


def _shares(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
    return _share(across), _share(down)


def _share(counted: ctypes.c_int) -> float:
    return min(max(counted.value / _GRID, 0.0), 1.0)
