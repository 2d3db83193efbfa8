"""An original file whose pages can be shown; which formats have such pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, Self

from index.errors import NoPages, ReadError
from index.formats.identify import Format, identify
from index.pages.sought import PageSize, Sought

if TYPE_CHECKING:
    from PIL.Image import Image

    from index.document import Box

DOTS_PER_INCH = 150  # small type stays legible, and a page of A4 is two million pixels
MOST_PIXELS = 4_000_000
MOST_WIDE = 8_000  # and high: of pages that are a strip
_COMPOUND = b"\xd0\xcf\x11\xe0"  # of Office before 2007
_KINDS: Mapping[Format, str] = {
    Format.PDF: "index.pages.pdf:PdfPages",
    Format.IMAGE: "index.pages.picture:PicturePages",
    Format.OFD: "index.pages.ofd:OfdPages",
}


class Pages(Protocol):
    """The pages of one original, counted from 1."""

    has_letters: bool

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def sizes(self) -> tuple[PageSize, ...]:
        """Return how large each page's picture is."""
        ...

    def boxes(self, sought: Sought) -> tuple[Box, ...] | None:
        """Return where something stands on its page, None where nobody can say."""
        ...

    def picture(self, page: int) -> Image:
        """Return a page's picture."""
        ...


def seems_paged(head: bytes, tail: bytes) -> bool:
    """Say by its ends whether a file has pages to show; nothing of it is parsed for that.

    `head` and `tail` are its first and last bytes. `open_pages` has the last word.
    """
    if head.startswith(b"PK"):
        return b"OFD.xml" in tail  # the list of an archive's files stands at its end
    if head.startswith(_COMPOUND):
        return False
    try:
        return identify(head, "") in _KINDS
    except ReadError:
        return False


def open_pages(content: bytes, source: str) -> Pages:
    """Open an original. Raises NoPages for a format without pages, ReadError for a broken one."""
    place = _KINDS.get(identify(content, source))
    if place is None:
        raise NoPages("这种格式没有可以显示的原件页面（PDF、扫描件、图片和 OFD 才有），请看全文。")
    module, name = place.split(":")
    opened: Callable[[bytes], Pages] = getattr(import_module(module), name)
    return opened(content)


def fitted(width: float, height: float) -> PageSize:
    """Return the size of a picture so wide and high, made smaller where that is too large."""
    width, height = max(width, 1.0), max(height, 1.0)
    scale = min(1.0, (MOST_PIXELS / (width * height)) ** 0.5, MOST_WIDE / width, MOST_WIDE / height)
    return PageSize(max(1, int(width * scale)), max(1, int(height * scale)))
