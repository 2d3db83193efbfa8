"""Sentences of a document, each with the context it is read in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.document import Document, Hit, Section, Span

_END = re.compile(r"(?:[。！？!?]+[”’）》」』]*|\n+)")
_CLAUSE_END = re.compile(r"[；;。！？\n]|，")
_POINT = re.compile(r"(?<=[。；\n])\s?[一二三四五六七八九十]{1,2}是(?!否)")  # a new subject begins
QUOTE_LIMIT = 200  # characters, where sentences allow


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence where it stands: its headings, and what was said before it in its section."""

    document: Document
    span: Span
    headings: str
    before: str
    hit: Hit

    @property
    def text(self) -> str:
        """The sentence itself."""
        return self.span.of(self.document.text)


def sentences(hits: Iterable[tuple[Document, Hit]]) -> list[Sentence]:
    """Return the whole sentences that the hits touch, each once, under its best hit."""
    seen: set[tuple[str, int]] = set()
    found = []
    for document, hit in hits:
        for span in sentence_spans(document.text, hit.chunk.span):
            key = (document.id, span.start)
            if key not in seen:
                seen.add(key)
                found.append(_in_context(document, span, hit))
    return found


def sentence_around(document: Document, span: Span, hit: Hit) -> Sentence:
    """Return the sentence, or the sentences, that a span of the text lies in."""
    touched = list(sentence_spans(document.text, span))
    whole = Span(touched[0].start, touched[-1].end) if touched else span
    return _in_context(document, whole, hit)


def sentence_spans(text: str, around: Span) -> Iterator[Span]:
    """Yield the spans of the sentences that overlap `around`, white space trimmed off."""
    start = _sentence_start(text, around.start)
    while start < around.end:
        match = _END.search(text, start)
        end = match.end() if match else len(text)
        stripped = text[start:end].strip()
        if stripped:
            offset = start + text[start:end].index(stripped[0])
            yield Span(offset, offset + len(stripped))
        start = end


def _sentence_start(text: str, offset: int) -> int:
    window = max(0, offset - 1000)
    ends = [match.end() for match in _END.finditer(text, window, offset)]
    return ends[-1] if ends else window


def _in_context(document: Document, span: Span, hit: Hit) -> Sentence:
    path = document.root.path_to(span.start)
    section = next((node for node in reversed(path) if _is_unit(node)), document.root)
    start = max(section.span.start, span.start - 400)
    points = list(_POINT.finditer(document.text, start, span.start + 3))
    start = points[-1].start() if points else start
    headings = " ".join(node.heading.of(document.text) for node in path if node.heading is not None)
    return Sentence(
        document, span, headings, document.text[min(start, span.start) : span.start], hit
    )


def _is_unit(section: Section) -> bool:
    return section.heading is not None or section.kind.value == "article"


def quote_span(sentence: Sentence, answer: Span | None) -> Span:
    """Return what to quote: the sentence, or where it is too long the clauses round the answer."""
    span = sentence.span
    if len(span) <= QUOTE_LIMIT:
        return span
    answer = answer or span
    text = sentence.document.text
    cuts = [span.start]
    cuts += [match.end() for match in _CLAUSE_END.finditer(text, span.start, span.end)]
    cuts += [span.end]
    starts = [cut for cut in cuts if cut <= answer.start and answer.end - cut <= QUOTE_LIMIT]
    start = min(starts, default=answer.start)
    ends = [cut for cut in cuts if cut >= min(answer.end, span.end) and cut - start <= QUOTE_LIMIT]
    end = max(ends, default=min(max(answer.end, start + QUOTE_LIMIT), span.end))
    if len(answer) > QUOTE_LIMIT:
        start = span.start
        end = max(
            (cut for cut in cuts if start < cut <= start + QUOTE_LIMIT),
            default=start + QUOTE_LIMIT,
        )
    return Span(start, end)
