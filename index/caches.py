"""The lexical and the vector index as caches of the catalogue: opened, caught up, built anew.

Each lies in a folder named by its generation. The worker writes; readers open what the
catalogue names. A cache that is missing, damaged or ahead of the catalogue is built anew from
the catalogue, without the model, and takes the place of the old one when it is complete.
"""

from __future__ import annotations

import logging
import shutil
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from uuid import uuid4

from sqlalchemy import Connection, update

from index.engine import LexicalIndex, VectorIndex
from index.errors import DamagedIndex, StorageFull, WenjuError
from index.store.database import Database
from index.store.feed import document_ids, entries, touched_since, vectors_in, vectors_of
from index.store.files import FULL, reported
from index.store.revision import State, state_of
from index.store.tables import CatalogueRow

FOLDER = "indexes"
log = logging.getLogger(__name__)


class Engines(Protocol):
    """Opens the indexes in their folders. One process writes to them, any number follow.

    An index may be searched by several threads while one of them calls `refresh`.
    """

    def lexical(self, folder: Path) -> LexicalIndex:
        """Open the lexical index of a folder, empty where nothing is there."""

    def vectors(self, folder: Path, dimension: int) -> VectorIndex:
        """Open the vector index of a folder, empty where nothing is there."""


class LocalEngines:
    """The engines of one machine: tantivy for words, FAISS for vectors; imported when used."""

    def lexical(self, folder: Path) -> LexicalIndex:
        """Open a tantivy index."""
        from index.lexical import TantivyIndex  # noqa: PLC0415

        return TantivyIndex.open(folder)

    def vectors(self, folder: Path, dimension: int) -> VectorIndex:
        """Open a FAISS index."""
        from index.vectors import FaissIndex  # noqa: PLC0415

        return FaissIndex.open(folder, dimension)


def lexical_folder(directory: Path, generation: str) -> Path:
    """Return where that generation of the lexical index lies."""
    return directory / FOLDER / f"lexical-{generation}"


def vector_folder(directory: Path, generation: str) -> Path:
    """Return where that generation of the vector index lies."""
    return directory / FOLDER / f"vectors-{generation}"


class Caches:
    """Both caches, as the worker keeps them: it alone writes here."""

    def __init__(self, database: Database, directory: Path, engines: Engines) -> None:
        self._database = database
        self._directory = directory
        self._lexical = _LexicalCache(directory, engines)
        self._vectors = _VectorCache(directory, engines)

    def bring_up_to_date(self) -> State:
        """Catch up with the catalogue and write down how far; return where it stands then."""
        with reported(self._directory), self._database.reading() as connection:
            state = state_of(connection)
            reached = self._lexical.reach(connection, state)
            if state.dimension is not None:
                reached = self._vectors.reach(connection, reached)
        if reached != state:
            with self._database.writing() as connection:
                connection.execute(
                    update(CatalogueRow).values(
                        lexical_generation=reached.lexical_generation,
                        lexical_revision=reached.lexical_revision,
                        vector_generation=reached.vector_generation,
                        vector_revision=reached.vector_revision,
                    )
                )
        return reached

    def tidy(self) -> None:
        """Delete the folders of generations that the catalogue no longer names."""
        with self._database.reading() as connection:
            state = state_of(connection)
        named = {
            lexical_folder(self._directory, state.lexical_generation or ""),
            vector_folder(self._directory, state.vector_generation or ""),
        }
        for folder in (self._directory / FOLDER).glob("*-*"):
            if folder not in named:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Release the files of both."""
        self._lexical.close()
        self._vectors.close()


Index = TypeVar("Index", LexicalIndex, VectorIndex)


class _Cache(ABC, Generic[Index]):
    """One of the two. `reach` is all that the worker asks of it."""

    def __init__(self, directory: Path, engines: Engines) -> None:
        self._directory = directory
        self._engines = engines
        self._index: Index | None = None
        self._generation: str | None = None

    def reach(self, connection: Connection, state: State) -> State:
        """Catch up with the transaction, building anew what cannot; return the new state."""
        generation = self._named(state)
        if generation is not None and self._folder(generation).is_dir():
            try:
                index = self._caught_up(connection, generation, state)
                if index.revision <= state.revision:
                    return self._reached(state, generation, index.revision)
                log.warning("%s is ahead of the catalogue: building anew", self._folder(generation))
            except Exception as error:  # DamagedIndex or worse: the catalogue can mend it
                if isinstance(error, WenjuError) and not isinstance(error, DamagedIndex):
                    raise
                if _is_full(error):
                    raise StorageFull(_FULL) from error
                log.warning("%s: building anew", self._folder(generation), exc_info=True)
        self.close()
        generation = uuid4().hex[:8]
        self._folder(generation).mkdir(parents=True)
        index = self._caught_up(connection, generation, state)
        return self._reached(state, generation, index.revision)

    def close(self) -> None:
        index, self._index, self._generation = self._index, None, None
        if index is not None:
            index.close()

    def _caught_up(self, connection: Connection, generation: str, state: State) -> Index:
        try:
            if self._index is None or generation != self._generation:
                self.close()
                self._index, self._generation = (
                    self._open(self._folder(generation), state),
                    generation,
                )
            if self._index.revision <= state.revision:
                self._catch_up(connection, self._index, state)
        except BaseException:
            self.close()  # what was put but not committed must not be committed later
            raise
        return self._index

    @abstractmethod
    def _folder(self, generation: str) -> Path: ...
    @abstractmethod
    def _named(self, state: State) -> str | None: ...
    @abstractmethod
    def _reached(self, state: State, generation: str, revision: int) -> State: ...
    @abstractmethod
    def _open(self, folder: Path, state: State) -> Index: ...
    @abstractmethod
    def _catch_up(self, connection: Connection, index: Index, state: State) -> None: ...


class _LexicalCache(_Cache[LexicalIndex]):
    def _folder(self, generation: str) -> Path:
        return lexical_folder(self._directory, generation)

    def _named(self, state: State) -> str | None:
        return state.lexical_generation

    def _reached(self, state: State, generation: str, revision: int) -> State:
        return replace(state, lexical_generation=generation, lexical_revision=revision)

    def _open(self, folder: Path, _state: State) -> LexicalIndex:
        return self._engines.lexical(folder)

    def _catch_up(self, connection: Connection, index: LexicalIndex, state: State) -> None:
        if index.revision >= state.words_revision:
            return
        if index.revision == 0:
            index.put(entries(connection, document_ids(connection)))
        else:
            renewed = sorted(touched_since(connection, index.revision).renewed)
            index.remove(renewed)
            index.put(entries(connection, renewed))
        index.commit(state.revision)


class _VectorCache(_Cache[VectorIndex]):
    def _folder(self, generation: str) -> Path:
        return vector_folder(self._directory, generation)

    def _named(self, state: State) -> str | None:
        return state.vector_generation

    def _reached(self, state: State, generation: str, revision: int) -> State:
        return replace(state, vector_generation=generation, vector_revision=revision)

    def _open(self, folder: Path, state: State) -> VectorIndex:
        return self._engines.vectors(folder, state.dimension or 0)

    def _catch_up(self, connection: Connection, index: VectorIndex, state: State) -> None:
        dimension = state.dimension or 0
        if index.revision >= state.vectors_revision:
            return
        if index.revision == 0:
            renewed = document_ids(connection)
            ranges: tuple[tuple[int, int], ...] = ()
        else:
            touched = touched_since(connection, index.revision)
            renewed, ranges = sorted(touched.renewed), touched.ranges
            index.remove(renewed)
        for some, rows in vectors_of(connection, renewed, dimension):
            index.put(some, rows)
        for some, rows in vectors_in(connection, ranges, dimension):
            index.put(some, rows)
        index.commit(state.revision)


_FULL = "磁盘空间不足，检索索引没有更新。请清理磁盘后重试。"


def _is_full(error: Exception) -> bool:
    full = isinstance(error, OSError) and error.errno in FULL
    # As engines in other languages say it.
    return full or "No space left" in str(error) or "disk is full" in str(error)
