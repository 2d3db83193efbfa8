"""标准问答 and the questions nobody has answered yet: for those who keep the knowledge base."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from index.document import Span
from index.errors import InvalidRequest
from index.store.curated import Draft
from index.store.wording import Basis
from service.access import Scope
from service.desk import Desk
from service.http import repeats
from service.http.guard import open_to
from service.http.paging import PART, Cursor, Limit
from service.http.schemas.curated import (
    CuratedListShape,
    CuratedShape,
    DraftShape,
    FeedbackListShape,
    GapListShape,
)
from service.http.schemas.shape import FAILURES, MISSING
from service.http.wiring import DeskHere
from service.paging import part, unpack
from service.presentation import curated_json, feedback_json, gap_json
from service.requests import accept_moment, accept_question

router = APIRouter(
    prefix="/api",
    tags=["维护"],
    route_class=open_to(Scope.CURATE),
    responses=FAILURES,
)


@router.get("/curated", summary="标准问答", responses={200: {"model": CuratedListShape}})
def list_curated(desk: DeskHere, limit: Limit = PART, cursor: Cursor = None) -> JSONResponse:
    """List the curated answers, the last changed first."""
    kept = desk.knowledge_base.curated.part(limit + 1, unpack(cursor, datetime, str))
    given, following = part(kept, limit, lambda one: (one.updated_at, one.id))
    return JSONResponse({"curated": [curated_json(one) for one in given], "next": following})


@router.post(
    "/curated",
    status_code=201,
    summary="新增标准问答",
    responses={201: {"model": CuratedShape}},
    openapi_extra=repeats.DESCRIBED,
)
def add_curated(body: DraftShape, desk: DeskHere) -> JSONResponse:
    """Keep an answer; who asks exactly this gets it before any document is searched."""
    kept = desk.knowledge_base.curated.add(_draft(body, desk))
    return JSONResponse(curated_json(kept), 201, {"location": f"/api/curated/{kept.id}"})


@router.get(
    "/curated/{curated_id}",
    summary="一条标准问答",
    responses={200: {"model": CuratedShape}, **MISSING},
)
def get_curated(curated_id: str, desk: DeskHere) -> JSONResponse:
    """Return a curated answer."""
    return JSONResponse(curated_json(desk.knowledge_base.curated.get(curated_id)))


@router.put(
    "/curated/{curated_id}",
    summary="改标准问答",
    responses={200: {"model": CuratedShape}, **MISSING},
    openapi_extra=repeats.DESCRIBED,
)
def change_curated(curated_id: str, body: DraftShape, desk: DeskHere) -> JSONResponse:
    """Put a draft in the place of a curated answer."""
    changed = desk.knowledge_base.curated.change(curated_id, _draft(body, desk))
    return JSONResponse(curated_json(changed))


@router.delete(
    "/curated/{curated_id}",
    status_code=204,
    summary="删标准问答",
    responses=MISSING,
    openapi_extra=repeats.DESCRIBED,
)
def remove_curated(curated_id: str, desk: DeskHere) -> Response:
    """Take a curated answer away; the gaps it closed are open again."""
    desk.knowledge_base.curated.remove(curated_id)
    return Response(status_code=204)


@router.get("/gaps", summary="没有答案的问题", responses={200: {"model": GapListShape}})
def list_gaps(desk: DeskHere, limit: Limit = PART, cursor: Cursor = None) -> JSONResponse:
    """List the questions nobody has answered yet, the most asked first."""
    gaps = desk.knowledge_base.gaps.open(limit + 1, unpack(cursor, int, datetime, str))
    given, following = part(gaps, limit, lambda gap: gap.rank)
    return JSONResponse({"gaps": [gap_json(gap) for gap in given], "next": following})


@router.delete(
    "/gaps",
    status_code=204,
    summary="不必回答的问题",
    openapi_extra=repeats.DESCRIBED,
)
def dismiss_gap(
    desk: DeskHere, key: Annotated[str, Query(max_length=4000, description="列表里的 key")]
) -> Response:
    """Forget a gap that deserves no answer."""
    desk.knowledge_base.gaps.dismiss(key)
    return Response(status_code=204)


@router.get("/feedback", summary="收到的评价", responses={200: {"model": FeedbackListShape}})
def list_feedback(desk: DeskHere, limit: Limit = PART, cursor: Cursor = None) -> JSONResponse:
    """List what people thought of answers, the newest first."""
    before = unpack(cursor, int)
    latest = desk.knowledge_base.feedback.latest(limit + 1, before and before[0])
    given, following = part(latest, limit, lambda one: (one.sequence,))
    return JSONResponse({"feedback": [feedback_json(one) for one in given], "next": following})


def _draft(body: DraftShape, desk: Desk) -> Draft:
    """Return the draft, once its basis is seen to stand in a document."""
    basis = None
    if body.basis is not None:
        document = desk.knowledge_base.document(body.basis.document_id)
        if not body.basis.start < body.basis.end <= len(document.text):
            raise InvalidRequest("依据的位置不在这份文件里，请检查 start 和 end。")
        basis = Basis(document.id, Span(body.basis.start, body.basis.end))
    return Draft(
        question=accept_question(body.question),
        answer=body.answer,
        wordings=tuple(accept_question(wording) for wording in body.wordings),
        script=body.script,
        basis=basis,
        valid_from=accept_moment(body.valid_from),
        valid_until=accept_moment(body.valid_until),
        disclosure=body.disclosure,
        stated_basis=body.stated_basis,
        agency=body.agency,
        phone=body.phone,
        region=body.region,
    )
