"""The catalogue: documents and their chunks, changed whole or not at all.

Each change raises the one revision and writes down what it touched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from index.document import Chunk, Document, Metadata, Span
from index.errors import DocumentNotFound
from index.store.columns import now
from index.store.content import (
    document_of,
    metadata_columns,
    metadata_of,
    pack_structure,
    pack_text,
)
from index.store.database import Database, batches
from index.store.editing import edited_metadata
from index.store.revision import State, note, raise_revision, state_of
from index.store.succession import note_names, settle, touching, without_ending
from index.store.tables import (
    CatalogueRow,
    ChangeKind,
    ChangeRow,
    ChunkRow,
    ContentRow,
    DocumentRow,
)

_ENDED = frozenset({"ended_on", "ended_by"})


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What a list of documents shows. `length` counts code points."""

    id: str
    source: str
    sha256: str
    metadata: Metadata
    length: int
    chunks: int
    chunks_with_vectors: int
    edited: tuple[str, ...]  # the metadata fields that a person has set
    added_at: datetime
    updated_at: datetime


class Catalogue:
    """Reads and changes the documents of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def state(self) -> State:
        """Return where the catalogue stands now."""
        with self._database.reading() as connection:
            return state_of(connection)

    def put(self, document: Document, chunks: Sequence[Chunk]) -> int:
        """Add a document, or put it in the place of its earlier reading; return the revision."""
        with self._database.writing() as connection:
            return put(connection, [(document, chunks)])

    def edit(self, document_id: str, changes: Mapping[str, object]) -> int:
        """Change metadata fields; return the revision.

        Only a new title asks for new vectors, since the model reads it with every passage; the
        old ones serve until the new ones are there.
        """
        with self._database.writing() as connection:
            document = _document(connection, document_id)
            before = without_ending(connection, document_id, document.metadata)
            if _ENDED & set(changes):
                before = document.metadata
            metadata = edited_metadata(before, changes)
            of_document = DocumentRow.id == document_id
            edited = connection.execute(select(DocumentRow.edited).where(of_document)).scalar_one()
            vouched = {"edited": tuple(sorted({*edited, *changes}))}
            if metadata == before:
                connection.execute(update(DocumentRow).where(of_document).values(vouched))
                return state_of(connection).revision
            revision = raise_revision(connection)
            values = metadata_columns(metadata) | vouched
            values.update(words_revision=revision, vectors_revision=revision, updated_at=now())
            if metadata.title != document.metadata.title:
                values["vector_count"] = 0
            connection.execute(update(DocumentRow).where(of_document).values(values))
            evidence = {n: span for n, span in document.evidence.items() if n not in changes}
            if evidence != document.evidence:  # a person's word, no longer the text's
                connection.execute(
                    update(ContentRow)
                    .where(ContentRow.document_id == document_id)
                    .values(structure=pack_structure(replace(document, evidence=evidence)))
                )
            note(connection, revision, [document_id], ChangeKind.METADATA)
            touched = touching(connection, [document_id])  # by the old title, too
            note_names(connection, [replace(document, metadata=metadata, evidence=evidence)])
            touched |= touching(connection, [document_id])
            settle(connection, revision, touched, noted=[document_id])
            return revision

    def remove(self, document_id: str) -> int:
        """Take a document away; its tombstone stays among the changes. Return the revision."""
        with self._database.writing() as connection:
            touched = touching(connection, [document_id]) - {document_id}
            gone = connection.execute(delete(DocumentRow).where(DocumentRow.id == document_id))
            if not gone.rowcount:
                raise _not_found(document_id)
            revision = raise_revision(connection)
            note(connection, revision, [document_id], ChangeKind.REMOVED)
            settle(connection, revision, touched)  # what it had ended holds again
            return revision

    def document(self, document_id: str) -> Document:
        """Return a document with its text and structure."""
        with self._database.reading() as connection:
            return _document(connection, document_id)

    def removed_since(self, revision: int) -> bool:
        """Say whether a document was removed after `revision`."""
        query = select(func.count()).where(
            ChangeRow.kind == ChangeKind.REMOVED, ChangeRow.revision > revision
        )
        with self._database.reading() as connection:
            return bool(connection.execute(query).scalar_one())

    def summaries(self, document_ids: Iterable[str] | None = None) -> list[DocumentSummary]:
        """List the documents, or those asked for, in the order they came in."""
        with self._database.reading() as connection:
            return summaries(connection, document_ids)

    def chunks(self, document_id: str) -> list[Chunk]:
        """Return a document's passages in reading order."""
        with self._database.reading() as connection:
            if not has(connection, document_id):
                raise _not_found(document_id)
            rows = connection.execute(
                select(ChunkRow.span_start, ChunkRow.span_end, ChunkRow.path)
                .where(ChunkRow.document_id == document_id)
                .order_by(ChunkRow.number)
            )
            return [Chunk(document_id, Span(a, b), path_of(path)) for a, b, path in rows]


def put(
    connection: Connection,
    readings: Sequence[tuple[Document, Sequence[Chunk]]],
    edited: Mapping[str, Collection[str]] | None = None,
) -> int:
    """Do what `Catalogue.put` does for several documents, within a transaction that is open.

    Where a document ends another, or is ended by one that is there, that is done with it.
    `edited` names, by document, the metadata fields that a person has set.
    """
    ids = [document.id for document, _ in readings]
    touched = touching(connection, ids)  # by an earlier reading
    revision = write(connection, readings, edited)
    note_names(connection, [document for document, _ in readings])
    settle(connection, revision, touched | touching(connection, ids), noted=ids)
    return revision


def write(
    connection: Connection,
    readings: Sequence[tuple[Document, Sequence[Chunk]]],
    edited: Mapping[str, Collection[str]] | None = None,
) -> int:
    """Write documents and chunks as they are; return the revision."""
    set_by_person = edited or {}
    ids = [document.id for document, _ in readings]
    before = _earlier(connection, ids)
    revision, moment = raise_revision(connection, vectors=bool(before)), now()
    first = _number(connection, sum(len(chunks) for _, chunks in readings))
    documents, chunk_rows = [], []
    for document, chunks in readings:
        earlier = before.get(document.id)
        documents.append(
            {
                "id": document.id,
                "source": document.source,
                "sha256": document.sha256,
                **metadata_columns(document.metadata),
                "edited": tuple(
                    sorted(set_by_person.get(document.id, earlier.edited if earlier else ()))
                ),
                "length": len(document.text),
                "first_chunk": first,
                "chunk_count": len(chunks),
                "vector_count": 0,
                "words_revision": revision,
                "vectors_revision": revision,
                "added_at": earlier.added_at if earlier else moment,
                "updated_at": moment,
            }
        )
        chunk_rows += _chunk_rows(first, document.id, chunks)
        first += len(chunks)
    contents = [
        {
            "document_id": document.id,
            "text": pack_text(document.text),
            "structure": pack_structure(document),
        }
        for document, _ in readings
    ]
    connection.execute(insert(DocumentRow), documents)
    connection.execute(insert(ContentRow), contents)
    if chunk_rows:
        connection.execute(insert(ChunkRow), chunk_rows)
    note(connection, revision, ids, ChangeKind.TEXT)
    return revision


def _earlier(connection: Connection, ids: Sequence[str]) -> dict[str, DocumentSummary]:
    """Take away the earlier readings of the documents, and return what they were."""
    found = {summary.id: summary for summary in summaries(connection, ids)}
    if found:
        connection.execute(delete(DocumentRow).where(DocumentRow.id.in_(found)))
    return found


def summaries(
    connection: Connection, document_ids: Iterable[str] | None = None
) -> list[DocumentSummary]:
    """Do what `Catalogue.summaries` does, within a transaction that is open."""
    query = select(DocumentRow.__table__).order_by(DocumentRow.first_chunk, DocumentRow.id)
    if document_ids is None:
        return [_summary(row) for row in connection.execute(query)]
    found = [
        _summary(row)
        for some in batches(sorted(set(document_ids)))
        for row in connection.execute(query.where(DocumentRow.id.in_(some)))
    ]
    return sorted(found, key=lambda summary: (summary.added_at, summary.id))


def has(connection: Connection, document_id: str) -> bool:
    """Say whether there is such a document."""
    query = select(func.count()).where(DocumentRow.id == document_id)
    return bool(connection.execute(query).scalar_one())


def path_of(packed: str) -> tuple[str, ...]:
    """Read a chunk's headings."""
    return tuple(json.loads(packed))


def _number(connection: Connection, count: int) -> int:
    """Take `count` chunk numbers that no chunk has ever had; return the first."""
    first = connection.execute(select(CatalogueRow.next_chunk)).scalar_one()
    connection.execute(update(CatalogueRow).values(next_chunk=first + count))
    return first


def _chunk_rows(first: int, document_id: str, chunks: Sequence[Chunk]) -> list[dict[str, object]]:
    return [
        {
            "number": number,
            "document_id": document_id,
            "span_start": chunk.span.start,
            "span_end": chunk.span.end,
            "path": json.dumps(chunk.path, ensure_ascii=False),
        }
        for number, chunk in enumerate(chunks, first)
    ]


def _document(connection: Connection, document_id: str) -> Document:
    query = (
        select(DocumentRow.__table__, ContentRow.text, ContentRow.structure)
        .join(ContentRow, ContentRow.document_id == DocumentRow.id)
        .where(DocumentRow.id == document_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _not_found(document_id)
    return document_of(row)


def _summary(row: Row[Any]) -> DocumentSummary:
    return DocumentSummary(
        id=row.id,
        source=row.source,
        sha256=row.sha256,
        metadata=metadata_of(row),
        length=row.length,
        chunks=row.chunk_count,
        chunks_with_vectors=row.vector_count,
        edited=row.edited,
        added_at=row.added_at,
        updated_at=row.updated_at,
    )


def _not_found(document_id: str) -> DocumentNotFound:
    return DocumentNotFound(f"没有编号为 {document_id} 的文件，可能已被删除。")
