"""The pages of originals over HTTP: which there are, and each as a picture."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import JSONResponse

from index.document import Document, Span
from service.access import Scope
from service.desk import Channel
from service.http.guard import open_to
from service.http.problems import Problem
from service.http.schemas.documents import PageListShape
from service.http.schemas.shape import FAILURES, MISSING, PROBLEM
from service.http.wiring import CallerHere, DeskHere, OriginalPagesHere
from service.original_pages import OriginalPages
from service.visibility import visible_document

router = APIRouter(
    prefix="/api", tags=["文件"], route_class=open_to(Scope.READ), responses=FAILURES
)
CACHING = "private, no-cache"  # kept, but asked for each time: who may see it can change

Offset = Annotated[
    int | None, Query(ge=0, le=10_000_000, description="要标出的引文，码点；start 与 end 一起给")
]


class PngResponse(Response):
    """A picture."""

    media_type = "image/png"


@router.get(
    "/documents/{document_id}/pages",
    summary="原件的页",
    responses={200: {"model": PageListShape}, 413: PROBLEM, **MISSING},
)
def list_pages(  # noqa: PLR0913, PLR0917  a parameter of the query each
    document_id: str,
    desk: DeskHere,
    caller: CallerHere,
    originals: OriginalPagesHere,
    start: Offset = None,
    end: Offset = None,
) -> JSONResponse:
    """List the pages of the original, and where the quote from `start` to `end` stands on them."""
    document = visible_document(desk, Channel.HTTP, document_id, sees_internal=caller.sees_internal)
    return JSONResponse(originals.listing(document, asked_span(document, start, end)))


@router.get(
    "/documents/{document_id}/pages/{page}.png",
    summary="原件的一页，标出引文",
    response_class=PngResponse,
    responses={304: {"description": "与 If-None-Match 所说的一样"}, 413: PROBLEM, **MISSING},
)
def get_page(  # noqa: PLR0913, PLR0917  a parameter of the query each
    document_id: str,
    page: int,
    desk: DeskHere,
    caller: CallerHere,
    originals: OriginalPagesHere,
    start: Offset = None,
    end: Offset = None,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Return a page as it was printed; of a quote over several pages, its part here is marked."""
    document = visible_document(desk, Channel.HTTP, document_id, sees_internal=caller.sees_internal)
    span = asked_span(document, start, end)
    return page_response(originals, document, page, span, if_none_match)


def page_response(
    originals: OriginalPages, document: Document, page: int, span: Span | None, known: str
) -> Response:
    """Return a page's picture, or say that the caller's copy, whose tag it names, is still good."""
    tag = f'"{originals.fingerprint(document, page, span)}"'
    headers = {"etag": tag, "cache-control": CACHING}
    if tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return PngResponse(originals.picture(document, page, span), headers=headers)


def asked_span(document: Document, start: int | None, end: int | None) -> Span | None:
    """Return the span that a request names, None where it names none. Raises Problem."""
    if start is None and end is None:
        return None
    if start is None or end is None or not start < end <= len(document.text):
        raise Problem(
            422,
            "invalid_span",
            f"start 和 end 要一起给，start 小于 end，end 不超过全文的 {len(document.text)} 字。",
        )
    return Span(start, end)
