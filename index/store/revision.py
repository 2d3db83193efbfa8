"""The catalogue's one revision: where it stands, how it is raised, what each raise touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from index.store.columns import now
from index.store.tables import CatalogueRow, ChangeKind, ChangeRow


@dataclass(frozen=True, slots=True)
class Served:
    """The revisions up to which everything can be found, by words and by vectors."""

    words: int
    vectors: int


@dataclass(frozen=True, slots=True)
class State:
    """Where the catalogue stands: the columns of its one row."""

    revision: int
    words_revision: int
    vectors_revision: int
    model: str | None
    dimension: int | None
    lexical_generation: str | None
    lexical_revision: int
    vector_generation: str | None
    vector_revision: int

    @property
    def served(self) -> Served:
        """Say what the indexes hold as the worker has left them."""
        return self.served_by(self.lexical_revision, self.vector_revision)

    def served_by(self, lexical: int, vectors: int) -> Served:
        """Say what indexes with these stamps hold. What is not in them was not for them."""
        no_vectors = self.model is None
        return Served(
            words=self.revision if lexical >= self.words_revision else lexical,
            vectors=self.revision if no_vectors or vectors >= self.vectors_revision else vectors,
        )

    @property
    def words_behind(self) -> bool:
        """Say whether the lexical index is to be caught up or built."""
        return self.lexical_generation is None or self.served.words < self.revision

    @property
    def vectors_behind(self) -> bool:
        """Say whether the vector index is to be caught up or built."""
        unnamed = self.model is not None and self.vector_generation is None
        return unnamed or self.served.vectors < self.revision


def state_of(connection: Connection) -> State:
    """Return where the catalogue stands in this transaction."""
    row = connection.execute(
        select(
            CatalogueRow.revision,
            CatalogueRow.words_revision,
            CatalogueRow.vectors_revision,
            CatalogueRow.model,
            CatalogueRow.dimension,
            CatalogueRow.lexical_generation,
            CatalogueRow.lexical_revision,
            CatalogueRow.vector_generation,
            CatalogueRow.vector_revision,
        )
    ).one()
    return State(*row)


def raise_revision(connection: Connection, *, words: bool = True, vectors: bool = True) -> int:
    """Begin a change: raise the revision and return it. Say which indexes it concerns."""
    raised: dict[str, Any] = {"revision": CatalogueRow.revision + 1}
    if words:
        raised["words_revision"] = CatalogueRow.revision + 1
    if vectors:
        raised["vectors_revision"] = CatalogueRow.revision + 1
    connection.execute(update(CatalogueRow).values(raised))
    return connection.execute(select(CatalogueRow.revision)).scalar_one()


def note(
    connection: Connection,
    revision: int,
    document_ids: Sequence[str],
    kind: ChangeKind,
    numbers: tuple[int, int] | tuple[None, None] = (None, None),
) -> None:
    """Write down what a revision touched: documents, or of one its chunks in [first, end)."""
    moment = now()
    rows = [
        {
            "revision": revision,
            "document_id": document_id,
            "kind": kind,
            "first_chunk": numbers[0],
            "end_chunk": numbers[1],
            "at": moment,
        }
        for document_id in document_ids
    ]
    connection.execute(insert(ChangeRow), rows)
