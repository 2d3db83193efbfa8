"""The pages of an OFD, drawn from its text, lines and pictures; seals and notes are not drawn."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, Self

from PIL import Image

from index.document import Box
from index.formats.failures import DAMAGE
from index.formats.ofd import sheet_lines
from index.formats.ofd_package import (
    Sheet,
    children,
    descendants,
    resolve,
    sheets,
    size_of,
    templates_of,
)
from index.formats.package import open_package, parse_part, read_part
from index.formats.recognition import MOST_PIXELS
from index.pages.canvas import Canvas
from index.pages.fonts import find_font
from index.pages.original import DOTS_PER_INCH, fitted
from index.pages.place import place
from index.pages.sought import PageSize, Sought

_MILLIMETRES = 25.4  # an inch
_UNREADABLE: tuple[type[Exception], ...] = (
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    *DAMAGE,
)


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
        canvas = Canvas(size, size.width / wide, find_font(), _Media(self._package, sheet, root))
        for template in templates_of(self._package, sheet, root):
            canvas.draw(parse_part(self._package, template))
        canvas.draw(root)
        return canvas.picture

    def _page(self, sheet: Sheet) -> Any:
        return parse_part(self._package, sheet.part)


class _Media:
    """The pictures that a page may show, by their IDs."""

    def __init__(self, package: zipfile.ZipFile, sheet: Sheet, page: Any) -> None:
        self._package = package
        self._names = set(package.namelist())
        self._parts = dict(self._listed(sheet, page))

    def __call__(self, identifier: str) -> Image.Image | None:
        """Return a picture, or None where there is none that can be shown."""
        part = self._parts.get(identifier)
        if part is None:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                picture = Image.open(io.BytesIO(read_part(self._package, part)))
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                return picture.convert("RGBA")
        except _UNREADABLE:
            return None  # the rest of the page is shown without it

    def _listed(self, sheet: Sheet, page: Any) -> Iterator[tuple[str, str]]:
        document = parse_part(self._package, sheet.document)
        for base, root in ((sheet.document, document), (sheet.part, page)):
            for name in ("PublicRes", "DocumentRes", "PageRes"):
                for location in descendants(root, name):
                    yield from self._in_resource(resolve(location.text or "", base, self._names))

    def _in_resource(self, part: str) -> Iterator[tuple[str, str]]:
        root = parse_part(self._package, part)
        folder = root.get("BaseLoc", "").strip("/ ")
        for media in descendants(root, "MultiMedia"):
            for file in children(media, "MediaFile"):
                location = (file.text or "").strip()
                inside = f"{folder}/{location}" if folder else location
                yield media.get("ID", ""), resolve(inside, part, self._names)


def _pixels(wide: float, high: float) -> PageSize:
    scale = DOTS_PER_INCH / _MILLIMETRES
    return fitted(wide * scale, high * scale)
