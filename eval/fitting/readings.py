"""Fit how the readings of a trained model are ordered, and how sure the best of them is.

Every reading of every question is labelled: right where it says what was expected and stands
where the expected quote does. The order is the likeliest where each question draws one of its
right readings from a softmax over all; the confidence is a logistic curve through the best
reading of each question, those without an answer included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval.matching import squash
from index.document import Filter
from service.answering.answering import Answering, found
from service.answering.confidence import TRAINED_FEATURES, features, probability
from service.answering.reading.reader import Reading, is_part_of
from service.answering.understanding.asks import MAY_BE_TOLD_BY_PASSAGES, Asks
from service.answering.understanding.terms import bare

RANKED = tuple(name for name in TRAINED_FEATURES if name != "chance")
_FALLING = frozenset({"lacking", "named"})  # these speak against an answer
_RIDGE = 0.002  # keeps weights moderate where the questions are few
_TOWARDS_EARLIER = 0.5  # of one sample's say, a squared unit away from the earlier weights
_RANKING_RIDGE = 4e-4
_READ = 14  # readings of a question that are looked at

Weights = dict[str, float]
Sample = tuple[Mapping[str, float], bool]  # what speaks for an answer, and whether it is right
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expected:
    """A question, the words its answer stands in (None: it has none), and what says it."""

    question: str
    quote: str | None
    says: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reading by what speaks for it, and whether it is right."""

    features: Mapping[str, float]
    stated: str
    right: bool
    reading: Reading | None = None

    def rivals(self, other: Labelled) -> bool:
        """Say whether this speaks against another reading, as `with_chances` has it."""
        if self.stated == other.stated:
            return False
        if self.reading is None or other.reading is None:
            return True
        return not is_part_of(self.reading, other.reading)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The readings of all questions, a list each: of values, and of whole sentences."""

    values: list[list[Labelled]]
    passages: list[list[Labelled]]


def gather(answering: Answering, filter_: Filter, asked: Iterable[Expected]) -> Gathered:
    """Read for every question and label what was read."""
    gathered = Gathered([], [])
    for one in asked:
        case = answering.understood(one.question, filter_)
        if case.inquiry.vague or case.inquiry.fact is not None:
            continue
        case = found(case)
        reader = case.means.reader
        if case.inquiry.asks is not Asks.PASSAGE:
            values = reader.read(case.inquiry, case.hits)
            spoken = [reading for reading in values if reading.answer is not None]
            gathered.values.append(_labelled(spoken, one, whole=False))
        if case.inquiry.asks in MAY_BE_TOLD_BY_PASSAGES:
            passages = reader.passages(case.inquiry, case.hits)
            gathered.passages.append(_labelled(passages, one, whole=True))
    return gathered


def _labelled(readings: Sequence[Reading], one: Expected, *, whole: bool) -> list[Labelled]:
    sound = [r for r in readings if not r.objections and r.evidence.trained is not None]
    return [
        Labelled(
            features(reading.evidence),
            bare(reading.stated),
            _stands(reading, one.quote) and (whole or one.says(reading.stated)),
            reading,
        )
        for reading in sound[:_READ]
    ]


def _stands(reading: Reading, quote: str | None) -> bool:
    """Say whether a reading's sentence is where the quote stands."""
    if not quote:
        return False
    sentence, wanted = squash(reading.sentence.text), squash(quote)
    return wanted in sentence or sentence in wanted


def fit_ranking(questions: Sequence[Sequence[Labelled]]) -> Weights:
    """Return the weights that order readings, with a bias that makes the best one even odds."""
    choices = []
    for readings in questions:
        right = np.array([one.right for one in readings], bool)
        if right.any() and not right.all():
            choices.append((_rows(readings, RANKED), right))

    def loss(weights: Floats) -> tuple[float, Floats]:
        total = _RANKING_RIDGE * float(weights @ weights)
        slope = 2 * _RANKING_RIDGE * weights
        for rows, right in choices:
            scores = rows @ weights
            odds = np.exp(scores - scores.max())
            chance = odds / odds.sum()
            hit = chance[right].sum()
            total -= float(np.log(hit)) / len(choices)
            slope = slope - rows.T @ (np.where(right, chance / hit, 0) - chance) / len(choices)
        return total, slope

    bounds = [(None, 0.0) if name in _FALLING else (0.0, None) for name in RANKED]
    result = minimize(loss, np.zeros(len(RANKED)), jac=True, bounds=bounds, method="L-BFGS-B")
    best = [float((_rows(readings, RANKED) @ result.x).max()) for readings in questions if readings]
    bias = -float(np.median(best)) if best else 0.0
    return _named(("bias", *RANKED), [bias, *result.x])


def fit_confidence(
    questions: Sequence[Sequence[Labelled]],
    ranking: Weights,
    earlier: Mapping[str, float] | None = None,
) -> Weights:
    """Return logistic weights over the best reading of each question."""
    return fit_logistic(TRAINED_FEATURES, best_of_each(questions, ranking), earlier)


def best_of_each(questions: Sequence[Sequence[Labelled]], ranking: Weights) -> list[Sample]:
    """Return the features of the first reading of each question, and whether it is right."""
    return [chosen for readings in questions if (chosen := _best(readings, ranking))]


def fit_logistic(
    names: Sequence[str],
    samples: Sequence[Sample],
    earlier: Mapping[str, float] | None = None,
) -> Weights:
    """Return logistic weights of named features; a sample is these and its label.

    Signs are held to what the features mean: more coverage never lowers a confidence. What the
    samples say little of stays near `earlier` weights, where there are any, else near nothing:
    of features that rise and fall together, none is let go for another by chance.
    """
    if not samples:
        return (
            dict(earlier)
            if earlier is not None
            else _named(("bias", *names), np.zeros(len(names) + 1))
        )
    rows = np.array([[one.get(name, 0.0) for name in names] for one, _ in samples])
    right = np.array([float(is_right) for _, is_right in samples])
    known = np.array([(earlier or {}).get(name, 0.0) for name in names])
    ridge = _RIDGE / len(names) if earlier is None else _TOWARDS_EARLIER / len(samples)

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = weights[0] + rows @ weights[1:]
        misfit = (np.logaddexp(0, score) - right * score).mean()
        gap = weights[1:] - known
        wrong_by = (1 / (1 + np.exp(-np.clip(score, -30, 30))) - right) / len(right)
        slope = np.concatenate([[wrong_by.sum()], rows.T @ wrong_by + 2 * ridge * gap])
        return float(misfit + ridge * (gap @ gap)), slope

    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    bounds += [(None, 0.0) if name in _FALLING else (0.0, None) for name in names]
    began = np.concatenate([[(earlier or {}).get("bias", 0.0)], known])
    result = minimize(loss, began, jac=True, bounds=bounds, method="L-BFGS-B")
    return _named(("bias", *names), result.x)


def cross_fitted(
    samples: Sequence[Sample], folds: Sequence[int], fitted: Callable[[Sequence[Sample]], Weights]
) -> list[float]:
    """Return how sure each sample is by weights that were fitted without its fold."""
    sure = [0.0] * len(samples)
    for held_out in set(folds):
        weights = fitted(
            [one for one, fold in zip(samples, folds, strict=True) if fold != held_out]
        )
        for place, fold in enumerate(folds):
            if fold == held_out:
                told = samples[place][0]
                odds = weights["bias"] + sum(
                    weights.get(name, 0.0) * value for name, value in told.items()
                )
                sure[place] = probability(odds)
    return sure


def _best(readings: Sequence[Labelled], ranking: Weights) -> Sample | None:
    """Return the features of the first reading, its chance included, and whether it is right."""
    if not readings:
        return None
    scores = _rows(readings, RANKED) @ np.array([ranking[name] for name in RANKED])
    first = readings[int(np.argmax(scores))]
    odds = np.exp(scores - scores.max())
    against = sum(odds[place] for place, one in enumerate(readings) if one.rivals(first))
    return {**first.features, "chance": 1 - float(against / odds.sum())}, first.right


def _rows(readings: Sequence[Labelled], names: Sequence[str]) -> Floats:
    return np.array([[one.features.get(name, 0.0) for name in names] for one in readings])


def _named(names: Sequence[str], weights: Iterable[float]) -> Weights:
    return dict(zip(names, (round(float(weight), 4) for weight in weights), strict=True))
