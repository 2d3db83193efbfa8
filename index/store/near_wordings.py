"""Which wordings share the most with a question: pairs of characters, the rarer the heavier.

Held in memory: tens of thousands of short wordings, of which a process needs no copy on disk.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from index.store.tables import CuratedRow, WordingRow
from index.store.wording import wording_key

_NEAREST = 24  # answers looked at closer
_LEAST = 0.5  # of the weight of both wordings, to be looked at at all


@dataclass(frozen=True, slots=True)
class NearWordings:
    """All wordings, by the pairs of characters in them."""

    regions: frozenset[str]
    ids: tuple[str, ...]  # of the answer, for each wording
    pairs: dict[str, int]
    starts: NDArray[np.int64]  # of each pair's wordings in `holders`
    holders: NDArray[np.int32]
    weights: NDArray[np.float32]  # of each pair
    totals: NDArray[np.float32]  # of each wording

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """Read all wordings there are."""
        query = select(WordingRow.curated_id, WordingRow.folded)
        rows = connection.execute(query).all()
        regions = select(CuratedRow.region).where(CuratedRow.region.is_not(None)).distinct()
        pairs: dict[str, int] = {}
        found, holders = array("i"), array("i")
        for number, (_, folded) in enumerate(rows):
            for pair in _pairs(folded):
                found.append(pairs.setdefault(pair, len(pairs)))
                holders.append(number)
        of_pair = np.array(found, np.int32)
        order = np.argsort(of_pair, kind="stable")
        counts = np.bincount(of_pair, minlength=len(pairs))
        weights = np.log1p(len(rows) / np.maximum(counts, 1)).astype(np.float32)
        held = np.array(holders, np.int32)
        return cls(
            frozenset(region for region in connection.execute(regions).scalars() if region),
            tuple(curated_id for curated_id, _ in rows),
            pairs,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            held[order],
            weights,
            np.bincount(held, weights[of_pair], len(rows)).astype(np.float32),
        )

    def search(self, question: str) -> list[str]:
        """Return the answers whose wordings share most with the question, the nearest first."""
        asked = _pairs(wording_key(question))
        known = [self.pairs[pair] for pair in asked if pair in self.pairs]
        if not known:
            return []
        shared = np.zeros(len(self.ids), np.float32)
        for pair in known:
            shared[self.holders[self.starts[pair] : self.starts[pair + 1]]] += self.weights[pair]
        total = self.weights[known].sum()
        likeness = 2 * shared / (self.totals + total)
        best = np.argsort(-likeness, kind="stable")[: 4 * _NEAREST]
        near = [self.ids[n] for n in best if likeness[n] >= _LEAST]
        return list(dict.fromkeys(near))[:_NEAREST]


def _pairs(folded: str) -> set[str]:
    return {"".join(pair) for pair in pairwise(f" {folded} ")}
