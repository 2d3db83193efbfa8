"""Chat messages on their way to an answer: shared by all server processes, each answered once.

A platform sends a message again until it is answered in time. All its copies meet here in one
task; whoever makes it works on it under a lease, and when that lapses the next copy takes over.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from index.store.chat_exchanges import Exchange, keep_exchange
from index.store.database import Database
from index.store.tables import ChatExchangeRow, ChatTaskRow, Delivery, TaskState

LEASE = timedelta(seconds=4)
KEPT = timedelta(days=1)  # a message comes again within seconds, an answer is fetched within a day
_TASK = select(ChatTaskRow.__table__)
_BY_KEY = _TASK.where(ChatTaskRow.key == bindparam("key"))  # made once: it is asked all the time


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came. `key` is the same for all its copies; `person` who sent it."""

    key: str
    person: str
    question: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """A message and what has become of it. `reply` is None until it is done."""

    key: str
    person: str
    question: str
    is_done: bool
    delivery: Delivery
    tries: int
    code: str | None
    reply: str | None
    sent_at: datetime
    answer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A task, and whether the one who claimed it is to work on it."""

    task: Task
    is_ours: bool


class ChatTasks:
    """Reads and changes the chat tasks of one database. Each method takes the present moment.

    A person waits for each of these writes, and none is worth waiting for the disk: after a power
    cut the platform's copies are past. What must last is that somebody has left.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, incoming: Incoming, owner: str, now: datetime) -> Claim | None:
        """Make the message's task, or attach to it; None where its sender has left since."""
        with self._database.writing(is_durable=False) as connection:
            if _has_left(connection, incoming):
                return None
            row = _row(connection, incoming.key)
            if row is None:
                connection.execute(insert(ChatTaskRow), [_new(incoming, owner, now)])
                return Claim(_required(connection, incoming.key), is_ours=True)
            changes: dict[str, Any] = {"tries": row.tries + 1}
            is_ours = row.state is TaskState.WORKING and row.leased_until < now
            if is_ours:
                changes.update(owner=owner, leased_until=now + LEASE)
            _change(connection, incoming.key, changes)
            return Claim(_required(connection, incoming.key), is_ours)

    def look(self, key: str) -> Task | None:
        """Return a task, or None where its sender has left."""
        with self._database.reading() as connection:
            return _task(_row(connection, key))

    def renew(self, key: str, owner: str, now: datetime) -> None:
        """Go on working on a task."""
        with self._database.writing(is_durable=False) as connection:
            connection.execute(
                update(ChatTaskRow)
                .where(ChatTaskRow.key == key, ChatTaskRow.owner == owner)
                .values(leased_until=now + LEASE)
            )

    def finish(
        self, key: str, reply: str, now: datetime, exchange: Exchange | None = None
    ) -> Task | None:
        """Keep the reply, and the exchange for what follows.

        None where the sender has left, or another has finished it.
        """
        with self._database.writing(is_durable=False) as connection:
            finished = connection.execute(
                update(ChatTaskRow)
                .where(ChatTaskRow.key == key, ChatTaskRow.state == TaskState.WORKING)
                .values(
                    state=TaskState.DONE,
                    reply=reply,
                    answer_id=exchange.answer_id if exchange else None,
                    leased_until=now + LEASE,
                )
            )
            if not finished.rowcount:
                return None
            if exchange is not None:
                keep_exchange(connection, exchange)
            return _task(_row(connection, key))

    def promise(self, key: str, delivery: Delivery, code: str) -> Task | None:
        """Promise the answer by other means, unless it is there; return how it stands now."""
        with self._database.writing(is_durable=False) as connection:
            connection.execute(
                update(ChatTaskRow)
                .where(
                    ChatTaskRow.key == key,
                    ChatTaskRow.state == TaskState.WORKING,
                    ChatTaskRow.delivery == Delivery.REPLY,
                )
                .values(delivery=delivery, code=code)
            )
            return _task(_row(connection, key))

    def begin_sending(self, key: str, now: datetime) -> bool:
        """Say whether the caller, and no other, is to send the promised message now."""
        with self._database.writing(is_durable=False) as connection:
            begun = connection.execute(
                update(ChatTaskRow)
                .where(
                    ChatTaskRow.key == key,
                    ChatTaskRow.state == TaskState.DONE,
                    ChatTaskRow.delivery == Delivery.MESSAGE,
                )
                .values(delivery=Delivery.SENDING, leased_until=now + 10 * LEASE)
            )
            return bool(begun.rowcount)

    def end_sending(self, key: str, *, was_sent: bool) -> None:
        """Keep whether the message went out; one that did not can be fetched."""
        with self._database.writing(is_durable=False) as connection:
            connection.execute(
                update(ChatTaskRow)
                .where(ChatTaskRow.key == key, ChatTaskRow.delivery == Delivery.SENDING)
                .values(delivery=Delivery.SENT if was_sent else Delivery.LATER)
            )

    def fetch(self, fetcher: str, person: str, code: str | None = None) -> Task | None:
        """Hand out the oldest answer that waits for the person, or the one with this code.

        `fetcher` is the key of the task that asks; asking again it is given the same.
        """
        mine = ChatTaskRow.person == person
        waiting = _TASK.where(
            mine, ChatTaskRow.delivery == Delivery.LATER, ChatTaskRow.state == TaskState.DONE
        ).order_by(ChatTaskRow.sent_at, ChatTaskRow.key)
        if code is not None:
            waiting = waiting.where(ChatTaskRow.code == code)
        with self._database.writing(is_durable=False) as connection:
            given = _TASK.where(mine, ChatTaskRow.fetched_by == fetcher)
            row = connection.execute(given).first()
            if row is None:
                row = connection.execute(waiting.limit(1)).first()
                if row is not None:
                    taken = {"delivery": Delivery.FETCHED, "fetched_by": fetcher}
                    _change(connection, row.key, taken)
            return _task(row)

    def waiting(self, person: str, code: str | None = None) -> tuple[int, int]:
        """Count what the person may fetch: answers that are there, and those still to come."""
        query = (
            select(ChatTaskRow.state, func.count().label("tasks"))
            .where(ChatTaskRow.person == person, ChatTaskRow.delivery == Delivery.LATER)
            .group_by(ChatTaskRow.state)
        )
        if code is not None:
            query = query.where(ChatTaskRow.code == code)
        with self._database.reading() as connection:
            counted = {row.state: row.tasks for row in connection.execute(query)}
        return counted.get(TaskState.DONE, 0), counted.get(TaskState.WORKING, 0)

    def abandoned(self, owner: str, prefix: str, now: datetime) -> list[Task]:
        """Take over what was promised by processes that are gone; return it.

        Only messages whose keys begin with `prefix`: each channel looks after its own.
        """
        promised = ChatTaskRow.delivery.in_([Delivery.MESSAGE, Delivery.LATER, Delivery.SENDING])
        unfinished = ChatTaskRow.state == TaskState.WORKING
        unsent = ChatTaskRow.delivery == Delivery.MESSAGE
        unknown = ChatTaskRow.delivery == Delivery.SENDING
        ours = ChatTaskRow.key.startswith(prefix, autoescape=True)
        lapsed = promised & ours & (ChatTaskRow.leased_until < now)
        with self._database.reading() as connection:  # there is hardly ever any
            query = select(ChatTaskRow.key).where(lapsed, or_(unfinished, unsent, unknown))
            if connection.execute(query.limit(1)).first() is None:
                return []
        with self._database.writing(is_durable=False) as connection:
            connection.execute(  # nobody knows whether it went out: the person may fetch it
                update(ChatTaskRow).where(unknown, lapsed).values(delivery=Delivery.LATER)
            )
            left = connection.execute(_TASK.where(lapsed, or_(unfinished, unsent))).all()
            for row in left:
                _change(connection, row.key, {"owner": owner, "leased_until": now + LEASE})
        return [task for task in map(_task, left) if task is not None]

    def forget(self, person: str, left_at: datetime, now: datetime) -> None:
        """Delete all that is kept of a person who has left, and what of theirs comes late."""
        with self._database.writing() as connection:
            connection.execute(
                delete(ChatTaskRow).where(
                    ChatTaskRow.person == person, ChatTaskRow.sent_at <= left_at
                )
            )
            connection.execute(
                delete(ChatExchangeRow).where(
                    ChatExchangeRow.person == person, ChatExchangeRow.sent_at <= left_at
                )
            )
            key = _departure(person)
            if _row(connection, key) is None:
                gone = Incoming(key, "", "", left_at)
                row = {**_new(gone, "", now), "person": None, "state": TaskState.DONE}
                connection.execute(insert(ChatTaskRow), [row])
            else:
                connection.execute(
                    update(ChatTaskRow)
                    .where(ChatTaskRow.key == key, ChatTaskRow.sent_at < left_at)
                    .values(sent_at=left_at, created_at=now)
                )

    def purge(self, now: datetime) -> int:
        """Delete what is past its time; return how many tasks there were."""
        with self._database.writing(is_durable=False) as connection:
            connection.execute(delete(ChatExchangeRow).where(ChatExchangeRow.expires_at <= now))
            old = delete(ChatTaskRow).where(ChatTaskRow.created_at < now - KEPT)
            return connection.execute(old).rowcount


def _new(incoming: Incoming, owner: str, now: datetime) -> dict[str, Any]:
    return {
        "key": incoming.key,
        "person": incoming.person,
        "question": incoming.question,
        "state": TaskState.WORKING,
        "delivery": Delivery.REPLY,
        "tries": 1,
        "code": None,
        "reply": None,
        "answer_id": None,
        "fetched_by": None,
        "owner": owner,
        "leased_until": now + LEASE,
        "sent_at": incoming.sent_at,
        "created_at": now,
    }


def _has_left(connection: Connection, incoming: Incoming) -> bool:
    departure = _row(connection, _departure(incoming.person))
    return departure is not None and bool(incoming.sent_at <= departure.sent_at)


def _departure(person: str) -> str:
    return f"left:{hashlib.sha256(person.encode()).hexdigest()}"


def _change(connection: Connection, key: str, values: dict[str, Any]) -> None:
    connection.execute(update(ChatTaskRow).where(ChatTaskRow.key == key).values(values))


def _row(connection: Connection, key: str) -> Row[Any] | None:
    return connection.execute(_BY_KEY, {"key": key}).one_or_none()


def _required(connection: Connection, key: str) -> Task:
    task = _task(_row(connection, key))
    assert task is not None  # noqa: S101  written a moment ago in this transaction
    return task


def _task(row: Row[Any] | None) -> Task | None:
    if row is None:
        return None
    return Task(
        key=row.key,
        person=row.person or "",
        question=row.question,
        is_done=row.state is TaskState.DONE,
        delivery=row.delivery,
        tries=row.tries,
        code=row.code,
        reply=row.reply,
        sent_at=row.sent_at,
        answer_id=row.answer_id,
    )
