"""Tokens that a platform lends an account: one for all processes, asked for by one at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from index.store.database import Database
from index.store.tables import AccessTokenRow

REFRESHING = timedelta(seconds=10)  # after which another process may ask in its place


class AccessTokens:
    """Keeps the access tokens of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self, account: str, now: datetime) -> str | None:
        """Return the account's token, or None where it has none that holds."""
        query = select(AccessTokenRow.token).where(
            AccessTokenRow.account == account, AccessTokenRow.expires_at > now
        )
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def begin_refresh(self, account: str, now: datetime) -> bool:
        """Say whether the caller, and no other, is to ask for the next token now."""
        lease = {"refreshing_until": now + REFRESHING}
        with self._database.writing() as connection:
            if not _exists(connection, account):
                first = {"account": account, "token": None, "expires_at": now, **lease}
                connection.execute(insert(AccessTokenRow), [first])
                return True
            begun = connection.execute(
                update(AccessTokenRow)
                .where(
                    AccessTokenRow.account == account,
                    AccessTokenRow.refreshing_until <= now,
                    AccessTokenRow.expires_at <= now,  # nobody was quicker
                )
                .values(lease)
            )
            return bool(begun.rowcount)

    def put(self, account: str, token: str, expires_at: datetime, now: datetime) -> None:
        """Keep a new token."""
        self._end_refresh(account, now, token=token, expires_at=expires_at)

    def give_up(self, account: str, now: datetime) -> None:
        """Let others ask: this process could not get a token."""
        self._end_refresh(account, now)

    def discard(self, account: str, token: str, now: datetime) -> None:
        """Forget a token that the platform no longer takes, unless there is another already."""
        with self._database.writing() as connection:
            connection.execute(
                update(AccessTokenRow)
                .where(AccessTokenRow.account == account, AccessTokenRow.token == token)
                .values(token=None, expires_at=now)
            )

    def _end_refresh(self, account: str, now: datetime, **values: object) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(AccessTokenRow)
                .where(AccessTokenRow.account == account)
                .values(refreshing_until=now, **values)
            )


def _exists(connection: Connection, account: str) -> bool:
    query = select(AccessTokenRow.account).where(AccessTokenRow.account == account)
    return connection.execute(query).first() is not None
