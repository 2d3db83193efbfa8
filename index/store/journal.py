"""Writes down answers, gaps, what is asked and uses of keys while nobody waits for the disk."""

from __future__ import annotations

import logging
from queue import Empty, Full, Queue
from threading import Lock, Thread

from index.errors import StoreError
from index.store.api_keys import ApiKeys, KeyUse
from index.store.askings import Asking, Askings
from index.store.feedback import Answered, AnswerLog
from index.store.gaps import Gaps, Miss

Entry = Answered | Miss | Asking | KeyUse
ROOM = 10_000  # entries that wait, before new ones are dropped
log = logging.getLogger(__name__)


class Journal:
    """Takes entries from any thread at once, and writes them soon, many in one transaction.

    What a crash loses is the last moment's entries. A disk that is full costs entries, never an
    answer.
    """

    def __init__(self, answers: AnswerLog, gaps: Gaps, askings: Askings, api_keys: ApiKeys) -> None:
        self._answers = answers
        self._gaps = gaps
        self._askings = askings
        self._api_keys = api_keys
        self._waiting: Queue[Entry | None] = Queue(ROOM)
        self._thread: Thread | None = None
        self._starting = Lock()

    def put(self, entry: Entry) -> None:
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

    def _write(self, entries: list[Entry]) -> None:
        try:
            self._answers.record([one for one in entries if isinstance(one, Answered)])
            self._gaps.record([one for one in entries if isinstance(one, Miss)])
            self._askings.record([one for one in entries if isinstance(one, Asking)])
            self._api_keys.note_uses([one for one in entries if isinstance(one, KeyUse)])
        except StoreError as error:
            log.warning("%d journal entries are lost: %s", len(entries), error.message)
