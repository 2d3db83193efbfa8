"""Turn what speaks for a reading into a probability that it is right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Self

from service.answering.reading.reader import Evidence

FEATURES = ("share", "lacking", "fit", "words", "vectors", "margin", "specificity", "named")
# What rules rest on must hold for a text whose vectors are not there yet.
RULED_FEATURES = tuple(name for name in FEATURES if name != "vectors")
# A lead in scores says little where both are near one; among what a model judged, chances tell.
TRAINED_FEATURES = (
    *(name for name in FEATURES if name != "margin"),
    *("relevance", "answerability", "support", "ruled", "chance"),
)
_CAPS = {"margin": 0.3, "specificity": 2.0}  # more than this says no more
# Log-odds beyond which the model's certainty says no more; a span's are those of two edges.
_CERTAIN = {"relevance": 8.0, "answerability": 8.0, "support": 24.0}
_UNIT = 8.0  # log-odds that count as one
VALUE, PASSAGE, LISTING = "value", "passage", "listing"
_BY_MODEL = "support"  # a number that only a trained model gives


@dataclass(frozen=True, slots=True)
class Correction:
    """What a site has found out about the fitted log-odds: shifted and stretched, in order."""

    shift: float = 0.0
    scale: float = 1.0

    def of(self, odds: float) -> float:
        """Return the corrected log-odds."""
        return self.shift + self.scale * odds


@dataclass(frozen=True, slots=True)
class Weighed:
    """One weighing: of a value or a passage, its fitted log-odds, and the confidence given."""

    sort: str
    evidence: Evidence
    log_odds: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic weights for values, passages and lists, and the thresholds for showing them.

    `value`, `passage` and `listing` hold where rules alone have read, the `trained_` ones where
    the model has too; `ranking` and `passage_ranking` order its readings. Fitted by
    `python -m eval.fitting.confidence`; `corrections` are what a site has learnt since, by sort.
    `account`, where there is one, is told of each weighing.
    """

    value: Mapping[str, float]
    passage: Mapping[str, float]
    answer_threshold: float
    passage_threshold: float
    listing: Mapping[str, float] = field(default_factory=dict)
    trained_value: Mapping[str, float] = field(default_factory=dict)
    trained_passage: Mapping[str, float] = field(default_factory=dict)
    ranking: Mapping[str, float] = field(default_factory=dict)
    passage_ranking: Mapping[str, float] = field(default_factory=dict)
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    account: list[Weighed] | None = None

    @classmethod
    @cache
    def bundled(cls) -> Self:
        """Return the calibration that ships with the desk."""
        text = files("service.answering").joinpath("calibration.json").read_text("utf-8")
        return cls(**json.loads(text))

    def of_value(self, evidence: Evidence) -> float:
        """Return the probability that a value read under this evidence is right."""
        weights = self.trained_value if evidence.trained else self.value
        return self._confidence(VALUE, weights, evidence)

    def of_passage(self, evidence: Evidence) -> float:
        """Return the probability that a sentence answers the question."""
        weights = self.trained_passage if evidence.trained else self.passage
        return self._confidence(PASSAGE, weights, evidence)

    def of_listing(self, evidence: Evidence) -> float:
        """Return the probability that the list a sentence belongs to is the one asked for."""
        weights = self.trained_passage if evidence.trained else self.listing
        return self._confidence(LISTING, weights, evidence)

    def log_odds(self, sort: str, features: Mapping[str, float]) -> float:
        """Return what the fitted weights alone say of kept evidence, by its numbers."""
        ruled, trained = {
            VALUE: (self.value, self.trained_value),
            PASSAGE: (self.passage, self.trained_passage),
            LISTING: (self.listing, self.trained_passage),
        }[sort]
        return _weighted(trained if _BY_MODEL in features else ruled, features)

    def corrected(self, sort: str, log_odds: float) -> float:
        """Return the confidence that fitted log-odds stand for at this site."""
        correction = self.corrections.get(sort, Correction())
        return probability(correction.of(log_odds))

    def rank_value(self, evidence: Evidence) -> float:
        """Return a number from 0 to 1 by which the values read for one question are ordered."""
        return probability(_weighted(self.ranking, features(evidence)))

    def rank_passage(self, evidence: Evidence) -> float:
        """Return a number from 0 to 1 by which whole sentences are ordered."""
        return probability(_weighted(self.passage_ranking, features(evidence)))

    def at_threshold(self, threshold: float) -> Self:
        """Return this calibration with one threshold for values and passages."""
        return replace(self, answer_threshold=threshold, passage_threshold=threshold)

    def _confidence(self, sort: str, weights: Mapping[str, float], evidence: Evidence) -> float:
        odds = _weighted(weights, features(evidence))
        sure = self.corrected(sort, odds)
        if self.account is not None:
            self.account.append(Weighed(sort, evidence, odds, sure))
        return sure


def features(evidence: Evidence) -> dict[str, float]:
    """Return the numbers that the calibration weighs."""
    named = {name: float(getattr(evidence, name)) for name in FEATURES}
    if evidence.trained is not None:
        named |= {name: getattr(evidence.trained, name) for name in ("ruled", "chance")}
        for name, most in _CERTAIN.items():
            odds = float(getattr(evidence.trained, name))
            named[name] = max(-most, min(most, odds)) / _UNIT
    return {name: min(value, _CAPS.get(name, value)) for name, value in named.items()}


def _weighted(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    total = weights.get("bias", 0.0)
    return total + sum(weights.get(name, 0.0) * value for name, value in features.items())


def probability(log_odds: float) -> float:
    """Return what log-odds say, from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def log_odds(probability: float) -> float:
    """Return the log-odds that a probability between 0 and 1 stands for."""
    held = min(max(probability, 1e-13), 1 - 1e-13)
    return math.log(held / (1 - held))
