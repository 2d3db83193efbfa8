"""The vectors in the catalogue: which are missing, and how new ones come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from index.engine import Vectors
from index.errors import ModelMismatch
from index.store.content import unpack_text
from index.store.database import Database
from index.store.feed import chunks_in, pack_vectors
from index.store.revision import note, raise_revision, state_of
from index.store.tables import (
    CatalogueRow,
    ChangeKind,
    ChangeRow,
    ContentRow,
    DocumentRow,
    VectorRow,
)


@dataclass(frozen=True, slots=True)
class Pending:
    """Passages of one document that have no vector yet, as the model reads them.

    Their numbers run on from `first`; `done` of the document's vectors were there before.
    """

    document_id: str
    title: str
    first: int
    done: int
    texts: tuple[str, ...]


class Embeddings:
    """Reads and writes the vectors of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, limit: int) -> list[Pending]:
        """Return the next passages without vectors, `limit` at most, oldest document first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(
                    DocumentRow.id,
                    DocumentRow.title,
                    DocumentRow.first_chunk,
                    DocumentRow.chunk_count,
                    DocumentRow.vector_count,
                    ContentRow.text,
                )
                .join(ContentRow, ContentRow.document_id == DocumentRow.id)
                .where(DocumentRow.vector_count < DocumentRow.chunk_count)
                .order_by(DocumentRow.first_chunk)
                .limit(limit)
            )
            found: list[Pending] = []
            for row in rows:
                first = row.first_chunk + row.vector_count
                end = min(row.first_chunk + row.chunk_count, first + limit)
                text = unpack_text(row.text)
                texts = tuple(
                    chunk.embedding_input(row.title, text)
                    for _, chunk in chunks_in(connection, (first, end))
                )
                found.append(Pending(row.id, row.title, first, row.vector_count, texts))
                limit -= len(texts)
                if limit <= 0:
                    break
            return found

    def missing(self) -> int:
        """Count the passages without vectors."""
        with self._database.reading() as connection:
            lacking = func.sum(DocumentRow.chunk_count - DocumentRow.vector_count)
            return int(connection.execute(select(lacking)).scalar_one() or 0)

    def store(self, pending: Sequence[Pending], vectors: Vectors, model: str) -> int:
        """Keep the vectors of all `pending`, a row a passage; return the revision.

        What was removed, renamed or read anew meanwhile is left out.
        """
        with self._database.writing() as connection:
            self._claim_model(connection, model, vectors.shape[1])
            revision = raise_revision(connection, words=False)
            row = 0
            for part in pending:
                rows = vectors[row : row + len(part.texts)]
                row += len(part.texts)
                if self._still_wanted(connection, part):
                    _store(connection, part, rows, revision)
            return revision

    def check_model(self, model: str) -> None:
        """Raise ModelMismatch if the vectors here were made by another model."""
        with self._database.reading() as connection:
            made_by = state_of(connection).model
        if made_by is not None and made_by != model:
            raise mismatch(made_by, model)

    def forget(self) -> None:
        """Take all vectors away, so that another model can make them anew."""
        with self._database.writing() as connection:
            revision = raise_revision(connection, words=False)
            connection.execute(delete(VectorRow))
            connection.execute(
                update(DocumentRow).values(vector_count=0, vectors_revision=revision)
            )
            # No cache may catch up over this point: the next generation starts from nothing.
            connection.execute(delete(ChangeRow).where(ChangeRow.kind == ChangeKind.VECTORS))
            connection.execute(
                update(CatalogueRow).values(model=None, dimension=None, vector_generation=None)
            )

    @staticmethod
    def _claim_model(connection: Connection, model: str, dimension: int) -> None:
        state = state_of(connection)
        if state.model is None:
            connection.execute(update(CatalogueRow).values(model=model, dimension=dimension))
        elif (state.model, state.dimension) != (model, dimension):
            raise mismatch(state.model, model)

    @staticmethod
    def _still_wanted(connection: Connection, part: Pending) -> bool:
        row = connection.execute(
            select(DocumentRow.title, DocumentRow.first_chunk, DocumentRow.vector_count).where(
                DocumentRow.id == part.document_id
            )
        ).one_or_none()
        return row is not None and tuple(row) == (part.title, part.first - part.done, part.done)


def mismatch(made_by: str, model: str) -> ModelMismatch:
    """Say that the vectors do not fit the model, and what mends it."""
    return ModelMismatch(
        f"知识库的向量由模型 {made_by} 生成，与当前模型 {model} 不一致。"
        "请运行 wenju reindex 用当前模型重新生成向量，或把模型设置改回原来的。"
    )


def _store(connection: Connection, part: Pending, vectors: Vectors, revision: int) -> None:
    end = part.first + len(part.texts)
    connection.execute(  # those of an earlier title
        delete(VectorRow).where(VectorRow.number >= part.first, VectorRow.number < end)
    )
    rows = [
        {"number": number, "vector": vector}
        for number, vector in enumerate(pack_vectors(vectors), part.first)
    ]
    if rows:
        connection.execute(insert(VectorRow), rows)
    connection.execute(
        update(DocumentRow)
        .where(DocumentRow.id == part.document_id)
        .values(
            vector_count=part.done + len(part.texts),
            vectors_revision=revision,
        )
    )
    note(connection, revision, [part.document_id], ChangeKind.VECTORS, (part.first, end))
