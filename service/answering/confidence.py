"""Turn what speaks for a reading into a probability that it is right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from service.answering.reading.reader import Evidence

FEATURES = ("share", "lacking", "fit", "words", "vectors", "margin", "specificity", "named")
_CAPS = {"margin": 0.3, "specificity": 2.0}  # more than this says no more


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic weights for values, for whole passages, and the thresholds for showing them.

    Fitted by `python -m eval.fitting.confidence` on the development questions.
    """

    value: Mapping[str, float]
    passage: Mapping[str, float]
    answer_threshold: float
    passage_threshold: float

    @classmethod
    @cache
    def bundled(cls) -> Self:
        """Return the calibration that ships with the desk."""
        text = files("service.answering").joinpath("calibration.json").read_text("utf-8")
        return cls(**json.loads(text))

    def of_value(self, evidence: Evidence) -> float:
        """Return the probability that a value read under this evidence is right."""
        return _logistic(self.value, evidence)

    def of_passage(self, evidence: Evidence) -> float:
        """Return the probability that a sentence answers the question."""
        return _logistic(self.passage, evidence)


def features(evidence: Evidence) -> dict[str, float]:
    """Return the numbers that the calibration weighs."""
    named = {name: float(getattr(evidence, name)) for name in FEATURES}
    return {name: min(value, _CAPS.get(name, value)) for name, value in named.items()}


def _logistic(weights: Mapping[str, float], evidence: Evidence) -> float:
    total = weights["bias"]
    total += sum(weights.get(name, 0.0) * value for name, value in features(evidence).items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
