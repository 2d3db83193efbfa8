"""What an anonymous reader may look through: the documents its channel may see."""

from __future__ import annotations

from collections.abc import Sequence

from index.document import Document
from index.errors import DocumentNotFound
from index.fold import fold
from index.store.catalogue import DocumentSummary
from service.desk import Channel, Desk


def visible_documents(desk: Desk, channel: Channel, query: str = "") -> Sequence[DocumentSummary]:
    """List the documents whose title, number, issuer and file name hold every word of `query`."""
    words = [fold(word) for word in query.split()]
    return [
        summary
        for summary in desk.knowledge_base.documents()
        if desk.may_see(summary, channel)
        and (not words or all(word in _searched(summary) for word in words))
    ]


def visible_document(desk: Desk, channel: Channel, document_id: str) -> Document:
    """Return a document. What the channel may not see is said not to be there."""
    document = desk.knowledge_base.document(document_id)
    if not desk.may_see(document, channel):
        raise DocumentNotFound(f"没有编号为 {document_id} 的文件，可能已被删除。")
    return document


def _searched(summary: DocumentSummary) -> str:
    metadata = summary.metadata
    fields = (metadata.title, metadata.document_number, metadata.issuer, summary.source)
    return fold(" ".join(field for field in fields if field))
