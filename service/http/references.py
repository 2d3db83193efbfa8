"""References over HTTP: what a document refers to, and where that is."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from service.access import Scope
from service.desk import Channel
from service.http.guard import open_to
from service.http.schemas.references import ReferencesShape
from service.http.schemas.shape import FAILURES, MISSING
from service.http.wiring import CallerHere, DeskHere
from service.presentation import today
from service.references import shown_references
from service.visibility import visible_document

reading = APIRouter(
    prefix="/api", tags=["文件"], route_class=open_to(Scope.READ), responses=FAILURES
)


@reading.get(
    "/documents/{document_id}/references",
    summary="引用了哪些文件和条款",
    responses={200: {"model": ReferencesShape}, **MISSING},
)
def get_references(
    document_id: str,
    desk: DeskHere,
    caller: CallerHere,
    as_of: Annotated[date | None, Query(description="按哪一天有效的文本找；不写是今天")] = None,
) -> JSONResponse:
    """List the references of a document, with what they lead to in the knowledge base."""
    document = visible_document(desk, Channel.HTTP, document_id, sees_internal=caller.sees_internal)
    sees = partial(desk.may_see, channel=Channel.HTTP, sees_internal=caller.sees_internal)
    shown = shown_references(desk.knowledge_base, document, as_of or today(), sees)
    return JSONResponse(shown)
