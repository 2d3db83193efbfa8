"""What our retrieval must beat: bare BM25 over characters and pairs of characters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_K1, _B = 1.2, 0.75


class BM25:
    """Okapi BM25 over character 1- and 2-grams, nothing folded but case and white space."""

    def __init__(self, passages: Sequence[str]) -> None:
        counts = [Counter(_grams(passage)) for passage in passages]
        lengths = np.array([count.total() for count in counts], np.float32)
        self._count = len(passages)
        penalty = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        rows: dict[str, list[int]] = {}
        tallies: dict[str, list[int]] = {}
        for row, count in enumerate(counts):
            for gram, tally in count.items():
                rows.setdefault(gram, []).append(row)
                tallies.setdefault(gram, []).append(tally)
        self._postings = {
            gram: _posting(np.array(rows.pop(gram)), np.array(tallies.pop(gram)), penalty)
            for gram in list(rows)
        }

    def scores(self, query: str) -> NDArray[np.float32]:
        """Return the score of every passage."""
        total = np.zeros(self._count, np.float32)
        for gram in _grams(query):
            if gram in self._postings:
                rows, weights = self._postings[gram]
                total[rows] += weights
        return total

    def search(self, query: str, limit: int) -> list[int]:
        """Return the best passages, best first, those that share nothing left out."""
        scores = self.scores(query)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [int(place) for place in best if scores[place] > 0]


def _posting(
    rows: NDArray[np.int64], tallies: NDArray[np.int64], penalty: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    frequency = len(rows)
    rarity = math.log(1 + (len(penalty) - frequency + 0.5) / (frequency + 0.5))
    weights = rarity * tallies * (_K1 + 1) / (tallies + penalty[rows])
    return rows, weights.astype(np.float32)


def _grams(text: str) -> list[str]:
    characters = "".join(text.lower().split())
    return [*characters, *(characters[i : i + 2] for i in range(len(characters) - 1))]
