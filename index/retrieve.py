"""Fuse what words and vectors say of a passage; the weight of each follows the question.

Scores are fused, not ranks: a rank hides how much better the first is than the second, and with
a weaker partner that loses more than it wins. Both sides are asked about every candidate of
either, so nothing is imputed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from index.document import Filter
from index.engine import Embedder, LexicalIndex, Numbers, VectorIndex, Vectors
from index.fusion import Fusion, fitted

CANDIDATES = 200  # of each side; more changes nothing that anybody sees


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranked passage by number, with its fused score and both sides of it, 0 to 1 each.

    `words` is the share of the question's term weight found in it, `vectors` the cosine, 0 where
    there is no vector.
    """

    number: int
    score: float
    words: float
    vectors: float


class Engines(NamedTuple):
    """What there is to ask; by words alone where there are no vectors or no model."""

    lexical: LexicalIndex
    vectors: VectorIndex | None = None
    embedder: Embedder | None = None


def retrieve(
    query: str, filter_: Filter, limit: int, engines: Engines, fusion: Fusion | None = None
) -> list[Ranked]:
    """Return the passages that fit the question best, best first."""
    numbers, cosines = candidates(query, filter_, max(limit, CANDIDATES), engines)
    if not len(numbers) or limit < 1:
        return []
    words = engines.lexical.evidence(query, numbers)
    scores = (fusion or fitted()).scores(words, completed(cosines))
    best = np.lexsort((numbers, -scores))[:limit]
    return [
        Ranked(int(numbers[n]), float(scores[n]), float(words.shares[n]), float(cosines[n]))
        for n in best
    ]


def candidates(
    query: str, filter_: Filter, count: int, engines: Engines
) -> tuple[Numbers, Vectors]:
    """Return what either side proposes, `count` passages each, and all their cosines."""
    if engines.vectors is None or engines.embedder is None:
        numbers = engines.lexical.search(query, filter_, count).numbers
        return numbers, np.zeros(len(numbers), np.float32)
    with ThreadPoolExecutor(1, "wenju-embed") as beside:  # the model needs another core
        embedding = beside.submit(engines.embedder.embed_query, query)
        numbers = engines.lexical.search(query, filter_, count).numbers
        vector = embedding.result()
    near = engines.vectors.search(vector, filter_, count).numbers
    numbers = np.union1d(numbers, near)
    return numbers, engines.vectors.score(vector, numbers)


def completed(cosines: Vectors) -> Vectors | None:
    """Return the cosines with their mean where a vector is not computed yet.

    None where there is none at all: then words decide.
    """
    there = cosines != 0
    return np.where(there, cosines, cosines[there].mean()) if there.any() else None
