"""Fuse words and vectors (interim: the fitted fusion replaces this file)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.document import Filter
from index.engine import Embedder, LexicalIndex, VectorIndex


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranked passage by number, with its fused score and both sides of it."""

    number: int
    score: float
    words: float
    vectors: float


def retrieve(
    query: str,
    filter_: Filter,
    limit: int,
    lexical: LexicalIndex,
    vectors: VectorIndex | None,
    embedder: Embedder | None,
) -> list[Ranked]:
    """Return the passages that fit the question best, best first."""
    pool = max(limit, 100)
    numbers = lexical.search(query, filter_, pool).numbers
    vector = None
    if vectors is not None and embedder is not None:
        vector = embedder.embed_query(query)
        numbers = np.union1d(numbers, vectors.search(vector, filter_, pool).numbers)
    if not len(numbers):
        return []
    words = lexical.evidence(query, numbers)
    cosines = vectors.score(vector, numbers) if vectors is not None and vector is not None else words.shares * 0
    near = np.clip((cosines - 0.75) / 0.2, 0, 1)
    scores = 0.7 * words.scores + 0.3 * near if vector is not None else words.scores
    order = np.argsort(-scores)[:limit]
    return [Ranked(int(numbers[i]), float(scores[i]), float(words.shares[i]), float(cosines[i])) for i in order]
