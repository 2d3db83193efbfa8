"""Order what search found by what the trained reader makes of each passage.

Search weighs words and vectors of question and passage apart from one another; the reader reads
both together, and knows everyday words better. What search says still counts: of a question in a
document's own words it knows more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.document import Document, Hit
from service.answering.reading.reader_model import Asked, Judgement, ReaderModel

READ = 20  # passages; each costs some ten milliseconds, and more find little
_WEIGHT = 0.05  # of the reader's word, twice over, beside the fused score of search
_CERTAIN = 8.0  # log-odds beyond which the reader's certainty says no more

Found = tuple[Document, Hit]


class Reranker:
    """Reads what search puts first. Safe to share between threads."""

    def __init__(self, model: ReaderModel) -> None:
        self._model = model

    def reranked(self, query: str, found: Sequence[Found]) -> list[Found]:
        """Return all of what was found, best first, its scores from 0 to 1 still.

        What is not read keeps its order, behind what would be if it were held irrelevant.
        """
        read, rest = found[:READ], found[READ:]
        judged = self._model.judge([Asked.of(query, one, hit.chunk) for one, hit in read])
        scored = [
            *(_scored(one, _certainty(each)) for one, each in zip(read, judged, strict=True)),
            *(_scored(one, 0.0) for one in rest),
        ]
        return sorted(scored, key=lambda one: -one[1].score)  # ties stay as search has them


def _scored(found: Found, certainty: float) -> Found:
    document, hit = found
    return document, replace(hit, score=(hit.score + 2 * _WEIGHT * certainty) / (1 + 2 * _WEIGHT))


def _certainty(judgement: Judgement) -> float:
    """Return how relevant a passage is, from 0 to 1, even in the log-odds."""
    return (max(-_CERTAIN, min(_CERTAIN, judgement.relevance)) / _CERTAIN + 1) / 2
