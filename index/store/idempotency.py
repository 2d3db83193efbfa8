"""Writes that their sender may repeat: done once, and answered the same each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from index.store.database import Database
from index.store.tables import IdempotentWriteRow

KEPT = timedelta(days=1)
LEASE = timedelta(minutes=1)  # after which a write that was begun counts as broken off
_WRITE = select(IdempotentWriteRow.__table__)


@dataclass(frozen=True, slots=True)
class Write:
    """A write as its sender named it; `fingerprint` tells whether it is the same again."""

    owner: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a write was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Begun(Enum):
    """What to do with a write that has no answer yet."""

    OURS = auto()  # do it
    GOING_ON = auto()  # somebody does
    DIFFERENT = auto()  # the key was used for another


class IdempotentWrites:
    """Keeps the repeatable writes of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, write: Write, now: datetime) -> KeptAnswer | Begun:
        """Return the answer that is kept, or say what to do."""
        with self._database.writing() as connection:
            connection.execute(
                delete(IdempotentWriteRow).where(IdempotentWriteRow.expires_at <= now)
            )
            row = connection.execute(_WRITE.where(*_is(write))).one_or_none()
            if row is None:
                connection.execute(insert(IdempotentWriteRow), [_new(write, now)])
                return Begun.OURS
            if row.fingerprint != write.fingerprint:
                return Begun.DIFFERENT
            if row.status is not None:
                return _answer(row)
            if row.leased_until > now:
                return Begun.GOING_ON
            taking = update(IdempotentWriteRow).where(*_is(write))
            connection.execute(taking.values(leased_until=now + LEASE))
            return Begun.OURS

    def finish(self, write: Write, answer: KeptAnswer) -> None:
        """Keep the answer for whoever repeats the write."""
        with self._database.writing() as connection:
            connection.execute(
                update(IdempotentWriteRow)
                .where(*_is(write))
                .values(
                    status=answer.status,
                    headers=json.dumps(dict(answer.headers)),
                    body=answer.body,
                )
            )

    def abandon(self, write: Write) -> None:
        """Forget a write that failed, so that it can be tried again."""
        with self._database.writing() as connection:
            connection.execute(
                delete(IdempotentWriteRow).where(*_is(write), IdempotentWriteRow.status.is_(None))
            )


def _is(write: Write) -> tuple[Any, Any]:
    return IdempotentWriteRow.owner == write.owner, IdempotentWriteRow.key == write.key


def _new(write: Write, now: datetime) -> dict[str, Any]:
    return {
        "owner": write.owner,
        "key": write.key,
        "fingerprint": write.fingerprint,
        "status": None,
        "headers": None,
        "body": None,
        "leased_until": now + LEASE,
        "expires_at": now + KEPT,
    }


def _answer(row: Row[Any]) -> KeptAnswer:
    return KeptAnswer(row.status, json.loads(row.headers), row.body)
