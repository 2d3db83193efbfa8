"""Keeps what a process answers from in step with the catalogue and the worker's indexes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute

from index.caches import Engines, lexical_folder, vector_folder
from index.chunk_table import ChunkTable
from index.engine import LexicalIndex, VectorIndex
from index.errors import DamagedIndex
from index.store.database import Database
from index.store.revision import Served, State, state_of
from index.store.tables import CatalogueRow

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is answered from until the next one: all of it belongs together.

    The indexes may lag behind the table, or be None while the worker has not built them; what
    they still name and the table no longer knows is left out of an answer.
    """

    state: State
    table: ChunkTable
    lexical: LexicalIndex | None
    vectors: VectorIndex | None
    by_words_only: bool

    @property
    def served(self) -> Served:
        """Return the revisions that can be found here by words and by vectors."""
        served = self.state.served_by(
            lexical=self.lexical.revision if self.lexical else 0,
            vectors=self.vectors.revision if self.vectors else 0,
        )
        if self.by_words_only:  # vectors are not ours to wait for
            return Served(served.words, self.state.revision)
        return served


class Follower:
    """Makes a new snapshot whenever there is something new. Safe to call from any thread."""

    def __init__(
        self, database: Database, directory: Path, engines: Engines, model: str | None
    ) -> None:
        self._database = database
        self._directory = directory
        self._engines = engines
        self._model = model
        self._catching_up = Lock()
        self._condemned: set[str] = set()
        with database.reading() as connection:
            table, state = ChunkTable.load(connection), state_of(connection)
        self._snapshot = self._of(state, table, None)

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest snapshot."""
        return self._snapshot

    def catch_up(self) -> Snapshot:
        """See what is new, at its own cost; return the newest snapshot."""
        with self._catching_up:
            old = self._snapshot
            with self._database.reading() as connection:
                state = state_of(connection)
                if state == old.state:  # the worker writes there how far it has come
                    return old
                # With the model all vectors go, and no change says so document by document.
                table = old.table if state.model == old.state.model else ChunkTable.load(connection)
                table = table.caught_up(connection)
            self._snapshot = self._of(state, table, old)
            return self._snapshot

    def close(self) -> None:
        """Release the files of the indexes."""
        for index in (self._snapshot.lexical, self._snapshot.vectors):
            if index is not None:
                index.close()

    def distrust(self) -> None:
        """Ask the worker for new indexes, after one of them has proved damaged in use."""
        state = self._snapshot.state
        self._condemn(CatalogueRow.lexical_generation, state.lexical_generation)
        self._condemn(CatalogueRow.vector_generation, state.vector_generation)

    def _of(self, state: State, table: ChunkTable, old: Snapshot | None) -> Snapshot:
        by_words_only = self._model is None or state.model not in {None, self._model}
        if by_words_only and self._model and not (old and old.by_words_only):
            log.warning("vectors are by %s, not %s: words only", state.model, self._model)
        return Snapshot(
            state=state,
            table=table,
            lexical=self._lexical(state, old),
            vectors=None if by_words_only else self._vectors(state, old),
            by_words_only=by_words_only,
        )

    def _lexical(self, state: State, old: Snapshot | None) -> LexicalIndex | None:
        generation, held = state.lexical_generation, old.lexical if old else None
        if generation is None:
            return held  # until the worker has built another
        try:
            if held and old and old.state.lexical_generation == generation:
                held.refresh()
                return held
            return self._engines.lexical(_there(lexical_folder(self._directory, generation)))
        except (DamagedIndex, FileNotFoundError):
            log.warning("the lexical index %s cannot be used", generation, exc_info=True)
            self._condemn(CatalogueRow.lexical_generation, generation)
            return None

    def _vectors(self, state: State, old: Snapshot | None) -> VectorIndex | None:
        generation, held = state.vector_generation, old.vectors if old else None
        if generation is None or state.dimension is None:
            return held  # until the worker has built another
        try:
            if held and old and old.state.vector_generation == generation:
                held.refresh()
                return held
            folder = _there(vector_folder(self._directory, generation))
            return self._engines.vectors(folder, state.dimension)
        except (DamagedIndex, FileNotFoundError):
            log.warning("the vector index %s cannot be used", generation, exc_info=True)
            self._condemn(CatalogueRow.vector_generation, generation)
            return None

    def _condemn(self, column: InstrumentedAttribute[str | None], generation: str | None) -> None:
        """Ask the worker for a new index, once: if that fails too, the fault is not the index's."""
        if column.key in self._condemned:
            return
        self._condemned.add(column.key)
        with self._database.writing() as connection:
            connection.execute(
                update(CatalogueRow).where(column == generation).values({column: None})
            )


def _there(folder: Path) -> Path:
    """Keep a reader from making an empty index where the worker's has gone."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return folder
