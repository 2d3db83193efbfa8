"""The chunks as a process that answers keeps them in memory: a few arrays, for any number.

So a hit costs no query. A table never changes; catching up makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from index.document import Chunk, Filter, Span
from index.store.catalogue import DocumentSummary, path_of, summaries
from index.store.database import batches
from index.store.feed import touched_since
from index.store.revision import state_of
from index.store.tables import ChunkRow


class _Names:
    """Strings and their numbers. Grows only, so that older tables may share it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []

    def number(self, name: str) -> int:
        found = self._numbers.get(name)
        if found is None:
            found = self._numbers[name] = len(self._names)
            self._names.append(name)
        return found

    def name(self, number: int) -> str:
        return self._names[number]


_ROW = np.dtype(
    [("number", "i8"), ("document", "i4"), ("start", "i4"), ("end", "i4"), ("path", "i4")]
)
_Rows = NDArray[np.void]


class ChunkTable:
    """All chunks and documents of one revision, without their text."""

    def __init__(
        self,
        revision: int,
        documents: Mapping[str, DocumentSummary],
        rows: _Rows,
        ids: _Names,
        paths: _Names,
    ) -> None:
        self.revision = revision
        self.documents = documents
        self._rows = rows  # by increasing number
        self._numbers = np.ascontiguousarray(rows["number"])  # what a search goes through
        self._ids = ids
        self._paths = paths

    @classmethod
    def load(cls, connection: Connection) -> Self:
        """Read the whole table, within the transaction that `connection` is in."""
        ids, paths = _Names(), _Names()
        documents = {summary.id: summary for summary in summaries(connection)}
        rows = _read(connection, None, ids, paths)
        return cls(state_of(connection).revision, documents, rows, ids, paths)

    def caught_up(self, connection: Connection) -> Self:
        """Return the table of the transaction's revision, at the cost of what is new."""
        revision = state_of(connection).revision
        if revision == self.revision:
            return self
        touched = touched_since(connection, self.revision)
        changed = touched.renewed | touched.vectors
        documents = {id_: one for id_, one in self.documents.items() if id_ not in changed}
        documents.update((one.id, one) for one in summaries(connection, changed))
        renewed = [self._ids.number(document_id) for document_id in touched.renewed]
        kept = self._rows[~np.isin(self._rows["document"], renewed)]
        new = _read(connection, sorted(touched.renewed), self._ids, self._paths)
        rows = np.concatenate([kept, new])
        rows = rows[np.argsort(rows["number"], kind="stable")]
        return type(self)(revision, documents, rows, self._ids, self._paths)

    def chunk(self, number: int) -> Chunk | None:
        """Return the chunk of that number, or None where it is gone or not yet there."""
        place = int(np.searchsorted(self._numbers, number))
        if place == len(self) or self._numbers[place] != number:
            return None
        _, document, start, end, path = self._rows[place].tolist()
        return Chunk(self._ids.name(document), Span(start, end), path_of(self._paths.name(path)))

    def admits(self, filter_: Filter, document_id: str) -> bool:
        """Say whether the filter lets a document pass, as its metadata stand in this table."""
        summary = self.documents.get(document_id)
        return summary is not None and filter_.admits(document_id, summary.metadata)

    def __len__(self) -> int:
        return len(self._numbers)


def _read(
    connection: Connection, documents: Sequence[str] | None, ids: _Names, paths: _Names
) -> _Rows:
    query = select(
        ChunkRow.number, ChunkRow.document_id, ChunkRow.span_start, ChunkRow.span_end, ChunkRow.path
    ).order_by(ChunkRow.number)
    pieces = [query]
    if documents is not None:
        pieces = [query.where(ChunkRow.document_id.in_(some)) for some in batches(documents)]
    return np.array(
        [
            (number, ids.number(document), start, end, paths.number(path))
            for piece in pieces
            for number, document, start, end, path in connection.execute(piece)
        ],
        dtype=_ROW,
    )
