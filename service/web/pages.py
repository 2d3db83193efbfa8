"""The routes of the pages. They show what is public, or what the reader's key shows."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Response
from fastapi.responses import HTMLResponse

from index.document import Document, Span
from index.errors import WenjuError
from index.pages.fonts import INSTALL
from service.access import Scope
from service.desk import Channel
from service.http.guard import open_to
from service.http.original_pages import page_response
from service.http.wiring import CallerHere, DeskHere, OriginalPagesHere
from service.presentation import today
from service.references import leading
from service.requests import LONGEST_QUESTION
from service.visibility import visible_document, visible_documents
from service.web.rendering import render
from service.web.typesetting import outline, typeset

PAGE_SIZE = 50
LONGEST_SEARCH = 200

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


@reading.get("/documents/{document_id}")
def document_page(  # noqa: PLR0913, PLR0917  what a link may say, and what the route needs
    desk: DeskHere,
    caller: CallerHere,
    originals: OriginalPagesHere,
    document_id: str,
    start: str = "",
    end: str = "",
) -> str:
    """Show a document, with the quote from `start` to `end` (code points) marked."""
    document = visible_document(desk, Channel.WEB, document_id, sees_internal=caller.sees_internal)
    sees = partial(desk.may_see, channel=Channel.WEB, sees_internal=caller.sees_internal)
    quote = _quote(document, start, end)
    return render(
        "document.html",
        blocks=typeset(document, quote, leading(desk.knowledge_base, document, today(), sees)),
        outline=outline(document),
        misplaced=bool(start or end) and quote is None,
        has_pages=originals.are_there(document),
        view="text",
        **_shown(document, quote),
    )


@reading.get("/documents/{document_id}/pages")
def original_page(  # noqa: PLR0913, PLR0917  as above
    desk: DeskHere,
    caller: CallerHere,
    originals: OriginalPagesHere,
    document_id: str,
    start: str = "",
    end: str = "",
) -> str:
    """Show the pages of a document's original, with the quote marked."""
    document = visible_document(desk, Channel.WEB, document_id, sees_internal=caller.sees_internal)
    quote = _quote(document, start, end)
    failure = ""
    listing: dict[str, Any] = {"pages": [], "has_letters": True}
    try:
        listing = originals.listing(document, quote)
    except WenjuError as error:  # the text is still there to be read
        failure = error.message
    return render(
        "original.html",
        listing=listing,
        failure=failure,
        misplaced=bool(start or end) and quote is None,
        install_fonts=INSTALL,
        has_pages=True,
        view="pages",
        **_shown(document, quote),
    )


@showing.get("/documents/{document_id}/pages/{page}.png")
def original_picture(  # noqa: PLR0913, PLR0917  as above
    desk: DeskHere,
    caller: CallerHere,
    originals: OriginalPagesHere,
    document_id: str,
    page: int,
    start: str = "",
    end: str = "",
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return one of those pages as a picture."""
    document = visible_document(desk, Channel.WEB, document_id, sees_internal=caller.sees_internal)
    quote = _quote(document, start, end)
    return page_response(originals, document, page, quote, if_none_match)


def _shown(document: Document, quote: Span | None) -> dict[str, Any]:
    """Return what the head of a document's page shows, the text's and the original's alike."""
    source_url = document.metadata.source_url
    return {
        "here": "documents",
        "document": document,
        "status": document.metadata.status_on(today()),
        "quote": quote,
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
