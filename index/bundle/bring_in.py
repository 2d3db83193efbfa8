"""Bring a bundle into a knowledge base that may be empty, filled, or being asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, select

from index.bundle.answers import AnswersBroughtIn, bring_in_answers
from index.bundle.contents import CarriedDocument, digests, without_endings
from index.bundle.reading import Bundle
from index.chunk import chunk
from index.document import Chunk
from index.engine import Vectors
from index.errors import StorageFull
from index.store.catalogue import Catalogue, put, summaries
from index.store.content import document_of
from index.store.database import Database
from index.store.embeddings import Embeddings, Pending
from index.store.feed import unpack_vectors
from index.store.jobs import enqueue
from index.store.originals import Originals
from index.store.tables import ContentRow, DocumentRow, EndingRow

Report = Callable[[int, int], None]
_AT_ONCE = 32  # documents for one transaction
_ROOM = 256 * 1024 * 1024  # that is left free on the disk
_UNIT = (0.98, 1.02)  # lengths that a unit vector has as float16


@dataclass(frozen=True, slots=True)
class Rules:
    """What becomes of what is there already.

    As a rule the bundle's word counts. With `keep` what is here stays as it is; with `mirror`
    documents and answers that the bundle lacks are taken away.
    """

    keep: bool = False
    mirror: bool = False


@dataclass(slots=True)
class BroughtIn:
    """What a bundle has changed: the ids of documents, the jobs that follow them, the answers."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    vectors: int = 0
    answers: AnswersBroughtIn = field(default_factory=AnswersBroughtIn)


class Importer:
    """Brings bundles into one data directory; `model` names the one whose vectors fit here."""

    def __init__(
        self, database: Database, directory: Path, rules: Rules, model: str | None
    ) -> None:
        self._database = database
        self._directory = directory
        self._catalogue = Catalogue(database)
        self._originals = Originals(directory)
        self._embeddings = Embeddings(database)
        self._rules = rules
        self._model = model

    def bring_in(self, bundle: Bundle, report: Report) -> BroughtIn:
        """Bring a bundle in, which is to be checked before; done again it goes on where it was.

        Its vectors are taken where they were made by the model here; the worker makes the others.
        """
        manifest = bundle.manifest
        wanted = sum(facts.size for facts in manifest.members.values())
        if shutil.disk_usage(self._directory).free < wanted + _ROOM:
            raise StorageFull("磁盘空间不够导入这个知识库，什么也没有改动。请清理磁盘后重试。")
        brought = BroughtIn()
        ids = manifest.documents
        for start in range(0, len(ids), _AT_ONCE):
            self._take(bundle, ids[start : start + _AT_ONCE], brought)
            report(min(start + _AT_ONCE, len(ids)), len(ids))
        if self._rules.mirror:
            here = [summary.id for summary in self._catalogue.summaries()]
            brought.removed = sorted(set(here).difference(ids))
            for document_id in brought.removed:
                self._catalogue.remove(document_id)
        brought.answers = bring_in_answers(
            self._database, bundle.answers(), keep=self._rules.keep, mirror=self._rules.mirror
        )
        return brought

    def _take(self, bundle: Bundle, document_ids: Sequence[str], brought: BroughtIn) -> None:
        """Take some documents in, all in one transaction, and then their vectors."""
        carried = [bundle.document(document_id) for document_id in document_ids]
        for one in carried:  # at the latest now, for a sweep may have taken what was there
            self._originals.keep(bundle.original(one.document.sha256))
        new: list[tuple[CarriedDocument, list[Chunk]]] = []
        with self._database.writing() as connection:
            here = _here(connection, document_ids)
            for one in carried:
                new += self._decided(one, here.get(one.document.id), brought)
            for one, _ in new:
                if not self._originals.has(one.document.sha256):  # swept away in between
                    self._originals.keep(bundle.original(one.document.sha256))
            if new:
                readings = [(one.document, chunks) for one, chunks in new]
                put(connection, readings, {one.document.id: one.edited for one, _ in new})
            brought.jobs += [
                enqueue(connection, one.document.source, one.document.sha256, None)
                for one, _ in new
            ]
        brought.vectors += self._take_vectors(bundle, new)

    def _decided(
        self, carried: CarriedDocument, here: CarriedDocument | None, brought: BroughtIn
    ) -> Iterable[tuple[CarriedDocument, list[Chunk]]]:
        """Yield the document with its passages where it is to be written."""
        document = carried.document
        if here is not None and (here.document, here.edited) == (document, carried.edited):
            brought.unchanged.append(document.id)
        elif here is not None and self._rules.keep:
            brought.kept.append(document.id)
        else:
            (brought.changed if here is not None else brought.added).append(document.id)
            yield carried, chunk(document)

    def _take_vectors(
        self, bundle: Bundle, new: Sequence[tuple[CarriedDocument, list[Chunk]]]
    ) -> int:
        """Take the vectors of what was written, where they are those the model here would make."""
        manifest = bundle.manifest
        if self._model is None or manifest.model != self._model or manifest.dimension is None:
            return 0
        taken = 0
        for carried, chunks in new:
            document = carried.document
            title, text = document.metadata.title, document.text
            packed = bundle.vectors(document.id)
            if packed is None or carried.passages != digests(title, text, chunks):
                continue
            vectors = _unit_vectors(packed, len(chunks), manifest.dimension)
            first = self._first_chunk(document.id)
            if vectors is None or first is None:
                continue
            texts = tuple(one.embedding_input(title, text) for one in chunks)
            pending = [Pending(document.id, title, first, 0, texts)]
            self._embeddings.store(pending, vectors, self._model)
            taken += len(chunks)
        return taken

    def _first_chunk(self, document_id: str) -> int | None:
        query = select(DocumentRow.first_chunk).where(DocumentRow.id == document_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar()


def _here(connection: Connection, document_ids: Sequence[str]) -> dict[str, CarriedDocument]:
    """Return the documents that are here, as they would go out in a whole bundle."""
    query = (
        select(DocumentRow.__table__, ContentRow.text, ContentRow.structure)
        .join(ContentRow, ContentRow.document_id == DocumentRow.id)
        .where(DocumentRow.id.in_(document_ids))
    )
    endings = select(EndingRow.document_id).where(EndingRow.document_id.in_(document_ids))
    ended = set(connection.execute(endings).scalars())
    found: dict[str, CarriedDocument] = {}
    edited = {one.id: one.edited for one in summaries(connection, document_ids)}
    for row in connection.execute(query):
        document = document_of(row)
        if document.id in ended:
            document = without_endings(document, edited[document.id])
        found[document.id] = CarriedDocument(document, edited[document.id])
    return found


def _unit_vectors(packed: bytes, count: int, dimension: int) -> Vectors | None:
    """Return the vectors, None where they are none of this shape or not of unit length."""
    if len(packed) != 2 * count * dimension:
        return None
    size = 2 * dimension
    rows = [packed[start : start + size] for start in range(0, len(packed), size)]
    vectors = unpack_vectors(rows, dimension)
    lengths = np.linalg.norm(vectors, axis=1)
    low, high = _UNIT
    return vectors if bool(np.all((lengths > low) & (lengths < high))) else None
