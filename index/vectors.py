"""Ranks passages by the cosine of their vectors: exactly while they are few, by a graph beyond.

A process searches a snapshot that never changes: a large *base* and a small *tail* of what came
later. What a filter leaves out, and what is gone, is masked before anything is ranked.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from index.admission import Admission, Mask
from index.document import Filter
from index.engine import Entry, Numbers, Ranking, Vectors
from index.faiss_search import (
    GONE,
    Index,
    build_graph,
    exact_index,
    extended,
    halves_of,
    make_room,
    one_by_one,
    read_graph,
    through_graph,
    vectors_of,
    write_graph,
)
from index.vector_store import Changes, State, VectorStore

EXACT_UP_TO = 100_000  # passages; beyond, a graph answers sooner than a look at each
_FEW = 0.2  # of that: so few admitted passages are looked at one by one all the same
_TAIL = 0.2  # of the base, or a tenth of that many in all: a longer tail is worked into it


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What is searched, row by row: those of the base first, then those of the tail."""

    state: State
    admission: Admission
    base: Index
    tail: Index
    numbers: Numbers
    owners: Numbers
    alive: Mask
    known: Numbers  # the numbers of the rows alive, sorted
    places: Numbers  # and their rows

    def is_crowded(self, exact_up_to: int) -> bool:
        """Say whether the tail is long, or the dead are many, for the base."""
        limit = _TAIL * max(self.base.ntotal, 0.1 * exact_up_to)
        return self.tail.ntotal > limit or len(self.known) < len(self.alive) / 2

    def rows_of(self, numbers: Numbers) -> Numbers:
        """Return the row of each passage, -1 where there is none."""
        if not len(self.known):
            return np.full(len(numbers), -1, np.int64)
        near = np.minimum(np.searchsorted(self.known, numbers), len(self.known) - 1)
        return np.where(self.known[near] == numbers, self.places[near], -1)

    def vectors(self, rows: Numbers) -> Vectors:
        """Return the vectors of these rows."""
        split = self.base.ntotal
        vectors = np.empty((len(rows), self.base.d), np.float32)
        for index, part, first in (
            (self.base, rows < split, 0),
            (self.tail, rows >= split, split),
        ):
            if part.any():
                vectors[part] = vectors_of(index, rows[part] - first)
        return vectors


class FaissIndex:
    """The vector index in a directory. Many may search, one may write."""

    def __init__(self, directory: Path, store: VectorStore, exact_up_to: int) -> None:
        self._directory = directory
        self._store = store
        self._exact_up_to = exact_up_to
        self._lock = threading.Lock()  # of the store; a search needs none
        self._snapshot = self._load()

    @classmethod
    def open(cls, directory: Path, dimension: int, *, exact_up_to: int = EXACT_UP_TO) -> Self:
        """Open the index, empty and at revision 0 where there is none.

        Raises DamagedIndex where files are damaged, of another format or another dimension.
        """
        store = VectorStore(directory, dimension)
        try:
            return cls(directory, store, exact_up_to)
        except BaseException:
            store.close()
            raise

    @property
    def revision(self) -> int:
        """Return the catalogue revision that the vectors have caught up with; 0 when empty."""
        return self._snapshot.state.revision

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Add entries and their unit vectors, replacing those of the same number."""
        with self._lock:
            self._store.put(entries, vectors)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take away every entry of the documents."""
        with self._lock:
            self._store.remove(document_ids)

    def commit(self, revision: int) -> None:
        """Make what was put and removed visible and durable, all at once.

        Where passages are too many to look at each, this works the new ones into the graph.
        """
        with self._lock:
            self._store.commit(revision)
            self._snapshot = self._newest()
            if self._wants_graph(self._snapshot):
                self._renew_graph(self._snapshot)
                self._snapshot = self._load()

    def refresh(self) -> None:
        """See what another process has committed."""
        with self._lock:
            self._snapshot = self._newest()

    def search(self, vector: Vectors, filter_: Filter, limit: int) -> Ranking:
        """Return the nearest passages that the filter admits, with their cosines."""
        snapshot = self._snapshot
        admitted = snapshot.alive & snapshot.admission.admitted(filter_)[snapshot.owners]
        split = snapshot.base.ntotal
        many = int(admitted[:split].sum()) > _FEW * self._exact_up_to
        look = through_graph if snapshot.state.graph is not None and many else one_by_one
        rows, scores = look(snapshot.base, vector, admitted[:split], limit)
        late, late_scores = one_by_one(snapshot.tail, vector, admitted[split:], limit)
        rows, scores = np.append(rows, late + split), np.append(scores, late_scores)
        best = np.argsort(-scores, kind="stable")[: max(limit, 0)]
        return Ranking(snapshot.numbers[rows[best]], scores[best])

    def score(self, vector: Vectors, numbers: Numbers) -> Vectors:
        """Return the cosines of these passages, in their order; 0 where there is no vector."""
        snapshot = self._snapshot
        rows = snapshot.rows_of(numbers)
        scores = np.zeros(len(numbers), np.float32)
        scores[rows >= 0] = snapshot.vectors(rows[rows >= 0]) @ vector
        return scores

    def close(self) -> None:
        """Release files; what was put and not committed is forgotten."""
        with self._lock:
            self._store.close()

    def _newest(self) -> _Snapshot:
        """Return what is committed, at the cost of what is new where that is little."""
        old = self._snapshot
        changes = self._store.since(old.state.change, old.state.graph_change)
        if changes.state == old.state:
            return old
        if changes.state.graph != old.state.graph:
            return self._load()
        new = _extended(old, changes)
        # A graph is the writer's to renew; what is looked at one by one is soon read anew.
        return (
            self._load() if new.is_crowded(self._exact_up_to) and new.state.graph is None else new
        )

    def _load(self) -> _Snapshot:
        """Read everything anew."""
        state = self._store.state()
        late = exact_index(self._store.dimension)
        changes = self._store.since(0, state.graph_change, partial(make_room, late))
        if changes.state.graph != state.graph:
            return self._load()  # renewed between the two looks
        base, numbers = exact_index(self._store.dimension), np.empty(0, np.int64)
        if state.graph is not None:
            base, numbers = read_graph(self._directory, state.graph, state.graph_checksum)
        new = changes.has_vector
        base, tail = (late, base) if state.graph is None else (base, late)
        alive = np.append(np.isin(numbers, changes.numbers[~new]), new[new])
        numbers = np.append(numbers, changes.numbers[new])
        owners = np.zeros(len(numbers), np.int64)
        order = np.argsort(changes.numbers)
        owners[alive] = changes.owners[order][
            np.searchsorted(changes.numbers[order], numbers[alive])
        ]
        known, places = _sorted(numbers, alive)
        admission = Admission().with_(changes.documents)
        return _Snapshot(
            changes.state, admission, base, tail, numbers, owners, alive, known, places
        )

    def _wants_graph(self, snapshot: _Snapshot) -> bool:
        if snapshot.state.graph is not None:
            return snapshot.is_crowded(self._exact_up_to)
        return len(snapshot.known) > self._exact_up_to

    def _renew_graph(self, snapshot: _Snapshot) -> None:
        """Write a graph of all that the snapshot holds."""
        state = snapshot.state
        if state.graph is not None and snapshot.alive.mean() > 0.7:  # else better without the dead
            graph, _ = read_graph(self._directory, state.graph, state.graph_checksum, mapped=False)
            graph = extended(graph, halves_of(snapshot.tail).astype(np.float32))
            numbers = np.where(snapshot.alive, snapshot.numbers, GONE)
        else:
            graph = build_graph(snapshot.vectors(snapshot.places))
            numbers = snapshot.known
        stem, checksum = write_graph(self._directory, graph, numbers)
        self._store.keep_graph(stem, state.change, checksum)
        for path in self._directory.glob("graph-*"):
            if path.stem != stem:
                path.unlink(missing_ok=True)


def _extended(old: _Snapshot, changes: Changes) -> _Snapshot:
    """Return the snapshot after the changes; the old one stays as it is."""
    gone = old.rows_of(np.append(changes.removed, changes.numbers))
    alive = np.append(old.alive, np.ones(len(changes.numbers), bool))
    alive[gone[gone >= 0]] = False
    numbers = np.append(old.numbers, changes.numbers)
    known, places = _sorted(numbers, alive)
    tail = exact_index(old.base.d)
    room = make_room(tail, old.tail.ntotal + len(changes.vectors))
    np.concatenate([halves_of(old.tail), changes.vectors], out=room)
    return replace(
        old,
        state=changes.state,
        admission=old.admission.with_(changes.documents),
        tail=tail,
        numbers=numbers,
        owners=np.append(old.owners, changes.owners),
        alive=alive,
        known=known,
        places=places,
    )


def _sorted(numbers: Numbers, alive: Mask) -> tuple[Numbers, Numbers]:
    rows = np.flatnonzero(alive)
    order = rows[np.argsort(numbers[rows])]
    return numbers[order], order
