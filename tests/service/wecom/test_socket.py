"""The official SDK, as we use it, against WeCom's side of our own making."""

from __future__ import annotations

import asyncio
import ssl
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from index.knowledge_base import KnowledgeBase
from service.desk import Desk, Verdict
from service.settings import InvalidConfiguration, Settings
from service.wecom import socket as socket_module
from service.wecom.account import SocketAccount, socket_of
from service.wecom.companions import companions
from service.wecom.socket import BotSocket, load_sdk
from service.wecom.wiring import Parts
from tests.service.wecom.fake_socket import (
    BOT_ID,
    SECRET,
    FakeSocket,
    listening_socket,
    make_certificate,
)
from tests.service.wecom.platform import Platform
from tests.service.wecom.test_route import QUESTION

Story = Callable[[FakeSocket], Awaitable[None]]
said = Platform.of_bot(lambda: 0).said


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(autouse=True)
def patient(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK trusts our certificate, looks often, and a slow machine fails nothing."""
    load_sdk()
    import aibot.ws  # noqa: PLC0415  loaded without its warning by now

    context = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(aibot.ws, "_SSL_CONTEXT", context)
    monkeypatch.setattr(socket_module, "FIRST_SECONDS", 600)
    monkeypatch.setattr(socket_module, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(socket_module, "SHORTEST_PAUSE", 0.05)


def parts(base: KnowledgeBase, **changes: object) -> Parts:
    chosen = Settings(**changes)  # type: ignore[arg-type]  # pydantic checks them
    return Parts(Desk(chosen, base), chosen, lambda: [QUESTION], lambda _outcome, _seconds: None)


@asynccontextmanager
async def connected(
    base: KnowledgeBase, fake: FakeSocket, secret: str = SECRET
) -> AsyncIterator[None]:
    account = SocketAccount(BOT_ID, secret, fake.url)
    stop = asyncio.Event()
    running = asyncio.ensure_future(BotSocket(account, parts(base).bot(), base.leases).run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)


def tell(base: KnowledgeBase, certificate: Path, story: Story) -> None:
    async def told() -> None:
        async with listening_socket(certificate) as fake, connected(base, fake):
            await fake.until(lambda: bool(fake.connections))
            await story(fake)

    asyncio.run(told())


def test_a_question_is_answered_over_the_connection(base: KnowledgeBase, certificate: Path) -> None:
    async def story(fake: FakeSocket) -> None:
        assert fake.subscribed == [{"bot_id": BOT_ID, "secret": SECRET}]
        (reply,) = await fake.ask(said(QUESTION))
        assert reply["cmd"] == "aibot_respond_msg"
        stream = reply["body"]["stream"]
        assert stream["finish"] is True
        assert stream["content"].startswith("56 个事项")
        assert stream["feedback"] == {"id": stream["id"]}

    tell(base, certificate, story)


def test_a_slow_answer_comes_in_pieces_of_one_stream(
    base: KnowledgeBase, certificate: Path, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_module, "FIRST_SECONDS", 0)

    async def story(fake: FakeSocket) -> None:
        body = said(QUESTION)
        asking = asyncio.ensure_future(fake.ask(body, pieces=2))
        await fake.until(lambda: bool(fake.replies))
        held.set()
        first, last = (one["body"]["stream"] for one in await asking)
        assert (first["finish"], last["finish"]) == (False, True)
        assert first["id"] == last["id"]
        assert "正在查找" in first["content"]
        assert last["content"].startswith("56 个事项")

    tell(base, certificate, story)


def test_who_comes_in_is_greeted_and_what_they_think_is_kept(
    base: KnowledgeBase, certificate: Path
) -> None:
    async def story(fake: FakeSocket) -> None:
        entering = {**said("", "event"), "event": {"eventtype": "enter_chat"}}
        number = await fake.send("aibot_event_callback", entering)
        await fake.until(lambda: bool(fake.replies))
        greeting = fake.replies[0]
        assert greeting["headers"]["req_id"] == number
        assert greeting["cmd"] == "aibot_respond_welcome_msg"
        assert greeting["body"]["text"]["content"].startswith("您好")
        (reply,) = await fake.ask(said(QUESTION))
        feedback = {"id": reply["body"]["stream"]["id"], "type": 2, "content": "不对"}
        event = {"eventtype": "feedback_event", "feedback_event": feedback}
        before = len(base.feedback.latest())
        await fake.send("aibot_event_callback", {**said("", "event"), "event": event})
        while len(base.feedback.latest()) == before:  # noqa: ASYNC110  nothing is replied
            await asyncio.sleep(0.02)
        kept = base.feedback.latest(1)[0]
        assert (kept.verdict, kept.comment) == (Verdict.WRONG, "不对")

    tell(base, certificate, story)


@pytest.mark.parametrize("code", [1000, 1011])
def test_a_connection_that_is_closed_is_opened_again(
    base: KnowledgeBase, certificate: Path, code: int
) -> None:
    """The SDK notices neither end: see `service/wecom/socket.py`."""

    async def story(fake: FakeSocket) -> None:
        await fake.connections[0].close(code)
        await fake.until(lambda: len(fake.connections) == 2)
        (reply,) = await fake.ask(said(QUESTION))
        assert reply["body"]["stream"]["content"].startswith("56 个事项")

    tell(base, certificate, story)


def test_what_is_no_message_ends_nothing(base: KnowledgeBase, certificate: Path) -> None:
    async def story(fake: FakeSocket) -> None:
        await fake.connections[-1].send("no JSON")
        for body in ({}, {"msgtype": "text"}, {"msgtype": "event", "event": []}):
            await fake.send("aibot_msg_callback", body)
        (reply,) = await fake.ask(said("你好"))
        assert reply["body"]["stream"]["finish"] is True
        assert len(fake.connections) == 1

    tell(base, certificate, story)


def test_one_process_holds_the_connection_and_another_takes_over(
    base: KnowledgeBase, certificate: Path
) -> None:
    async def story() -> None:
        async with listening_socket(certificate) as fake:
            async with connected(base, fake):
                await fake.until(lambda: bool(fake.connections))
                async with connected(base, fake):
                    await asyncio.sleep(0.5)
                    assert len(fake.connections) == 1
            async with connected(base, fake):
                await fake.until(lambda: len(fake.connections) == 2)

    asyncio.run(story())


def test_a_bot_that_another_connection_has_taken_over_is_not_taken_back_at_once(
    base: KnowledgeBase, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with listening_socket(certificate) as fake:
            socket = BotSocket(
                SocketAccount(BOT_ID, SECRET, fake.url), parts(base).bot(), base.leases
            )
            serving = asyncio.ensure_future(socket._connected(asyncio.Event()))
            await fake.until(lambda: bool(fake.connections))
            event = {**said("", "event"), "event": {"eventtype": "disconnected_event"}}
            await fake.send("aibot_event_callback", event)
            assert await asyncio.wait_for(serving, 60) is False
            base.leases.release(socket._lease, socket._owner)

    asyncio.run(story())
    assert "taken the bot over" in caplog.text


def test_a_wrong_secret_is_logged_and_never_printed(
    base: KnowledgeBase,
    certificate: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def story() -> None:
        async with listening_socket(certificate) as fake, connected(base, fake, "guessed"):
            await fake.until(lambda: len(fake.subscribed) > 1)

    asyncio.run(story())
    assert "Authentication failed" in caplog.text
    assert "guessed" not in caplog.text + "".join(capfd.readouterr())


def test_nothing_that_people_say_is_printed(
    base: KnowledgeBase, certificate: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async def story(fake: FakeSocket) -> None:
        await fake.ask(said(QUESTION))

    tell(base, certificate, story)
    assert "".join(capfd.readouterr()) == ""  # the SDK would print it escaped


def test_a_server_that_is_not_there_is_tried_again(
    base: KnowledgeBase, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        nowhere = FakeSocket("wss://127.0.0.1:9")
        async with connected(base, nowhere):
            while len(caplog.records) < 2:  # noqa: ASYNC110  the log has no event
                await asyncio.sleep(0.02)

    asyncio.run(story())


def test_half_of_the_settings_is_told() -> None:
    for half in ({"wecom_bot_id": BOT_ID}, {"wecom_bot_secret": SECRET}):
        with pytest.raises(InvalidConfiguration, match="WENJU_WECOM_BOT_SECRET"):
            socket_of(Settings(**half))  # type: ignore[arg-type]  # pydantic checks them


def test_without_the_sdk_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aibot", None)
    with pytest.raises(InvalidConfiguration, match="pip install"):
        load_sdk()


def test_the_companions_of_a_server_run_beside_it_and_end_with_it(
    base: KnowledgeBase, certificate: Path
) -> None:
    before = threading.active_count()
    with companions(parts(base)):
        assert threading.active_count() == before  # nothing is set up

    async def story() -> None:
        async with listening_socket(certificate) as fake:
            chosen = parts(
                base,
                wecom_bot_id=BOT_ID,
                wecom_bot_secret=SECRET,
                wecom_socket_url=fake.url,
                wecom_alert_webhook="http://127.0.0.1:9/cgi-bin/webhook/send?key=1",
            )
            beside = companions(chosen)
            await asyncio.to_thread(beside.__enter__)
            await fake.until(lambda: bool(fake.connections))
            (reply,) = await fake.ask(said(QUESTION))
            assert reply["body"]["stream"]["content"].startswith("56 个事项")
            await asyncio.to_thread(beside.__exit__, None, None, None)

    asyncio.run(story())
    names = {thread.name for thread in threading.enumerate()}
    assert "wenju-wecom" not in names
