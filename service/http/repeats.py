"""`Idempotency-Key`: a write that is sent again is done once, and answered the same.

As in the IETF's draft (draft-ietf-httpapi-idempotency-key-header). What failed is not kept: it
may be corrected and sent again under the same key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from index.document import SHANGHAI
from index.store.idempotency import Begun, IdempotentWrites, KeptAnswer, Write
from service.access import Caller
from service.desk import Desk
from service.http.problems import Problem

HEADER = "idempotency-key"
LONGEST_KEY = 255
KEPT_HEADERS = ("content-type", "location")
DESCRIBED: dict[str, Any] = {  # in OpenAPI
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "同一个值和同样的内容重发，只做一次，回答相同；保留一天",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    ],
    "responses": {
        "409": {
            "description": "带这个 Idempotency-Key 的请求还在处理",
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/ProblemShape"}
                }
            },
        }
    },
}
_VISIBLE = re.compile(f"[!-~]{{1,{LONGEST_KEY}}}")
_BOUNDARY = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)


async def once(
    request: Request, caller: Caller, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Handle a write, or answer as it was answered before."""
    key = request.headers.get(HEADER)
    if key is None:
        return await handle(request)
    if not _VISIBLE.fullmatch(key):
        raise Problem(
            422,
            "invalid_idempotency_key",
            f"Idempotency-Key 应是 1 到 {LONGEST_KEY} 个可见的 ASCII 字符，例如一个 UUID。",
        )
    desk: Desk = request.app.state.desk
    writes = desk.knowledge_base.idempotent_writes
    body = await request.body()  # the route reads it once more
    write = Write(caller.name, key, await run_in_threadpool(_fingerprint, request, body))
    begun = await run_in_threadpool(writes.begin, write, datetime.now(SHANGHAI))
    match begun:
        case KeptAnswer():
            headers = {**begun.headers, "idempotency-replayed": "true"}
            return Response(begun.body, begun.status, headers)
        case Begun.GOING_ON:
            raise Problem(
                409,
                "idempotency_key_in_use",
                "带这个 Idempotency-Key 的请求还在处理，请稍后用同样的内容重发。",
                {"retry-after": "1"},
            )
        case Begun.DIFFERENT:
            raise Problem(
                422,
                "idempotency_key_reused",
                "这个 Idempotency-Key 已经用于另一个请求。新的请求请换一个新的值。",
            )
    return await _done(request, handle, writes, write)


async def _done(
    request: Request,
    handle: Callable[[Request], Awaitable[Response]],
    writes: IdempotentWrites,
    write: Write,
) -> Response:
    try:
        response = await handle(request)
    except BaseException:
        await run_in_threadpool(writes.abandon, write)
        raise
    if response.status_code >= 400:
        await run_in_threadpool(writes.abandon, write)
        return response
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    kept = KeptAnswer(response.status_code, headers, bytes(response.body))
    await run_in_threadpool(writes.finish, write, kept)
    return response


def _fingerprint(request: Request, body: bytes) -> str:
    """Tell one request from another; the boundary between parts is new with each sending."""
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if boundary is not None:
        body = body.replace(boundary[1].encode("latin-1"), b"")
    target = f"{request.method} {quote(request.url.path)}?{request.url.query}\n"
    return hashlib.sha256(target.encode() + body).hexdigest()
