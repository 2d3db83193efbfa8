"""What caches and readers take from the catalogue: what is new since a revision, and all of it.

Every function reads within a transaction that the caller has opened, so that what it returns
belongs to one revision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from index.document import Chunk, Metadata, Span
from index.engine import Entry, Vectors
from index.store.catalogue import path_of
from index.store.content import metadata_of, unpack_text
from index.store.database import batches
from index.store.tables import ChangeKind, ChangeRow, ChunkRow, ContentRow, DocumentRow, VectorRow

VECTORS_AT_ONCE = 4096  # rows held in memory: 6 MB at 384 dimensions


@dataclass(frozen=True, slots=True)
class Touched:
    """The documents that changed since a revision.

    `renewed` have a new text or new metadata, or are gone; `ranges` are chunk numbers [first,
    end) that got vectors, of documents that are not renewed.
    """

    renewed: frozenset[str]
    ranges: tuple[tuple[int, int], ...]
    vectors: frozenset[str]  # the documents of the ranges


def touched_since(connection: Connection, revision: int) -> Touched:
    """Return what changed after `revision`."""
    rows = connection.execute(
        select(ChangeRow.document_id, ChangeRow.kind, ChangeRow.first_chunk, ChangeRow.end_chunk)
        .where(ChangeRow.revision > revision)
        .order_by(ChangeRow.revision)
    ).all()
    renewed = frozenset(row.document_id for row in rows if row.kind is not ChangeKind.VECTORS)
    ranges = [
        (row.document_id, (row.first_chunk, row.end_chunk))
        for row in rows
        if row.first_chunk is not None
        and row.end_chunk is not None
        and row.document_id not in renewed
    ]
    return Touched(
        renewed=renewed,
        ranges=tuple(numbers for _, numbers in ranges),
        vectors=frozenset(document_id for document_id, _ in ranges),
    )


def document_ids(connection: Connection) -> list[str]:
    """Return all documents, in the order of their chunks."""
    return list(
        connection.execute(select(DocumentRow.id).order_by(DocumentRow.first_chunk)).scalars()
    )


def entries(connection: Connection, ids: Sequence[str]) -> Iterator[Entry]:
    """Yield the passages of those documents that exist, document by document."""
    query = (
        select(DocumentRow.__table__, ContentRow.text)
        .join(ContentRow, ContentRow.document_id == DocumentRow.id)
        .order_by(DocumentRow.first_chunk)
    )
    for some in batches(ids, 64):
        for row in connection.execute(query.where(DocumentRow.id.in_(some))):
            metadata, text = metadata_of(row), unpack_text(row.text)
            numbers = (row.first_chunk, row.first_chunk + row.chunk_count)
            for number, chunk in chunks_in(connection, numbers):
                heading = "\n".join((metadata.title, *chunk.path))
                yield Entry(number, row.id, heading, chunk.span.of(text), metadata)


def chunks_in(connection: Connection, numbers: tuple[int, int]) -> Iterator[tuple[int, Chunk]]:
    """Yield the chunks numbered [first, end), with their numbers."""
    first, end = numbers
    query = (
        select(
            ChunkRow.number,
            ChunkRow.document_id,
            ChunkRow.span_start,
            ChunkRow.span_end,
            ChunkRow.path,
        )
        .where(ChunkRow.number >= first, ChunkRow.number < end)
        .order_by(ChunkRow.number)
    )
    for number, document_id, start, stop, path in connection.execute(query):
        yield number, Chunk(document_id, Span(start, stop), path_of(path))


def vectors_of(
    connection: Connection, ids: Sequence[str], dimension: int
) -> Iterator[tuple[list[Entry], Vectors]]:
    """Yield the passages of the documents that have vectors, some thousands at a time."""
    query = select(DocumentRow.first_chunk, DocumentRow.chunk_count)
    ranges = [
        (row.first_chunk, row.first_chunk + row.chunk_count)
        for some in batches(ids)
        for row in connection.execute(query.where(DocumentRow.id.in_(some)))
    ]
    yield from vectors_in(connection, ranges, dimension)


def vectors_in(
    connection: Connection, ranges: Iterable[tuple[int, int]], dimension: int
) -> Iterator[tuple[list[Entry], Vectors]]:
    """Yield the passages in ranges of numbers that have vectors, some thousands at a time.

    An entry made here is for a vector index: it carries neither heading nor text.
    """
    known: dict[str, Metadata] = {}
    for first, end in _pieces(sorted(ranges)):
        rows = connection.execute(
            select(VectorRow.number, ChunkRow.document_id, VectorRow.vector)
            .join(ChunkRow, ChunkRow.number == VectorRow.number)
            .where(VectorRow.number >= first, VectorRow.number < end)
            .order_by(VectorRow.number)
        ).all()
        if not rows:
            continue
        _learn(connection, {row.document_id for row in rows} - known.keys(), known)
        some = [Entry(row.number, row.document_id, "", "", known[row.document_id]) for row in rows]
        yield some, unpack_vectors([row.vector for row in rows], dimension)


def pack_vectors(vectors: Vectors) -> list[bytes]:
    """Return each row as float16 bytes, low byte first."""
    packed = np.ascontiguousarray(vectors, dtype="<f2")
    return [row.tobytes() for row in packed]


def unpack_vectors(packed: Sequence[bytes], dimension: int) -> Vectors:
    """Undo `pack_vectors`."""
    joined = np.frombuffer(b"".join(packed), dtype="<f2")
    return joined.reshape(len(packed), dimension).astype(np.float32)


def _pieces(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join ranges that follow each other closely, and cut what has become too long."""
    joined: list[tuple[int, int]] = []
    for first, end in ranges:
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    for first, end in joined:
        for start in range(first, end, VECTORS_AT_ONCE):
            yield start, min(end, start + VECTORS_AT_ONCE)


def _learn(connection: Connection, ids: Iterable[str], known: dict[str, Metadata]) -> None:
    for some in batches(sorted(ids)):
        query = select(DocumentRow.__table__).where(DocumentRow.id.in_(some))
        known.update((row.id, metadata_of(row)) for row in connection.execute(query))
