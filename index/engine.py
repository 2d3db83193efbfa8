"""What the index asks of a model and of an engine; each protocol has several implementations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.document import Filter, Metadata

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage as an engine takes it in.

    `number` is the catalogue's number of the chunk, never used twice; `heading` is the
    document's title and the section path; `metadata` is what a filter may ask for.
    """

    number: int
    document_id: str
    heading: str
    text: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chunk numbers and their scores, best first."""

    numbers: Numbers
    scores: Vectors


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """What the words of a question say about some passages; each from 0 to 1, in their order.

    `scores` are those of `search`; `shares` say how much of the question's term weight stands in
    the passage, `surroundings` how much of it in the page around the passage, itself included.
    """

    scores: Vectors
    shares: Vectors
    surroundings: Vectors


class Embedder(Protocol):
    """Turns text into unit vectors."""

    @property
    def identity(self) -> str:
        """Name model, quantisation and runtime; equal only where vectors are comparable."""

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage; a row does not depend on its neighbours."""

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, of shape (dimension,)."""


class LexicalIndex(Protocol):
    """Ranks passages by words. Stamped with the catalogue's revision it has caught up with."""

    @property
    def revision(self) -> int:
        """Return the catalogue revision that the last commit reached; 0 when empty."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries, replacing those of the same number."""

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take away every entry of the documents."""

    def commit(self, revision: int) -> None:
        """Make what was put and removed visible and durable, all at once."""

    def refresh(self) -> None:
        """See what another process has committed."""

    def search(self, query: str, filter_: Filter, limit: int) -> Ranking:
        """Return the best passages that the filter admits."""

    def score(self, query: str, numbers: Numbers) -> Vectors:
        """Return the scores that `search` would give to these passages, in their order."""

    def evidence(self, query: str, numbers: Numbers) -> WordEvidence:
        """Return all that words say about these passages, in their order."""

    def close(self) -> None:
        """Release files."""


class VectorIndex(Protocol):
    """Ranks passages by cosine similarity. Stamped with the catalogue's revision."""

    @property
    def revision(self) -> int:
        """Return the catalogue revision that the vectors have caught up with; 0 when empty."""

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add entries and their unit vectors, replacing those of the same number."""

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take away every entry of the documents."""

    def commit(self, revision: int) -> None:
        """Make what was put and removed visible and durable, all at once."""

    def refresh(self) -> None:
        """See what another process has committed."""

    def search(self, vector: Vectors, filter_: Filter, limit: int) -> Ranking:
        """Return the nearest passages that the filter admits, with their cosines."""

    def score(self, vector: Vectors, numbers: Numbers) -> Vectors:
        """Return the cosines of these passages, in their order; 0 where there is no vector."""

    def close(self) -> None:
        """Release files."""
