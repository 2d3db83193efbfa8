"""The pages of originals as pictures, with a quote marked on them: which there are, and each."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from itertools import islice
from typing import Any

from index.closing import Closing
from index.document import Box, Document, Span
from index.errors import WenjuError
from index.knowledge_base import KnowledgeBase
from index.pages.original import seems_paged
from index.pages.sought import DRAWING, Survey, page_spans, pages_with, seek
from index.remembered import Remembered
from index.sandbox.drawer import SandboxedDrawer

MOST_PLACED = 20  # pages on which a quote's boxes are looked for at once
_HEAD, _TAIL = 4096, 1 << 20

Json = dict[str, Any]


class OriginalPages(Closing):
    """Shows the pages of documents' originals. Safe for many threads.

    Who may see a document is for the caller to know.
    """

    def __init__(self, base: KnowledgeBase, drawer: SandboxedDrawer | None = None) -> None:
        self._base = base
        self._drawer = drawer or SandboxedDrawer()
        self._paged: Remembered[str, bool] = Remembered(4096)
        self._surveys: Remembered[tuple[str, int, int, Span | None], Survey] = Remembered(64)

    def close(self) -> None:
        """End the processes that draw."""
        self._drawer.close()

    def are_there(self, document: Document) -> bool:
        """Say whether a document has pages to show."""
        has_pages = any(run.page is not None for run in document.origin)
        return has_pages and self._paged.get(document.sha256, lambda: self._seems_paged(document))

    def listing(self, document: Document, span: Span | None) -> Json:
        """Return the pages with their sizes, their text and where `span` stands on them.

        Raises ReadError and OriginalNotFound.
        """
        places = sum(len(page.runs) for page in document.recognised)
        key = (document.sha256, hash(document.text), places, span)  # it may have been read anew
        survey = self._surveys.get(key, lambda: self._survey(document, span))
        texts = page_spans(document)
        return {
            "document_id": document.id,
            "total": len(survey.sizes),
            "has_letters": survey.has_letters,
            "pages": [
                {
                    "page": page,
                    "width": size.width,
                    "height": size.height,
                    "text": _span_json(texts.get(page)),
                    "quote": _span_json(quote := _shared(texts.get(page), span)),
                    "boxes": _boxes_json(survey.boxes.get(page)),
                    "url": self.address(document, page, span if quote else None),
                }
                for page, size in enumerate(survey.sizes, 1)
            ],
        }

    def picture(self, document: Document, page: int, span: Span | None) -> bytes:
        """Return a page as PNG, with what of `span` stands on it marked.

        Raises ReadError and OriginalNotFound.
        """
        content = self._content(document)
        sought = seek(document, page, span) if span is not None else None
        return self._drawer.draw(content, document.source, page, sought)

    def fingerprint(self, document: Document, page: int, span: Span | None) -> str:
        """Name a picture by all that it depends on, without drawing it."""
        sought = seek(document, page, span) if span is not None else None
        return sha256(repr((DRAWING, document.sha256, page, sought)).encode()).hexdigest()[:32]

    @staticmethod
    def address(document: Document, page: int, span: Span | None) -> str:
        """Return where a page's picture is to be had."""
        marked = f"?start={span.start}&end={span.end}" if span is not None else ""
        return f"/api/documents/{document.id}/pages/{page}.png{marked}"

    def _survey(self, document: Document, span: Span | None) -> Survey:
        pages = islice(pages_with(document, span), MOST_PLACED) if span is not None else ()
        sought = [one for page in pages if span and (one := seek(document, page, span))]
        return self._drawer.survey(self._content(document), document.source, sought)

    def _content(self, document: Document) -> bytes:
        return self._base.originals.read(document.sha256)

    def _seems_paged(self, document: Document) -> bool:
        try:
            return seems_paged(*self._base.originals.ends(document.sha256, _HEAD, _TAIL))
        except WenjuError:
            return False


def _shared(text: Span | None, span: Span | None) -> Span | None:
    """Return what two spans have in common, or None."""
    if text is None or span is None or not text.overlaps(span):
        return None
    return Span(max(text.start, span.start), min(text.end, span.end))


def _span_json(span: Span | None) -> Json | None:
    return {"start": span.start, "end": span.end} if span is not None else None


def _boxes_json(boxes: tuple[Box, ...] | None) -> list[Json] | None:
    if boxes is None:
        return None
    return [{side: round(share, 5) for side, share in asdict(box).items()} for box in boxes]
