"""For those who run the desk: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from service.http.schemas.operations import ReadyShape
from service.http.wiring import DeskHere

router = APIRouter(tags=["运行"])


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="进程是否活着")
async def healthz() -> dict[str, str]:
    """Say that the process answers at all."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get(
    "/readyz",
    summary="是否准备好",
    responses={200: {"model": ReadyShape}, 503: {"model": ReadyShape}},
)
def readyz(request: Request, desk: DeskHere) -> JSONResponse:
    """Answer 200 once words and vectors are served, before that 503 with the progress."""
    readiness = request.app.state.readiness.look(desk.knowledge_base)
    return JSONResponse(
        {"ready": readiness.is_ready, "progress": readiness.progress},
        200 if readiness.is_ready else 503,
        None if readiness.is_ready else {"retry-after": "2"},
    )


@router.get("/metrics", summary="监控指标", response_class=Response)
def metrics(request: Request, desk: DeskHere) -> Response:
    """Return the metrics in Prometheus' text format."""
    base = desk.knowledge_base
    content = request.app.state.metrics.render(base.progress(), base.revision)
    return Response(content, media_type=CONTENT_TYPE_LATEST)
