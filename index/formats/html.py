"""Web pages: the document on the page, its headings and tables, without the page around it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import lxml.html
from lxml import etree

from index.document import Metadata, Removal
from index.errors import CorruptFile, FileTooLarge, ReadError
from index.formats.encoding import decode, plausibility
from index.formats.failures import DAMAGE
from index.formats.main_content import PageWeights, is_not_shown, main_content
from index.formats.raw import Embedded, OutlineHeading, RawText
from index.formats.tables import table_lines
from index.numerals import dates

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_CHINESE = {"gb2312", "gbk", "gb_2312-80", "x-gbk", "cp936", "hz-gb-2312"}  # written as gb18030
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_REPLACED = 1_000  # characters for each that cannot be read
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_TITLE_PARTS = re.compile(r"\s*(?:[_|｜—–]|\s-\s|-{2,})\s*")
_LONGEST_CELL = 1_000  # characters of a cell of a table that is no mere layout
_MOST_SPAN = 200  # columns or rows
_WHITE = re.compile(r"[ \t\r\n\f\v\u200b\ufeff]+")
_CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_FURNITURE = "网页的导航、页脚等"


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    level: int | None = None
    is_kept: bool = True


def read_html(content: bytes) -> RawText:
    """Read a web page. What is not the document is kept on record as removed."""
    root = _parsed(_decoded(content))
    body = root.find("body")
    if body is None:
        body = root
    weights = PageWeights(body)
    main = main_content(body, weights)
    lines = _Reading(body, main, weights).lines()
    title = _title(root, lines)
    lines = _with_title(lines, title)
    return _raw(lines, root, title)


def _raw(lines: Sequence[_Line], root: Any, title: str | None) -> RawText:
    pieces: list[str] = []
    outline: list[OutlineHeading] = []
    removals: list[Removal] = []
    offset = 0
    for line in lines:
        text = f"{line.text}\n"
        if not line.is_kept:
            removals.append(Removal(offset, text, _FURNITURE))
        elif line.level is not None:
            outline.append(OutlineHeading(offset, line.level))
        pieces.append(text)
        offset += len(text)
    address = _meta(root, "url") or next(
        (link.get("href") for link in root.iter("link") if link.get("rel") == "canonical"), None
    )
    web = address if address and re.match(r"https?://\S+\Z", address) else None
    return RawText(
        "".join(pieces),
        outline=tuple(outline),
        removals=tuple(removals),
        paragraphs_known=True,
        stated=Metadata(title="", source_url=web) if web else None,
        embedded=Embedded(title=title, created_on=_day(_meta(root, "pubdate"))),
    )


# Bytes to elements -------------------------------------------------------------------------


def _decoded(content: bytes) -> str:
    """Decode by what the page declares, where its bytes agree, and else by its bytes."""
    match = _CHARSET.search(content[:8192])
    declared = match[1].decode("ascii").lower() if match else ""
    encoding = "gb18030" if declared in _CHINESE else declared
    readings = [] if content.startswith(_WIDE_MARKS) else _readings(content, encoding)
    if readings:  # a page that says gb2312 may be UTF-8 all the same, and decode as both
        return max(readings, key=plausibility)
    try:
        return decode(content)
    except ReadError:
        text = content.decode("gb18030" if encoding == "gb18030" else "utf-8", "replace")
        if text.count("\ufffd") * _MOST_REPLACED > len(text):
            raise
        return text


def _readings(content: bytes, declared: str) -> list[str]:
    """Return the page as UTF-8 and as what it declares, where its bytes are that."""
    readings: list[str] = []
    for encoding in dict.fromkeys(("utf-8", declared)):
        try:
            codecs.lookup(encoding)
            readings.append(content.decode(encoding).lstrip("\ufeff"))
        except (UnicodeDecodeError, LookupError):
            continue
    return readings


def _parsed(text: str) -> Any:
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    try:
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except DAMAGE as error:
        raise CorruptFile("网页里没有内容，或者已损坏。请重新保存网页后再添加。") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise FileTooLarge("网页的标签嵌套过深，可能已损坏。请用浏览器打开、另存后再添加。")
    return root


# Elements to lines -------------------------------------------------------------------------


class _Reading:
    """Walks over a page once, in reading order, without going deep into Python's stack."""

    def __init__(self, body: Any, main: Any, weights: PageWeights) -> None:
        self._body = body
        self._main = main
        self._weights = weights
        self._lines: list[_Line] = []
        self._words: list[str] = []
        self._levels: list[int] = []  # of the headings we are in
        self._aside: list[Any] = []  # the furniture we are in
        self._is_inside = False

    def lines(self) -> list[_Line]:
        """Return the lines of the page, those of its furniture marked."""
        walker = etree.iterwalk(self._body, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                if is_not_shown(element) or self._is_table(element):
                    walker.skip_subtree()
                else:
                    self._enter(element)
            elif event == "end":
                self._leave(element)
            else:
                self._say(element.tail)
        self._flush()
        return self._lines

    def _is_table(self, element: Any) -> bool:
        """Write a table of data at once; a table that is only layout is gone through."""
        if element.tag != "table":
            return False
        grid = data_grid(element)
        if grid is None:
            return False
        self._flush()
        kept = self._keeps()
        self._lines += [_Line(line, None, kept) for line in table_lines(grid) if line]
        return True

    def _enter(self, element: Any) -> None:
        if element.tag == "br":
            self._flush()
        if element.tag in _BLOCKS or element is self._main:
            self._flush()
        if element is self._main:
            self._is_inside = True
        elif element is not self._body and self._weights.is_furniture(element):
            self._flush()
            self._aside.append(element)
        if element.tag in _LEVELS:
            self._levels.append(_LEVELS[element.tag])
        if element.tag == "li":
            self._words.append(_number(element))
        self._say(element.text)

    def _leave(self, element: Any) -> None:
        if element.tag in _BLOCKS or element is self._main:
            self._flush()
        if element is self._main:
            self._is_inside = False
        if element.tag in _LEVELS and self._levels and not is_not_shown(element):
            self._levels.pop()
        if self._aside and self._aside[-1] is element:
            self._flush()
            self._aside.pop()
        if element is not self._body:
            self._say(element.tail)

    def _say(self, words: str | None) -> None:
        if words:
            self._words.append(words)

    def _keeps(self) -> bool:
        return self._is_inside and not self._aside

    def _flush(self) -> None:
        text = flowing("".join(self._words))
        self._words = []
        if text:
            level = self._levels[-1] if self._levels else None
            self._lines.append(_Line(text, level, self._keeps()))


def flowing(words: str) -> str:
    """Return words as a browser sets them: white space runs are one space, none between CJK."""

    def gap(match: re.Match[str]) -> str:
        before, after = (
            words[match.start() - 1 : match.start()],
            words[match.end() : match.end() + 1],
        )
        wrapped = "\n" in match[0] and _CJK.match(before) and _CJK.match(after)
        return "" if wrapped else " "

    return _WHITE.sub(gap, words).strip(" \xa0\u3000\u2002\u2003")


def _number(item: Any) -> str:
    """Return the number that a browser prints before an item of an ordered list."""
    parent = item.getparent()
    if parent is None or parent.tag != "ol" or "none" in (parent.get("style") or ""):
        return ""
    place = sum(1 for sibling in item.itersiblings("li", preceding=True)) + 1
    start = parent.get("start") or "1"
    return f"{place - 1 + (int(start) if start.isdecimal() and len(start) < 6 else 1)}. "


# Tables ------------------------------------------------------------------------------------


def data_grid(table: Any) -> list[list[str]] | None:
    """Return the cells of a table of data, merged ones repeated; None for mere layout."""
    if any(inner is not table for inner in table.iter("table", *_LEVELS)):
        return None
    rows = list(table.iter("tr"))
    if len(rows) < 2:
        return None
    grid: list[list[str]] = []
    owed: dict[int, tuple[int, str]] = {}  # columns that a cell above still covers
    for row in rows:
        line: list[str] = []
        for cell in row.iterchildren("td", "th"):
            _pay(line, owed)
            text = _cell_text(cell)
            if len(text) > _LONGEST_CELL:
                return None
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            for column in range(len(line), len(line) + across):
                if down > 1:
                    owed[column] = (down - 1, text if column == len(line) else "")
            line += [text, *[""] * (across - 1)]
        _pay(line, owed)
        grid.append(line)
    widest = max(map(len, grid))
    if widest < 2:
        return None
    return [row + [""] * (widest - len(row)) for row in grid]


def _pay(line: list[str], owed: dict[int, tuple[int, str]]) -> None:
    while len(line) in owed:
        column = len(line)
        left, text = owed.pop(column)
        if left > 1:
            owed[column] = (left - 1, text)
        line.append(text)


def _span(cell: Any, name: str) -> int:
    printed = cell.get(name) or "1"
    return min(max(int(printed), 1), _MOST_SPAN) if printed.isdecimal() and len(printed) < 6 else 1


def _cell_text(cell: Any) -> str:
    words: list[str] = []
    walker = etree.iterwalk(cell, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start":
            if is_not_shown(element):
                walker.skip_subtree()
                continue
            if element.tag in _BLOCKS or element.tag == "br":
                words.append(" ")
            words.append(element.text or "")
        elif element is not cell:
            words.append(" " if element.tag in _BLOCKS else "")
            words.append(element.tail or "")
    return flowing("".join(words))


# Titles ------------------------------------------------------------------------------------


def _title(root: Any, lines: Sequence[_Line]) -> str | None:
    """Return the document's title as the page names it outside its text."""
    stated = _meta(root, "articletitle")
    if stated:
        return stated
    printed = flowing(" ".join(element.text or "" for element in root.iter("title")))
    for part in (printed, *_TITLE_PARTS.split(printed)):
        if part and any(_bare(line.text) == _bare(part) for line in lines):
            return part
    first = next((line.text for line in lines if line.level == 1), None)
    return first or _TITLE_PARTS.split(printed)[0] or None


def _with_title(lines: list[_Line], title: str | None) -> list[_Line]:
    """Keep the title's line, where it stands above the element that holds the text."""
    begin = next((index for index, line in enumerate(lines) if line.is_kept), None)
    if title is None or begin is None:
        return lines
    wanted = _bare(title)
    if any(_bare(line.text) == wanted for line in lines[begin : begin + 5]):
        return lines
    for index in reversed(range(begin)):
        if _bare(lines[index].text) == wanted:
            level = lines[index].level
            lines[index] = replace(lines[index], is_kept=True, level=1 if level is None else level)
            break
    return lines


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _meta(root: Any, name: str) -> str | None:
    """Return what a page says in a meta element, as the rules for government sites ask."""
    for element in root.iter("meta"):
        if (element.get("name") or "").lower() == name:
            return flowing(element.get("content") or "") or None
    return None


def _day(printed: str | None) -> date | None:
    if not printed:
        return None
    try:
        return date.fromisoformat(printed[:10])
    except ValueError:
        return next((day for _, day in dates(printed)), None)
