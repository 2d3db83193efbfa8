"""The tools spoken by the official SDK, which is imported here and nowhere else.

The SDK's plain `Server` and not its `MCPServer`: that one sets up the process's logging, and
puts English before every sentence we have for a failure.
"""

from __future__ import annotations

import json
import logging
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolShape
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from service.access import LOCAL, Caller
from service.http.callers import require_scope
from service.http.problems import explain, judged
from service.http.wiring import caller_of
from service.mcp_server.tools import INSTRUCTIONS, Tool, Toolbox

REQUEST_BYTES = 1 << 20
log = logging.getLogger(__name__)

Served = Server[dict[str, Any]]


def build_server(toolbox: Toolbox) -> Served:
    """Return a server of the tools; it holds no state, so one serves any number of clients."""

    async def list_tools(
        context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        del params
        caller = _caller(context)
        offered = [tool for tool in toolbox.tools.values() if caller.may(tool.scope)]
        return ListToolsResult(tools=[_shape(tool) for tool in offered])

    async def call_tool(
        context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        tool = toolbox.tools.get(params.name)
        if tool is None:
            names = "、".join(toolbox.tools)
            raise MCPError(code=INVALID_PARAMS, message=f"没有这个工具。可用的有 {names}。")
        return await anyio.to_thread.run_sync(_call, tool, params.arguments or {}, _caller(context))

    return Server(
        "wenju",
        version=version("wenju"),
        title="问据",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def serve_stdio(server: Served) -> None:
    """Serve one client over standard input and output until it leaves."""
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


async def serve_request(server: Served, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one HTTP request. Nothing is kept between requests, so any process may serve any."""
    manager = StreamableHTTPSessionManager(
        server, json_response=True, stateless=True, max_request_body_size=REQUEST_BYTES
    )
    async with manager.run():
        await manager.handle_request(scope, receive, send)


def _shape(tool: Tool) -> ToolShape:
    return ToolShape(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.result.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(title=tool.title, read_only_hint=True, open_world_hint=False),
    )


def _caller(context: ServerRequestContext[Any]) -> Caller:
    """Return who calls: over HTTP the guard knows, over standard input it is this machine."""
    return LOCAL if context.request is None else caller_of(context.request)


def _call(tool: Tool, arguments: dict[str, Any], caller: Caller) -> CallToolResult:
    """Return the result as an object, and as text for clients that know no objects."""
    try:
        require_scope(caller, tool.scope)
        found = tool.call(tool.arguments.model_validate(arguments), caller)
    except ValidationError as error:
        _, code, message = explain(error.errors())
        return _failure(code, message)
    except Exception as error:
        status, code, message = judged(error, f"mcp:{tool.name}")
        if code == "internal_error":
            log.exception("the tool %s failed (%s)", tool.name, status)
        return _failure(code, message)
    text = json.dumps(found, ensure_ascii=False)
    return CallToolResult(content=[TextContent(text=text)], structured_content=found)


def _failure(code: str, message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=f"{message}（{code}）")], is_error=True)
