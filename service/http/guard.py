"""What a route lets in: callers by their scopes, browser requests by their origin."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from service.access import Caller, Scope
from service.http.callers import (
    bearer,
    identify,
    is_address,
    is_loopback,
    name_of,
    require,
    typed,
)
from service.http.problems import Problem
from service.http.rates import charge
from service.http.repeats import once
from service.settings import Settings

READING = frozenset({"GET", "HEAD", "OPTIONS"})
WRITING = frozenset({Scope.WRITE, Scope.CURATE, Scope.ADMIN})
MULTIPART = "multipart/form-data"
ASK_FOR_PASSWORD = {"www-authenticate": 'Basic realm="wenju", charset="UTF-8"'}


class GuardedRoute(APIRoute):
    """A route that only callers with one of its scopes may use; made by `open_to`."""

    scopes: ClassVar[frozenset[Scope]] = frozenset()
    media_type: ClassVar[str] = "application/json"
    is_page: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check the request before its body is read."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            if request.method not in READING:
                require_known_origin(request, request.app.state.settings)
            caller = request.state.caller = await self._admitted(request)
            if self.body_field is not None:
                require_media_type(request, self.media_type)
            if self.scopes <= WRITING and request.method not in READING:
                return await once(request, caller, handle)
            return await handle(request)

        return guarded

    async def _admitted(self, request: Request) -> Caller:
        """Return who asks, once they are seen to be allowed to."""
        token = typed(request) if self.is_page else bearer(request)

        def ask_the_catalogue() -> Caller:
            caller = identify(request, token)
            require(request, caller, token, any_of=self.scopes)
            return caller

        def count() -> Caller:
            try:
                caller = ask_the_catalogue()
            except Problem:
                charge(request, None)  # so that nobody tries keys for long
                raise
            charge(request, caller)
            return caller

        try:
            return await run_in_threadpool(count)
        except Problem as problem:
            if self.is_page and problem.status_code in {
                401,
                403,
            }:  # at 403 a browser would keep a mistyped key and never ask again
                raise Problem(401, problem.code, problem.detail, ASK_FOR_PASSWORD) from problem
            raise


def open_to(
    *scopes: Scope, media_type: str = "application/json", is_page: bool = False
) -> type[GuardedRoute]:
    """Return the kind of route for callers with one of the scopes.

    A page also takes the key as the password that a browser asks for.
    """
    members = {"scopes": frozenset(scopes), "media_type": media_type, "is_page": is_page}
    return type("Route", (GuardedRoute,), members)


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


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
