"""A process that answers: it follows the catalogue, and lets others see that it does."""

from __future__ import annotations

import logging
from threading import Event, Thread

from index.errors import WenjuError
from index.follower import Follower
from index.store.columns import now
from index.store.readers import HEARTBEAT, Readers

POLL_SECONDS = 0.2
log = logging.getLogger(__name__)


class Presence:
    """A thread that catches up several times a second, and reports what is served here."""

    def __init__(self, follower: Follower, readers: Readers) -> None:
        self._follower = follower
        self._readers = readers
        self._id = readers.enter()
        self._told = follower.snapshot.served
        self._told_at = now() - HEARTBEAT
        self._stop = Event()
        self._tell()
        self._thread = Thread(target=self._run, name="wenju-follow", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Stop following; nobody needs to wait for this process any more."""
        self._stop.set()
        self._thread.join()
        self._readers.leave(self._id)

    def _run(self) -> None:
        troubled = False
        while not self._stop.wait(POLL_SECONDS):
            try:
                self._follower.catch_up()
                self._tell()
                troubled = False
            except Exception as error:  # the thread must outlive a bad moment
                if not troubled:
                    expected = isinstance(error, WenjuError)
                    log.warning("cannot follow the catalogue: %s", error, exc_info=not expected)
                troubled = True

    def _tell(self) -> None:
        served = self._follower.snapshot.served
        if served != self._told or now() - self._told_at >= HEARTBEAT:
            self._readers.report(self._id, served)
            self._told, self._told_at = served, now()
