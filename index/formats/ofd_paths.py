"""The paths that an OFD draws: their outlines as points."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from index.formats.ofd_package import Matrix, children, numbers

_STEPS = 12  # straight pieces of a curve
_MOST_COMMANDS = 200_000  # of one path
_TAKES = {"S": 1, "M": 1, "L": 1, "Q": 2, "B": 3, "C": 0}  # points after a path's letter

Point = tuple[float, float]


def outlines(item: Any) -> Iterator[list[Point]]:
    """Yield the lines of a path object, in millimetres of the page from its top left corner.

    Curves come in short straight pieces, arcs as straight lines.
    """
    left, top = corner(item)
    matrix = Matrix.of(item)
    for data in children(item, "AbbreviatedData"):
        for points in _drawn(data.text or ""):
            yield [(left + x, top + y) for x, y in (matrix.apply(*point) for point in points)]


def corner(item: Any) -> Point:
    """Return the upper left corner of an object's boundary."""
    left, top, *_ = *numbers(item.get("Boundary", "")), 0.0, 0.0
    return left, top


def _drawn(data: str) -> Iterator[list[Point]]:
    points: list[Point] = []
    for letter, printed in re.findall(r"([SMLQBAC])([^SMLQBAC]*)", data)[:_MOST_COMMANDS]:
        values = numbers(printed)
        pairs = list(zip(values[::2], values[1::2], strict=False))
        if letter == "A":
            pairs = pairs[-1:]  # where it ends
        elif len(pairs) < _TAKES[letter]:
            return
        if letter in "SM":
            yield points
            points = pairs[:1]
        elif letter == "C":
            yield [*points, *points[:1]]
            points = points[:1]
        elif letter in "QB" and points:
            points += _curve([points[-1], *pairs[: _TAKES[letter]]])
        else:
            points += pairs[:1]
    yield points


def _curve(control: Sequence[Point]) -> Iterator[Point]:
    """Yield the points of a Bézier curve after its first."""
    degree = len(control) - 1
    for step in range(1, _STEPS + 1):
        t = step / _STEPS
        weights = [
            math.comb(degree, index) * (1 - t) ** (degree - index) * t**index
            for index in range(degree + 1)
        ]
        x, y = (
            sum(weight * point[axis] for weight, point in zip(weights, control, strict=True))
            for axis in (0, 1)
        )
        yield x, y
