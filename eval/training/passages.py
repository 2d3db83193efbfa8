"""Documents of the data as the product reads and cuts them, and where an answer stands in them."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.chunk import SIZE, chunk
from index.document import Document, Metadata, Span
from index.read import read_document

_SENTENCE_ENDS = frozenset("。！？；\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage: whose it is, what it stands under, its text, and where that begins."""

    document: str
    heading: tuple[str, ...]
    text: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class Located:
    """A passage and the span of it that answers."""

    passage: Passage
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A document with its passages; `key` is how the questions name it."""

    key: str
    document: Document
    passages: tuple[Passage, ...]

    @classmethod
    def read(cls, stored: str, name: str, title: str = "") -> Text:
        """Read a stored text as the product would a file."""
        key = key_of(stored)
        document = read_document(stored.encode(), name, Metadata(title=title))
        passages = tuple(
            Passage(
                key,
                (document.metadata.title, *one.path),
                one.span.of(document.text),
                one.span.start,
            )
            for one in chunk(document)
        )
        return cls(key, document, passages)

    def read_span(self, start: int, end: int) -> Span | None:
        """Return the span of the text as read for one of the text as stored."""
        places = [place for place in _places(self.document, start, end) if place is not None]
        return Span(places[0], places[-1] + 1) if places else None

    def locate(self, span: Span) -> Located | None:
        """Return the passage that a span lies in; one of its own where it lies across several."""
        place = bisect_right(self.passages, span.start, key=lambda one: one.start) - 1
        if place < 0 or not len(span):
            return None
        passage = self.passages[place]
        if span.end > passage.start + len(passage.text):
            begin = passage.start
            if span.end - begin > SIZE:
                begin = max(span.start - 40, passage.start)
            end = min(max(span.end, begin), begin + SIZE)
            text = self.document.text[begin:end]
            passage = Passage(self.key, passage.heading, text, begin)
        end = min(span.end - passage.start, len(passage.text))
        return Located(passage, Span(span.start - passage.start, end))


def key_of(text: str) -> str:
    """Return how a question names a text: the first twelve hex digits of its sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def windows(text: str, size: int = SIZE) -> list[Span]:
    """Cut a text at sentence ends into even windows of about `size` characters at most."""
    ends = sentence_ends(text, longest=size)
    count = max(1, -(-len(text) // size))
    even = len(text) / count
    found, start = [], 0
    for before, end in pairwise([0, *ends]):
        if end - start > size or (before - start >= even and before > start):
            found.append(Span(start, before))
            start = before
    return [*found, Span(start, len(text))] if start < len(text) else found


def window_around(text: str, span: Span, before: int, size: int = SIZE) -> Span:
    """Return a window of whole sentences that holds `span`, about `before` characters ahead."""
    ends = [0, *sentence_ends(text, longest=size)]
    begin = max((end for end in ends if end <= max(span.start - before, 0)), default=0)
    if span.end - begin > size:
        begin = max((end for end in ends if end <= span.start), default=0)
    if span.end - begin > size:
        begin = span.start
    stop = max((end for end in ends if span.end <= end <= begin + size), default=span.end)
    return Span(begin, stop)


def sentence_ends(text: str, longest: int = SIZE) -> list[int]:
    """Return where sentences end; what is longer than `longest` is cut, and the end counts."""
    ends: list[int] = []
    start = 0
    for place, character in enumerate(text, 1):
        if character in _SENTENCE_ENDS or place - start >= longest or place == len(text):
            ends.append(place)
            start = place
    return ends


def bigrams(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a text without its white space."""
    squeezed = "".join(text.split())
    return frozenset(map("".join, pairwise(squeezed))) or frozenset({squeezed})


def holds(passage: str, answer: str) -> bool:
    """Say whether a passage states an answer, word for word or nearly so."""
    wanted = bigrams(answer)
    if len(wanted) <= 8:
        return "".join(answer.split()) in "".join(passage.split())
    return len(wanted & bigrams(passage)) >= 0.6 * len(wanted)


def by_key(texts: Sequence[Text]) -> Mapping[str, Text]:
    """Return the texts by their key."""
    return {text.key: text for text in texts}


def _places(document: Document, start: int, end: int) -> Iterator[int | None]:
    """Yield where each stored character went, None where it was taken out."""
    runs = document.origin
    for offset in range(start, end):
        place = bisect_right(runs, offset, key=lambda run: run.source_start) - 1
        run = runs[max(place, 0)]
        inside = offset - run.source_start
        yield run.span.start + inside if 0 <= inside < len(run.span) else None
