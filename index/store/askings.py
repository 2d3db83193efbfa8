"""What is asked most: each answered question with how many people have asked it lately."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from index.store.database import Database
from index.store.tables import AskingRow
from index.store.wording import wording_key

WINDOW = timedelta(days=30)  # what nobody has asked for so long is forgotten
_DIGITS = 4  # hexadecimal, of an asker: enough to count people, too few to say who it was


@dataclass(frozen=True, slots=True)
class Asking:
    """One time that a question was answered. `asker` is any name that tells people apart."""

    question: str
    asker: str
    on: date


@dataclass(frozen=True, slots=True)
class Frequent:
    """A question, in the words most people put it in, and how many people have asked it."""

    key: str
    question: str
    people: int


class Askings:
    """Counts the people who ask the questions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, askings: Sequence[Asking]) -> None:
        """Keep who asked what, and forget what is past its time."""
        if not askings:
            return
        with self._database.writing(is_durable=False) as connection:
            for one in askings:
                _keep(connection, one)
            earliest = max(one.on for one in askings) - WINDOW
            connection.execute(delete(AskingRow).where(AskingRow.asked_on < earliest))

    def frequent(self, on: date, limit: int) -> list[Frequent]:
        """List what most people have asked in the time before a day and on it."""
        lately = AskingRow.asked_on >= on - WINDOW
        people = func.count().label("people")
        most = (
            select(AskingRow.folded, people)
            .where(lately)
            .group_by(AskingRow.folded)
            .order_by(people.desc(), AskingRow.folded)
            .limit(limit)
        )
        with self._database.reading() as connection:
            counted = {row.folded: row.people for row in connection.execute(most)}
            worded = select(AskingRow.folded, AskingRow.question).where(
                lately, AskingRow.folded.in_(counted)
            )
            wordings: dict[str, Counter[str]] = defaultdict(Counter)
            for row in connection.execute(worded):
                wordings[row.folded][row.question] += 1
        return [Frequent(key, _commonest(wordings[key]), many) for key, many in counted.items()]


def _commonest(wordings: Counter[str]) -> str:
    return max(wordings, key=lambda words: (wordings[words], words))


def _keep(connection: Connection, one: Asking) -> None:
    key = wording_key(one.question)
    # With the question in it, the digests of one person's questions have nothing in common.
    asker = hashlib.sha256(f"{key}\n{one.asker}".encode()).hexdigest()[:_DIGITS]
    latest = {"question": one.question, "asked_on": one.on}
    known = (AskingRow.folded == key) & (AskingRow.asker == asker)
    kept = connection.execute(update(AskingRow).where(known).values(**latest))
    if not kept.rowcount:
        connection.execute(insert(AskingRow), [{"folded": key, "asker": asker, **latest}])
