"""A document into passages: spans that tile its text and keep to its structure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from index.document import Chunk, Document, Section, SectionKind, Span

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

SIZE = 300  # characters a passage has at most
TINY = 60  # characters below which a passage joins its neighbour
_SLACK = 40  # characters by which the pieces of a long section may be uneven

_AFTER_SENTENCE = r"(?<=[。！？；][”’」）])|(?<=[。！？；])(?![”’」）])"
_SEPARATORS = [r"\n", r"\u3000{2,}", _AFTER_SENTENCE, r"(?<=[.!?;] )", "，", "、", " ", ""]
_FRAME = {
    SectionKind.TITLE,
    SectionKind.HEAD,
    SectionKind.SALUTATION,
    SectionKind.SIGNATURE,
    SectionKind.FIELD,
    SectionKind.IMPRINT,
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A passage in the making: what it is a part of, and whether it is all of it."""

    span: Span
    group: str
    is_whole: bool


def chunk(document: Document) -> list[Chunk]:
    """Cut a document into passages of at most `SIZE` characters that tile its text.

    A law's article is a passage of its own, a long one is cut at its 款 and 项; otherwise a
    section is one, and a small one joins its neighbour under the same heading.
    """
    spans = list(_pieces(document.text, document.root))
    return [Chunk(document.id, span, _path(document, span)) for span in spans]


def _pieces(text: str, section: Section) -> Iterator[Span]:
    """Yield the passages of a section."""
    whole = len(section.span) <= SIZE and not (section.children and _holds_articles(section))
    if whole and len(section.span):
        yield section.span
        return
    if not section.children:
        yield from _split(text, section.span)
        return
    if section.kind is SectionKind.ARTICLE or _within_article(section):
        yield from _packed(text, section)
        return
    yield from _joined(text, section.children)


def _joined(text: str, sections: Sequence[Section]) -> Iterator[Span]:
    """Yield the passages of siblings, where a tiny one has joined its neighbour."""
    pending: _Piece | None = None
    for section in sections:
        for span in _pieces(text, section):
            piece = _Piece(span, _group(section), is_whole=span == section.span)
            if pending is not None and _may_join(pending, piece):
                pending = _Piece(Span(pending.span.start, span.end), piece.group, is_whole=True)
                continue
            if pending is not None:
                yield pending.span
            pending = piece
    if pending is not None:
        yield pending.span


def _group(section: Section) -> str:
    if section.kind in _FRAME:
        return "frame"
    if section.kind is SectionKind.PREAMBLE:
        return "lead"
    return "article" if section.kind is SectionKind.ARTICLE else "section"


def _may_join(before: _Piece, piece: _Piece) -> bool:
    """Say whether two neighbours make one passage.

    A tiny heading line joins what stands below it; of two whole sections of one sort one must
    be tiny; articles never join one another.
    """
    if piece.span.end - before.span.start > SIZE:
        return False
    if before.group == "lead":
        return len(before.span) < TINY and piece.group != "frame"
    alike = before.group == piece.group != "article" and before.is_whole and piece.is_whole
    return alike and min(len(before.span), len(piece.span)) < TINY


def _packed(text: str, section: Section) -> Iterator[Span]:
    """Yield the passages of a long article: as many of its 款 and 项 as fit, in order."""
    pending: Span | None = None
    for child in section.children:
        pieces = [child.span] if len(child.span) <= SIZE else list(_pieces(text, child))
        for piece in pieces:
            if pending is not None and piece.end - pending.start <= SIZE:
                pending = Span(pending.start, piece.end)
                continue
            if pending is not None:
                yield pending
            pending = piece
    if pending is not None:
        yield pending


def _within_article(section: Section) -> bool:
    return section.kind in {SectionKind.PARAGRAPH, SectionKind.ITEM, SectionKind.SUBITEM}


def _holds_articles(section: Section) -> bool:
    if section.kind is SectionKind.ARTICLE:
        return False
    return any(
        child.kind is SectionKind.ARTICLE or _holds_articles(child) for child in section.children
    )


def _split(text: str, span: Span) -> Iterator[Span]:
    """Yield a long stretch in even pieces that end where sentences do.

    Every piece keeps its separator and its white space, so their lengths are the offsets.
    """
    if not len(span):
        return
    even = math.ceil(len(span) / math.ceil(len(span) / SIZE))
    start = end = span.start
    for piece in _splitter(min(SIZE, even + _SLACK)).split_text(span.of(text)):
        joins = end + len(piece) - start <= SIZE and min(end - start, len(piece)) < TINY
        if start < end and not joins:
            yield Span(start, end)
            start = end
        end += len(piece)
    yield Span(start, end)


@cache
def _splitter(size: int) -> RecursiveCharacterTextSplitter:
    from langchain_text_splitters import (  # noqa: PLC0415 - slow to load, wanted only here
        RecursiveCharacterTextSplitter,
    )

    return RecursiveCharacterTextSplitter(
        chunk_size=size,
        chunk_overlap=0,
        keep_separator="end",
        strip_whitespace=False,
        separators=_SEPARATORS,
        is_separator_regex=True,
    )


def _path(document: Document, span: Span) -> tuple[str, ...]:
    """Return the headings a passage stands under and does not itself begin with."""
    headings = [
        section.heading
        for section in document.root.path_to(span.start)
        if section.heading is not None and span in section.span
    ]
    return tuple(
        heading.of(document.text).replace("\n", "")
        for heading in headings
        if heading not in span and not heading.overlaps(span)
    )
