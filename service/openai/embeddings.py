"""POST /v1/embeddings: vectors of the model that the knowledge base is searched with."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from threading import Lock

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from index.engine import Embedder, Vectors
from index.errors import ModelError
from service.access import Scope
from service.http.guard import open_to
from service.http.wiring import DeskHere
from service.openai.failures import Unsupported, failure_response
from service.openai.models import missing_model
from service.openai.schemas import (
    FAILURES,
    LONGEST_INPUT,
    MOST_INPUTS,
    EmbeddingListShape,
    EmbeddingsShape,
)
from service.requests import UNREADABLE, is_readable

router = APIRouter(
    prefix="/v1", tags=["OpenAI 兼容"], route_class=open_to(Scope.SEARCH), responses=FAILURES
)


@router.post("/embeddings", summary="文字的向量", responses={200: {"model": EmbeddingListShape}})
def embed(request: Request, body: EmbeddingsShape, desk: DeskHere) -> Response:
    """Turn texts into the vectors that the served model makes of them."""
    embedder = desk.knowledge_base.embedder
    if embedder is None:
        raise ModelError("没有可用的向量模型，只按词检索。请运行 wenju prepare-model 后重启服务。")
    if body.model != embedder.identity:
        return missing_model(body.model)
    try:
        texts = texts_of(body.input)
        _check_dimensions(body.dimensions, embedder)
    except Unsupported as error:
        return failure_response(400, "invalid_input", error.message, parameter=error.parameter)
    one_at_a_time: Lock = request.app.state.embedding
    with one_at_a_time:  # so that a large batch leaves processors to those who ask
        vectors = _vectors(embedder, texts, body.input_type)
    in_base64 = body.encoding_format == "base64"
    characters = sum(map(len, texts))
    data = [
        {"object": "embedding", "index": place, "embedding": _shown(vector, in_base64=in_base64)}
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": characters, "total_tokens": characters}
    return JSONResponse({"object": "list", "data": data, "model": body.model, "usage": usage})


def texts_of(given: object) -> list[str]:
    """Return the texts, or raise what is wrong with them."""
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_INPUTS:
        raise Unsupported("input", f"input 应是 1 到 {MOST_INPUTS} 段文字。")
    for text in texts:
        if not isinstance(text, str):
            raise Unsupported("input", "input 只能是文字，不能是词元编号。")
        if not 1 <= len(text) <= LONGEST_INPUT:
            raise Unsupported("input", f"每段文字应有 1 到 {LONGEST_INPUT} 个字。")
        if not is_readable(text):
            raise Unsupported("input", UNREADABLE)
    return texts


def _check_dimensions(wanted: int | None, embedder: Embedder) -> None:
    if wanted is not None and wanted != embedder.dimension:
        raise Unsupported("dimensions", f"这个模型的向量有 {embedder.dimension} 维，不能改。")


def _vectors(embedder: Embedder, texts: Sequence[str], kind: str | None) -> Vectors:
    if kind == "query":
        return np.stack([embedder.embed_query(text) for text in texts])
    return embedder.embed_passages(texts)


def _shown(vector: Vectors, *, in_base64: bool) -> list[float] | str:
    if in_base64:
        return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")
    numbers: list[float] = vector.tolist()
    return numbers
