"""Counts requests for all server processes of a data directory alike.

In a file of its own and not in the catalogue: a count is written with every request, is worth no
wait for the disk, and is no loss.
"""

from __future__ import annotations

import logging
import sqlite3
import time
import weakref
from pathlib import Path
from threading import Lock

from limits.storage import Storage

BUSY_SECONDS = 0.5
CLEARED_EVERY = 60  # seconds
log = logging.getLogger(__name__)


class SharedCounters(Storage):
    """Where `limits` keeps its counts: SQLite, which server processes may share."""

    STORAGE_SCHEME = None  # made here, never from an address

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._one_at_a_time = Lock()
        self._cleared_at = time.time()
        self._connection = _open(file)
        weakref.finalize(self, self._connection.close)

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what goes wrong with the file."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, beginning anew where the time of the last count is over."""
        now = time.time()
        counting = """
            INSERT INTO counters (key, count, expires_at) VALUES (:key, :amount, :expires_at)
            ON CONFLICT (key) DO UPDATE SET
              count = iif(expires_at > :now, count, 0) + :amount,
              expires_at = iif(expires_at > :now, expires_at, :expires_at)
            RETURNING count
        """
        values = {"key": key, "amount": amount, "now": now, "expires_at": now + expiry}
        with self._one_at_a_time:
            if now - self._cleared_at > CLEARED_EVERY:
                self._cleared_at = now
                self._connection.execute("DELETE FROM counters WHERE expires_at <= ?", [now])
            [(count,)] = self._connection.execute(counting, values).fetchall()
        return int(count)

    def get(self, key: str) -> int:
        """Return a count, 0 once its time is over."""
        return int(self._look("count", key) or 0)

    def get_expiry(self, key: str) -> float:
        """Return when the time of a count is over."""
        return self._look("expires_at", key) or time.time()

    def check(self) -> bool:
        """Say whether counting works."""
        with self._one_at_a_time:
            return bool(self._connection.execute("SELECT 1").fetchone())

    def reset(self) -> int:
        """Forget all counts; return how many there were."""
        with self._one_at_a_time:
            return self._connection.execute("DELETE FROM counters").rowcount

    def clear(self, key: str) -> None:
        """Forget a count."""
        with self._one_at_a_time:
            self._connection.execute("DELETE FROM counters WHERE key = ?", [key])

    def _look(self, column: str, key: str) -> float | None:
        query = f"SELECT {column} FROM counters WHERE key = ? AND expires_at > ?"  # noqa: S608  our own words
        with self._one_at_a_time:
            row = self._connection.execute(query, [key, time.time()]).fetchone()
        return row[0] if row else None


def _open(file: Path) -> sqlite3.Connection:
    try:
        return _prepared(file)
    except sqlite3.DatabaseError as error:
        log.warning("%s is begun anew: %s", file, error)
        for suffix in ("", "-wal", "-shm"):
            file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
        return _prepared(file)


def _prepared(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS counters"
            " (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires_at REAL NOT NULL)"
            " WITHOUT ROWID"
        )
    except BaseException:
        connection.close()
        raise
    return connection
