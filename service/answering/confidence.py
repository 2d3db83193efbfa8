"""Turn what speaks for a reading into a probability that it is right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Self

from service.answering.reading.reader import Evidence

FEATURES = ("share", "lacking", "fit", "words", "vectors", "margin", "specificity", "named")
TRAINED_FEATURES = ("relevance", "answerability", "support", "ruled")
_CAPS = {"margin": 0.3, "specificity": 2.0}  # more than this says no more
_CERTAIN = 8.0  # log-odds beyond which the model's certainty says no more


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic weights for values, for whole passages, and the thresholds for showing them.

    `value` and `passage` hold where rules alone have read, the `trained_` ones where the model
    has too; `ranking` and `passage_ranking` order its readings. Fitted by
    `python -m eval.fitting.confidence`.
    """

    value: Mapping[str, float]
    passage: Mapping[str, float]
    answer_threshold: float
    passage_threshold: float
    trained_value: Mapping[str, float] = field(default_factory=dict)
    trained_passage: Mapping[str, float] = field(default_factory=dict)
    ranking: Mapping[str, float] = field(default_factory=dict)
    passage_ranking: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    @cache
    def bundled(cls) -> Self:
        """Return the calibration that ships with the desk."""
        text = files("service.answering").joinpath("calibration.json").read_text("utf-8")
        return cls(**json.loads(text))

    def of_value(self, evidence: Evidence) -> float:
        """Return the probability that a value read under this evidence is right."""
        return _logistic(self.trained_value if evidence.trained else self.value, evidence)

    def of_passage(self, evidence: Evidence) -> float:
        """Return the probability that a sentence answers the question."""
        return _logistic(self.trained_passage if evidence.trained else self.passage, evidence)

    def rank_value(self, evidence: Evidence) -> float:
        """Return a number from 0 to 1 by which the values read for one question are ordered."""
        return _logistic(self.ranking, evidence)

    def rank_passage(self, evidence: Evidence) -> float:
        """Return a number from 0 to 1 by which whole sentences are ordered."""
        return _logistic(self.passage_ranking, evidence)


def features(evidence: Evidence) -> dict[str, float]:
    """Return the numbers that the calibration weighs."""
    named = {name: float(getattr(evidence, name)) for name in FEATURES}
    if evidence.trained is not None:
        for name in TRAINED_FEATURES:
            odds = float(getattr(evidence.trained, name))
            named[name] = max(-_CERTAIN, min(_CERTAIN, odds)) / _CERTAIN
    return {name: min(value, _CAPS.get(name, value)) for name, value in named.items()}


def _logistic(weights: Mapping[str, float], evidence: Evidence) -> float:
    total = weights.get("bias", 0.0)
    total += sum(weights.get(name, 0.0) * value for name, value in features(evidence).items())
    return probability(total)


def probability(log_odds: float) -> float:
    """Return what log-odds say, from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
