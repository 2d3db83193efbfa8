"""The official client against our tools: in this process, over HTTP, over standard input."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent

from service.desk import Desk
from service.http.schemas.answers import AnswerShape, SearchShape
from service.http.schemas.documents import DocumentListShape
from service.mcp_server.protocol import build_server
from service.mcp_server.schemas import MOST_READ, ReadShape
from service.mcp_server.tools import Toolbox
from tests.service.problems import check_problem

QUESTION = "有多少个事项实现了两市通办？"


def with_client(server: Any, work: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    """Do some work with the official client, connected to a server."""

    async def run() -> Any:
        async with Client(server, **options) as client:
            return await work(client)

    return anyio.run(run)


def call(server: Any, name: str, **arguments: Any) -> CallToolResult:
    async def work(client: Client) -> CallToolResult:
        return await client.call_tool(name, arguments)

    result: CallToolResult = with_client(server, work)
    return result


def text_of(result: CallToolResult) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


@pytest.fixture(scope="module")
def tools(desk: Desk) -> Any:
    return build_server(Toolbox(desk))


def test_four_tools_are_described_in_chinese_with_the_shape_of_their_results(tools: Any) -> None:
    listed = with_client(tools, lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == ["ask", "search", "read", "list"]
    for tool in listed:
        assert any("\u4e00" <= character <= "\u9fff" for character in tool.description)
        assert tool.output_schema["type"] == tool.input_schema["type"] == "object"
        assert tool.annotations.read_only_hint


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_http_a_question_is_answered_as_everywhere_else(site: str, mode: str) -> None:
    async def work(client: Client) -> CallToolResult:
        await client.list_tools()
        return await client.call_tool("ask", {"question": QUESTION})

    result = with_client(f"{site}/mcp", work, mode=mode)
    assert not result.is_error
    answer = result.structured_content
    AnswerShape.model_validate(answer)
    assert json.loads(text_of(result)) == answer
    at_once = httpx2.post(f"{site}/api/answer", json={"question": QUESTION}).json()
    for changing in ("id", "trace"):
        del answer[changing], at_once[changing]
    assert answer == at_once


def test_an_answer_over_http_is_counted(site: str) -> None:
    def counted() -> float:
        lines = httpx2.get(f"{site}/metrics").text.splitlines()
        line = next((one for one in lines if 'answers_total{outcome="answered"}' in one), "0")
        return float(line.rpartition(" ")[2])

    before = counted()
    call(f"{site}/mcp", "ask", question=QUESTION)
    assert counted() == before + 1


def test_conditions_narrow_what_answers(tools: Any, ids: dict[str, str]) -> None:
    question = "示例市转办事项多少个工作日内办结？"
    then = call(tools, "ask", question=question, as_of="2015-01-01").structured_content
    assert then["citations"][0]["document_id"] == ids["earlier"]
    narrow = {"documents": [ids["measures"]]}
    refused = call(tools, "ask", question=QUESTION, filter=narrow).structured_content
    assert refused["outcome"] == "refused"


def test_a_question_may_lean_on_the_one_before(tools: Any) -> None:
    before = "第一批事项共有多少项？"
    leaning = call(tools, "ask", question="那第二批呢？", previous=before).structured_content
    assert leaning["question"] == "第二批事项共有多少项？"
    whole = call(tools, "ask", question=QUESTION, previous=before).structured_content
    assert whole["question"] == QUESTION
    alone = call(tools, "ask", question=QUESTION, previous=" ").structured_content
    assert alone["answer"] == whole["answer"]
    assert call(tools, "ask", question=QUESTION, previous="问" * 1001).is_error


def test_searching_gives_passages_best_first(tools: Any) -> None:
    found = SearchShape.model_validate(
        call(tools, "search", query="跨城通办", limit=3).structured_content
    )
    assert [hit.rank for hit in found.hits] == [1, 2, 3]
    assert "跨城通办" in found.hits[0].citation.quote


def test_the_list_holds_what_is_public_and_can_be_narrowed(tools: Any, ids: dict[str, str]) -> None:
    everything = DocumentListShape.model_validate(call(tools, "list").structured_content)
    assert {one.id for one in everything.documents} == set(ids.values()) - {ids["internal"]}
    narrowed = call(tools, "list", query="热线管理办法", limit=1).structured_content
    assert narrowed["total"] == 2
    assert len(narrowed["documents"]) == 1


@pytest.mark.parametrize("longest", [7, 100, MOST_READ])
def test_the_parts_that_are_read_make_the_document(
    desk: Desk, ids: dict[str, str], longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.mcp_server.tools.MOST_READ", longest)
    toolbox = Toolbox(desk)
    text, start = "", 0
    while start is not None:
        given = toolbox.tools["read"].arguments.model_validate(
            {"document_id": ids["report"], "start": start}
        )
        part = ReadShape.model_validate(toolbox.read(given), strict=False)
        assert part.start == start
        assert 0 < len(part.text) == part.end - part.start <= longest
        text += part.text
        start = part.next_start
    assert text == desk.knowledge_base.document(ids["report"]).text


def test_a_citation_of_an_answer_can_be_read_at_its_place(tools: Any) -> None:
    [citation] = call(tools, "ask", question=QUESTION).structured_content["citations"]
    place = {key: citation[key] for key in ("document_id", "start", "end")}
    part = call(tools, "read", **place).structured_content
    assert part["text"] == citation["quote"]
    assert part["title"] == citation["title"]


def test_what_is_internal_is_not_there(tools: Any, ids: dict[str, str]) -> None:
    hidden = call(tools, "read", document_id=ids["internal"])
    assert hidden.is_error
    assert "document_not_found" in text_of(hidden)
    for name, arguments in (
        ("ask", {"question": "示例市夜间值班人员共有几名？"}),
        ("search", {"query": "示例市夜间值班人员共有几名？"}),
        ("list", {"query": "值班"}),
    ):
        assert ids["internal"] not in text_of(call(tools, name, **arguments))


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("ask", {}, "missing_field"),
        ("ask", {"question": " "}, "empty_question"),
        ("ask", {"question": "问" * 1001}, "question_too_long"),
        ("ask", {"question": "多少\x00个"}, "unreadable_text"),
        ("ask", {"question": "a", "as_of": "2026-02-30"}, "invalid_day"),
        ("ask", {"question": "a", "temperature": 1}, "unknown_field"),
        ("search", {"query": "a", "limit": 51}, "invalid_field"),
        ("read", {"document_id": "none"}, "document_not_found"),
        ("read", {"document_id": "report", "start": 10_000_000}, "invalid_request"),
        ("read", {"document_id": "report", "start": 9, "end": 9}, "invalid_request"),
        ("list", {"limit": -1}, "invalid_field"),
        ("list", {"cursor": "x"}, "invalid_cursor"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_with_its_code(
    tools: Any, ids: dict[str, str], name: str, arguments: dict[str, Any], code: str
) -> None:
    known = {key: ids.get(str(value), value) for key, value in arguments.items()}
    result = call(tools, name, **known)
    assert result.is_error
    assert text_of(result).endswith(f"（{code}）")
    assert any("\u4e00" <= character <= "\u9fff" for character in text_of(result))


def test_a_fault_of_ours_is_logged_and_tells_nothing_of_the_inside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    toolbox = Toolbox(desk)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(desk, "search", fail)
    result = call(build_server(toolbox), "search", query="a")
    assert result.is_error
    assert "internal_error" in text_of(result)
    assert "secret" not in text_of(result)
    assert "secret" in caplog.text


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(tools: Any) -> None:
    async def work(client: Client) -> None:
        with pytest.raises(MCPError, match="没有这个工具"):
            await client.call_tool("write", {})

    with_client(tools, work)


MESSAGE = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"accept": "application/json, text/event-stream"}


def test_the_guards_of_the_other_open_routes_hold_there(client: TestClient) -> None:
    assert client.post("/mcp", json=MESSAGE, headers=ACCEPT).status_code == 200
    origin = {**ACCEPT, "origin": "http://evil.example"}
    check_problem(client.post("/mcp", json=MESSAGE, headers=origin), 403, "origin_not_allowed")
    host = {**ACCEPT, "host": "evil.example"}
    check_problem(client.post("/mcp", json=MESSAGE, headers=host), 403, "host_not_allowed")
    check_problem(client.get("/mcp"), 405, "method_not_allowed")
    large = json.dumps({**MESSAGE, "params": {"a": "a" * (2 << 20)}}).encode()
    headers = {**ACCEPT, "content-type": "application/json"}
    assert client.post("/mcp", content=large, headers=headers).status_code == 413
    parts = (large[start : start + 65536] for start in range(0, len(large), 65536))
    assert client.post("/mcp", content=parts, headers=headers).status_code == 413


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    body=some.binary(max_size=40)
    | some.fixed_dictionaries(
        {"jsonrpc": some.just("2.0"), "id": some.integers(), "method": some.text(max_size=20)}
    ).map(lambda message: json.dumps(message).encode())
)
def test_no_message_at_all_is_a_fault(client: TestClient, body: bytes) -> None:
    headers = {**ACCEPT, "content-type": "application/json"}
    assert client.post("/mcp", content=body, headers=headers).status_code < 500


def test_serving_does_not_load_the_sdk_before_it_is_asked_for() -> None:
    program = (
        "import sys, service.http.application, service.cli.application;"
        "raise SystemExit('mcp' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.slow
def test_over_standard_input_the_program_answers_and_leaves_with_its_client(
    shelf: tuple[Path, dict[str, str]],
) -> None:
    program = "from service.cli import main; raise SystemExit(main(['mcp']))"
    environment = {**os.environ, "WENJU_DATA_DIR": str(shelf[0]), "WENJU_MODEL": "demo"}
    parameters = StdioServerParameters(
        command=sys.executable, args=["-c", program], env=environment
    )
    result = call(stdio_client(parameters), "ask", question=QUESTION)
    assert result.structured_content["answer"] == "56 个事项"
