"""The routes of the pages. They show what is public, or what the reader's key shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import HTMLResponse

from index.comparison import compare
from index.document import Document, Span
from index.errors import WenjuError
from index.pages.fonts import INSTALL
from index.store.succession import Version
from service.access import Scope
from service.desk import Channel, Desk
from service.http.guard import open_to
from service.http.original_pages import page_response
from service.http.problems import Problem
from service.http.wiring import CallerHere, DeskHere, OriginalPagesHere
from service.presentation import today
from service.references import leading
from service.requests import LONGEST_QUESTION
from service.succession import earlier_version, visible_versions
from service.visibility import visible_document, visible_documents
from service.web.differences import counts, differences
from service.web.rendering import render
from service.web.typesetting import outline, typeset

PAGE_SIZE = 50
LONGEST_SEARCH = 200
NO_EARLIER = "知识库里没有它更早的版本。请从文件页面选一个版本来比较。"

asking = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
reading = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    route_class=open_to(Scope.READ, is_page=True),
)
showing = APIRouter(include_in_schema=False, route_class=open_to(Scope.READ, is_page=True))


@asking.api_route("/", methods=["GET", "HEAD"])
def ask_page(q: str = "", as_of: str = "") -> str:
    """Return the ask page; its script asks `q` at once."""
    return render(
        "ask.html", here="ask", question=q, as_of=as_of, longest_question=LONGEST_QUESTION
    )


@reading.get("/documents")
def documents_page(desk: DeskHere, caller: CallerHere, q: str = "", page: str = "1") -> str:
    """List the public documents, those whose title, number or issuer holds `q`."""
    found = visible_documents(
        desk, Channel.WEB, q[:LONGEST_SEARCH], sees_internal=caller.sees_internal
    )
    last = max(1, -(-len(found) // PAGE_SIZE))
    number = min(int(page), last) if page.isdecimal() and len(page) < 9 and int(page) else 1
    documents = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return render(
        "documents.html",
        here="documents",
        documents=documents,
        query=q,
        total=len(found),
        shown=len(documents),
        page=number,
        page_size=PAGE_SIZE,
        today=today(),
    )


@dataclass(frozen=True, slots=True)
class Quoted:
    """A document that the reader may see, and the quote in it that a link names."""

    document: Document
    quote: Span | None
    misplaced: bool  # the link names a quote that this document does not have


def quoted(
    desk: DeskHere, caller: CallerHere, document_id: str, start: str = "", end: str = ""
) -> Quoted:
    """Read what a link names: a document, and the quote from `start` to `end` (code points)."""
    document = visible_document(desk, Channel.WEB, document_id, sees_internal=caller.sees_internal)
    quote = _quote(document, start, end)
    return Quoted(document, quote, bool(start or end) and quote is None)


QuotedHere = Annotated[Quoted, Depends(quoted)]


@reading.get("/documents/{document_id}")
def document_page(
    desk: DeskHere, caller: CallerHere, originals: OriginalPagesHere, named: QuotedHere
) -> str:
    """Show a document, with the quote marked."""
    document = named.document
    sees = partial(desk.may_see, channel=Channel.WEB, sees_internal=caller.sees_internal)
    links = leading(desk.knowledge_base, document, today(), sees)
    return render(
        "document.html",
        blocks=typeset(document, named.quote, links),
        outline=outline(document),
        has_pages=originals.are_there(document),
        view="text",
        versions=_other_versions(desk, document, sees),
        **_shown(named),
    )


@reading.get("/documents/{document_id}/pages")
def original_page(originals: OriginalPagesHere, named: QuotedHere) -> str:
    """Show the pages of a document's original, with the quote marked."""
    failure = ""
    listing: dict[str, Any] = {"pages": [], "has_letters": True}
    try:
        listing = originals.listing(named.document, named.quote)
    except WenjuError as error:  # the text is still there to be read
        failure = error.message
    return render(
        "original.html",
        listing=listing,
        failure=failure,
        install_fonts=INSTALL,
        has_pages=True,
        view="pages",
        versions=[],
        **_shown(named),
    )


@reading.get("/documents/{document_id}/differences")
def differences_page(
    desk: DeskHere,
    caller: CallerHere,
    document_id: str,
    other: Annotated[str, Query(alias="with", max_length=64)] = "",
) -> str:
    """Show what differs between two versions: the one before where no other is named."""

    def visible(wanted: str) -> Document:
        return visible_document(desk, Channel.WEB, wanted, sees_internal=caller.sees_internal)

    this = visible(document_id)
    sees = partial(desk.may_see, channel=Channel.WEB, sees_internal=caller.sees_internal)
    versions = visible_versions(desk.knowledge_base, document_id, sees)
    other_id = other or earlier_version(versions, document_id)
    if other_id is None:
        raise Problem(404, "no_earlier_version", NO_EARLIER)
    before, after = visible(other_id), this
    order = [one.document_id for one in versions]
    if other_id in order and order.index(other_id) > order.index(document_id):
        before, after = after, before
    found = compare(before, after)
    return render(
        "differences.html",
        here="documents",
        here_id=document_id,
        before=before,
        after=after,
        before_status=before.metadata.status_on(today()),
        after_status=after.metadata.status_on(today()),
        others=[one for one in versions if one.document_id not in {document_id, other_id}],
        counts=counts(found),
        rows=differences(found, before, after),
    )


@showing.get("/documents/{document_id}/pages/{page}.png")
def original_picture(
    originals: OriginalPagesHere,
    named: QuotedHere,
    page: int,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return one of those pages as a picture."""
    return page_response(originals, named.document, page, named.quote, if_none_match)


def _other_versions(
    desk: Desk, document: Document, sees: Callable[[Document], bool]
) -> list[tuple[str, Version]]:
    """Return the version before a document and the one after it, each with its name."""
    versions = visible_versions(desk.knowledge_base, document.id, sees)
    place = next((i for i, one in enumerate(versions) if one.document_id == document.id), 0)
    before, after = versions[:place][-1:], versions[place + 1 :][:1]
    return [*(("上一版", one) for one in before), *(("下一版", one) for one in after)]


def _shown(named: Quoted) -> dict[str, Any]:
    """Return what the head of a document's page shows, the text's and the original's alike."""
    document, quote = named.document, named.quote
    source_url = document.metadata.source_url
    return {
        "here": "documents",
        "document": document,
        "status": document.metadata.status_on(today()),
        "quote": quote,
        "misplaced": named.misplaced,
        "locator": document.locator(quote) if quote else "",
        "link": source_url
        if source_url and urlsplit(source_url).scheme in {"http", "https"}
        else None,
    }


def _quote(document: Document, start: str, end: str) -> Span | None:
    """Return the span that a link names, or None where it names none of this document."""
    if not (start.isdecimal() and end.isdecimal() and len(start) < 10 and len(end) < 10):
        return None
    span = (int(start), int(end))
    if span[0] >= span[1] or span[1] > len(document.text):
        return None
    return Span(*span)
