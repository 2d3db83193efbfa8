"""微信客服: how far its messages are read, and how many we may still send to whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from index.store.database import Database
from index.store.tables import ServiceAccountRow, ServiceWindowRow

WINDOW = timedelta(hours=48)  # after a customer's message
MOST_SENT = 5  # messages in a window; their next message opens a new one


class CustomerService:
    """Keeps cursors and windows of one database. People are named as chat tasks name them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, account: str) -> str | None:
        """Return where to read on, or None where nothing was read yet."""
        query = select(ServiceAccountRow.cursor).where(ServiceAccountRow.id == account)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def advance(self, account: str, cursor: str) -> None:
        """Keep where to read on."""
        with self._database.writing() as connection:
            moved = connection.execute(
                update(ServiceAccountRow)
                .where(ServiceAccountRow.id == account)
                .values(cursor=cursor)
            )
            if not moved.rowcount:
                row = {"id": account, "cursor": cursor}
                connection.execute(insert(ServiceAccountRow), [row])

    def open_window(self, person: str, at: datetime) -> None:
        """Keep that the person has written, which lets us send them messages."""
        with self._database.writing() as connection:
            query = select(ServiceWindowRow.opened_at).where(ServiceWindowRow.person == person)
            opened_at = connection.execute(query).scalar_one_or_none()
            if opened_at is None:
                row = {"person": person, "opened_at": at, "sent": 0}
                connection.execute(insert(ServiceWindowRow), [row])
            elif opened_at < at:
                connection.execute(
                    update(ServiceWindowRow)
                    .where(ServiceWindowRow.person == person)
                    .values(opened_at=at, sent=0)
                )

    def may_send(self, person: str, now: datetime) -> bool:
        """Say whether one more message may be sent now, and count it."""
        with self._database.writing() as connection:
            connection.execute(
                delete(ServiceWindowRow).where(ServiceWindowRow.opened_at <= now - WINDOW)
            )
            counted = connection.execute(
                update(ServiceWindowRow)
                .where(ServiceWindowRow.person == person, ServiceWindowRow.sent < MOST_SENT)
                .values(sent=ServiceWindowRow.sent + 1)
            )
            return bool(counted.rowcount)
