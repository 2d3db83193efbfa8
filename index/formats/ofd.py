"""OFD 版式文件 (GB/T 33190): the characters of every page with their places."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from index.errors import CorruptFile, EmptyDocument, FileTooLarge
from index.formats.layout import Glyph, PrintedLine, lay_out, printed_lines
from index.formats.package import is_unsafe_name, open_package, parse_part
from index.formats.raw import Embedded, RawText
from index.lines import width

_MOST_PAGES = 3_000
_MOST_CHARACTERS = 5_000_000
_DEEPEST = 50  # blocks within blocks of a page
_ROOT = "OFD.xml"


@dataclass(frozen=True, slots=True)
class _Matrix:
    """The six numbers that lead from one system of coordinates into another."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    def apply(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


def read_ofd(content: bytes) -> RawText:
    """Read an OFD file's text objects. Raises ReadError, also where it holds pictures only."""
    with open_package(content) as package:
        names = set(package.namelist())
        root = parse_part(package, _ROOT)
        bodies = _all(root, "DocBody")
        pages: list[list[PrintedLine]] = []
        for body in bodies:
            document = _resolve(_text_of(body, "DocRoot"), "", names)
            pages += _pages(package, document, names, len(pages))
    if not any(pages):
        raise EmptyDocument(
            "这份 OFD 没有文字，只有图片。请先转成 PDF 再添加（会做文字识别），或找可编辑的原件。"
        )
    return lay_out(pages, "没有文字", embedded=_embedded(bodies[0]))


def _pages(
    package: zipfile.ZipFile, document: str, names: set[str], before: int
) -> Iterator[list[PrintedLine]]:
    """Yield the lines of each page, those of the templates it is laid over included."""
    root = parse_part(package, document)
    templates = {
        template.get("ID", ""): template.get("BaseLoc", "")
        for template in _all(root, "TemplatePage")
    }
    listed = [page for group in _children(root, "Pages") for page in _children(group, "Page")]
    if before + len(listed) > _MOST_PAGES:
        raise FileTooLarge(f"OFD 超过 {_MOST_PAGES} 页的上限，请拆分后再添加。")
    shared: dict[str, list[Glyph]] = {}
    for page in listed:
        part = parse_part(package, _resolve(page.get("BaseLoc", ""), document, names))
        glyphs = list(_glyphs(part))
        for use in _children(part, "Template"):
            identifier = use.get("TemplateID", "")
            if identifier in templates and identifier not in shared:
                template = _resolve(templates[identifier], document, names)
                shared[identifier] = list(_glyphs(parse_part(package, template)))
            glyphs += shared.get(identifier, ())
        if len(glyphs) > _MOST_CHARACTERS:
            raise FileTooLarge("OFD 的一页上文字过多，文件可能已损坏。请重新导出后再添加。")
        yield printed_lines(glyphs)


def _glyphs(page: Any) -> Iterator[Glyph]:
    for content in _children(page, "Content"):
        for layer in content:
            yield from _of_block(layer, 0)


def _of_block(block: Any, depth: int) -> Iterator[Glyph]:
    if depth > _DEEPEST:
        raise CorruptFile("OFD 的内容嵌套过深，文件可能已损坏。请重新导出后再添加。")
    for child in block:
        name = _name(child)
        if name == "TextObject":
            if child.get("Visible", "true").lower() != "false":
                yield from _of_text(child)
        elif name in {"PageBlock", "Layer"}:
            yield from _of_block(child, depth + 1)


def _of_text(item: Any) -> Iterator[Glyph]:
    """Yield the characters of a text object, in millimetres of the page."""
    left, top, *_ = *_numbers(item.get("Boundary", "")), 0.0, 0.0
    printed = _numbers(item.get("CTM", ""))
    matrix = _Matrix(*printed) if len(printed) == 6 else _Matrix()
    size = (_numbers(item.get("Size", "")) or [0.0])[0]
    scale = (_numbers(item.get("HScale", "")) or [1.0])[0]
    x = y = 0.0
    for code in _children(item, "TextCode"):
        text = code.text or ""
        x = (_numbers(code.get("X", "")) or [x])[0]
        y = (_numbers(code.get("Y", "")) or [y])[0]
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
                yield Glyph(character, begin, left + max(start_x, end_x), -(top + start_y), height)
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


def _numbers(printed: str) -> list[float]:
    try:
        return [float(word) for word in printed.split()]
    except ValueError:
        return []


# Parts and elements ------------------------------------------------------------------------


def _resolve(location: str, base: str, names: set[str]) -> str:
    """Return the part that a location names, seen from another part."""
    location = location.strip().replace("\\", "/")
    path = (
        location[1:]
        if location.startswith("/")
        else posixpath.join(posixpath.dirname(base), location)
    )
    path = posixpath.normpath(path)
    if is_unsafe_name(path):
        raise CorruptFile("OFD 里含有不安全的路径，请重新导出后再添加。")
    if path in names:
        return path
    found = next((name for name in names if name.lower() == path.lower()), None)
    if found is None:
        raise CorruptFile("OFD 缺少其中的页面，文件不完整。请重新下载或导出后再添加。")
    return found


def _name(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _children(element: Any, name: str) -> list[Any]:
    return [child for child in element if _name(child) == name]


def _all(element: Any, name: str) -> list[Any]:
    return [child for child in element.iter() if _name(child) == name]


def _text_of(element: Any, name: str) -> str:
    return next((child.text or "" for child in _all(element, name)), "").strip()


def _embedded(body: Any) -> Embedded:
    return Embedded(
        title=_text_of(body, "Title") or None,
        created_on=_day(_text_of(body, "CreationDate")),
        modified_on=_day(_text_of(body, "ModDate")),
    )


def _day(printed: str) -> date | None:
    try:
        return date.fromisoformat(printed[:10])
    except ValueError:
        return None
