"""What the desk gives back: an answer, the words it rests on, or an honest refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

from index.document import Document, Span, Status


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    COMPUTED = "computed"  # follows from several quotes: a sum, a difference, a share
    PASSAGES = "passages"  # relevant text, but no one span is the answer
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a question was refused."""

    NO_BASIS = "no_basis"
    OUT_OF_SCOPE = "out_of_scope"
    TOO_VAGUE = "too_vague"


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words an answer rests on. Made with `of`, so it cannot be untrue."""

    document_id: str
    title: str
    document_number: str | None
    issuer: str | None
    status: Status
    issued_on: date | None
    effective_on: date | None
    locator: str
    page: int | None
    start: int
    end: int
    quote: str
    url: str
    source: str

    @classmethod
    def of(cls, document: Document, span: Span, day: date, public_url: str = "") -> Self:
        """Cite `span` of `document` as it stands on `day`."""
        metadata = document.metadata
        if span.end > len(document.text) or not len(span):
            raise ValueError(f"{span} is not a span of document {document.id}")
        return cls(
            document_id=document.id,
            title=metadata.title,
            document_number=metadata.document_number,
            issuer=metadata.issuer,
            status=metadata.status_on(day),
            issued_on=metadata.issued_on,
            effective_on=metadata.effective_on,
            locator=document.locator(span),
            page=document.page_at(span.start),
            start=span.start,
            end=span.end,
            quote=span.of(document.text),
            url=f"{public_url}/documents/{document.id}?start={span.start}&end={span.end}",
            source=document.source,
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the agent should know beside the answer."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, what to do next, and what came nearest."""

    reason: Reason
    message: str
    nearest: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one of the questions that a question asks."""

    question: str
    outcome: Outcome
    confidence: float
    answer: str | None
    script: str | None
    citations: tuple[Citation, ...]
    notices: tuple[Notice, ...]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The one result of asking, the same on every channel.

    `parts` are there where several things were asked; the answer then holds what they hold.
    """

    question: str
    id: str
    outcome: Outcome
    confidence: float
    answer: str | None = None
    script: str | None = None
    citations: tuple[Citation, ...] = ()
    notices: tuple[Notice, ...] = ()
    refusal: Refusal | None = None
    trace: Mapping[str, object] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
