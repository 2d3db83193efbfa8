"""The pages of an OFD, drawn from its text, lines and pictures; seals and notes are not drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from index.document import Box
from index.formats.ofd import sheet_lines
from index.formats.ofd_package import Sheet, sheets, size_of, templates_of
from index.formats.ofd_pictures import Media
from index.formats.package import open_package, parse_part
from index.pages.canvas import Canvas
from index.pages.fonts import find_font
from index.pages.original import DOTS_PER_INCH, fitted
from index.pages.place import place, place_recognised
from index.pages.sought import PageSize, Sought

if TYPE_CHECKING:
    from PIL import Image

_MILLIMETRES = 25.4  # an inch


class OfdPages:
    """The pages of one OFD; see `Pages`."""

    def __init__(self, content: bytes) -> None:
        self._package = open_package(content)
        self._sheets = sheets(self._package)
        self.has_letters = find_font() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._package.close()

    def sizes(self) -> tuple[PageSize, ...]:
        """Return how large each page's picture is."""
        return tuple(_pixels(*size_of(one, self._page(one))) for one in self._sheets)

    def boxes(self, sought: Sought) -> tuple[Box, ...] | None:
        """Return where something stands on its page, None where nobody can say."""
        if sought.printed is not None:
            return place_recognised(sought)
        sheet = self._sheets[sought.page - 1]
        edges = place(sought, sheet_lines(self._package, self._sheets, sought.page - 1))
        if edges is None:
            return None
        wide, high = size_of(sheet, self._page(sheet))
        return tuple(
            Box(*(min(max(share, 0.0), 1.0) for share in shares))
            for left, bottom, right, top in edges
            for shares in [(left / wide, -top / high, right / wide, -bottom / high)]
        )

    def picture(self, page: int) -> Image.Image:
        """Return a page's picture."""
        sheet = self._sheets[page - 1]
        root = self._page(sheet)
        wide, high = size_of(sheet, root)
        size = _pixels(wide, high)
        canvas = Canvas(size, size.width / wide, find_font(), Media(self._package, sheet, root))
        for template in templates_of(self._package, sheet, root):
            canvas.draw(parse_part(self._package, template))
        canvas.draw(root)
        return canvas.picture

    def _page(self, sheet: Sheet) -> Any:
        return parse_part(self._package, sheet.part)


def _pixels(wide: float, high: float) -> PageSize:
    scale = DOTS_PER_INCH / _MILLIMETRES
    return fitted(wide * scale, high * scale)
