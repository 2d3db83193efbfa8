"""Questions that found no answer: what the people who call want to know and nobody has written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from index.store.columns import is_after, now
from index.store.database import Database
from index.store.tables import GapRow
from index.store.wording import Basis, pack_places, unpack_places, wording_key


@dataclass(frozen=True, slots=True)
class Miss:
    """One time that a question found no answer."""

    question: str
    reason: str
    channel: str
    nearest: tuple[Basis, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A question without an answer, in the words it was last asked in, and how often it was.

    `answered_by` names the curated answer that has closed it.
    """

    key: str
    question: str
    times: int
    first_asked_at: datetime
    last_asked_at: datetime
    reason: str
    channel: str
    nearest: tuple[Basis, ...]
    answered_by: str | None

    @property
    def rank(self) -> tuple[int, datetime, str]:
        """Return what its place in the list is decided by."""
        return self.times, self.last_asked_at, self.key


class Gaps:
    """Reads and changes the gaps of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, misses: Sequence[Miss]) -> None:
        """Count questions that found no answer."""
        with self._database.writing() as connection:
            for miss in misses:
                _count(connection, miss)

    def open(self, limit: int = 100, after: tuple[int, datetime, str] | None = None) -> list[Gap]:
        """List the questions nobody has answered yet, the most asked first.

        `after` is the `rank` of the one before the first.
        """
        order = (GapRow.times, GapRow.last_asked_at, GapRow.folded)
        query = (
            select(GapRow.__table__)
            .where(GapRow.answered_by.is_(None))
            .order_by(*(column.desc() for column in order))
            .limit(limit)
        )
        if after is not None:
            query = query.where(is_after(after, order))
        with self._database.reading() as connection:
            return [_gap(row) for row in connection.execute(query)]

    def repeated(self, times: int, since: datetime, limit: int = 100) -> list[Gap]:
        """List the open questions asked so often and again since the moment, the latest first."""
        query = (
            select(GapRow.__table__)
            .where(
                GapRow.answered_by.is_(None), GapRow.times >= times, GapRow.last_asked_at > since
            )
            .order_by(GapRow.last_asked_at.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_gap(row) for row in connection.execute(query)]

    def dismiss(self, key: str) -> None:
        """Forget a gap that deserves no answer."""
        with self._database.writing() as connection:
            connection.execute(delete(GapRow).where(GapRow.folded == key))


def _gap(row: Row[Any]) -> Gap:
    return Gap(
        key=row.folded,
        question=row.question,
        times=row.times,
        first_asked_at=row.first_asked_at,
        last_asked_at=row.last_asked_at,
        reason=row.reason,
        channel=row.channel,
        nearest=unpack_places(row.nearest),
        answered_by=row.answered_by,
    )


def _count(connection: Connection, miss: Miss) -> None:
    """Asked again although answered, it is open again: the answer no longer holds."""
    key, moment = wording_key(miss.question), now()
    latest = {
        "question": miss.question,
        "last_asked_at": moment,
        "reason": miss.reason,
        "channel": miss.channel,
        "nearest": pack_places(miss.nearest),
        "answered_by": None,
    }
    counted = connection.execute(
        update(GapRow).where(GapRow.folded == key).values(times=GapRow.times + 1, **latest)
    )
    if not counted.rowcount:
        first = {"folded": key, "times": 1, "first_asked_at": moment, **latest}
        connection.execute(insert(GapRow), [first])
