"""What an OFD file is made of: its pages, the templates they are laid over, their elements."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from index.errors import CorruptFile, FileTooLarge
from index.formats.package import is_unsafe_name, parse_part

_MOST_PAGES = 3_000
_ROOT = "OFD.xml"
_A4 = (210.0, 297.0)  # millimetres, where a file does not say
_DEEPEST = 50  # blocks within blocks of a page
_BLOCKS = frozenset({"PageBlock", "Layer"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: the part it is in, and what it may be laid over.

    `document` is the part that lists the page, `templates` leads from an ID to a part's
    location, and `size` is that of the document's pages, in millimetres.
    """

    part: str
    document: str
    templates: Mapping[str, str]
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The six numbers that lead from one system of coordinates into another."""

    a: float = 1
    b: float = 0
    c: float = 0
    d: float = 1
    e: float = 0
    f: float = 0

    @classmethod
    def of(cls, element: Any) -> Matrix:
        """Return an element's CTM."""
        printed = numbers(element.get("CTM", ""))
        return cls(*printed) if len(printed) == 6 else cls()

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Lead a point over."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


def bodies(package: zipfile.ZipFile) -> list[Any]:
    """Return the DocBody elements: a file may hold several documents."""
    return descendants(parse_part(package, _ROOT), "DocBody")


def sheets(package: zipfile.ZipFile) -> list[Sheet]:
    """Return the pages in order. Raises ReadError where one is missing, or there are too many."""
    names = set(package.namelist())
    found: list[Sheet] = []
    for body in bodies(package):
        document = resolve(text_of(body, "DocRoot"), "", names)
        root = parse_part(package, document)
        templates = {
            template.get("ID", ""): template.get("BaseLoc", "")
            for template in descendants(root, "TemplatePage")
        }
        size = _size_in(root) or _A4
        listed = [page for group in children(root, "Pages") for page in children(group, "Page")]
        if len(found) + len(listed) > _MOST_PAGES:
            raise FileTooLarge(f"OFD 超过 {_MOST_PAGES} 页的上限，请拆分后再添加。")
        for page in listed:
            part = resolve(page.get("BaseLoc", ""), document, names)
            found.append(Sheet(part, document, templates, size))
    return found


def templates_of(package: zipfile.ZipFile, sheet: Sheet, page: Any) -> Iterator[str]:
    """Yield the parts of the templates that a page is laid over."""
    uses = [use.get("TemplateID", "") for use in children(page, "Template")]
    known = [sheet.templates[use] for use in uses if use in sheet.templates]
    names = set(package.namelist()) if known else set()
    yield from (resolve(location, sheet.document, names) for location in known)


def objects_of(page: Any) -> Iterator[Any]:
    """Yield the visible objects of a page or a template in the order they are drawn in."""
    for content in children(page, "Content"):
        for layer in content:
            yield from _objects_in(layer, 0)


def _objects_in(block: Any, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise CorruptFile("OFD 的内容嵌套过深，文件可能已损坏。请重新导出后再添加。")
    for child in block:
        if child.get("Visible", "true").lower() == "false":
            continue
        if name_of(child) in _BLOCKS:
            yield from _objects_in(child, depth + 1)
        else:
            yield child


def size_of(sheet: Sheet, page: Any) -> tuple[float, float]:
    """Return a page's width and height in millimetres: its own, or the document's."""
    return next(filter(None, map(_size_in, children(page, "Area"))), sheet.size)


def _size_in(element: Any) -> tuple[float, float] | None:
    for box in descendants(element, "PhysicalBox"):
        measured = numbers(box.text or "")
        if len(measured) == 4 and min(measured[2:]) > 0:
            return measured[2], measured[3]
    return None


# Parts and elements ------------------------------------------------------------------------


def resolve(location: str, base: str, names: set[str]) -> str:
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


def name_of(element: Any) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def children(element: Any, name: str) -> list[Any]:
    """Return the children of a name."""
    return [child for child in element if name_of(child) == name]


def descendants(element: Any, name: str) -> list[Any]:
    """Return the elements of a name, wherever they are below, the element itself included."""
    return [child for child in element.iter() if name_of(child) == name]


def text_of(element: Any, name: str) -> str:
    """Return the text of the first element of a name, or nothing."""
    return next((child.text or "" for child in descendants(element, name)), "").strip()


def numbers(printed: str) -> list[float]:
    """Read numbers with spaces between them; nothing where one is none."""
    try:
        return [float(word) for word in printed.split()]
    except ValueError:
        return []
