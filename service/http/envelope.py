"""Bounds what comes in and dresses what goes out, whatever the route."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.guard import MULTIPART
from service.http.problems import Problem, problem_response

JSON_BYTES = 4 << 20  # room for a question far too long to be told so
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


class Envelope:
    """Bounds what comes in and dresses what goes out, whatever the route."""

    def __init__(self, application: ASGIApp, upload_bytes: int) -> None:
        self._application = application
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on within bounds, and its response with our headers."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _caching(scope))
                standing = scope.get("state", {}).get("standing")
                for name, value in (standing.headers() if standing else {}).items():
                    headers.setdefault(name, value)
            await send(message)

        if not _is_text(scope["query_string"]):
            response = problem_response(
                scope["path"],
                400,
                "invalid_encoding",
                "地址里的参数不是 UTF-8 编码，请改正后重试。",
            )
            await response(scope, receive, dressed)
            return
        bounded = self._bounded(scope, receive)
        await self._application(scope, bounded, dressed)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """Count what arrives and stop at the limit, whatever length was declared."""
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").startswith(MULTIPART)
        limit = self._upload_bytes if is_upload else JSON_BYTES
        declared = headers.get("content-length", "")
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit or (declared.isdecimal() and int(declared) > limit):
                await _drain(receive, message, limit)
                raise Problem(
                    413, "body_too_large", f"内容超过 {limit >> 20} MB，请分开或缩小后发送。"
                )
            return message

        return counted


def _caching(scope: Scope) -> str:
    """Let browsers keep our scripts and styles, which name their version; nothing else."""
    if not scope["path"].startswith("/static/"):
        return "no-store"  # questions and answers are nobody else's
    return "public, max-age=31536000, immutable" if scope["query_string"] else "no-cache"


async def _drain(receive: Receive, message: Message, limit: int) -> None:
    """Let a sender finish, within bounds, so that it reads the answer and not a broken pipe."""
    seen = 0
    while message.get("more_body", False) and seen <= limit:
        message = await receive()
        seen += len(message.get("body", b""))


def _is_text(query: bytes) -> bool:
    try:
        unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
