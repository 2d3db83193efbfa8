"""The lines of tables in pictures of pages, drawn here."""

from __future__ import annotations

import math

import pytest
from PIL import Image, ImageDraw

from index.formats.recognition import is_installed
from index.formats.scanned_rulings import rulings_in, slope_of, straightened

np = pytest.importorskip("numpy")
pytestmark = pytest.mark.skipif(not is_installed(), reason="needs the ocr extra")

EM = 32
XS, YS = (100, 300, 700), (120, 180, 240, 300)  # the edges of a table's cells


def page(*, lines: bool = True) -> Image.Image:
    """Return a page with a table of strokes as characters have them, ruled or not."""
    picture = Image.new("L", (900, 500), 250)
    draw = ImageDraw.Draw(picture)
    for x in range(120, 680, 36):
        for y in YS:
            draw.line((x, y + 30, x + 30, y + 30), 20, 3)  # 一 after 一
            draw.line((x + 15, y + 14, x + 15, y + 46), 20, 3)
    if lines:
        for y in YS:
            draw.line((XS[0], y, XS[-1], y), 60, 2)
        for x in XS:
            draw.line((x, YS[0], x, YS[-1]), 60, 2)
    return picture


def edges(picture: Image.Image, slope: float = 0.0) -> tuple[list[int], list[int]]:
    """Return where lines are found: the upright ones' places, and the level ones'."""
    found = list(rulings_in(np.asarray(picture), EM, slope))
    return (
        sorted(round(one.left) for one in found if not one.is_level),
        sorted(round(-one.top) for one in found if one.is_level),
    )


def test_the_lines_of_a_table_are_found_and_no_stroke_of_a_character_is() -> None:
    uprights, levels = edges(page())
    assert uprights == pytest.approx(XS, abs=2)
    assert levels == pytest.approx(YS, abs=2)
    assert edges(page(lines=False)) == ([], [])


def test_a_line_that_is_broken_off_for_a_little_is_one() -> None:
    picture = page()
    ImageDraw.Draw(picture).rectangle((400, 110, 412, 310), 250)
    assert edges(picture)[1] == pytest.approx(YS, abs=2)


@pytest.mark.parametrize("degrees", [-1.5, 0.5, 2.0])
def test_a_tilted_table_is_found_as_if_it_stood_straight(degrees: float) -> None:
    tilted = page().rotate(
        -degrees, resample=Image.Resampling.BICUBIC, fillcolor=250, center=(0, 0)
    )
    slope = math.tan(math.radians(degrees))
    uprights, levels = edges(tilted, slope)
    assert uprights == pytest.approx(XS, abs=3)
    assert levels == pytest.approx(YS, abs=3)


@pytest.mark.parametrize("degrees", [-1.5, 0.5, 2.0])
def test_the_tilt_is_told_by_long_lines_of_text(degrees: float) -> None:
    slope = math.tan(math.radians(degrees))
    turn = np.array([[1.0, slope], [-slope, 1.0]])
    straight = [
        np.array([[80, y], [80 + wide, y], [80 + wide, y + 30], [80, y + 30]], float)
        for y, wide in ((100, 600), (150, 40), (200, 620))
    ]
    assert slope_of([box @ turn for box in straight]) == pytest.approx(slope, rel=0.01)
    back = straightened(straight[0] @ turn, slope)
    assert back == pytest.approx(straight[0], abs=2)
    assert slope_of([straight[1]]) == 0
