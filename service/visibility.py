"""What a reader may look through: the documents its channel shows, or its key."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from index.document import Document
from index.errors import DocumentNotFound
from index.fold import fold
from index.hidden_names import HiddenNames
from index.store.catalogue import DocumentSummary
from service.desk import Channel, Desk
from service.paging import part, unpack


def visible_documents(
    desk: Desk, channel: Channel, query: str = "", *, sees_internal: bool = False
) -> Sequence[DocumentSummary]:
    """List the documents whose title, number, issuer and file name hold every word of `query`."""
    words = [fold(word) for word in query.split()]
    hidden = desk.hidden_names(channel, sees_internal=sees_internal)
    return [
        _cleared(summary, hidden)
        for summary in desk.knowledge_base.documents()
        if desk.may_see(summary, channel, sees_internal=sees_internal)
        and (not words or all(word in _searched(summary) for word in words))
    ]


def part_of(
    found: Sequence[DocumentSummary], limit: int, cursor: str | None, offset: int = 0
) -> tuple[Sequence[DocumentSummary], str | None]:
    """Return `limit` documents in the order they came in, those after a cursor, and the next."""
    ordered = sorted(found, key=_place)
    after = unpack(cursor, datetime, str)
    start = offset if after is None else bisect_right(ordered, after, key=_place)
    return part(ordered[start : start + limit + 1], limit, _place)


def visible_document(
    desk: Desk, channel: Channel, document_id: str, *, sees_internal: bool = False
) -> Document:
    """Return a document. What the reader may not see is said not to be there."""
    document = desk.knowledge_base.document(document_id)
    if not desk.may_see(document, channel, sees_internal=sees_internal):
        raise DocumentNotFound(f"没有编号为 {document_id} 的文件，可能已被删除。")
    hidden = desk.hidden_names(channel, sees_internal=sees_internal)
    return replace(document, metadata=hidden.cleared(document.metadata))


def _cleared(summary: DocumentSummary, hidden: HiddenNames) -> DocumentSummary:
    metadata = hidden.cleared(summary.metadata)
    return summary if metadata is summary.metadata else replace(summary, metadata=metadata)


def _place(summary: DocumentSummary) -> tuple[datetime, str]:
    return summary.added_at, summary.id


def _searched(summary: DocumentSummary) -> str:
    metadata = summary.metadata
    fields = (metadata.title, metadata.document_number, metadata.issuer, summary.source)
    return fold(" ".join(field for field in fields if field))
