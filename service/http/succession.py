"""Versions over HTTP: what changed from one to the next, and what rests on it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from index.comparison import compare
from index.document import Document
from index.impact import impact
from service.access import Scope
from service.desk import Channel
from service.http.guard import open_to
from service.http.problems import Problem
from service.http.schemas.shape import FAILURES, MISSING
from service.http.schemas.succession import ChangesShape, ImpactShape, RestingQuestionsShape
from service.http.wiring import CallerHere, DeskHere
from service.succession import comparison_json, earlier_version, impact_json, visible_versions
from service.visibility import visible_document

reading = APIRouter(
    prefix="/api", tags=["文件"], route_class=open_to(Scope.READ), responses=FAILURES
)
curating = APIRouter(
    prefix="/api", tags=["维护"], route_class=open_to(Scope.CURATE), responses=FAILURES
)


@reading.get(
    "/documents/{document_id}/changes",
    summary="与上一版逐条比较",
    responses={200: {"model": ChangesShape}, **MISSING},
)
def get_changes(
    document_id: str,
    desk: DeskHere,
    caller: CallerHere,
    since: Annotated[
        str | None, Query(max_length=64, description="与哪一份比较；不写就是它的上一版")
    ] = None,
) -> JSONResponse:
    """Return the articles that were added, removed, changed or moved, with the changed words."""

    def visible(wanted: str) -> Document:
        return visible_document(desk, Channel.HTTP, wanted, sees_internal=caller.sees_internal)

    def before_this() -> str | None:
        sees = partial(desk.may_see, channel=Channel.HTTP, sees_internal=caller.sees_internal)
        versions = visible_versions(desk.knowledge_base, document_id, sees)
        return earlier_version(versions, document_id)

    after = visible(document_id)
    before_id = since or before_this()
    if before_id is None:
        raise Problem(
            404, "no_earlier_version", "知识库里没有它更早的版本。请用 since 说明与哪一份比较。"
        )
    before = visible(before_id)
    return JSONResponse(comparison_json(compare(before, after), before, after))


@curating.get(
    "/documents/{document_id}/impact",
    summary="受影响的标准问答",
    responses={200: {"model": ImpactShape}, **MISSING},
)
def get_impact(document_id: str, desk: DeskHere) -> JSONResponse:
    """List the curated answers that rest on what this document ended, or on itself if it has."""
    return JSONResponse(impact_json(document_id, impact(desk.knowledge_base, document_id)))


@curating.post(
    "/documents/{document_id}/impact",
    summary="受影响的标准问答和测评题",
    responses={200: {"model": ImpactShape}, **MISSING},
)
def look_for_impact(document_id: str, body: RestingQuestionsShape, desk: DeskHere) -> JSONResponse:
    """List the curated answers, and those of the questions given, that are affected."""
    affected = impact(desk.knowledge_base, document_id, body.questions_given())
    return JSONResponse(impact_json(document_id, affected))
