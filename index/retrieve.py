"""Fuse what words and vectors say of a passage; the weight of each follows the question.

Scores are fused, not ranks: a rank hides how much better the first is than the second, and with
a weaker partner that loses more than it wins. Both sides are asked about every candidate of
either, so nothing is imputed.

A question in a document's own words finds most of its weight in one passage; there, words know
best. A question in everyday words does not, and the vectors get the greater say. The numbers
below were fitted on the tuning halves of NCP and STARD: `wenju eval retrieval --data DIR`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from index.document import Filter
from index.engine import Embedder, LexicalIndex, Numbers, VectorIndex, Vectors, WordEvidence

_CANDIDATES = 150  # of each side; more changes nothing that anybody sees
_LEAST, _MOST = 1.0, 4.0  # the weight of a cosine beside a word score
_OWN_WORDS, _OTHER_WORDS = 0.9, 0.6  # share of the question found in its best passage


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranked passage by number, with its fused score and both sides of it, 0 to 1 each."""

    number: int
    score: float
    words: float
    vectors: float


class Engines(NamedTuple):
    """What there is to ask; by words alone where there are no vectors or no model."""

    lexical: LexicalIndex
    vectors: VectorIndex | None = None
    embedder: Embedder | None = None


def retrieve(query: str, filter_: Filter, limit: int, engines: Engines) -> list[Ranked]:
    """Return the passages that fit the question best, best first."""
    pool = max(limit, _CANDIDATES)
    numbers = engines.lexical.search(query, filter_, pool).numbers
    vector = None
    if engines.vectors is not None and engines.embedder is not None:
        vector = engines.embedder.embed_query(query)
        near = engines.vectors.search(vector, filter_, pool).numbers
        numbers = np.union1d(numbers, near)
    if not len(numbers):
        return []
    words = engines.lexical.evidence(query, numbers)
    cosines = _cosines(engines.vectors, vector, numbers)
    scores = _fused(words, cosines) if vector is not None else words.scores
    best = np.lexsort((numbers, -scores))[:limit]
    return [
        Ranked(int(numbers[i]), float(scores[i]), float(words.shares[i]), float(cosines[i]))
        for i in best
    ]


def _cosines(vectors: VectorIndex | None, vector: Vectors | None, numbers: Numbers) -> Vectors:
    if vectors is None or vector is None:
        return np.zeros(len(numbers), np.float32)
    return vectors.score(vector, numbers)


def _fused(words: WordEvidence, cosines: Vectors) -> Vectors:
    found = float(words.shares.max())
    everyday = np.clip((_OWN_WORDS - found) / (_OWN_WORDS - _OTHER_WORDS), 0.0, 1.0)
    weight = _LEAST + (_MOST - _LEAST) * everyday
    return np.asarray((words.scores + weight * cosines) / (1 + weight), np.float32)
