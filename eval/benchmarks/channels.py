"""What each way in costs: one server, the same questions by every channel, side by side.

`python -m eval.benchmarks.channels`. Every question has been asked once before it is timed, so
that what the desk remembers of it is remembered for all channels alike, and what differs between
them is the channel.
"""

from __future__ import annotations

import hashlib
import http.client
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated
from xml.sax.saxutils import escape

import typer

from eval import report
from eval.benchmarks.startup import ServerFailed, free_port, serving, until_ready
from eval.benchmarks.timing import Times, in_turn
from eval.commands import DEFAULT_OUTPUT, screen
from eval.datasets import QUESTIONS, load_questions
from eval.report import Section, Table

ASKED = 100
CLIENTS = 4  # at once, for the throughput
BATCH = 10  # questions in one request
TOKEN = "benchmark"  # noqa: S105  of an account that is not there
OK = (200, 202)
Send = Callable[["Client", Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """A channel: milliseconds of a request, and answers a second with several clients."""

    times: Times
    answers_in_one: int
    answers_a_second: float


class Client:
    """A program with a connection it keeps."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, path: str, body: bytes, **headers: str) -> bytes:
        """Send a request and read the whole answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("POST", path, body, named)
        response = self._connection.getresponse()
        content = response.read()
        if response.status not in OK:
            raise ServerFailed(
                f"{path}: {response.status} {content[:500].decode(errors='replace')}"
            )
        return content

    def post_json(self, path: str, content: object, accept: str = "application/json") -> bytes:
        """Send JSON."""
        body = json.dumps(content).encode()
        return self.post(path, body, content_type="application/json", accept=accept)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def ask(client: Client, questions: Sequence[str]) -> None:
    """Ask as a program does."""
    client.post_json("/api/answer", {"question": questions[0]})


def stream(client: Client, questions: Sequence[str]) -> None:
    """Ask for events, and read to the last."""
    content = client.post_json("/api/answer", {"question": questions[0]}, "text/event-stream")
    if b"event: answer" not in content:
        raise ServerFailed("the stream ended without an answer")


def batch(client: Client, questions: Sequence[str]) -> None:
    """Ask several at once."""
    client.post_json("/api/answers", {"questions": [{"question": one} for one in questions]})


def complete(client: Client, questions: Sequence[str]) -> None:
    """Ask as OpenAI's clients do."""
    message = {"role": "user", "content": questions[0]}
    client.post_json("/v1/chat/completions", {"model": "wenju", "messages": [message]})


def call_tool(client: Client, questions: Sequence[str]) -> None:
    """Ask by the Model Context Protocol, as a client that is through with its greetings."""
    params = {"name": "ask", "arguments": {"question": questions[0]}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    content = client.post_json("/mcp", message, "application/json, text/event-stream")
    if "result" not in json.loads(content):
        raise ServerFailed(content.decode())


_numbers = itertools.count(1)


def message_account(client: Client, questions: Sequence[str]) -> None:
    """Ask as WeChat does, each time as another person."""
    number, moment, nonce = next(_numbers), str(int(time.time())), "1"
    signature = hashlib.sha1("".join(sorted((TOKEN, moment, nonce))).encode()).hexdigest()  # noqa: S324  WeChat's own
    body = (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>person{number}</FromUserName>"
        f"<CreateTime>{moment}</CreateTime><MsgType>text</MsgType>"
        f"<Content>{escape(questions[0])}</Content><MsgId>{number}</MsgId></xml>"
    )
    query = f"signature={signature}&timestamp={moment}&nonce={nonce}"
    client.post(f"/wechat?{query}", body.encode(), content_type="text/xml")


CHANNELS: Mapping[str, tuple[Send, int]] = {
    "HTTP（JSON）": (ask, 1),
    "HTTP（事件流）": (stream, 1),
    f"HTTP（批量 {BATCH} 问）": (batch, BATCH),
    "OpenAI 兼容": (complete, 1),
    "MCP": (call_tool, 1),
    "公众号（明文）": (message_account, 1),
}


def measure(port: int, questions: Sequence[str]) -> dict[str, Measured]:
    """Measure every channel of a server that is ready."""
    groups = [
        [questions[(start + step) % len(questions)] for step in range(BATCH)]
        for start in range(len(questions))
    ]
    with closing(Client(port)) as client:
        for question in questions:
            ask(client, [question])
        timed = in_turn([partial(send, client) for send, _ in CHANNELS.values()], groups)
    measured = {}
    for (name, (send, answers)), times in zip(CHANNELS.items(), timed, strict=True):
        a_second = _throughput(port, send, groups[:: max(1, answers // 2)]) * answers
        measured[name] = Measured(times, answers, a_second)
    return measured


def _throughput(port: int, send: Send, groups: Sequence[Sequence[str]]) -> float:
    """Return how many requests a second several clients get through."""

    def work(part: Sequence[Sequence[str]]) -> None:
        with closing(Client(port)) as client:
            for group in part:
                send(client, group)

    parts = [groups[start::CLIENTS] for start in range(CLIENTS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, parts))
    return len(groups) / (time.perf_counter() - began)


def section_of(measured: Mapping[str, Measured]) -> Section:
    """Return the table, every channel beside plain JSON over HTTP."""
    plain = next(iter(measured.values()))
    rows = tuple(
        (
            name,
            str(one.times),
            f"{one.times.p50 / one.answers_in_one / plain.times.p50:.2f}",
            f"{one.answers_a_second:.1f}",
            f"{one.answers_a_second / plain.answers_a_second:.2f}",
        )
        for name, one in measured.items()
    )
    columns = (
        "渠道",
        "一次请求（毫秒）",
        "每个回答/JSON",
        f"每秒回答（{CLIENTS} 路）",
        "与 JSON 之比",
    )
    return Section(
        "channels",
        "各渠道",
        notes=(
            "同一个服务进程、同一批问题，逐题轮流走各渠道；每题事先问过一遍，差别只在渠道。",
            "毫秒写作“中位数 / 95 分位”。单次时间随机器而变，比值较可信。",
        ),
        tables=(Table("各渠道的用时与吞吐", columns, rows),),
        numbers={name: asdict(one) for name, one in measured.items()},
    )


application = typer.Typer()


@application.command(help="测各渠道的用时与吞吐，同一次运行比较。")
def main(
    *,
    output: Annotated[Path, typer.Option(help="报告写到哪个目录")] = DEFAULT_OUTPUT,
    asked: Annotated[int, typer.Option("--questions", min=8, help="问几个问题")] = ASKED,
) -> None:
    """Serve the shipped documents from a base of its own, measure, print, and save."""
    loaded = load_questions(QUESTIONS / "development.jsonl")
    questions = [one.question for one in loaded][:asked]
    with tempfile.TemporaryDirectory(prefix="wenju-channels-") as folder:
        port = free_port()
        with serving(Path(folder), port, WENJU_WECHAT_TOKEN=TOKEN) as server:
            until_ready(server, port)
            section = section_of(measure(port, questions))
    report.show(section, screen())
    screen().print(f"报告：{report.save(section, output)}", highlight=False)


if __name__ == "__main__":
    application()
