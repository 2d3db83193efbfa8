"""Questions the corpus can answer, made from what it states and tried before they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.document import Document, Filter, Kind
from service.answering.answer import Outcome
from service.answering.answering import Answering
from service.answering.reading.values import ValueKind, find_values

_TRIED = 40  # suggestions tried at most, so that a large base does not make a page wait
_CLAUSE = re.compile(r"[^，。；：！？\n]+")
_LEAD = re.compile(
    r"^(?:[一二三四五六七八九十]+是|目前|共|已|截至|今年以来|全市|我市|我局|并|其中)+"
)


def suggest(answering: Answering, filter_: Filter, limit: int) -> list[str]:
    """Return up to `limit` questions that are answered with confidence today."""
    found: list[str] = []
    tried = 0
    for candidate in answering.means.library.candidates(filter_):
        if candidate.metadata.kind is not Kind.REPORT:
            continue
        for question in _questions(answering.means.library.document(candidate.id)):
            if len(found) == limit or tried == _TRIED:
                return found
            tried += 1
            answer = answering.answer(question, filter_)
            if answer.outcome is Outcome.ANSWERED and answer.confidence >= 0.8:
                found.append(question)
    return found


def _questions(document: Document) -> Iterator[str]:
    """Turn what a clause states into what one would ask: 布设了多少台, for 布设了 119 台."""
    for clause in _CLAUSE.findall(document.text):
        if not 8 <= len(clause) <= 36:
            continue
        values = [v for v in find_values(clause) if v.kind in {ValueKind.COUNT, ValueKind.RATE}]
        if len(values) != 1 or values[0].planned:
            continue
        value = values[0]
        asked = "多少" if value.kind is ValueKind.RATE else f"多少{value.unit}"
        question = clause[: value.span.start] + asked + clause[value.span.end :]
        question = _LEAD.sub("", re.sub(r"\s", "", question))
        if len(question) > len(asked) + 3:
            yield f"{question}？"
