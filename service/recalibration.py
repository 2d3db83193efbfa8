"""Fit confidence anew from what people said of a site's answers.

The shipped log-odds stay; two numbers a sort of answer correct them (Platt, 1999). Both are
drawn towards no correction, as a site's few verdicts weigh little against what was fitted on
thousands of questions: few change little.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from index.errors import WenjuError
from index.store.feedback import Answered
from index.store.wording import wording_key
from service.answering.answer import Outcome
from service.answering.confidence import (
    LISTING,
    PASSAGE,
    VALUE,
    Calibration,
    Correction,
    probability,
)
from service.desk import Verdict

FEWEST = 30  # verdicts on answers of one sort, from which it is fitted
FEWEST_OF_EACH = 5  # of these right, and wrong
FEWEST_ASKED = 50  # questions from which a threshold can be chosen
_FOLDS = 5
_BINS = 5
_SHIFT_EXPECTED, _STRETCH_EXPECTED = 0.7, 0.35  # standard deviations of shift and log scale
_STEPS = 50  # thresholds looked at

Floats = NDArray[np.float64]


class TooFewVerdicts(WenjuError):
    """People have said too little of the answers to fit anything on."""

    code: ClassVar[str] = "too_few_verdicts"


class TooFewQuestions(WenjuError):
    """Too little was asked to choose a threshold by."""

    code: ClassVar[str] = "too_few_questions"


SORT_NAMES = {VALUE: "直接作答的", PASSAGE: "给出段落的", LISTING: "列出全部的"}


@dataclass(frozen=True, slots=True)
class Case:
    """An answer by the log-odds of its evidence; `right` is None where nobody judged it."""

    sort: str
    question: str  # what two cases share that are the same question
    log_odds: float
    right: bool | None
    shown: bool


@dataclass(frozen=True, slots=True)
class Reliability:
    """Answers of like confidence: how many, how sure on average, how often right."""

    count: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Quality:
    """How well confidences agree with verdicts; less is better."""

    log_loss: float
    brier: float
    bins: tuple[Reliability, ...]


@dataclass(frozen=True, slots=True)
class Refit:
    """The correction of one sort of answers, and what it does to answers it was not fitted on."""

    sort: str
    verdicts: int
    right: int
    correction: Correction
    before: Quality
    after: Quality

    @property
    def helps(self) -> bool:
        """Say whether confidences agree better with the verdicts that were held out."""
        return self.after.log_loss < self.before.log_loss


@dataclass(frozen=True, slots=True)
class Choice:
    """What a threshold would have shown of the questions that were asked.

    `expected_wrong` is what the confidences say of what is shown, `said_wrong` the share of
    wrong among `judged` verdicts on it, None where there are none.
    """

    threshold: float
    shown: float
    expected_wrong: float
    judged: int
    said_wrong: float | None


def cases_of(
    answers: Iterable[Answered], verdicts: Mapping[str, str], shipped: Calibration, reader: str
) -> list[Case]:
    """Return the answers that this reader gave and whose evidence was kept."""
    return [
        Case(
            one.evidence.sort,
            hashlib.sha256(wording_key(one.question).encode()).hexdigest(),
            shipped.log_odds(one.evidence.sort, one.evidence.features),
            verdicts[one.id] == Verdict.USEFUL if one.id in verdicts and _shown(one) else None,
            _shown(one),
        )
        for one in answers
        if one.evidence is not None and one.evidence.reader == reader
    ]


def _shown(one: Answered) -> bool:
    return one.outcome != Outcome.REFUSED


def refit(cases: Sequence[Case], current: Mapping[str, Correction]) -> list[Refit]:
    """Fit each sort of answer that has verdicts enough; raises TooFewVerdicts where none has.

    `current` are the corrections in force, which `before` is measured with.
    """
    judged = [case for case in cases if case.right is not None]
    fitted = [
        _refit(sort, group, current.get(sort, Correction()))
        for sort in SORT_NAMES
        if _is_enough(group := [case for case in judged if case.sort == sort])
    ]
    if not fitted:
        raise TooFewVerdicts(_what_is_missing(judged))
    return fitted


def _is_enough(group: Sequence[Case]) -> bool:
    right = sum(case.right is True for case in group)
    return len(group) >= FEWEST and min(right, len(group) - right) >= FEWEST_OF_EACH


def _what_is_missing(judged: Sequence[Case]) -> str:
    counted = Counter((case.sort, case.right) for case in judged)
    here = "，".join(
        f"{name} {counted[sort, True] + counted[sort, False]} 条"
        f"（有用 {counted[sort, True]}，纠错 {counted[sort, False]}）"
        for sort, name in SORT_NAMES.items()
    )
    return (
        f"反馈太少，不足以重新校准：{here}。每一种至少要 {FEWEST} 条，"
        f"其中有用和纠错各至少 {FEWEST_OF_EACH} 条。请先积累反馈，校准没有改动。"
    )


def _refit(sort: str, group: Sequence[Case], current: Correction) -> Refit:
    odds = np.array([case.log_odds for case in group])
    right = np.array([case.right is True for case in group])
    held_out = np.empty(len(group))
    for seen, unseen in _folds(group):
        held_out[unseen] = _corrected(fit_correction(odds[seen], right[seen]), odds[unseen])
    return Refit(
        sort,
        len(group),
        int(right.sum()),
        fit_correction(odds, right),
        _quality(_corrected(current, odds), right),
        _quality(held_out, right),
    )


def fit_correction(odds: Floats, right: NDArray[np.bool_]) -> Correction:
    """Return the likeliest correction of log-odds, given that large ones are unlikely."""

    def loss(numbers: Floats) -> float:
        shift, stretch = numbers
        score = shift + np.exp(stretch) * odds
        misfit = (np.logaddexp(0, score) - right * score).sum()
        prior = (shift / _SHIFT_EXPECTED) ** 2 + (stretch / _STRETCH_EXPECTED) ** 2
        return float(misfit + prior / 2)

    shift, stretch = minimize(loss, np.zeros(2), method="L-BFGS-B").x
    return Correction(round(float(shift), 4), round(float(np.exp(stretch)), 4))


def _folds(group: Sequence[Case]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield what is fitted on and what is kept from it; a question is never in both."""
    fold = np.array([int(case.question[:8], 16) % _FOLDS for case in group])
    for held_out in np.unique(fold):
        yield np.flatnonzero(fold != held_out), np.flatnonzero(fold == held_out)


def _corrected(correction: Correction, odds: Floats) -> Floats:
    return np.array([probability(correction.of(one)) for one in odds])


def _quality(sure: Floats, right: NDArray[np.bool_]) -> Quality:
    safe = np.clip(sure, 1e-6, 1 - 1e-6)
    order = np.argsort(sure, kind="stable")
    return Quality(
        float(-np.where(right, np.log(safe), np.log(1 - safe)).mean()),
        float(np.square(sure - right).mean()),
        tuple(
            Reliability(len(places), float(sure[places].mean()), float(right[places].mean()))
            for places in np.array_split(order, _BINS)
            if len(places)
        ),
    )


def choices(cases: Sequence[Case], calibration: Calibration) -> list[Choice]:
    """Return what each threshold would have shown; raises TooFewQuestions."""
    if len(cases) < FEWEST_ASKED:
        raise TooFewQuestions(
            f"只留有 {len(cases)} 次提问的把握程度，选阈值至少要 {FEWEST_ASKED} 次。"
            "请先用一段时间；也可以直接设置 refusal_threshold。"
        )
    sure = np.array([calibration.corrected(case.sort, case.log_odds) for case in cases])
    judged = np.array([case.right is not None for case in cases])
    wrong = np.array([case.right is False for case in cases])
    return [_choice(step / _STEPS, sure, judged, wrong) for step in range(_STEPS + 1)]


def _choice(
    threshold: float, sure: Floats, judged: NDArray[np.bool_], wrong: NDArray[np.bool_]
) -> Choice:
    shown = sure >= threshold
    count = int((judged & shown).sum())
    return Choice(
        threshold,
        float(shown.mean()),
        float((1 - sure[shown]).mean()) if shown.any() else 0.0,
        count,
        float(wrong[shown].sum() / count) if count else None,
    )


def for_coverage(curve: Sequence[Choice], coverage: float) -> Choice:
    """Return the highest threshold that shows something for so many of the questions asked."""
    return next((one for one in reversed(curve) if one.shown >= coverage), curve[0])


def at_most_wrong(curve: Sequence[Choice], share: float) -> Choice:
    """Return the lowest threshold of whose answers at most this share is expected to be wrong."""
    return next((one for one in curve if one.expected_wrong <= share), curve[-1])
