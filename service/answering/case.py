"""A question being worked on: what it means, what was found for it, and what there is to use."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from index.document import Document, Filter, Hit, Span, Status
from service.answering.answer import Answer, Citation, Notice, Outcome, Reason, Refusal
from service.answering.confidence import Calibration
from service.answering.reading.provisos import read_with
from service.answering.reading.reader import Reader, Reading
from service.answering.reading.sentences import quote_span
from service.answering.scope import Candidate
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import Inquiry

_REFUSALS = {
    Reason.NO_BASIS: "知识库里没有找到这个问题的依据。请换一种说法再问，或转相关业务部门核实。",
    Reason.OUT_OF_SCOPE: "这个问题不在知识库的范围内。请转相关业务部门，或拨打12345反映。",
    Reason.TOO_VAGUE: "问题太笼统，请说明是哪个地方、哪份文件、哪件事。",
}
_STATUS_WORDS = {
    Status.REPEALED: "已废止，不能作为依据",
    Status.EXPIRED: "已失效，不能作为依据",
    Status.AMENDED: "已被新的版本取代，请以现行版本为准",
    Status.NOT_YET_EFFECTIVE: "尚未施行",
    Status.UNVERIFIED: "没有载明日期，效力未经核实",
}


class Library(Protocol):
    """Where passages come from: the knowledge base, or part of it."""

    def retrieve(self, query: str, filter_: Filter, limit: int) -> Sequence[Hit]:
        """Return the best passages that the filter admits."""

    def document(self, document_id: str) -> Document:
        """Return a document."""

    def candidates(self, filter_: Filter) -> Sequence[Candidate]:
        """Return what the catalogue says of every document that the filter admits."""


@dataclass(frozen=True, slots=True)
class Means:
    """What answering uses, the same for every question.

    `region` is the site's own place, preferred where the question names none.
    """

    library: Library
    reader: Reader
    lexicon: Lexicon
    calibration: Calibration
    region: str | None = None
    public_url: str = ""
    models: Mapping[str, str] = field(default_factory=dict)


class Said(NamedTuple):
    """A short answer, and what to read aloud."""

    answer: str
    script: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question, understood, with the passages found for it so far, best first."""

    inquiry: Inquiry
    filter_: Filter
    candidates: Sequence[Candidate]
    means: Means
    hits: Sequence[tuple[Document, Hit]] = ()

    def document(self, candidate: Candidate) -> Document:
        """Return the document of a candidate."""
        return self.means.library.document(candidate.id)

    def cite(self, reading: Reading) -> Citation:
        """Cite the sentence a reading rests on, or its clauses where it is very long."""
        span = quote_span(reading.sentence, reading.answer)
        return Citation.of(
            reading.sentence.document, span, self.filter_.as_of, self.means.public_url
        )

    def cited_with(self, citation: Citation) -> list[Citation]:
        """Cite what must be read with a citation: its 但书, and what it leans on."""
        document = self.means.library.document(citation.document_id)
        quoted = Span(citation.start, citation.end)
        return [
            Citation.of(document, span, self.filter_.as_of, self.means.public_url)
            for span in read_with(document, quoted)
        ]

    def answered(
        self,
        outcome: Outcome,
        confidence: float,
        citations: Sequence[Citation],
        said: Said | None = None,
    ) -> Answer:
        """Answer from citations, with a notice for each text that is not simply in force."""
        return Answer(
            self.inquiry.question,
            uuid.uuid4().hex,
            outcome,
            round(confidence, 3),
            said.answer if said else None,
            said.script if said else None,
            tuple(citations),
            status_notices(citations),
        )

    def refused(self, reason: Reason, nearest: Sequence[Citation] = ()) -> Answer:
        """Refuse, showing what came nearest."""
        return Answer(
            self.inquiry.question,
            uuid.uuid4().hex,
            Outcome.REFUSED,
            0.0,
            refusal=refusal_of(reason, nearest),
        )


def refusal_of(reason: Reason, nearest: Sequence[Citation]) -> Refusal:
    """Say why there is no answer and what to do next."""
    return Refusal(reason, _REFUSALS[reason], tuple(nearest))


def proviso_notices(beside: Sequence[Citation]) -> tuple[Notice, ...]:
    """Tell that an answer is not the whole rule, where something was cited beside it."""
    if not beside:
        return ()
    where = "、".join(dict.fromkeys(one.locator or f"《{one.title}》" for one in beside))
    return (Notice("read_with", f"答复时请连同后列的但书或前提一并说明（{where}）。"),)


def status_notices(citations: Sequence[Citation]) -> tuple[Notice, ...]:
    """Tell of every cited text that is not simply in force, once each."""
    told: dict[str, Notice] = {}
    for citation in citations:
        if citation.status in _STATUS_WORDS:
            message = f"《{citation.title}》{_STATUS_WORDS[citation.status]}。"
            told.setdefault(message, Notice(citation.status.value, message))
    return tuple(told.values())
