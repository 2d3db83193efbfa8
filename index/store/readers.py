"""The processes that answer questions, and which revision each of them serves.

Whoever adds a document can wait here until all of them have seen it.
"""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update

from index.store.columns import now
from index.store.database import Database
from index.store.revision import Served
from index.store.tables import ReaderRow

HEARTBEAT = timedelta(seconds=5)
SILENCE = timedelta(seconds=20)  # after which a reader counts as dead


class Readers:
    """The register of readers in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self) -> str:
        """Register this process, which has seen nothing yet; return its name in the register."""
        reader_id = uuid4().hex[:16]
        with self._database.writing() as connection:
            connection.execute(
                insert(ReaderRow).values(
                    id=reader_id,
                    host=socket.gethostname(),
                    pid=os.getpid(),
                    words_revision=0,
                    vectors_revision=0,
                    heartbeat_at=now(),
                )
            )
        return reader_id

    def report(self, reader_id: str, served: Served) -> None:
        """Say that a reader is alive and what it serves."""
        values = {
            "words_revision": served.words,
            "vectors_revision": served.vectors,
            "heartbeat_at": now(),
        }
        with self._database.writing() as connection:
            told = connection.execute(
                update(ReaderRow).where(ReaderRow.id == reader_id).values(values)
            )
            if not told.rowcount:  # it was silent so long that it was taken for dead
                host, pid = socket.gethostname(), os.getpid()
                connection.execute(
                    insert(ReaderRow).values(id=reader_id, host=host, pid=pid, **values)
                )

    def leave(self, reader_id: str) -> None:
        """Take a reader off the register."""
        with self._database.writing() as connection:
            connection.execute(delete(ReaderRow).where(ReaderRow.id == reader_id))

    def count(self) -> int:
        """Count the readers on the register."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(ReaderRow)).scalar_one()

    def served_by_all(self) -> Served | None:
        """Return what every living reader serves, or None when none lives. Strikes the dead."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(
                    ReaderRow.id,
                    ReaderRow.host,
                    ReaderRow.pid,
                    ReaderRow.words_revision,
                    ReaderRow.vectors_revision,
                    ReaderRow.heartbeat_at,
                )
            ).all()
        here, limit = socket.gethostname(), now() - SILENCE
        dead = {
            row.id
            for row in rows
            if row.heartbeat_at < limit or (row.host == here and not _runs(row.pid))
        }
        for reader_id in dead:
            self.leave(reader_id)
        living = [row for row in rows if row.id not in dead]
        if not living:
            return None
        return Served(
            words=min(row.words_revision for row in living),
            vectors=min(row.vectors_revision for row in living),
        )


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
