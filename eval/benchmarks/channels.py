"""What each way in costs: one server, the same questions by every channel, side by side.

Beside the bare answer, given in this process over the same documents without any channel.

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
from datetime import datetime
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
from index.document import SHANGHAI
from service.bootstrap import open_desk
from service.chat.crypto import MessageCipher, Sealed, seal
from service.desk import Channel, Desk
from service.settings import PREFIX, load_configuration

ASKED = 100
CLIENTS = 4  # at once, for the throughput
BATCH = 10  # questions in one request
TOKEN = "benchmark"  # noqa: S105  of accounts that are not there
KEY = "benchmark" * 4 + "AAAAAAA"
CORP_ID = "ww0000000000000000"
ACCOUNTS = {
    "wechat_token": TOKEN,
    "wecom_token": TOKEN,
    "wecom_corp_id": CORP_ID,
    "wecom_encoding_aes_key": KEY,
    "wecom_bot_token": TOKEN,
    "wecom_bot_encoding_aes_key": KEY,
    "chat_rate_limit": "none",
}  # settings
OK = (200, 202)
Send = Callable[["Client", Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """A channel: milliseconds of a request, and answers a second with several clients."""

    times: Times
    answers_in_one: int
    answers_a_second: float


class Client:
    """A program with a connection it keeps, and a desk in its own process."""

    def __init__(self, port: int, desk: Desk) -> None:
        self.desk = desk
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


def ask_bare(client: Client, questions: Sequence[str]) -> None:
    """Ask the desk itself."""
    client.desk.ask(questions[0], channel=Channel.HTTP)


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


def message_application(client: Client, questions: Sequence[str]) -> None:
    """Ask as a member of WeCom's application, each time as another."""
    number, now = next(_numbers), datetime.now(SHANGHAI)
    message = (
        f"<xml><ToUserName>{CORP_ID}</ToUserName><FromUserName>member{number}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>text</MsgType>"
        f"<Content>{escape(questions[0])}</Content><MsgId>{number}</MsgId></xml>"
    )
    sealed = seal(message.encode(), MessageCipher(KEY, CORP_ID), TOKEN, now)
    body = f"<xml><Encrypt>{sealed.encrypted}</Encrypt></xml>"
    client.post(f"/wecom?{_signed(sealed)}", body.encode(), content_type="text/xml")


def tell_bot(client: Client, questions: Sequence[str]) -> None:
    """Ask WeCom's bot, each time as another."""
    number, now = next(_numbers), datetime.now(SHANGHAI)
    said = {
        "msgid": str(number),
        "aibotid": "1",
        "chattype": "single",
        "from": {"userid": f"member{number}"},
        "msgtype": "text",
        "text": {"content": questions[0]},
    }
    sealed = seal(json.dumps(said).encode(), MessageCipher(KEY, ""), TOKEN, now)
    client.post_json(f"/wecom/bot?{_signed(sealed)}", {"encrypt": sealed.encrypted})


def _signed(sealed: Sealed) -> str:
    return f"msg_signature={sealed.signature}&timestamp={sealed.timestamp}&nonce={sealed.nonce}"


CHANNELS: Mapping[str, tuple[Send, int]] = {
    "不经渠道（进程内）": (ask_bare, 1),
    "HTTP（JSON）": (ask, 1),
    "HTTP（事件流）": (stream, 1),
    f"HTTP（批量 {BATCH} 问）": (batch, BATCH),
    "OpenAI 兼容": (complete, 1),
    "MCP": (call_tool, 1),
    "公众号（明文）": (message_account, 1),
    "企业微信应用（加密）": (message_application, 1),
    "智能机器人（加密）": (tell_bot, 1),
}


def measure(port: int, questions: Sequence[str], desk: Desk) -> dict[str, Measured]:
    """Measure every channel of a server that is ready, and a desk over the same documents."""
    groups = [
        [questions[(start + step) % len(questions)] for step in range(BATCH)]
        for start in range(len(questions))
    ]
    with closing(Client(port, desk)) as client:
        for question in questions:
            ask(client, [question])
            ask_bare(client, [question])
        timed = in_turn([partial(send, client) for send, _ in CHANNELS.values()], groups)
    measured = {}
    for (name, (send, answers)), times in zip(CHANNELS.items(), timed, strict=True):
        clients = partial(Client, port, desk)
        a_second = _throughput(clients, send, groups[:: max(1, answers // 2)]) * answers
        measured[name] = Measured(times, answers, a_second)
    return measured


def _throughput(
    clients: Callable[[], Client], send: Send, groups: Sequence[Sequence[str]]
) -> float:
    """Return how many requests a second several clients get through."""

    def work(part: Sequence[Sequence[str]]) -> None:
        with closing(clients()) as client:
            for group in part:
                send(client, group)

    parts = [groups[start::CLIENTS] for start in range(CLIENTS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, parts))
    return len(groups) / (time.perf_counter() - began)


def section_of(measured: Mapping[str, Measured]) -> Section:
    """Return the table, every channel beside the bare answer."""
    bare = next(iter(measured.values()))
    rows = tuple(
        (
            name,
            str(one.times),
            f"{one.times.p50 / one.answers_in_one / bare.times.p50:.2f}",
            f"{one.answers_a_second:.1f}",
            f"{one.answers_a_second / bare.answers_a_second:.2f}",
        )
        for name, one in measured.items()
    )
    columns = (
        "渠道",
        "一次请求（毫秒）",
        "每个回答/进程内",
        f"每秒回答（{CLIENTS} 路）",
        "与进程内之比",
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
        variables = {f"{PREFIX}{name.upper()}": value for name, value in ACCOUNTS.items()}
        with serving(Path(folder), port, **variables) as server:
            until_ready(server, port)
            with open_desk(load_configuration(data_dir=Path(folder)).settings) as desk:
                section = section_of(measure(port, questions, desk))
    report.show(section, screen())
    screen().print(f"报告：{report.save(section, output)}", highlight=False)


if __name__ == "__main__":
    application()
