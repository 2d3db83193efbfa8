"""What a site changes in the table of everyday words and the official ones they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from index.errors import SynonymNotFound
from index.fold import fold
from index.store.columns import now
from index.store.database import Database, batches
from index.store.revision import raise_revision
from index.store.tables import SynonymRow

LONGEST_CHANGER = 100


@dataclass(frozen=True, slots=True)
class Synonym:
    """What people say, and the official words for it; `note` says where and when it holds.

    One that is not `enabled` stands for nothing, also where the shipped table has it.
    """

    word: str
    official: tuple[str, ...]
    note: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class KeptSynonym:
    """A synonym that the site has set, and who did so when."""

    synonym: Synonym
    changed_by: str
    changed_at: datetime


class Synonyms:
    """Reads and changes the synonyms of one database; every change raises its revision."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[KeptSynonym]:
        """List what the site has set, by word."""
        with self._database.reading() as connection:
            return kept_synonyms(connection)

    def put(self, synonyms: Sequence[Synonym], by: str) -> None:
        """Set synonyms, each in the place of what the site had for its word."""
        self.change(synonyms, (), by)

    def forget(self, words: Sequence[str]) -> None:
        """Take away what the site has set for words; then the shipped table holds again.

        Raises SynonymNotFound, and then nothing is taken away.
        """
        self.change((), words, "")

    def change(self, put: Sequence[Synonym], forget: Sequence[str], by: str) -> None:
        """Take away what the site has set for words and set others: all of it, or nothing.

        Raises SynonymNotFound where there is nothing to take away.
        """
        if not put and not forget:
            return
        with self._database.writing() as connection:
            _forget(connection, forget)
            for one in put:
                _put(connection, one, by)
            raise_revision(connection, words=False, vectors=False)


def kept_synonyms(connection: Connection) -> list[KeptSynonym]:
    """List what the site has set, by word."""
    query = select(SynonymRow.__table__).order_by(SynonymRow.folded)
    return [
        KeptSynonym(
            Synonym(row.word, row.official, row.note, row.enabled), row.changed_by, row.changed_at
        )
        for row in connection.execute(query)
    ]


def synonym_key(word: str) -> str:
    """Return what two words share if they are one word to search."""
    return fold(word.strip())


def _forget(connection: Connection, words: Sequence[str]) -> None:
    keys = {synonym_key(word): word for word in words}
    there: set[str] = set()
    for some in batches(sorted(keys)):
        found = select(SynonymRow.folded).where(SynonymRow.folded.in_(some))
        there.update(connection.execute(found).scalars())
    missing = next((word for key, word in keys.items() if key not in there), None)
    if missing is not None:
        raise SynonymNotFound(f"本站没有为“{missing}”设过同义词。现有的见 wenju synonyms list。")
    for some in batches(sorted(keys)):
        connection.execute(delete(SynonymRow).where(SynonymRow.folded.in_(some)))


def _put(connection: Connection, one: Synonym, by: str) -> None:
    key = synonym_key(one.word)
    values = {
        "word": one.word,
        "official": one.official,
        "note": one.note,
        "enabled": one.enabled,
        "changed_by": by[:LONGEST_CHANGER],
        "changed_at": now(),
    }
    changed = connection.execute(
        update(SynonymRow).where(SynonymRow.folded == key).values(**values)
    )
    if not changed.rowcount:
        connection.execute(insert(SynonymRow), [{"folded": key, **values}])
