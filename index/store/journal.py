"""Writes down answers and gaps behind the back of whoever asks, so that nobody waits for a disk."""

from __future__ import annotations

import logging
from queue import Empty, Full, Queue
from threading import Lock, Thread

from index.errors import StoreError
from index.store.feedback import Answered, AnswerLog
from index.store.gaps import Gaps, Miss

ROOM = 10_000  # entries that wait, before new ones are dropped
log = logging.getLogger(__name__)


class Journal:
    """Takes entries from any thread at once, and writes them soon, many in one transaction.

    What a crash loses is the last moment's entries. A disk that is full costs entries, never an
    answer.
    """

    def __init__(self, answers: AnswerLog, gaps: Gaps) -> None:
        self._answers = answers
        self._gaps = gaps
        self._waiting: Queue[Answered | Miss | None] = Queue(ROOM)
        self._thread: Thread | None = None
        self._starting = Lock()

    def put(self, entry: Answered | Miss) -> None:
        """Take an entry, or drop it where too many wait."""
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="wenju-journal", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait(entry)
        except Full:
            log.warning("too many journal entries wait, one was dropped")

    def close(self) -> None:
        """Write what waits, and stop."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            entries = [first]
            stop = False
            while not stop:
                try:
                    entry = self._waiting.get_nowait()
                except Empty:
                    break
                if entry is None:
                    stop = True
                else:
                    entries.append(entry)
            self._write(entries)
            if stop:
                return

    def _write(self, entries: list[Answered | Miss]) -> None:
        try:
            self._answers.record([one for one in entries if isinstance(one, Answered)])
            self._gaps.record([one for one in entries if isinstance(one, Miss)])
        except StoreError as error:
            log.warning("%d journal entries are lost: %s", len(entries), error.message)
