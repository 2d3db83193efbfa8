"""Lays a document out for reading: paragraphs, headings, pages, and the quote marked.

Everything is counted in code points here, on the server, so that no browser has to convert.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from index.document import Document, Section, SectionKind, Span
from service.references import Leading

DEEPEST_HEADING = 6  # of HTML; the document's title is the first
_OUTLINED = frozenset(
    {SectionKind.PART, SectionKind.CHAPTER, SectionKind.DIVISION, SectionKind.HEADING}
)
_STYLED = frozenset(
    {
        SectionKind.TITLE,
        SectionKind.HEAD,
        SectionKind.SALUTATION,
        SectionKind.SIGNATURE,
        SectionKind.FIELD,
        SectionKind.IMPRINT,
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text set in one way; `page` is set where it begins a page.

    `opens` is the link that begins with it; it ends with the piece that `closes`.
    """

    text: str
    is_marked: bool = False
    is_heading: bool = False  # a heading that a sentence follows in the same paragraph
    page: int | None = None
    opens: Leading | None = None
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. `level` is 2 to 6 for a heading, 0 for body text.

    `page` is set where a page begins with the paragraph; `style` names what kind of stretch of
    an official text this is.
    """

    start: int
    pieces: tuple[Piece, ...]
    level: int = 0
    page: int | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table of contents."""

    start: int
    level: int
    text: str


def typeset(document: Document, quote: Span | None, leading: Sequence[Leading] = ()) -> list[Block]:
    """Return the paragraphs of the document in order, with `quote` marked.

    `leading` are the words that are links, in order.
    """
    headings = {
        section.heading.start: (section.heading, depth)
        for section, depth in _walk(document.root, 0)
        if section.heading is not None and len(section.heading)
    }
    pages = deque(_page_starts(document))
    styles = deque(
        (section.span, section.kind.value)
        for section, _ in _walk(document.root, 0)
        if section.kind in _STYLED
    )
    links = deque(leading)
    blocks = []
    for line in _lines(document.text):
        heading, depth = headings.get(line.start, (None, 0))
        fills_line = heading is not None and not document.text[heading.end : line.end].strip()
        starts: dict[int, int] = {}
        while pages and pages[0][0] < line.end:
            start, page = pages.popleft()
            starts[max(start, line.start)] = page
        while styles and styles[0][0].end <= line.start:
            styles.popleft()
        while links and links[0].span.end <= line.start:
            links.popleft()
        here = list(_begun(links, line.end))
        blocks.append(
            Block(
                start=line.start,
                pieces=tuple(
                    _pieces(
                        document.text, line, quote, None if fills_line else heading, starts, here
                    )
                ),
                level=min(depth + 1, DEEPEST_HEADING) if fills_line else 0,
                page=starts.get(line.start),
                style=styles[0][1] if styles and line.start in styles[0][0] else "",
            )
        )
    return blocks


def _begun(links: Iterable[Leading], end: int) -> Iterator[Leading]:
    """Yield the links that begin before `end`."""
    return takewhile(lambda one: one.span.start < end, links)


def outline(document: Document, deepest: int = 3) -> list[Entry]:
    """Return the headings for a table of contents, to the given depth."""
    return [
        Entry(section.heading.start, depth, section.heading.of(document.text).strip())
        for section, depth in _walk(document.root, 0)
        if section.heading is not None and section.kind in _OUTLINED and depth <= deepest
    ]


def _walk(section: Section, depth: int) -> Iterator[tuple[Section, int]]:
    """Yield every section below, with its depth; the root's children are at 1."""
    for child in section.children:
        yield child, depth + 1
        yield from _walk(child, depth + 1)


def _lines(text: str) -> Iterator[Span]:
    """Yield the lines that are not blank, without the white space around them."""
    start = 0
    for line in text.split("\n"):
        if line.strip():
            left = len(line) - len(line.lstrip())
            yield Span(start + left, start + len(line.rstrip()))
        start += len(line) + 1


def _page_starts(document: Document) -> list[tuple[int, int]]:
    """Return where each page begins in the text; empty where pages are unknown."""
    starts = []
    current = None
    for run in document.origin:
        if run.page is not None and run.page != current:
            current = run.page
            starts.append((run.span.start, run.page))
    return starts


def _pieces(  # noqa: PLR0913, PLR0917  all that may change within a line
    text: str,
    line: Span,
    quote: Span | None,
    heading: Span | None,
    pages: Mapping[int, int],
    leading: Sequence[Leading],
) -> Iterator[Piece]:
    """Cut a line wherever the way it is set changes, a link does, or a page begins."""
    cuts = {line.start, line.end, *pages}
    for span in (quote, heading, *(one.span for one in leading)):
        if span is not None:
            cuts |= {edge for edge in (span.start, span.end) if edge in line}
    opens = {max(one.span.start, line.start): one for one in leading}
    closes = {min(one.span.end, line.end) for one in leading}
    for start, end in pairwise(sorted(cuts)):
        piece = Span(start, end)
        yield Piece(
            piece.of(text),
            is_marked=quote is not None and piece in quote,
            is_heading=heading is not None and piece in heading,
            page=pages.get(start) if start > line.start else None,
            opens=opens.get(start),
            closes=end in closes,
        )
