"""The pictures of an OFD page: where a page is a scan, they are the page."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from PIL import Image

from index.formats.failures import DAMAGE
from index.formats.ofd_package import (
    Matrix,
    Sheet,
    children,
    descendants,
    name_of,
    objects_of,
    resolve,
    size_of,
    templates_of,
)
from index.formats.ofd_paths import Point, corner
from index.formats.package import parse_part, read_part
from index.formats.recognition import DOTS_PER_INCH, MOST_PIXELS

_MILLIMETRES = 25.4  # an inch
_OF_PAGE = 0.25  # of a page's area that a scan covers at least; a seal or an emblem is smaller
_UNREADABLE: tuple[type[Exception], ...] = (
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    *DAMAGE,
)


class Media:
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


def is_scan(package: zipfile.ZipFile, sheet: Sheet) -> bool:
    """Say whether pictures that can be shown cover so much of a page that its text may be there."""
    root = parse_part(package, sheet.part)
    media = Media(package, sheet, root)
    wide, high = size_of(sheet, root)
    shown = (item for item in _images(root) if media(item.get("ResourceID", "")) is not None)
    areas = (abs((x2 - x1) * (y2 - y1)) for (x1, y1), (x2, y2) in map(ends_of, shown))
    return sum(areas) >= _OF_PAGE * wide * high


def drawn_scans(package: zipfile.ZipFile, scans: Iterable[Sheet]) -> Iterator[Image.Image]:
    """Draw the pictures of pages as a scanner gives them, of large pages less finely."""
    for sheet in scans:
        root = parse_part(package, sheet.part)
        wide, high = size_of(sheet, root)
        finest = math.sqrt(MOST_PIXELS / (wide * high))
        scale = min(DOTS_PER_INCH / _MILLIMETRES, finest)
        page = Image.new("RGB", (max(int(wide * scale), 1), max(int(high * scale), 1)), "white")
        media = Media(package, sheet, root)
        layers = [parse_part(package, part) for part in templates_of(package, sheet, root)]
        for item in _images(*layers, root):
            left, top, right, bottom = (
                _held(length * scale, max(page.size)) for end in ends_of(item) for length in end
            )
            paste(page, media(item.get("ResourceID", "")), (left, top), (right, bottom))
        yield page


def ends_of(item: Any) -> tuple[Point, Point]:
    """Return the corners between which a picture stands, in millimetres of the page."""
    left, top = corner(item)
    matrix = Matrix.of(item)
    (x1, y1), (x2, y2) = matrix.apply(0, 0), matrix.apply(1, 1)  # it fills the unit square
    return (left + x1, top + y1), (left + x2, top + y2)


def paste(page: Image.Image, picture: Image.Image | None, one: Point, other: Point) -> None:
    """Put a picture between two corners of a page, in pixels; not one that is out of all size."""
    wide, high = abs(round(other[0] - one[0])), abs(round(other[1] - one[1]))
    if picture is None or not (0 < wide <= 2 * page.width and 0 < high <= 2 * page.height):
        return
    shown = picture.resize((wide, high))
    page.paste(shown, (round(min(one[0], other[0])), round(min(one[1], other[1]))), shown)


def _images(*roots: Any) -> list[Any]:
    return [item for root in roots for item in objects_of(root) if name_of(item) == "ImageObject"]


def _held(pixels: float, edge: float) -> float:
    """Hold a length near the page whatever a file says."""
    return min(max(pixels, -2.0 * edge), 3.0 * edge) if math.isfinite(pixels) else 0.0
