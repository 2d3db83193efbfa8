"""Who may do what: the key, the origin of browser requests, and the size of what is sent."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes, urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.problems import Problem, problem_response
from service.settings import Settings

READING = frozenset({"GET", "HEAD", "OPTIONS"})
FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip")  # a proxy stands between
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


class OpenRoute(APIRoute):
    """A route anybody may use, but no page of another site through somebody's browser."""

    media_type: ClassVar[str] = "application/json"
    needs_key: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check the request before its body is read."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            settings: Settings = request.app.state.settings
            if request.method not in READING:
                require_known_origin(request, settings)
            if self.needs_key:
                require_key(request, settings)
            if self.body_field is not None:
                require_media_type(request, self.media_type)
            return await handle(request)

        return guarded


class ManagedRoute(OpenRoute):
    """A route for those who keep the knowledge base: on this machine, or with the key."""

    needs_key: ClassVar[bool] = True


class UploadRoute(ManagedRoute):
    """A managed route that takes a file."""

    media_type: ClassVar[str] = "multipart/form-data"


def require_media_type(request: Request, media_type: str) -> None:
    """Refuse a body of another type than the route reads."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != media_type:
        raise Problem(
            415, "unsupported_media_type", f"请求的 Content-Type 应是 {media_type}，请改正后重发。"
        )


def require_known_origin(request: Request, settings: Settings) -> None:
    """Refuse what a page of another site, or of a rebound name, made a browser send."""
    host = request.headers.get("host", "")
    public_host = urlsplit(settings.public_url).netloc
    origin = request.headers.get("origin")
    if origin is not None:
        sender = _netloc(origin)
        both_local = is_loopback(name_of(sender)) and is_loopback(name_of(host))
        if not sender or not (sender in {host, public_host} or both_local):
            raise Problem(
                403,
                "origin_not_allowed",
                "不接受其他网站的页面发来的请求。请从问据自己的页面操作。",
            )
    from_this_machine = request.client is not None and is_loopback(request.client.host)
    if from_this_machine and not (is_address(name_of(host)) or host == public_host):
        raise Problem(
            403,
            "host_not_allowed",
            "不接受用这个主机名发来的请求。请用 127.0.0.1 或 localhost 访问，"
            "或把对外地址写进设置 WENJU_PUBLIC_URL。",
        )


def require_key(request: Request, settings: Settings) -> None:
    """Let through what comes from this machine itself, or carries the key."""
    if is_local(request):
        return
    if settings.api_key is None:
        raise Problem(
            403,
            "key_not_configured",
            "没有设置密钥，只能在服务器本机上管理。请设置 WENJU_API_KEY。",
        )
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    challenge = {"www-authenticate": 'Bearer realm="wenju"'}
    if scheme.lower() != "bearer" or not key.strip():
        raise Problem(
            401, "key_required", "需要密钥：请带上请求头 Authorization: Bearer <密钥>。", challenge
        )
    expected = settings.api_key.get_secret_value().encode()
    if not hmac.compare_digest(key.strip().encode("latin-1", "replace"), expected):
        raise Problem(403, "wrong_key", "密钥不对，请检查后重试。", challenge)


def is_local(request: Request) -> bool:
    """Say whether a program on this machine asks directly, under a name of this machine."""
    return (
        request.client is not None
        and is_loopback(request.client.host)
        and is_loopback(name_of(request.headers.get("host", "")))
        and not any(header in request.headers for header in FORWARDING)
    )


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def name_of(host: str) -> str:
    """Return the host without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_address(name: str) -> bool:
    """Say whether a host is an address or localhost, which no foreign name server can point."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost"
    return True


def is_loopback(name: str) -> bool:
    """Say whether a host is this machine itself."""
    return name == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)


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
        is_upload = headers.get("content-type", "").startswith(UploadRoute.media_type)
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
