"""What the desk shows of a question at every threshold, read once.

The readings of a question do not depend on the threshold, only what is made of them does: where
a value is not sure enough, a passage may be. So search and reader are asked once, and the way
from their readings to an answer is gone again at each confidence on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from eval.workbench import CHANNEL, Asking
from index.document import Document, Filter, Hit
from service.answering.answer import Answer, Outcome
from service.answering.answering import Answering
from service.answering.case import Library
from service.answering.confidence import Weighed
from service.answering.reading.reader import Reader, Reading
from service.answering.scope import Candidate
from service.answering.understanding.question import Inquiry

_OUT_OF_REACH = 2.0  # a threshold that no confidence passes
Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer, and the highest threshold at which it is what is shown.

    Facts of a document, which no threshold withholds, are shown until infinity.
    """

    until: float
    answer: Answer


class EveryThreshold:
    """Asks a desk each question at all thresholds at once."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.threshold = asking.desk.answering.means.calibration.answer_threshold

    def __call__(self, question: str) -> list[Shown]:
        """Return what is shown, the surest first; the last is shown with nothing withheld."""
        desk, memory = self._asking.desk, _Memory()
        means = desk.answering.means
        weighed: list[Weighed] = []
        reading = replace(
            means,
            library=_LibraryAskedOnce(means.library, memory),
            reader=_ReaderAskedOnce(means.reader, memory),
            calibration=replace(means.calibration, account=weighed),
        )
        admitted = desk.admitted(CHANNEL, self._asking.as_of)

        def ask(threshold: float) -> Answer:
            calibration = reading.calibration.at_threshold(threshold)
            return Answering(replace(reading, calibration=calibration)).answer(question, admitted)

        surest = ask(_OUT_OF_REACH)
        confidences = {one.confidence for one in weighed} | {self.threshold}
        shown = [Shown(math.inf, surest)]
        for confidence in sorted(confidences, reverse=True):
            answer = ask(confidence)
            if _said(answer) != _said(shown[-1].answer):
                shown.append(Shown(confidence, answer))
        return shown


def shown_at(shown: Sequence[Shown], threshold: float) -> Answer:
    """Return what is shown at a threshold."""
    return next(one.answer for one in reversed(shown) if one.until >= threshold)


def surest(shown: Sequence[Shown]) -> float:
    """Return the threshold, 1 at most, up to which anything but a refusal is shown."""
    return max(
        (min(one.until, 1.0) for one in shown if one.answer.outcome is not Outcome.REFUSED),
        default=0.0,
    )


def _said(answer: Answer) -> tuple[object, ...]:
    places = tuple((one.document_id, one.start, one.end) for one in answer.citations)
    return answer.outcome, answer.answer, places


class _Memory:
    """What was found for one question."""

    def __init__(self) -> None:
        self._known: dict[Hashable, object] = {}

    def get(self, key: Hashable, find: Callable[[], Known]) -> Known:
        if key not in self._known:
            self._known[key] = find()
        return self._known[key]  # type: ignore[return-value]  # keys begin with what was asked


@dataclass(frozen=True, slots=True)
class _LibraryAskedOnce:
    library: Library
    memory: _Memory

    def retrieve(self, query: str, filter_: Filter, limit: int) -> Sequence[Hit]:
        key = ("retrieve", query, filter_, limit)
        return self.memory.get(key, lambda: self.library.retrieve(query, filter_, limit))

    def document(self, document_id: str) -> Document:
        return self.library.document(document_id)

    def candidates(self, filter_: Filter) -> Sequence[Candidate]:
        return self.library.candidates(filter_)


@dataclass(frozen=True, slots=True)
class _ReaderAskedOnce:
    reader: Reader
    memory: _Memory

    def read(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        key = ("read", inquiry, _places(hits))
        return self.memory.get(key, lambda: self.reader.read(inquiry, hits))

    def passages(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        key = ("passages", inquiry, _places(hits))
        return self.memory.get(key, lambda: self.reader.passages(inquiry, hits))

    def judged(self, inquiry: Inquiry, readings: Sequence[Reading]) -> list[Reading]:
        return self.reader.judged(inquiry, readings)


def _places(hits: Sequence[tuple[Document, Hit]]) -> tuple[Hashable, ...]:
    return tuple((document.id, hit.chunk.span) for document, hit in hits)
