"""What the worker does while it holds the lock: one step after the other.

Every step is committed before the next begins, and each looks at what is there rather than at
what was planned, so a worker may be killed anywhere and the next one goes on from there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from index.answer_sheets.sheet import AnswerSheet
from index.caches import Caches
from index.document import Chunk, Document, Metadata
from index.engine import Embedder
from index.errors import CorruptFile, ModelError, ModelMismatch, WenjuError
from index.incoming import Incoming, Unpacked
from index.intake import Reading
from index.store.answer_sheets import bring_in
from index.store.catalogue import Catalogue, has, put
from index.store.columns import now
from index.store.content import set_fields
from index.store.database import Database
from index.store.embeddings import Embeddings
from index.store.feedback import AnswerLog
from index.store.jobs import Jobs, Work, answered, read, unpack, wanted_originals
from index.store.originals import Originals, sha256_of
from index.store.progress import Progress, progress
from index.store.revision import State
from index.store.succession import settle_earlier

PASSAGES_AT_ONCE = 64  # a second or two of the model's work, at most lost when killed
READING_SECONDS = 0.5  # of reading files for one transaction
CACHING_SECONDS = 0.5  # between two commits of the indexes, at least
CACHING_SHARE = 4  # and this many times as long as the last one took
_NAMES_AT_ONCE = 100  # documents of an older catalogue
FORGETTING_SECONDS = 3600  # between two looks for answers kept long enough
MODEL_SECONDS = 30  # until a model that could not be used is tried again

_NO_DOCUMENT = Unpacked | AnswerSheet
FileReader = Callable[[bytes, str, Metadata | None], Reading]
log = logging.getLogger(__name__)


class Turn:
    """One worker's time with the lock. `trouble` says why no vectors are made, if so."""

    def __init__(  # noqa: PLR0913, PLR0917  what a worker works with
        self,
        directory: Path,
        database: Database,
        caches: Caches,
        model: Callable[[], Embedder],
        reader: FileReader,
        answers_kept: timedelta | None = None,
    ) -> None:
        self.trouble: ModelError | ModelMismatch | None = None
        self._trouble_until = 0.0
        self._database = database
        self._caches = caches
        self._model = model
        self._reader = reader
        self._files_at_once: int = getattr(reader, "files_at_once", 1)  # of a function, one
        self._catalogue = Catalogue(database)
        self._embeddings = Embeddings(database)
        self._jobs = Jobs(database)
        self._answers = AnswerLog(database)
        self._answers_kept = answers_kept
        self._forget_again_at = 0.0
        self._originals = Originals(directory)
        self._settled: State | None = None  # nothing was left to do in this state
        self._swept = -1  # revision
        self._cache_again_at = 0.0
        self._names_behind = True  # until a look shows that none is
        self._jobs.resume()
        self._catch_up()  # and find out whether the indexes are there at all

    def step(self, *, vectors: bool = True) -> bool:
        """Do the most urgent thing; return whether there was one.

        Files first, so that all are soon found by words; then vectors, some passages at a time.
        """
        self._forget_answers_if_due()
        if self._read_names() or self._read_files():
            self._catch_up_if_due()
            return True
        state = self._catalogue.state()
        if state.words_behind:
            self._catch_up()
            return True
        if self.trouble is not None and time.monotonic() >= self._trouble_until:
            self.trouble = self._settled = None
        if state == self._settled:
            return False
        if vectors and self.trouble is None and self._embed():
            self._catch_up_if_due()
            return True
        if state.vectors_behind:
            self._catch_up()
            return True
        self._sweep(state)
        self._settled = state
        return False

    def progress(self) -> Progress:
        """Count what is there and what is still to come."""
        with self._database.reading() as connection:
            return progress(connection)

    def forget_vectors(self) -> None:
        """Take all vectors away, so that another model can make them anew."""
        self._embeddings.forget()

    def _forget_answers_if_due(self) -> None:
        """Delete given answers that are older than the site keeps them."""
        if self._answers_kept is None or time.monotonic() < self._forget_again_at:
            return
        self._forget_again_at = time.monotonic() + FORGETTING_SECONDS
        forgotten = self._answers.forget_before(now() - self._answers_kept)
        if forgotten:
            log.info("forgot %s answers", forgotten)

    def _read_names(self) -> bool:
        """Read what documents of an older catalogue are called and what they end."""
        if self._names_behind:
            self._names_behind = settle_earlier(self._database, _NAMES_AT_ONCE)
        return self._names_behind

    def _read_files(self) -> bool:
        """Read queued files for a while and put what came of them into the catalogue."""
        readings: list[tuple[Work, Reading]] = []
        taken = False
        until = time.monotonic() + READING_SECONDS
        while time.monotonic() < until and (batch := self._take()):
            taken = True
            # What was interrupted before may be what interrupts: it must take no other with it.
            suspect = any(work.attempts > 1 for work in batch)
            if suspect:
                self._keep(readings)
                readings = []
            readings += [pair for pair in self._read_at_once(batch) if pair is not None]
            if suspect or any(isinstance(reading, Unpacked) for _, reading in readings):
                break
        self._keep(readings)
        return taken

    def _take(self) -> list[Work]:
        """Begin as many queued jobs as are read at once; one that was interrupted, alone."""
        batch: list[Work] = []
        while len(batch) < self._files_at_once and (work := self._jobs.take()) is not None:
            batch.append(work)
            if work.attempts > 1:
                break
        return batch

    def _read_at_once(self, batch: Sequence[Work]) -> list[tuple[Work, Reading] | None]:
        if len(batch) == 1:
            return [self._read(batch[0])]
        with ThreadPoolExecutor(len(batch), thread_name_prefix="wenju-reading") as pool:
            return list(pool.map(self._read, batch))

    def _read(self, work: Work) -> tuple[Work, Reading] | None:
        try:
            content = self._originals.read(work.sha256)
            return work, self._reader(content, work.source, work.known)
        except WenjuError as error:
            self._jobs.fail(work.id, error)
        except Exception:
            log.exception("reading %s failed", work.source)
            self._jobs.fail(
                work.id,
                CorruptFile("读取这个文件时程序出错，请检查文件，或另存为其他格式后再添加。"),
            )
        return None

    def _keep(self, readings: Sequence[tuple[Work, Reading]]) -> None:
        if not readings:
            return
        for member in _members(readings):
            self._originals.keep(member.content)
        with self._database.writing() as connection:
            new: dict[str, tuple[Document, list[Chunk]]] = {}
            for work, reading in readings:
                if isinstance(reading, Unpacked):
                    _queue_members(connection, work, reading)
                elif isinstance(reading, AnswerSheet):
                    bring_in(connection, work.id, work.source, reading, withdraws=work.withdraws)
                    answered(connection, work.id)
                elif not has(connection, reading[0].id):
                    new[reading[0].id] = reading
            if new:
                vouched = {
                    reading[0].id: set_fields(work.known)
                    for work, reading in readings
                    if work.verified and work.known and not isinstance(reading, _NO_DOCUMENT)
                }
                put(connection, list(new.values()), vouched)
            for work, reading in readings:
                if not isinstance(reading, _NO_DOCUMENT):
                    read(connection, work.id, reading[0].id)

    def _embed(self) -> bool:
        """Make the next vectors; return whether any were wanted and could be made."""
        pending = self._embeddings.pending(PASSAGES_AT_ONCE)
        if not pending:
            return False
        try:
            model = self._model()
            vectors = model.embed_passages([text for part in pending for text in part.texts])
            self._embeddings.store(pending, vectors, model.identity)
        except (ModelError, ModelMismatch) as error:
            self.trouble = error
            self._trouble_until = time.monotonic() + MODEL_SECONDS
            log.warning("no vectors: %s", error.message)
            self._jobs.hold(error)
            return False
        return True

    def _catch_up_if_due(self) -> None:
        if time.monotonic() >= self._cache_again_at:
            self._catch_up()

    def _catch_up(self) -> None:
        """Bring the indexes up to date, and the jobs on whose documents they now hold."""
        begun = time.monotonic()
        served = self._caches.bring_up_to_date().served
        self._jobs.searchable(served.words, served.vectors)
        ended = time.monotonic()
        pause = max(CACHING_SECONDS, CACHING_SHARE * (ended - begun))
        self._cache_again_at = ended + pause

    def _sweep(self, state: State) -> None:
        """Delete what nothing names any more: old indexes, originals of removed documents."""
        self._caches.tidy()
        if self._swept >= 0 and not self._catalogue.removed_since(self._swept):
            return
        # Within a writing transaction, so that nobody asks for a file while it is deleted.
        with self._database.writing() as connection:
            self._originals.sweep(wanted_originals(connection))
        self._swept = state.revision


def _queue_members(connection: Connection, work: Work, archive: Unpacked) -> None:
    files = [(one.source, sha256_of(one.content), one.known) for one in archive.members]
    unpack(connection, work.id, files, verified=work.verified)


def _members(readings: Sequence[tuple[Work, Reading]]) -> Iterator[Incoming]:
    for _, reading in readings:
        if isinstance(reading, Unpacked):
            yield from reading.members
