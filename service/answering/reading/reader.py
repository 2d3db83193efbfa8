"""What reading a passage yields, whoever reads it: rules today, a trained model beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from index.document import Document, Hit, Span
from service.answering.reading.sentences import Sentence
from service.answering.reading.values import Value, ValueKind
from service.answering.understanding.question import Inquiry
from service.answering.understanding.terms import bare

_UNRIVALLED_MARGIN, _UNRIVALLED_CHANCE = 0.2, 0.9  # of what has no rivals, and may yet be wrong


@dataclass(frozen=True, slots=True)
class Trained:
    """What a trained model makes of a reading, in log-odds.

    `relevance` and `answerability` are the passage's, `support` that of the very span against
    there being no answer; `ruled` is 1 where rules found the span as well. `chance`, from 0 to 1,
    is how likely this is the one to choose among all that were read.
    """

    relevance: float
    answerability: float
    support: float
    ruled: float
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a reading; the calibration turns it into a confidence.

    `share` is the part of the question's weight that the sentence and its context cover,
    `lacking` the weight of the gravest word they lack, `fit` how well unit and noun agree,
    `specificity` how much the question says (the weight of
    its words), `named` 1 where a name, not a number, is the answer,
    `margin` the lead over the best reading that states something else. `trained` is None where
    rules alone have read.
    """

    share: float
    lacking: float
    fit: float
    words: float
    vectors: float
    margin: float = 0.0
    specificity: float = 2.0
    named: float = 0.0
    trained: Trained | None = None

    def unrivalled(self) -> Evidence:
        """Return the same, nothing else having been read that states otherwise."""
        trained = self.trained and replace(self.trained, chance=_UNRIVALLED_CHANCE)
        return replace(self, margin=_UNRIVALLED_MARGIN, trained=trained)


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence that may answer, and the span in it that does (None: the whole of it).

    `objections` names the limits of the question that the sentence breaks; a reading with
    objections is never an answer.
    """

    sentence: Sentence
    answer: Span | None  # of the document's text
    value: Value | None  # spans relative to the sentence
    score: float
    evidence: Evidence
    objections: tuple[str, ...] = ()

    @property
    def stated(self) -> str:
        """The words of the answer, or of the whole sentence."""
        return (self.answer or self.sentence.span).of(self.sentence.document.text)


def joint_evidence(operands: Sequence[Reading]) -> Evidence:
    """Return what speaks for a result that rests on several readings of one sentence."""
    first = operands[0].evidence
    trained = [one.evidence.trained for one in operands if one.evidence.trained is not None]
    return Evidence(
        share=max(operand.evidence.share for operand in operands),
        lacking=min(operand.evidence.lacking for operand in operands),
        fit=1.0,
        words=first.words,
        vectors=first.vectors,
        trained=_weakest(trained) if len(trained) == len(operands) else None,
    ).unrivalled()


def _weakest(judged: Sequence[Trained]) -> Trained:
    return Trained(
        relevance=min(one.relevance for one in judged),
        answerability=min(one.answerability for one in judged),
        support=min(one.support for one in judged),
        ruled=1.0,
    )


def with_margins(readings: Sequence[Reading]) -> Iterator[Reading]:
    """Tell every reading its lead over the best one after it that states something else."""
    for index, reading in enumerate(readings):
        rival = next((other.score for other in readings[index + 1 :] if _rivals(other, reading)), 0)
        yield replace(reading, evidence=replace(reading.evidence, margin=reading.score - rival))


def with_chances(readings: Sequence[Reading]) -> Iterator[Reading]:
    """Tell every reading that a model judged its chance among all that it judged.

    Scores are taken as odds; those of readings that state the same, or a part of it, add up.
    """
    odds = [one.score / (1 - one.score) for one in readings]
    for reading in readings:
        trained = reading.evidence.trained
        if trained is None:
            yield reading
            continue
        told = list(zip(readings, odds, strict=True))
        against = sum(odd for other, odd in told if _rivals(other, reading))
        all_odds = sum(odd for other, odd in told if other is reading or not other.objections)
        chance = 1 - against / all_odds
        yield replace(
            reading, evidence=replace(reading.evidence, trained=replace(trained, chance=chance))
        )


def _rivals(other: Reading, reading: Reading) -> bool:
    """Say whether another reading speaks against this one."""
    return (
        not other.objections
        and bare(other.stated) != bare(reading.stated)
        and not is_part_of(other, reading)
    )


def is_part_of(other: Reading, name: Reading) -> bool:
    """Say whether a reading is a piece of, or cut across, what another states as a name or list.

    It says nothing against the whole; of two figures in one span, either may be meant. Nor does
    a sentence say anything against several that it is one of.
    """
    if other.sentence.document.id != name.sentence.document.id:
        return False
    if other.answer is None and name.answer is None:
        return other.sentence.span.overlaps(name.sentence.span)
    if other.answer is None or name.answer is None:
        return False
    is_name = name.value is not None and name.value.kind is ValueKind.NAME
    return is_name and other.answer.overlaps(name.answer)


class Reader(Protocol):
    """Reads passages for a question."""

    def read(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        """Return readings, best first: values where one is asked for, else sentences."""

    def passages(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        """Return whole sentences, best first."""

    def judged(self, inquiry: Inquiry, readings: Sequence[Reading]) -> list[Reading]:
        """Return the same readings with what this reader makes of them."""
