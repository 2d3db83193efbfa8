"""Surveys and draws the pages of an original. For strangers' files only within `index.sandbox`."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from index.document import Box
from index.errors import CorruptFile, FileTooLarge, PageNotFound
from index.formats.failures import DAMAGE
from index.pages.original import open_pages
from index.pages.sought import Sought, Survey

if TYPE_CHECKING:
    from index.pages.original import Pages

MARK = (255, 226, 122)  # what stands under it stays legible: colours are multiplied
_DAMAGED = "这份原件的页面画不出来，文件可能已损坏。请看全文，或重新添加完好的文件。"


def survey(content: bytes, source: str, sought: Sequence[Sought] = ()) -> Survey:
    """Return how large the pages are, and where on them stands what is sought. Raises ReadError."""
    with _opened(content, source) as pages:
        sizes = pages.sizes()
        boxes = {one.page: pages.boxes(one) for one in sought if one.page <= len(sizes)}
        return Survey(sizes, boxes, pages.has_letters)


def draw(content: bytes, source: str, page: int, sought: Sought | None = None) -> bytes:
    """Return a page as PNG, with what is sought marked on it. Raises ReadError."""
    with _opened(content, source) as pages:
        count = len(pages.sizes())
        if not 1 <= page <= count:
            raise PageNotFound(f"没有第 {page} 页，这份原件共 {count} 页。")
        picture = pages.picture(page)
        if sought is not None:
            _mark(picture, pages.boxes(sought) or ())
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=4)
    return file.getvalue()


@contextmanager
def _opened(content: bytes, source: str) -> Iterator[Pages]:
    """Open an original; what a library trips over is told as damage."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with open_pages(content, source) as pages:
                yield pages
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise FileTooLarge("这一页的图片过大，画不出来，请看全文。") from error
    except DAMAGE as error:
        raise CorruptFile(_DAMAGED) from error


def _mark(picture: Image.Image, boxes: Sequence[Box]) -> None:
    """Lay a colour over boxes as a marker pen does, each place once."""
    overlay = Image.new("RGB", picture.size, "white")
    for box in boxes:
        place = (
            max(round(box.left * picture.width), 0),
            max(round(box.top * picture.height), 0),
            min(round(box.right * picture.width), picture.width),
            min(round(box.bottom * picture.height), picture.height),
        )
        if place[0] < place[2] and place[1] < place[3]:
            overlay.paste(MARK, place)
    picture.paste(ImageChops.multiply(picture, overlay))
