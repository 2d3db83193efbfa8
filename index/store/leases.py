"""What one process at a time does: a lease says which, and lapses when that one is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, or_, select, update

from index.store.database import Database
from index.store.tables import LeaseRow


class Leases:
    """Grants the leases of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, owner: str, term: timedelta, now: datetime) -> bool:
        """Take a lease, or go on holding it; say whether it is the owner's now."""
        with self._database.writing() as connection:
            known = select(LeaseRow.name).where(LeaseRow.name == name)
            if connection.execute(known).first() is None:
                row = {"name": name, "owner": owner, "until": now + term}
                connection.execute(insert(LeaseRow), [row])
                return True
            taken = connection.execute(
                update(LeaseRow)
                .where(
                    LeaseRow.name == name,
                    or_(LeaseRow.owner == owner, LeaseRow.until <= now),
                )
                .values(owner=owner, until=now + term)
            )
            return bool(taken.rowcount)

    def release(self, name: str, owner: str) -> None:
        """Let others take it."""
        with self._database.writing() as connection:
            connection.execute(
                delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner)
            )
