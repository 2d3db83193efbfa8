"""What those who keep the knowledge base have been told of, so that they are told once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from index.store.database import Database
from index.store.tables import AlertRow

REMEMBERED = timedelta(days=30)


class Alerts:
    """Reads and keeps the alerts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def told(self, subjects: Iterable[str]) -> dict[str, int]:
        """Return at which count each of these was told of; those that were not are left out."""
        query = select(AlertRow.about, AlertRow.times).where(AlertRow.about.in_(list(subjects)))
        with self._database.reading() as connection:
            return {row.about: row.times for row in connection.execute(query)}

    def tell(self, told: Mapping[str, int], now: datetime) -> None:
        """Keep that these were told of now, and forget what is long past."""
        rows = [{"about": one, "times": times, "told_at": now} for one, times in told.items()]
        with self._database.writing() as connection:
            connection.execute(delete(AlertRow).where(AlertRow.told_at < now - REMEMBERED))
            connection.execute(delete(AlertRow).where(AlertRow.about.in_(list(told))))
            connection.execute(insert(AlertRow), rows)
