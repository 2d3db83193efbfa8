"""Which pages a span of a document's text is on, and what has to be known to find it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from index.document import Box, Document, PrintedRun, Span

DRAWING = 1  # raised when pages come to be drawn in another way


@dataclass(frozen=True, slots=True)
class Sought:
    """What to find on a page.

    `runs` are stretches of the page's text with their offsets in the source, by which the page
    as it is read again is held against the one that was read; `wanted` are ranges of the
    source. On a page that was recognised its text is not read again: `printed` says where it
    stands, and is None elsewhere.
    """

    page: int
    runs: tuple[tuple[int, str], ...]
    wanted: tuple[tuple[int, int], ...]
    printed: tuple[PrintedRun, ...] | None = None


@dataclass(frozen=True, slots=True)
class PageSize:
    """How wide and how high a page's picture is, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Survey:
    """How large the pages of an original are, and where on them stands what was sought.

    `boxes` has an entry for each page sought: a box a line, or None where the page as it is
    read now is not the one that was read, so that nobody can say. `has_letters` is False where
    the text of the pages cannot be drawn because there is no Chinese font here.
    """

    sizes: tuple[PageSize, ...]
    boxes: Mapping[int, tuple[Box, ...] | None]
    has_letters: bool = True


def page_spans(document: Document) -> Mapping[int, Span]:
    """Return the span of the text that stands on each page, where pages are known."""
    spans: dict[int, Span] = {}
    for run in document.origin:
        if run.page is not None and len(run.span):
            before = spans.get(run.page)
            spans[run.page] = Span(before.start if before else run.span.start, run.span.end)
    return spans


def seek(document: Document, page: int, span: Span) -> Sought | None:
    """Return what to look for on a page to find `span` there; None where it is not on the page."""
    runs = [run for run in document.origin if run.page == page]
    wanted = [
        (
            run.source_start + max(span.start, run.span.start) - run.span.start,
            run.source_start + min(span.end, run.span.end) - run.span.start,
        )
        for run in runs
        if run.span.overlaps(span)
    ]
    if not wanted:
        return None
    recognised = next((one for one in document.recognised if one.page == page), None)
    return Sought(
        page,
        tuple((run.source_start, run.span.of(document.text)) for run in runs),
        tuple(wanted),
        recognised.runs if recognised is not None else None,
    )


def pages_with(document: Document, span: Span) -> Iterator[int]:
    """Yield the pages that hold something of a span."""
    before = None
    for run in document.origin:
        if run.page is not None and run.page != before and run.span.overlaps(span):
            before = run.page
            yield run.page
