"""The pages of scans and photographs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from PIL.ExifTags import Base

from index.document import Box
from index.formats.image import frames, open_picture, upright
from index.pages.original import fitted
from index.pages.place import place_recognised
from index.pages.sought import PageSize, Sought

if TYPE_CHECKING:
    from PIL.Image import Image

_LYING = frozenset({5, 6, 7, 8})  # orientations in which width and height change places


class PicturePages:
    """The one page of a picture, or the several of a TIFF; see `Pages`."""

    has_letters = True

    def __init__(self, content: bytes) -> None:
        self._picture = open_picture(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._picture.close()

    def sizes(self) -> tuple[PageSize, ...]:
        """Return how large each page's picture is."""
        return tuple(self._size() for _ in frames(self._picture))

    def boxes(self, sought: Sought) -> tuple[Box, ...] | None:
        """Return where something stands on its page, None where nobody can say."""
        return place_recognised(sought)

    def picture(self, page: int) -> Image:
        """Return a page's picture."""
        for index in frames(self._picture):
            if index == page - 1:
                break
        size = self._size()
        return upright(self._picture).convert("RGB").resize((size.width, size.height))

    def _size(self) -> PageSize:
        width, height = self._picture.size
        lies = self._picture.getexif().get(Base.Orientation) in _LYING
        return fitted(height, width) if lies else fitted(width, height)
