"""GET /v1/models: the model that answers, and the one that embeds."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from service.access import Scope
from service.desk import Desk
from service.http.guard import open_to
from service.http.wiring import DeskHere
from service.openai.failures import failure_response
from service.openai.schemas import FAILURES, ModelListShape, ModelShape
from service.requests import is_readable

ANSWERING = "wenju"
router = APIRouter(
    prefix="/v1",
    tags=["OpenAI 兼容"],
    route_class=open_to(Scope.ASK, Scope.SEARCH),
    responses=FAILURES,
)


@router.get("/models", summary="有哪些模型", responses={200: {"model": ModelListShape}})
def list_models(desk: DeskHere) -> JSONResponse:
    """List what is served."""
    return JSONResponse({"object": "list", "data": [_model(name) for name in _names(desk)]})


@router.get(
    "/models/{model:path}",
    summary="一个模型",
    responses={200: {"model": ModelShape}},
)
def get_model(model: str, desk: DeskHere) -> Response:
    """Describe a model that is served."""
    return JSONResponse(_model(model)) if model in _names(desk) else missing_model(model)


def missing_model(name: str) -> JSONResponse:
    """Say that a model is not served here."""
    shown = name[:80] if is_readable(name) else ""
    message = f"没有模型 {shown}。回答用 {ANSWERING}，其他模型见 /v1/models。"
    return failure_response(404, "model_not_found", message, parameter="model")


def _names(desk: Desk) -> list[str]:
    embedder = desk.knowledge_base.embedder
    return [ANSWERING, embedder.identity] if embedder else [ANSWERING]


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "wenju"}
