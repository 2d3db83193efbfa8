"""Draws the objects of an OFD page: text in a font of this machine, lines, areas and pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from index.formats.ofd import text_glyphs
from index.formats.ofd_package import children, name_of, numbers, objects_of
from index.formats.ofd_paths import Point, outlines
from index.formats.ofd_pictures import ends_of, paste
from index.pages.sought import PageSize

_BLACK = (0, 0, 0)
_GREY = (150, 150, 150)
_THIN = 0.353  # millimetres, where a line's width is not given
_LARGEST = 600  # pixels of type

Colour = tuple[int, int, int]


class Canvas:
    """A page being drawn. `scale` is pixels a millimetre; without a font letters are frames."""

    def __init__(
        self,
        size: PageSize,
        scale: float,
        font: Path | None,
        media: Callable[[str], Image.Image | None],
    ) -> None:
        self.picture = Image.new("RGB", (size.width, size.height), "white")
        self._draw = ImageDraw.Draw(self.picture)
        self._scale = scale
        self._font = font
        self._fonts: dict[int, ImageFont.FreeTypeFont] = {}
        self._media = media

    def draw(self, page: Any) -> None:
        """Draw the objects of a page or a template."""
        for item in objects_of(page):
            match name_of(item):
                case "TextObject":
                    self._text(item)
                case "PathObject":
                    self._path(item)
                case "ImageObject":
                    self._image(item)

    def _text(self, item: Any) -> None:
        colour = _colour(item, "FillColor") or _BLACK
        for glyph in text_glyphs(item):
            if glyph.text.isspace():
                continue
            left, baseline = self._pixel((glyph.x, -glyph.baseline))
            font = self._of_size(glyph.size * self._scale)
            if font is not None:
                self._draw.text((left, baseline), glyph.text, colour, font, anchor="ls")
                continue
            bottom = baseline + glyph.below * self._scale
            high, wide = glyph.size * self._scale, (glyph.right - glyph.x) * self._scale
            inner = (left + 1, bottom - high * 0.9, left + wide - 1, bottom - high * 0.1)
            if inner[0] < inner[2] and inner[1] < inner[3]:
                self._draw.rectangle(inner, outline=_GREY)

    def _of_size(self, pixels: float) -> ImageFont.FreeTypeFont | None:
        size = min(max(round(pixels), 1), _LARGEST)
        if self._font is None:
            return None
        if size not in self._fonts:
            basic = ImageFont.Layout.BASIC
            self._fonts[size] = ImageFont.truetype(str(self._font), size, layout_engine=basic)
        return self._fonts[size]

    def _path(self, item: Any) -> None:
        fill = _colour(item, "FillColor") if item.get("Fill", "false") == "true" else None
        stroke = None
        if item.get("Stroke", "true") == "true":
            stroke = _colour(item, "StrokeColor") or _BLACK
        measured = (numbers(item.get("LineWidth", "")) or [_THIN])[0]
        width = min(max(1, round(measured * self._scale)), 200)
        for outline in outlines(item):
            points = [self._pixel(point) for point in outline]
            if fill is not None and len(points) > 2:
                self._draw.polygon(points, fill)
            if stroke is not None and len(points) > 1:
                self._draw.line(points, stroke, width)

    def _image(self, item: Any) -> None:
        one, other = map(self._pixel, ends_of(item))
        paste(self.picture, self._media(item.get("ResourceID", "")), one, other)

    def _pixel(self, point: Point) -> Point:
        """Return a point of the page in pixels, held near the picture whatever a file says."""
        x, y = (
            min(max(share * self._scale, -2.0 * edge), 3.0 * edge) if math.isfinite(share) else 0.0
            for share, edge in zip(point, self.picture.size, strict=True)
        )
        return x, y


def _colour(item: Any, name: str) -> Colour | None:
    """Return a colour that is written as red, green and blue, or as one grey."""
    for child in children(item, name):
        values = [min(max(int(value), 0), 255) for value in numbers(child.get("Value", ""))]
        if len(values) == 3:
            return values[0], values[1], values[2]
        if len(values) == 1:
            return values[0], values[0], values[0]
    return None
