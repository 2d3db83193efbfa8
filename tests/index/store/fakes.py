"""Small stand-ins for the engines and the model, with files of their own like the real ones."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index.completion import complete
from index.document import (
    Chunk,
    Document,
    Filter,
    Metadata,
    OriginRun,
    Removal,
    Section,
    SectionKind,
    Span,
)
from index.engine import Entry, Numbers, Ranking, Vectors, WordEvidence
from index.errors import DamagedIndex, EmptyDocument
from index.knowledge_base import KnowledgeBase
from index.store.database import FILE_NAME, Database
from index.worker import Worker

DIMENSION = 8


class FileIndex:
    """What both fakes share: entries by number, pickled whole on commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending: list[tuple[str, Any]] = []
        self.entries: dict[int, tuple[Entry, Any]] = {}
        self.revision = 0
        self.refresh()

    def refresh(self) -> None:
        path = self.folder / "index.pickle"
        if path.exists():
            try:
                self.revision, self.entries = pickle.loads(path.read_bytes())  # noqa: S301  our own
            except Exception as error:
                raise DamagedIndex("索引已损坏。") from error

    def remove(self, document_ids: Iterable[str]) -> None:
        self._pending.append(("remove", set(document_ids)))

    def commit(self, revision: int) -> None:
        entries = dict(self.entries)
        for what, value in self._pending:
            if what == "remove":
                entries = {n: e for n, e in entries.items() if e[0].document_id not in value}
            else:
                entries.update(value)
        self._pending, self.entries, self.revision = [], entries, revision
        temporary = self.folder / f"{os.getpid()}.new"
        temporary.write_bytes(pickle.dumps((revision, entries)))
        temporary.replace(self.folder / "index.pickle")

    def close(self) -> None:
        self._pending = []

    def _best(self, scores: dict[int, float], limit: int) -> Ranking:
        best = sorted(scores, key=lambda number: (-scores[number], number))[:limit]
        return Ranking(np.array(best, np.int64), np.array([scores[n] for n in best], np.float32))


class FakeLexical(FileIndex):
    """Says how much of the question's characters stands in a passage."""

    def put(self, entries: Iterable[Entry]) -> None:
        self._pending.append(("put", {entry.number: (entry, None) for entry in entries}))

    def search(self, query: str, filter_: Filter, limit: int) -> Ranking:
        scores = {
            number: self._share(query, entry)
            for number, (entry, _) in self.entries.items()
            if filter_.admits(entry.document_id, entry.metadata)
        }
        return self._best({number: score for number, score in scores.items() if score}, limit)

    def score(self, query: str, numbers: Numbers) -> Vectors:
        entries = self.entries
        return np.array(
            [self._share(query, entries[n][0]) if n in entries else 0.0 for n in numbers.tolist()],
            np.float32,
        )

    def evidence(self, query: str, numbers: Numbers) -> WordEvidence:
        scores = self.score(query, numbers)
        return WordEvidence(scores, scores, scores)

    @staticmethod
    def _share(query: str, entry: Entry) -> float:
        return len(set(query) & set(entry.heading + entry.text)) / len(set(query))


class FakeVectors(FileIndex):
    """Compares the question with every vector."""

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        rows = {e.number: (e, row) for e, row in zip(entries, vectors, strict=True)}
        self._pending.append(("put", rows))

    def search(self, vector: Vectors, filter_: Filter, limit: int) -> Ranking:
        scores = {
            number: float(row @ vector)
            for number, (entry, row) in self.entries.items()
            if filter_.admits(entry.document_id, entry.metadata)
        }
        return self._best(scores, limit)

    def score(self, vector: Vectors, numbers: Numbers) -> Vectors:
        entries = self.entries
        return np.array(
            [float(entries[n][1] @ vector) if n in entries else 0.0 for n in numbers.tolist()],
            np.float32,
        )


class FakeEngines:
    def lexical(self, folder: Path) -> FakeLexical:
        folder.mkdir(parents=True, exist_ok=True)
        return FakeLexical(folder)

    def vectors(self, folder: Path, _dimension: int) -> FakeVectors:
        folder.mkdir(parents=True, exist_ok=True)
        return FakeVectors(folder)


class FakeEmbedder:
    """Turns a text into the same vector each time, and counts what it was asked for."""

    dimension = DIMENSION

    def __init__(self, identity: str = "fake-1") -> None:
        self.identity = identity
        self.asked = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256((self.identity + text).encode()).digest()[:8])
        vector = np.random.default_rng(seed).standard_normal(DIMENSION)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)


def read_lines(
    content: bytes, source: str, known: Metadata | None = None
) -> tuple[Document, list[Chunk]]:
    """Read a text file in which every line is a passage; the first is the title."""
    text = content.decode()
    if not text.strip():
        raise EmptyDocument("文件是空的。")
    sha256 = hashlib.sha256(content).hexdigest()
    spans, start = [], 0
    for line in text.splitlines(keepends=True):
        spans.append(Span(start, start + len(line)))
        start += len(line)
    title = text.splitlines()[0]
    root = Section(
        SectionKind.DOCUMENT,
        0,
        Span(0, len(text)),
        children=tuple(
            Section(SectionKind.ARTICLE, 1, span, span, f"第{number}条")
            for number, span in enumerate(spans, 1)
        ),
    )
    document = Document(
        id=sha256[:16],
        source=source,
        sha256=sha256,
        text=text,
        metadata=known or Metadata(title),
        root=root,
        origin=(OriginRun(Span(0, len(text)), 0, 1),),
        removals=(Removal(0, "\ufeff", "bom"),),
        evidence={"title": Span(0, len(title))},
    )
    chunks = [Chunk(document.id, span, (f"第{number}条",)) for number, span in enumerate(spans, 1)]
    return document, chunks


def open_new(directory: Path) -> Database:
    """Open a new catalogue, without doing the migrations each time."""
    (directory / FILE_NAME).write_bytes(_empty_catalogue())
    return Database.open(directory)


@cache
def _empty_catalogue() -> bytes:
    with TemporaryDirectory() as folder:
        Database.open(Path(folder)).close()
        return (Path(folder) / FILE_NAME).read_bytes()


def lines(*passages: str) -> bytes:
    """Return a file whose passages are these."""
    return "".join(f"{passage}\n" for passage in passages).encode()


def make_worker(directory: Path, embedder: FakeEmbedder | None = None) -> Worker:
    model = embedder or FakeEmbedder()
    return Worker(directory, lambda: model, engines=FakeEngines(), reader=read_lines)


def open_base(
    directory: Path, embedder: FakeEmbedder | None = None, *, follow: bool = False
) -> KnowledgeBase:
    return KnowledgeBase.open(
        directory, embedder or FakeEmbedder(), engines=FakeEngines(), follow=follow
    )


def fill(directory: Path, *files: bytes) -> list[str]:
    """Bring files in, and return the ids of their documents."""
    with open_base(directory) as base:
        jobs = [base.submit(content, f"{number}.txt") for number, content in enumerate(files)]
        done = complete(make_worker(directory), [job.id for job in jobs])
    return [str(job.document_id) for job in done]
