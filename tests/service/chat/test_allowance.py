"""How much may be said: by itself, and at the doors of WeChat and WeCom."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.knowledge_base import KnowledgeBase
from service.chat import receiving
from service.chat.allowance import Allowance
from service.desk import Desk
from service.http.application import build_application
from service.http.rates import FILE_NAME, RateLimits
from service.settings import Settings
from tests.service.wechat import platform as wechat
from tests.service.wecom import platform as wecom

WAIT = "您发得太快了"
CROWDED = "现在提问的人太多"
MESSAGES = count(9_000_000_000_000_000_000)  # no other test has these


def allowance(directory: Path, person: str = "2/hour", channel: str = "100/hour") -> Allowance:
    return Allowance(RateLimits(directory, Settings()).seconds_over, person, channel)


def test_who_says_too_much_is_told_how_long_to_wait_and_nobody_else_is(tmp_path: Path) -> None:
    allowed = allowance(tmp_path)
    assert [allowed.admit("wechat:a") for _ in range(2)] == [None, None]
    first, again = allowed.admit("wechat:a"), allowed.admit("wechat:a")
    assert first is not None
    assert again is not None
    assert first.words.startswith(f"{WAIT}，请过 3")
    assert (first.is_news, again.is_news) == (True, False)
    assert allowed.admit("wechat:b") is None
    assert allowed.admit("wecom:a") is None


def test_all_together_have_a_limit_of_their_own_for_each_channel(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    allowed = allowance(tmp_path, channel="3/hour")
    assert [allowed.admit(f"wechat:{n}") for n in range(3)] == [None] * 3
    for n in range(2):
        refused = allowed.admit(f"wechat:more{n}")
        assert refused is not None
        assert refused.words.startswith(CROWDED)
    assert allowed.admit("wecom:one") is None
    assert caplog.text.count("more than 3/hour messages to wechat") == 1


def test_one_who_says_too_much_uses_up_nothing_of_the_others(tmp_path: Path) -> None:
    allowed = allowance(tmp_path, channel="5/hour")
    for _ in range(20):
        allowed.admit("wechat:a")
    assert [allowed.admit("wechat:b"), allowed.admit("wechat:c")] == [None, None]


def test_all_server_processes_count_together_and_keep_no_names(tmp_path: Path) -> None:
    for _ in range(2):
        assert allowance(tmp_path).admit("wechat:oSomebody") is None
    assert allowance(tmp_path).admit("wechat:oSomebody") is not None
    kept = b"".join(file.read_bytes() for file in tmp_path.glob(f"{FILE_NAME}*"))
    assert b"chat:" in kept
    assert b"oSomebody" not in kept


def test_where_no_rate_is_set_nothing_is_counted(tmp_path: Path) -> None:
    allowed = allowance(tmp_path, "none", "none")
    assert [allowed.admit("wechat:a") for _ in range(100)] == [None] * 100


@contextmanager
def serving(base: KnowledgeBase, chosen: Settings) -> Iterator[TestClient]:
    application = build_application(Desk(chosen, base), chosen)
    with TestClient(application, base_url="https://wenju.example.gov.cn") as client:
        yield client


def test_in_wechat_a_message_counts_once_however_often_it_comes(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    platform = wechat.Platform(time.time, wechat.KEY, _ids=MESSAGES)
    chosen = wechat.settings(data_dir=tmp_path, chat_person_rate_limit="2/hour")

    def hear(client: TestClient, xml: str) -> str:
        query, body = platform.request(xml)
        response = client.post("/wechat", params=query, content=body)
        assert response.status_code == 200
        return platform.read(response.content) or ""

    with serving(base, chosen) as client:
        first = platform.text("u-hasty", "菜单")
        for _ in range(3):
            assert WAIT not in hear(client, first)
        assert WAIT not in hear(client, platform.text("u-hasty", "依据"))
        assert WAIT in hear(client, platform.text("u-hasty", "依据"))
        assert WAIT not in hear(client, first)
        assert WAIT not in hear(client, platform.text("u-other", "依据"))
        assert hear(client, platform.event("u-hasty", "unsubscribe")) == ""


def test_what_was_forged_uses_up_nothing(base: KnowledgeBase, tmp_path: Path) -> None:
    chosen = wechat.settings(data_dir=tmp_path, chat_person_rate_limit="1/hour")
    forger = wechat.Platform(time.time, wechat.KEY, token="guessed")  # noqa: S106
    stale = wechat.Platform(lambda: time.time() - 700, wechat.KEY)
    true = wechat.Platform(time.time, wechat.KEY, _ids=MESSAGES)
    with serving(base, chosen) as client:
        for platform in (forger, stale) * 5:
            query, body = platform.request(platform.text("u-victim", "依据"))
            assert client.post("/wechat", params=query, content=body).status_code == 403
        query, body = true.request(true.text("u-victim", "依据"))
        reply = client.post("/wechat", params=query, content=body)
        assert WAIT not in (true.read(reply.content) or "")


def test_members_of_wecom_and_those_who_speak_to_its_bot_are_told_too(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    chosen = wecom.settings(data_dir=tmp_path, chat_person_rate_limit="1/hour")
    member, bot = wecom.Platform(time.time), wecom.Platform.of_bot(time.time)

    def told(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
        query, content = bot.bot_request(body)
        reply = bot.bot_read(client.post("/wecom/bot", params=query, content=content).content)
        assert reply is not None
        stream: dict[str, Any] = reply["stream"]
        return stream

    with serving(base, chosen) as client:
        for expected in (False, True):
            query, body = member.request(member.text("u-hasty", "依据"))
            reply = client.post("/wecom", params=query, content=body)
            assert (WAIT in (member.read(reply.content) or "")) is expected
        said = bot.said("依据", **{"from": {"userid": "hasty"}})
        assert [WAIT in told(client, said)["content"] for _ in range(2)] == [False, False]
        refused = told(client, bot.said("依据", **{"from": {"userid": "hasty"}}))
        assert WAIT in refused["content"]
        assert refused["finish"] is True
        assert "feedback" not in refused


def test_a_body_that_does_not_come_is_not_waited_for(
    base: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "BODY_SECONDS", 0.01)

    async def trickle(path: str) -> tuple[int, bytes]:
        sent: dict[str, Any] = {"status": 0, "body": b""}

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.005)
            return {"type": "http.request", "body": b"<", "more_body": True}

        async def send(message: Any) -> None:
            sent["status"] = message.get("status", sent["status"])
            sent["body"] += message.get("body", b"")

        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "scheme": "https",
            "http_version": "1.1",
            "query_string": b"",
            "headers": [(b"host", b"wenju.example.gov.cn")],
            "client": ("192.0.2.1", 1),
            "server": ("wenju.example.gov.cn", 443),
        }
        await application(scope, receive, send)
        return sent["status"], sent["body"]

    chosen = wecom.settings(wechat_token=wechat.TOKEN, data_dir=tmp_path)
    application = build_application(Desk(chosen, base), chosen)
    for path, code in (
        ("/wechat", "wechat_body_too_slow"),
        ("/wecom", "wecom_body_too_slow"),
        ("/wecom/bot", "wecom_body_too_slow"),
    ):
        status, body = asyncio.run(trickle(path))
        assert status == 408
        assert code.encode() in body
