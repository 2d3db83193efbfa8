"""POST /mcp: the protocol's streamable HTTP, without sessions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from service.access import OPEN_SCOPES
from service.desk import Desk
from service.http.guard import open_to
from service.http.metrics import Metrics
from service.mcp_server.tools import Toolbox

if TYPE_CHECKING:
    from service.mcp_server.protocol import Served

PATH = "/mcp"
router = APIRouter(route_class=open_to(*OPEN_SCOPES))


class Mounted:
    """The server of an application, made when it is first asked for: the SDK loads slowly."""

    def __init__(self, desk: Desk, metrics: Metrics) -> None:
        self._desk = desk
        self._metrics = metrics

    @cached_property
    def server(self) -> Served:
        """Return the server."""
        from service.mcp_server.protocol import build_server  # noqa: PLC0415  loads the SDK

        return build_server(Toolbox(self._desk, self._metrics.answered))


class _Handed(Response):
    """The request handed on to the protocol, which reads it and answers it."""

    def __init__(self, server: Served) -> None:
        super().__init__()
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        from service.mcp_server.protocol import serve_request  # noqa: PLC0415  loaded by now

        await serve_request(self._server, scope, receive, send)


@router.post(PATH, include_in_schema=False)  # the protocol describes itself
async def mcp(request: Request) -> Response:
    """Serve a message of the protocol."""
    mounted: Mounted = request.app.state.mcp
    return _Handed(await run_in_threadpool(lambda: mounted.server))
