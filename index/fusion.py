"""How much words and vectors count: weights fitted on questions, kept in fusion.json.

`python -m eval.fitting.fusion --data DIR` fits them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.engine import Vectors, WordEvidence

FILE = Path(__file__).with_name("fusion.json")


@dataclass(frozen=True, slots=True)
class Fusion:
    """What counts how much beside the words of the passage itself, which count 1.

    A question in a document's own words finds most of its weight in one passage; there, words
    know best. A question in everyday words does not: the less of it any passage holds, the more
    of `vectors_for_other_words` is added to `vectors`.
    """

    surroundings: float
    vectors: float
    vectors_for_other_words: float
    surroundings_by_words_only: float

    def scores(self, words: WordEvidence, cosines: Vectors | None) -> Vectors:
        """Return the fused score of all candidates of one question, from 0 to 1."""
        if cosines is None:
            weight = self.surroundings_by_words_only
            total = words.scores + weight * words.surroundings
            return np.asarray(total / (1 + weight), np.float32)
        unfound = 1 - float(words.shares.max(initial=0))
        nearness = self.vectors + self.vectors_for_other_words * max(unfound, 0.0)
        total = words.scores + self.surroundings * words.surroundings + nearness * cosines
        return np.asarray(total / (1 + self.surroundings + nearness), np.float32)


@cache
def fitted() -> Fusion:
    """Return the fitted weights."""
    return Fusion(**json.loads(FILE.read_text("utf-8")))
