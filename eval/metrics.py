"""What is measured: finding, ranking, and knowing when not to answer. Plain functions."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.matching import squash
from index.document import Span

Floats = NDArray[np.float64]
_ELSEWHERE = "\0"  # a character of a document that does not hold the answer
CONFIDENT = 0.8  # an answer above this is read aloud without a second look


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it was returned: where it stands and its text."""

    document_id: str
    span: Span
    text: str


def answer_in_passages(
    passages: Sequence[Passage], answer: str, documents: Collection[str]
) -> int | None:
    """Return the rank, from 1, of the first passage of `documents` that holds the whole answer.

    White space does not count.
    """
    wanted = squash(answer)
    for rank, passage in enumerate(passages, 1):
        if passage.document_id in documents and wanted in squash(passage.text):
            return rank
    return None


def answer_in_characters(
    passages: Sequence[Passage], answer: str, documents: Collection[str], characters: int
) -> bool:
    """Say whether the answer lies in the first `characters` characters returned.

    Passages are joined in rank order; what one shares with an earlier one is counted once,
    white space not at all. Other documents use up room but hold no answer.
    """
    joined: list[str] = []
    seen: dict[str, set[int]] = {}
    for passage in passages:
        known = seen.setdefault(passage.document_id, set())
        right = passage.document_id in documents
        for offset, character in enumerate(passage.text, passage.span.start):
            if offset not in known and not character.isspace():
                joined.append(character if right else _ELSEWHERE)
            known.add(offset)
        if len(joined) >= characters:
            break
    return squash(answer) in "".join(joined[:characters])


def citation_right(cited: Span, places: Iterable[Span], share: float = 0.5) -> bool:
    """Say whether a citation overlaps one of the places where the expected quote stands.

    They must have `share` of the shorter of the two in common.
    """
    return any(
        min(cited.end, place.end) - max(cited.start, place.start)
        >= share * min(len(cited), len(place))
        for place in places
    )


def recall(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Return the share of what is relevant that stands among the first k."""
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant))


def hit(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Return 1 if anything relevant stands among the first k, else 0."""
    return float(any(item in relevant for item in ranked[:k]))


def reciprocal_rank(ranked: Sequence[Hashable], relevant: Collection[Hashable]) -> float:
    """Return one over the rank of the first relevant item, 0 where there is none."""
    return next((1 / rank for rank, item in enumerate(ranked, 1) if item in relevant), 0.0)


def ndcg(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Return the normalised discounted cumulative gain of the first k, relevance being 0 or 1."""
    gain = sum(1 / math.log2(rank + 1) for rank, i in enumerate(ranked[:k], 1) if i in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(relevant))) + 1))
    return gain / ideal


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Return how often a positive scores above a negative, a tie counting half."""
    if not positive or not negative:
        return math.nan
    high, low = np.asarray(positive, float), np.sort(np.asarray(negative, float))
    below = np.searchsorted(low, high, side="left")
    not_above = np.searchsorted(low, high, side="right")
    return float((below + not_above).mean() / 2 / len(low))


@dataclass(frozen=True, slots=True)
class Detection:
    """How well something is told apart.

    `precision` is the share of those named that are right, `recall` the share of those right
    that are named; each is NaN where there are none.
    """

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def detection(named: Sequence[bool], right: Sequence[bool]) -> Detection:
    """Compare what was named, refused say, with what should have been."""
    both = sum(n and r for n, r in zip(named, right, strict=True))
    return Detection(
        precision=both / sum(named) if any(named) else math.nan,
        recall=both / sum(right) if any(right) else math.nan,
    )


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers of like confidence: how many, how sure on average, how often right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(
    confidences: Sequence[float], correct: Sequence[bool], bins: int = 10
) -> list[ReliabilityBin]:
    """Sort answers into bins of equal width and return those that hold any."""
    sure, right = np.asarray(confidences, float), np.asarray(correct, float)
    places = np.minimum((sure * bins).astype(int), bins - 1)
    return [
        ReliabilityBin(
            low=place / bins,
            high=(place + 1) / bins,
            count=int((places == place).sum()),
            confidence=float(sure[places == place].mean()),
            accuracy=float(right[places == place].mean()),
        )
        for place in range(bins)
        if (places == place).any()
    ]


def expected_calibration_error(
    confidences: Sequence[float], correct: Sequence[bool], bins: int = 10
) -> float:
    """Return the mean gap between how sure and how right, weighted by the bins' sizes."""
    if not confidences:
        return math.nan
    found = reliability(confidences, correct, bins)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in found) / len(confidences)


def brier_score(confidences: Sequence[float], correct: Sequence[bool]) -> float:
    """Return the mean squared distance between how sure and how right."""
    return float(((np.asarray(confidences, float) - np.asarray(correct, float)) ** 2).mean())


def confident_wrong(
    confidences: Sequence[float], correct: Sequence[bool], threshold: float = CONFIDENT
) -> int:
    """Return how many answers are wrong and yet surer than the threshold."""
    return sum(
        sure > threshold and not right for sure, right in zip(confidences, correct, strict=True)
    )


def risk_coverage(
    confidences: Sequence[float], correct: Sequence[bool]
) -> tuple[list[float], list[float]]:
    """Return coverage and error as ever less sure answers are let through.

    Answers of equal confidence are let through together.
    """
    order = np.argsort(-np.asarray(confidences, float), kind="stable")
    sure = np.asarray(confidences, float)[order]
    wrong = np.cumsum(~np.asarray(correct, bool)[order])
    counts = np.arange(1, len(order) + 1)
    last_of_tie = (
        np.append(sure[1:] != sure[:-1], values=True) if len(order) else np.array([], bool)
    )
    return (
        (counts / max(len(order), 1))[last_of_tie].tolist(),
        (wrong / counts)[last_of_tie].tolist(),
    )
