"""Keeps who ends whom true in the catalogue, whatever comes in, is edited or goes.

What a person set, or said when the document came in, is never touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from index.document import Document, Metadata, Span, Status
from index.named_texts import NamedText, digest, named_texts
from index.store.columns import now
from index.store.content import document_of, metadata_of
from index.store.database import Database, agencies_in, batches
from index.store.revision import note, raise_revision
from index.store.tables import ChangeKind, ContentRow, DocumentRow, EndingRow, NamedTextRow
from index.succession import OWN, Ending, Member, endings_of

_SET = frozenset({"ended_on", "ended_by"})


@dataclass(frozen=True, slots=True)
class Ended:
    """That one document was ended by another, as the base has noted it. `said` is in the latter."""

    document_id: str
    title: str
    by: str
    by_title: str
    on: date
    how: Status
    said: Span


@dataclass(frozen=True, slots=True)
class Version:
    """A text of the same name, and the first day it holds."""

    document_id: str
    title: str
    begins_on: date | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """How a document stands to the others: what ended it, what it ended, and what is open.

    `versions` are all the texts of its name, itself among them, the oldest first.
    """

    ended_by: Ended | None
    ended: tuple[Ended, ...]
    versions: tuple[Version, ...]
    questions: tuple[Ending, ...]  # about its own end, for the maintainer


def lineage(database: Database, document_id: str) -> Lineage:
    """Return how a document stands to the others."""
    with database.reading() as connection:
        found = endings_with(connection, [document_id])
        members = _related(connection, [document_id])
        member = members.get(document_id)
        if member is None:
            return Lineage(None, (), (), ())
        same = [one for one in members.values() if one.keys & member.keys]
        own = next((one for one in found if one.document_id == document_id), None)
        settled = own is not None or member.metadata.valid_until is not None
        asked = (
            [] if settled else endings_of(member, list(members.values()), agencies_in(connection))
        )
    same.sort(key=lambda one: (one.begins_on or date.min, one.id))
    return Lineage(
        ended_by=own,
        ended=tuple(one for one in found if one.by == document_id),
        versions=tuple(Version(one.id, one.metadata.title, one.begins_on) for one in same),
        questions=tuple(one for one in asked if one.question is not None),
    )


def endings_with(connection: Connection, document_ids: Collection[str]) -> list[Ended]:
    """Return what was noted of the ends of these documents, and of those they ended."""
    rows = {
        row.document_id: row
        for ids in batches(sorted(document_ids))
        for row in connection.execute(
            select(EndingRow.__table__).where(
                EndingRow.document_id.in_(ids) | EndingRow.by_document.in_(ids)
            )
        )
    }
    named = {row.document_id for row in rows.values()} | {row.by_document for row in rows.values()}
    titles: dict[str, str] = {}
    for ids in batches(sorted(named)):
        found = select(DocumentRow.id, DocumentRow.title).where(DocumentRow.id.in_(ids))
        titles.update((row.id, row.title) for row in connection.execute(found))
    return [
        Ended(
            document_id=row.document_id,
            title=titles.get(row.document_id, ""),
            by=row.by_document,
            by_title=titles.get(row.by_document, ""),
            on=row.ended_on,
            how=row.ended_by,
            said=Span(row.span_start, row.span_end),
        )
        for row in sorted(rows.values(), key=lambda row: (row.ended_on, row.document_id))
    ]


def note_names(connection: Connection, documents: Sequence[Document]) -> None:
    """Write down which texts the documents speak for, in the place of what stood there."""
    for ids in batches([document.id for document in documents]):
        connection.execute(delete(NamedTextRow).where(NamedTextRow.document_id.in_(ids)))
    rows = [
        {
            "document_id": document.id,
            "relation": name.relation,
            "key": name.key,
            "title": name.title,
            "document_number": name.document_number,
            "on_day": name.on,
            "said_of": name.said_of,
            "span_start": name.span.start,
            "span_end": name.span.end,
            "digest": wording,
        }
        for document in documents
        for wording in (digest(document),)
        for name in named_texts(document)
    ]
    if rows:
        connection.execute(insert(NamedTextRow), rows)


def touching(connection: Connection, document_ids: Iterable[str]) -> set[str]:
    """Return the documents whose end may depend on these: of their names, or named by them."""
    keys, numbers = _names_of(connection, document_ids)
    return _bearing(connection, keys, numbers) | set(document_ids)


def settle(
    connection: Connection,
    revision: int,
    document_ids: Collection[str],
    noted: Collection[str] = (),
) -> None:
    """End what is ended by another, and let hold again what no longer is.

    The changes are noted under `revision`, but for the documents in `noted`, which are already.
    """
    members = _related(connection, document_ids)
    rows = _rows(connection, DocumentRow, DocumentRow.id, document_ids)
    kept = _rows(connection, EndingRow, EndingRow.document_id, document_ids)
    changed = []
    for document_id in document_ids:
        member, row = members.get(document_id), rows.get(document_id)
        if member is None or row is None:
            continue
        found = endings_of(member, list(members.values()), agencies_in(connection))
        wanted = found[0] if found and found[0].question is None else None
        by_title = members[wanted.by].metadata.title if wanted else ""
        if _settle_one(connection, row, kept.get(document_id), wanted, by_title):
            values = {"words_revision": revision, "vectors_revision": revision}
            _update(connection, document_id, {**values, "updated_at": now()})
            changed.append(document_id)
    new = [document_id for document_id in changed if document_id not in noted]
    if new:
        note(connection, revision, new, ChangeKind.METADATA)


def without_ending(connection: Connection, document_id: str, metadata: Metadata) -> Metadata:
    """Return the metadata as it would be if no other document had ended this one."""
    kept = _rows(connection, EndingRow, EndingRow.document_id, [document_id])
    return replace(metadata, ended_on=None, ended_by=None) if kept else metadata


def _settle_one(
    connection: Connection,
    row: Row[Any],
    kept: Row[Any] | None,
    wanted: Ending | None,
    by_title: str,
) -> bool:
    """Bring one document's end up to date; return whether its metadata changed."""
    metadata = metadata_of(row)
    if _SET & set(row.edited):  # a person's word
        if kept is None:
            return False
        connection.execute(delete(EndingRow).where(EndingRow.document_id == row.id))
        undone = metadata.ended_on is None and metadata.ended_by is None
        if undone and metadata.replaced_by and "replaced_by" not in row.edited:
            _update(connection, row.id, {"replaced_by": ()})
            return True
        return False
    if kept is None and (metadata.ended_on is not None or metadata.ended_by is not None):
        return False  # known when it came in
    before = {name: getattr(metadata, name) for name in ("ended_on", "ended_by", "replaced_by")}
    after: dict[str, Any] = {"ended_on": None, "ended_by": None, "replaced_by": ()}
    if wanted is not None:
        after = {"ended_on": wanted.on, "ended_by": wanted.how, "replaced_by": (by_title,)}
    if "replaced_by" in row.edited or (kept is None and wanted is None):  # not ours
        after["replaced_by"] = metadata.replaced_by
    _keep(connection, kept, wanted)
    if before == after:
        return False
    _update(connection, row.id, after)
    return True


def _keep(connection: Connection, kept: Row[Any] | None, wanted: Ending | None) -> None:
    values = wanted and {
        "by_document": wanted.by,
        "ended_on": wanted.on,
        "ended_by": wanted.how,
        "span_start": wanted.span.start,
        "span_end": wanted.span.end,
    }
    if kept is not None and values == {name: getattr(kept, name) for name in values or ()}:
        return
    if kept is not None:
        connection.execute(delete(EndingRow).where(EndingRow.document_id == kept.document_id))
    if wanted is not None and values:
        row = {"document_id": wanted.document_id, "at": now(), **values}
        connection.execute(insert(EndingRow), [row])


def _update(connection: Connection, document_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(values))


def settle_earlier(database: Database, limit: int) -> bool:
    """Read the names out of documents that came in before names were kept; say if any did."""
    unread = (
        select(DocumentRow.__table__, ContentRow.text, ContentRow.structure)
        .join(ContentRow, ContentRow.document_id == DocumentRow.id)
        .where(DocumentRow.id.not_in(select(NamedTextRow.document_id)))
        .limit(limit)
    )
    with database.reading() as connection:
        if connection.execute(unread.limit(1)).first() is None:
            return False
    with database.writing() as connection:
        documents = [document_of(row) for row in connection.execute(unread)]
        note_names(connection, documents)
        ids = touching(connection, [document.id for document in documents])
        settle(connection, raise_revision(connection), ids)
    return True


def _related(connection: Connection, document_ids: Iterable[str]) -> dict[str, Member]:
    """Return the documents, those of their names, and those that name them."""
    keys, numbers = _names_of(connection, document_ids, own=True)
    return _members(connection, _naming(connection, keys, numbers) | set(document_ids))


def _names_of(
    connection: Connection, document_ids: Iterable[str], *, own: bool = False
) -> tuple[set[str], set[str]]:
    keys: set[str] = set()
    numbers: set[str] = set()
    for ids in batches(sorted(set(document_ids))):
        query = select(NamedTextRow.key, NamedTextRow.document_number).where(
            NamedTextRow.document_id.in_(ids)
        )
        if own:
            query = query.where(NamedTextRow.relation.in_(OWN))
        for key, number in connection.execute(query):
            keys.add(key)
            numbers |= {number} if number else set()
    return keys, numbers


def _bearing(connection: Connection, keys: set[str], numbers: set[str]) -> set[str]:
    """Return the documents that go by one of the names."""
    return _naming(connection, keys, numbers, own=True)


def _naming(
    connection: Connection, keys: set[str], numbers: set[str], *, own: bool = False
) -> set[str]:
    found: set[str] = set()
    for column, values in ((NamedTextRow.key, keys), (NamedTextRow.document_number, numbers)):
        for some in batches(sorted(values)):
            query = select(NamedTextRow.document_id).where(column.in_(some))
            if own:
                query = query.where(NamedTextRow.relation.in_(OWN))
            found.update(connection.execute(query).scalars())
    return found


def _members(connection: Connection, document_ids: Collection[str]) -> dict[str, Member]:
    metadata: dict[str, Metadata] = {
        document_id: metadata_of(row)
        for document_id, row in _rows(connection, DocumentRow, DocumentRow.id, document_ids).items()
    }
    names: dict[str, list[NamedText]] = {}
    digests: dict[str, str] = {}
    for ids in batches(sorted(metadata)):
        query = select(NamedTextRow.__table__).where(NamedTextRow.document_id.in_(ids))
        for row in connection.execute(query.order_by(NamedTextRow.id)):
            span = Span(row.span_start, row.span_end)
            names.setdefault(row.document_id, []).append(
                NamedText(
                    row.relation, row.title, span, row.document_number, row.on_day, row.said_of
                )
            )
            digests[row.document_id] = row.digest
    return {
        document_id: Member(document_id, known, tuple(names[document_id]), digests[document_id])
        for document_id, known in metadata.items()
        if document_id in names
    }


def _rows(
    connection: Connection, table: Any, key: Any, document_ids: Collection[str]
) -> dict[str, Row[Any]]:
    return {
        getattr(row, key.key): row
        for ids in batches(sorted(document_ids))
        for row in connection.execute(select(table.__table__).where(key.in_(ids)))
    }
