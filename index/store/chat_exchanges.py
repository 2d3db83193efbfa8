"""The last exchange with each person in a chat: what 继续, 依据 or a number refers to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from index.store.database import Database
from index.store.tables import ChatExchangeRow


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, our reply, and what was offered beside it.

    `answer_id` is None where the reply was no answer, as a menu is none.
    """

    person: str
    question: str
    answer_id: str | None
    reply: str
    basis: str
    offered: tuple[str, ...]
    sent_at: datetime
    expires_at: datetime


class ChatExchanges:
    """Returns the last exchanges of one database. They are kept by `ChatTasks.finish`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, person: str, now: datetime) -> Exchange | None:
        """Return the last exchange with a person, unless it is past its time."""
        query = select(ChatExchangeRow.__table__).where(
            ChatExchangeRow.person == person, ChatExchangeRow.expires_at > now
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Exchange(**row._mapping)  # noqa: SLF001  its public name


def keep_exchange(connection: Connection, exchange: Exchange) -> None:
    """Put an exchange in the place of the person's last, unless that is the later one."""
    mine = ChatExchangeRow.person == exchange.person
    later = select(ChatExchangeRow.person).where(mine, ChatExchangeRow.sent_at > exchange.sent_at)
    if connection.execute(later).first() is not None:
        return
    connection.execute(delete(ChatExchangeRow).where(mine))
    connection.execute(insert(ChatExchangeRow), [asdict(exchange)])
