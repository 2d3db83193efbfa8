"""办事指南 and 公文 over HTTP: a document as fields, where it is written in fields."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from service.access import Scope
from service.desk import Channel
from service.elements import shown_elements
from service.guide import shown_guide
from service.http.guard import open_to
from service.http.schemas.guide import GuideShape
from service.http.schemas.shape import FAILURES, MISSING
from service.http.wiring import CallerHere, DeskHere
from service.visibility import visible_document

reading = APIRouter(
    prefix="/api", tags=["文件"], route_class=open_to(Scope.READ), responses=FAILURES
)


@reading.get(
    "/documents/{document_id}/fields",
    summary="办事指南的各栏，问答的各对，公文的各要素",
    responses={200: {"model": GuideShape}, **MISSING},
)
def get_fields(document_id: str, desk: DeskHere, caller: CallerHere) -> JSONResponse:
    """Return conditions, materials and the like of a guide, and the elements of a 公文."""
    document = visible_document(desk, Channel.HTTP, document_id, sees_internal=caller.sees_internal)
    return JSONResponse(shown_guide(document) | shown_elements(document))
