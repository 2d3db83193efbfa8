"""Where the vectors of a `FaissIndex` lie: one SQLite file, written in transactions.

SQLite keeps what must never be half done; faiss only searches. Every change carries the number
of the transaction that made it, so that a process reads no more than what is new to it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.admission import Mask, Terms
from index.engine import Entry, Numbers, Vectors
from index.errors import DamagedIndex

FORMAT = 1
FILE = "vectors.sqlite"
_SCHEMA = """
CREATE TABLE state (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, terms TEXT NOT NULL,
    change INTEGER NOT NULL
);
CREATE TABLE vectors (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL, change INTEGER NOT NULL,
    vector BLOB NOT NULL
);
CREATE TABLE removed (number INTEGER NOT NULL, change INTEGER NOT NULL);
CREATE INDEX documents_change ON documents (change);
CREATE INDEX vectors_document ON vectors (document);
CREATE INDEX vectors_change ON vectors (change, number, document);
CREATE INDEX removed_change ON removed (change);
"""

Halves = NDArray[np.float16]
Room = Callable[[int], Halves]  # gives so many rows to write to
_AT_ONCE = 4096  # rows read


@dataclass(frozen=True, slots=True)
class State:
    """What the store says of itself: the catalogue's revision, and the last change made here."""

    revision: int = 0
    change: int = 0
    graph: str | None = None  # file of the graph
    graph_change: int = 0  # the last change the graph knows
    graph_checksum: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened since some change: rows that are there now, and those that went."""

    state: State
    documents: dict[int, Terms]
    removed: Numbers  # these went, and may have come again
    numbers: Numbers
    owners: Numbers  # the document of each row
    has_vector: Mask
    vectors: Halves  # of the rows that have one here


class VectorStore:
    """The file. One thread at a time; `dimension` is that of its vectors."""

    def __init__(self, directory: Path, dimension: int) -> None:
        self._path = directory / FILE
        self.dimension = dimension
        self._put: dict[str, int] = {}  # documents of this transaction
        with self._damage_reported():
            directory.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                self._path, isolation_level=None, check_same_thread=False, timeout=30
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        if not self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA}")
            self._set({"format": FORMAT, "dimension": self.dimension})
            self._connection.execute("COMMIT")
        known = dict(self._connection.execute("SELECT key, value FROM state"))
        if known.get("format") != FORMAT:
            raise DamagedIndex("向量索引是旧版本生成的，将从知识库重新生成。")
        if known.get("dimension") != self.dimension:
            raise DamagedIndex("向量索引由另一维数的模型生成，将从知识库重新生成。")

    def state(self) -> State:
        """Return where the last commit left the store."""
        known = dict(self._connection.execute("SELECT key, value FROM state"))
        return State(**{key: known[key] for key in State.__slots__ if key in known})

    def since(self, change: int, graph_change: int = 0, room: Room | None = None) -> Changes:
        """Return all that came after `change`, as of one moment.

        Of rows that the graph knows, those no younger than `graph_change`, the vectors are left
        out. The others are written into what `room` gives for them.
        """
        query = self._connection.execute
        with self._damage_reported(), self._transaction("BEGIN"):
            state = self.state()
            documents = dict(
                query("SELECT number, terms FROM documents WHERE change > ?", (change,))
            )
            rows = query(
                "SELECT number, document, change > ? FROM vectors WHERE change > ?"
                " ORDER BY change, number",
                (graph_change, change),
            ).fetchall()
            table = np.array(rows, np.int64).reshape(-1, 3)
            vectors = self._read(
                query(
                    "SELECT vector FROM vectors WHERE change > ? ORDER BY change, number",
                    (max(change, graph_change),),
                ),
                (room or self._room)(int(table[:, 2].sum())),
            )
            removed = query("SELECT number FROM removed WHERE change > ?", (change,)).fetchall()
        return Changes(
            state,
            {number: _terms(terms) for number, terms in documents.items()},
            numbers=table[:, 0],
            owners=table[:, 1],
            has_vector=table[:, 2].astype(bool),
            vectors=vectors,
            removed=np.array(removed, np.int64).reshape(-1),
        )

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add rows in the transaction that `commit` ends, replacing those of the same number."""
        change = self._begin()
        for entry in entries:
            if entry.document_id not in self._put:
                self._put[entry.document_id] = self._put_document(entry, change)
        self._connection.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
            (
                (entry.number, self._put[entry.document_id], change, half.tobytes())
                for entry, half in zip(entries, vectors.astype(np.float16), strict=True)
            ),
        )

    def _put_document(self, entry: Entry, change: int) -> int:
        terms = json.dumps(astuple(Terms.of(entry.document_id, entry.metadata)), ensure_ascii=False)
        (number,) = self._connection.execute(
            "INSERT INTO documents (id, terms, change) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET terms = excluded.terms, change = excluded.change"
            " RETURNING number",
            (entry.document_id, terms, change),
        ).fetchone()
        return int(number)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take the documents' rows away in the transaction that `commit` ends."""
        change = self._begin()
        for document_id in document_ids:
            found = self._connection.execute(
                "SELECT number FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            if found is not None:
                self._connection.execute(
                    "INSERT INTO removed SELECT number, ? FROM vectors WHERE document = ?",
                    (change, *found),
                )
                self._connection.execute("DELETE FROM vectors WHERE document = ?", found)

    def commit(self, revision: int) -> None:
        """Make all of it durable and visible at once."""
        change = self._begin()
        self._set({"revision": revision, "change": change})
        self._connection.execute("COMMIT")
        self._put.clear()

    def keep_graph(self, name: str, change: int, checksum: int) -> None:
        """Write down which file holds the graph, and what it knows."""
        with self._transaction("BEGIN IMMEDIATE"):
            self._set({"graph": name, "graph_change": change, "graph_checksum": checksum})

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._connection.close()

    def _begin(self) -> int:
        """Open the transaction unless it is open; return the number of its change."""
        if not self._connection.in_transaction:
            self._put.clear()
            self._connection.execute("BEGIN IMMEDIATE")
        return self.state().change + 1

    def _set(self, values: Mapping[str, object]) -> None:
        self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def _room(self, count: int) -> Halves:
        return np.empty((count, self.dimension), np.float16)

    def _read(self, rows: sqlite3.Cursor, room: Halves) -> Halves:
        """Write the vectors into the room a few at a time, so that nothing is held twice."""
        filled = 0
        while some := [row[0] for row in rows.fetchmany(_AT_ONCE)]:
            room[filled : filled + len(some)] = self._halves(some)
            filled += len(some)
        return room

    def _halves(self, rows: Sequence[bytes]) -> Halves:
        halves = np.frombuffer(b"".join(rows), np.float16)
        if len(halves) != len(rows) * self.dimension:
            raise DamagedIndex("向量索引中的向量长度不对，将从知识库重新生成。")
        halves = halves.reshape(len(rows), self.dimension)
        lengths = np.linalg.norm(halves.astype(np.float32), axis=1)
        if not np.all(np.abs(lengths - 1) < 0.01):
            raise DamagedIndex("向量索引中的向量已损坏，将从知识库重新生成。")
        return halves

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._connection.execute(begin)
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _damage_reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError:  # locked, or no room: not the file's fault
            raise
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            raise DamagedIndex("向量索引已损坏，将从知识库重新生成。") from error


def _terms(stored: str) -> Terms:
    document_id, first, second, statuses, *rest = json.loads(stored)
    return Terms(document_id, first, second, tuple(statuses), *rest)
