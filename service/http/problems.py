"""Every failure as RFC 9457 problem details: a stable code, and a sentence one can act on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from index.errors import WenjuError
from service.requests import UNREADABLE, is_readable
from service.web.rendering import error_page, wants_page

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求有误",
    401: "需要密钥",
    403: "不允许",
    404: "找不到",
    405: "方法不对",
    409: "冲突",
    411: "缺少长度",
    413: "内容过大",
    415: "格式不支持",
    422: "内容不合要求",
    429: "请求太多",
    500: "服务出错",
    503: "暂时不可用",
    507: "磁盘空间不足",
}
STATUS_OF_CODE = {
    "invalid_request": 422,
    "empty_question": 422,
    "question_too_long": 422,
    "unreadable_text": 422,
    "invalid_day": 422,
    "invalid_cursor": 422,
    "empty_word": 422,
    "not_a_word": 422,
    "word_too_short": 422,
    "word_too_long": 422,
    "ignored_word": 422,
    "no_official_word": 422,
    "too_many_official_words": 422,
    "same_word": 422,
    "circular_synonym": 422,
    "note_too_long": 422,
    "too_many_synonyms": 422,
    "unreadable_file": 422,
    "unsupported_format": 415,
    "corrupt_file": 422,
    "empty_document": 422,
    "file_too_large": 413,
    "missing_part": 422,
    "reading_stopped": 422,
    "document_not_found": 404,
    "original_not_found": 404,
    "no_pages": 404,
    "page_not_found": 404,
    "job_not_found": 404,
    "curated_not_found": 404,
    "synonym_not_found": 404,
    "api_key_not_found": 404,
    "not_found": 404,
    "storage_full": 507,
    "writer_busy": 503,
    "drawer_busy": 503,
    "store_error": 503,
    "corrupt_catalogue": 503,
    "catalogue_too_new": 503,
    "damaged_index": 503,
    "model_mismatch": 503,
    "model_unavailable": 503,
}
_OF_HTTP_STATUS = {
    400: ("invalid_body", "请求的内容读不懂。请发送 UTF-8 编码的 JSON。"),
    404: ("not_found", "没有这个地址。可用的地址见 /openapi.json。"),
    405: ("method_not_allowed", "这个地址不接受此方法。可用的方法见 /openapi.json。"),
    413: ("body_too_large", "内容太大，请分成几次发送。"),
}
_logger = logging.getLogger(__name__)


class Problem(HTTPException):
    """A failure known only at the edge, with its HTTP status and our code."""

    def __init__(
        self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code


def problem_response(
    instance: str,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> JSONResponse:
    """Return the problem as a response; `members` are extensions of RFC 9457."""
    content = {**problem_json(instance, status, code, detail), **members}
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def problem_json(instance: str, status: int, code: str, detail: str) -> dict[str, Any]:
    """Return the members of problem details."""
    return {
        "type": f"urn:wenju:problem:{code}",
        "title": TITLES.get(status, "出错"),
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
    }


# Answers a failure in the shape that the programs of another protocol expect.
Dialect = Callable[[int, str, str, Mapping[str, str] | None], Response]


def answer_failures(application: FastAPI, dialects: Mapping[str, Dialect]) -> None:
    """Register the one answer to all kinds of failure; `dialects` are by beginning of path."""

    async def answer(request: Request, error: Exception) -> Response:
        for prefix, dialect in dialects.items():
            if request.url.path.startswith(prefix):
                status, code, detail = judged(error, request.url.path)
                return dialect(status, code, detail, _headers(error))
        return await respond(request, error)

    for kind in (WenjuError, RequestValidationError, HTTPException, Exception):
        application.add_exception_handler(kind, answer)


async def respond(request: Request, error: Exception) -> Response:
    """Answer a failure: as a page to somebody who looks at one, else as problem details."""
    status, code, detail = judged(error, request.url.path)
    if wants_page(request):
        return error_page(status, code, TITLES.get(status, "出错"), detail, _headers(error))
    return problem_response(request.url.path, status, code, detail, _headers(error))


def judged(error: Exception, path: str) -> tuple[int, str, str]:
    """Judge a failure, and log what we know to be a fault; the server logs the unexpected."""
    status, code, detail = judge(error)
    if status >= 500 and isinstance(error, WenjuError):
        _logger.error("%s at %s", code, path, exc_info=error)
    return status, code, detail


def _headers(error: Exception) -> Mapping[str, str] | None:
    return error.headers if isinstance(error, HTTPException) else None


def judge(error: Exception) -> tuple[int, str, str]:
    """Return the status, the code and the sentence that a failure means."""
    match error:
        case Problem():
            return error.status_code, error.code, error.detail
        case HTTPException():
            code, detail = _OF_HTTP_STATUS.get(error.status_code, ("http_error", error.detail))
            return error.status_code, code, detail
        case RequestValidationError():
            return explain(error.errors())
        case WenjuError():
            return STATUS_OF_CODE.get(error.code, 500), error.code, error.message
        case _:
            detail = "服务内部出错，资料没有丢失。请稍后重试；再次出现时请把日志交给管理员。"
            return 500, "internal_error", detail


def explain(errors: Any) -> tuple[int, str, str]:
    """Turn the first thing that pydantic found wrong into status, code and sentence."""
    first = errors[0]
    kind = str(first["type"])
    place = [str(step) for step in first["loc"] if step not in {"body", "query", "path", "header"}]
    name = ".".join(place)
    if not is_readable(name):  # a field's name is the sender's
        name = "…"
    if kind == "json_invalid":
        return 400, "invalid_json", "请求的内容不是合法的 JSON。请检查引号、逗号和编码（UTF-8）。"
    if kind == "extra_forbidden":
        return 422, "unknown_field", f"不认识的字段 {name[:80]}。可用的字段见 /openapi.json。"
    if kind == "missing":
        wanted = name or "请求内容"
        return 422, "missing_field", f"缺少 {wanted[:80]}。用法见 /openapi.json。"
    if kind in {"model_attributes_type", "dict_type", "model_type"} and not name:
        return 422, "invalid_body", '请求的内容应是一个 JSON 对象，例如 {"question": "…"}。'
    if kind == "unreadable_text":
        return 422, kind, UNREADABLE
    return 422, "invalid_field", f"{name[:80] or '请求内容'} 的值不合要求。用法见 /openapi.json。"
