"""OFD 版式文件 (GB/T 33190): the characters of every page with their places."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from index.errors import EmptyDocument, FileTooLarge
from index.formats.layout import Glyph, PlacedLine, PrintedLine, lay_out
from index.formats.ofd_package import (
    Matrix,
    Sheet,
    bodies,
    children,
    name_of,
    numbers,
    objects_of,
    sheets,
    templates_of,
    text_of,
)
from index.formats.ofd_paths import corner, outlines
from index.formats.ofd_pictures import drawn_scans, is_scan
from index.formats.package import open_package, parse_part
from index.formats.printed_pages import Drawn, page_within, read_page
from index.formats.raw import Embedded, RawText
from index.formats.recognition import recognise_among
from index.formats.ruled_tables import Ruling
from index.lines import width

_MOST_CHARACTERS = 5_000_000
_BELOW = 0.15  # em of a Chinese character that reach under the baseline

_Drawn = tuple[list[Glyph], list[Ruling]]


def read_ofd(content: bytes, *, may_recognise: bool = True) -> RawText:
    """Read an OFD file's text objects; pages that are only pictures are recognised.

    Raises ReadError, and NeedsPart where there are such pages and they may not be recognised here.
    """
    with open_package(content) as package:
        listed = bodies(package)
        set_sheets = sheets(package)
        pages = list(_pages(package, set_sheets))
        scans = [
            index
            for index, page in enumerate(pages)
            if not page and is_scan(package, set_sheets[index])
        ]
        marks = recognise_among(
            pages,
            scans,
            lambda indexes: drawn_scans(package, [set_sheets[index] for index in indexes]),
            may_recognise=may_recognise,
        )
    if not any(pages):
        raise EmptyDocument(
            "OFD 里没有文字，也没有认出文字。请确认文件完整，或重新扫描、转成 PDF 后再添加。"
        )
    return lay_out(pages, "没有文字", embedded=_embedded(listed[0]), recognised=marks)


def _pages(package: zipfile.ZipFile, listed: Sequence[Sheet]) -> Iterator[list[PrintedLine]]:
    """Yield the lines of each page, those of the templates it is laid over included."""
    shared: dict[str, _Drawn] = {}
    end = None
    for sheet in listed:
        page = read_page(*_drawn_on(package, sheet, shared), end)
        end = page.end
        yield [placed.line for placed in page.lines]


def sheet_lines(package: zipfile.ZipFile, listed: Sequence[Sheet], number: int) -> list[PlacedLine]:
    """Return a page's lines, and the rows of its tables, with where their characters stand."""
    shared: dict[str, _Drawn] = {}
    return page_within(number, lambda one: _drawn_on(package, listed[one], shared)).lines


def _drawn_on(package: zipfile.ZipFile, sheet: Sheet, shared: dict[str, _Drawn]) -> Drawn:
    """Return what is printed on a page. What is read of templates is kept for other pages."""
    page = parse_part(package, sheet.part)
    drawn = _drawn(page)
    for template in templates_of(package, sheet, page):
        if template not in shared:
            shared[template] = _drawn(parse_part(package, template))
        glyphs, rulings = shared[template]
        drawn = ([*drawn[0], *glyphs], [*drawn[1], *rulings])
    if len(drawn[0]) > _MOST_CHARACTERS:
        raise FileTooLarge("OFD 的一页上文字过多，文件可能已损坏。请重新导出后再添加。")
    return drawn


def _drawn(page: Any) -> _Drawn:
    """Return a page's characters, and the straight lines that are drawn on it."""
    drawn: _Drawn = ([], [])
    for item in objects_of(page):
        match name_of(item):
            case "TextObject":
                drawn[0].extend(text_glyphs(item))
            case "PathObject":
                drawn[1].extend(_rulings(item))
    return drawn


def _rulings(item: Any) -> Iterator[Ruling]:
    for outline in outlines(item):
        for one, other in itertools.pairwise((x, -y) for x, y in outline):
            yield Ruling.between(one, other)


def text_glyphs(item: Any) -> Iterator[Glyph]:
    """Yield the characters of a text object, in millimetres of the page."""
    left, top = corner(item)
    matrix = Matrix.of(item)
    size = (numbers(item.get("Size", "")) or [0.0])[0]
    scale = (numbers(item.get("HScale", "")) or [1.0])[0]
    x = y = 0.0
    for code in children(item, "TextCode"):
        text = code.text or ""
        x = (numbers(code.get("X", "")) or [x])[0]
        y = (numbers(code.get("Y", "")) or [y])[0]
        steps_x, steps_y = _steps(code.get("DeltaX", "")), _steps(code.get("DeltaY", ""))
        at_x, at_y = x, y
        for index, character in enumerate(text):
            advance = size * scale * width(character)
            start_x, start_y = matrix.apply(at_x, at_y)
            end_x, _ = matrix.apply(at_x + advance, at_y)
            _, tall = matrix.apply(at_x, at_y - size)
            height = abs(start_y - tall) or size
            if height > 0 and character >= " ":
                begin = left + min(start_x, end_x)
                right = left + max(start_x, end_x)
                yield Glyph(character, begin, right, -(top + start_y), height, height * _BELOW)
            # Where the step is not printed the type's own width is the best guess.
            along = not steps_x and not steps_y
            at_x += steps_x[index] if index < len(steps_x) else advance if along else 0.0
            at_y += steps_y[index] if index < len(steps_y) else 0.0


def _steps(printed: str) -> list[float]:
    """Read a list of distances; `g 3 5.5` stands for 5.5 three times."""
    steps: list[float] = []
    words = iter(printed.split())
    for word in words:
        try:
            if word == "g":
                count, step = int(next(words, "0")), float(next(words, "0"))
                steps += [step] * max(0, min(count, 100_000))
            else:
                steps.append(float(word))
        except ValueError:
            return steps
    return steps


def _embedded(body: Any) -> Embedded:
    return Embedded(
        title=text_of(body, "Title") or None,
        created_on=_day(text_of(body, "CreationDate")),
        modified_on=_day(text_of(body, "ModDate")),
    )


def _day(printed: str) -> date | None:
    try:
        return date.fromisoformat(printed[:10])
    except ValueError:
        return None
