"""Which documents go by a name: what a reference in another text is looked up by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from index.named_texts import Relation
from index.store.database import Database, batches
from index.store.tables import NamedTextRow

_OWN = (Relation.IS, Relation.PRINTS)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A document, and a name it goes by: its own, or that of the text it prints."""

    document_id: str
    key: str
    document_number: str | None


def bearers(database: Database, keys: Collection[str], numbers: Collection[str]) -> list[Bearer]:
    """Return the documents that go by one of the names or of the 文号."""
    columns = (NamedTextRow.document_id, NamedTextRow.key, NamedTextRow.document_number)
    found: set[tuple[str, str, str | None]] = set()
    with database.reading() as connection:
        for column, values in ((NamedTextRow.key, keys), (NamedTextRow.document_number, numbers)):
            for some in batches(sorted(values)):
                query = select(*columns).where(column.in_(some), NamedTextRow.relation.in_(_OWN))
                found.update((one, key, number) for one, key, number in connection.execute(query))
    return [Bearer(*row) for row in sorted(found, key=str)]
