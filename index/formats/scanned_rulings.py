"""The lines that tables are ruled with, found in the picture of a page; how far it is tilted."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from index.formats.ruled_tables import Ruling

_STROKE = 1.1  # em, that no stroke of a character reaches
_BROKEN = 0.6  # em of a line that print or scanner left out
_LEVEL, _UPRIGHT = 2.0, 1.3  # em of the shortest lines
_THICKEST = 0.3  # em
_DARKER = 12  # of 255, than what is around it
_LONG = 8  # times as long as high, a line of text that tells how the page is tilted
_STRAIGHT = 0.001  # a slope that is none
_STEEPEST = 0.05


def slope_of(boxes: Sequence[Any]) -> float:
    """Return by how much lines of text fall for each pixel to the right, by their four corners."""
    slopes = []
    for box in boxes:
        (x1, y1), (x2, y2), (x3, y3), (x4, y4) = box
        if x2 - x1 > _LONG * (y4 - y1) > 0:
            slopes.append(float((y2 - y1 + y3 - y4) / (x2 - x1 + x3 - x4)))
    slope = statistics.median(slopes) if slopes else 0.0
    return slope if _STRAIGHT < abs(slope) < _STEEPEST else 0.0


def straightened(box: Any, slope: float) -> Any:
    """Return corners where they would be on a page that is not tilted."""
    import numpy as np  # noqa: PLC0415  comes with the models

    return np.asarray(box) @ np.array([[1.0, -slope], [slope, 1.0]])


def rulings_in(picture: Any, em: float, slope: float = 0.0) -> Iterator[Ruling]:
    """Yield the level and upright lines of a grey picture, as they would be without its tilt.

    `em` is the size of its type in pixels; heights grow upwards from its top edge, so that they
    are below zero.
    """
    import cv2  # noqa: PLC0415  comes with the models
    import numpy as np  # noqa: PLC0415

    if slope:
        turn = np.array([[1.0, slope, 0.0], [-slope, 1.0, 0.0]])
        picture = cv2.warpAffine(picture, turn, picture.shape[::-1], borderValue=255)
    around = max(2 * round(em / 2) + 1, 3)
    mean, inverse = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV
    dark = cv2.adaptiveThreshold(picture, 255, mean, inverse, around, _DARKER)
    for is_level in (True, False):
        drawn = dark
        for step, length in ((cv2.MORPH_OPEN, _STROKE), (cv2.MORPH_CLOSE, _BROKEN)):
            long = max(round(length * em), 1)
            shape = cv2.getStructuringElement(cv2.MORPH_RECT, (long, 1) if is_level else (1, long))
            drawn = cv2.morphologyEx(drawn, step, shape)
        _, _, found, _ = cv2.connectedComponentsWithStats(drawn)
        for left, top, wide, high, _ in found[1:].tolist():
            if is_level and wide >= _LEVEL * em and high <= _THICKEST * em:
                middle = -(top + high / 2)
                yield Ruling(left, middle, left + wide, middle)
            elif not is_level and high >= _UPRIGHT * em and wide <= _THICKEST * em:
                middle = left + wide / 2
                yield Ruling(middle, -(top + high), middle, -top)
