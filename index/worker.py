"""The one writer of a data directory: works the queue while it holds the directory's lock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

from index.caches import Caches, Engines, LocalEngines
from index.engine import Embedder
from index.errors import WenjuError, WriterBusy
from index.intake import read_and_chunk
from index.store.database import Database
from index.store.files import prepare_directory
from index.store.lock import WriterLock
from index.store.progress import Progress
from index.turn import FileReader, Turn

POLL_SECONDS = 0.1
TURN_SECONDS = 0.5  # between attempts to become the writer
RETRY_SECONDS = 30  # after a failure that may pass, such as a full disk

Report = Callable[[Progress], None]
log = logging.getLogger(__name__)


class Worker:
    """Brings a data directory up to date, while it holds the directory's lock.

    `reader` is called from as many threads as its `files_at_once` says, one where it has none;
    where it is a context manager it is entered for as long as the lock is held. Answers that
    were given longer ago than `answers_kept` are forgotten; None keeps them all.
    """

    def __init__(  # noqa: PLR0913  all but two by name
        self,
        directory: Path,
        embedder_factory: Callable[[], Embedder],
        *,
        engines: Engines | None = None,
        database_url: str | None = None,
        reader: FileReader = read_and_chunk,
        answers_kept: timedelta | None = None,
    ) -> None:
        self.directory = directory
        self.database_url = database_url
        self._embedder_factory = embedder_factory
        self._embedder: Embedder | None = None
        self._engines = engines or LocalEngines()
        self._reader = reader
        self._answers_kept = answers_kept

    def run_until_idle(self, report: Report | None = None, *, words_only: bool = False) -> None:
        """Work until there is nothing left to do. Raises WriterBusy where another works.

        The model is loaded when the first vector is wanted; where it cannot be, or is not the
        one that made the vectors here, the words are brought in all the same before its error
        is raised. `words_only` leaves the vectors to the next run.
        """
        with self._turn() as turn:
            while turn.step(vectors=not words_only):
                if report is not None:
                    report(turn.progress())
            if turn.trouble is not None:
                raise turn.trouble

    def run_forever(self, stop: Event, report: Report | None = None) -> None:
        """Work whatever comes until `stop` is set; wait while another process is the writer."""
        while not stop.is_set():
            try:
                with self._turn() as turn:
                    while not stop.is_set():
                        if not turn.step():
                            stop.wait(POLL_SECONDS)
                        elif report is not None:
                            report(turn.progress())
            except WriterBusy:
                stop.wait(TURN_SECONDS)
            except WenjuError as error:
                log.warning("the worker pauses: %s", error.message)
                stop.wait(RETRY_SECONDS)

    def reindex(self, report: Report | None = None) -> None:
        """Forget all vectors and make them anew with the model of today."""
        with self._turn() as turn:
            turn.forget_vectors()
        self.run_until_idle(report)

    @contextmanager
    def _turn(self) -> Iterator[Turn]:
        prepare_directory(self.directory)
        with WriterLock(self.directory):
            database = Database.open(self.directory, self.database_url)
            caches = Caches(database, self.directory, self._engines)
            try:
                with ExitStack() as stack:
                    if isinstance(self._reader, AbstractContextManager):
                        stack.enter_context(self._reader)  # its processes go with the turn
                    yield Turn(
                        self.directory,
                        database,
                        caches,
                        self._model,
                        self._reader,
                        self._answers_kept,
                    )
            finally:
                caches.close()
                database.close()

    def _model(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._embedder_factory()
        return self._embedder
