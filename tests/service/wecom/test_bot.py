"""The bot's callback over HTTP, with wechatpy as WeCom's side."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from index.knowledge_base import KnowledgeBase
from service.desk import Channel, Verdict
from service.wecom import route
from tests.service.problems import check_problem
from tests.service.wecom.platform import OLD_KEY, Platform, settings
from tests.service.wecom.test_route import INTERNAL, NOW, QUESTION, client_of


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine shall not fail what is not about time."""
    monkeypatch.setattr(route, "STREAM_SECONDS", 600)
    monkeypatch.setattr(route, "REFRESH_SECONDS", 600)


@pytest.fixture(scope="module")
def server(base: KnowledgeBase) -> Iterator[TestClient]:
    with client_of(base, settings()) as client:
        yield client


def wecom(**changes: str) -> Platform:
    return Platform.of_bot(lambda: NOW, **changes)


def tell(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    platform = wecom()
    query, content = platform.bot_request(body)
    response = client.post("/wecom/bot", params=query, content=content)
    assert response.status_code == 200, response.text
    return platform.bot_read(response.content) or {}


def event(name: str, **fields: object) -> dict[str, Any]:
    body = wecom().said("", "event")
    return {**body, "event": {"eventtype": name, name: fields}}


def test_the_address_is_proved(server: TestClient) -> None:
    assert server.get("/wecom/bot", params=wecom().check("4711")).text == "4711"


def test_a_question_is_answered_in_one_finished_stream_that_asks_for_feedback(
    server: TestClient,
) -> None:
    reply = tell(server, wecom().said(QUESTION))
    assert reply["msgtype"] == "stream"
    stream = reply["stream"]
    assert stream["finish"] is True
    assert stream["content"].startswith("56 个事项\n依据：《")
    assert stream["feedback"] == {"id": stream["id"]}


def test_a_slow_answer_is_shown_when_wecom_asks_for_the_rest(
    base: KnowledgeBase, held: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "STREAM_SECONDS", 0)
    with client_of(base, settings()) as client:
        first = tell(client, wecom().said(QUESTION))["stream"]
        assert first["finish"] is False
        assert "正在查找" in first["content"]
        assert first["feedback"] == {"id": first["id"]}
        refresh = {**wecom().said("", "stream"), "stream": {"id": first["id"]}}
        monkeypatch.setattr(route, "REFRESH_SECONDS", 0)
        still = tell(client, refresh)["stream"]
        assert (still["id"], still["finish"]) == (first["id"], False)
        held.set()
        monkeypatch.setattr(route, "REFRESH_SECONDS", 600)
        last = tell(client, refresh)["stream"]
    assert (last["id"], last["finish"]) == (first["id"], True)
    assert last["content"].startswith("56 个事项")
    assert "feedback" not in last


def test_copies_of_a_message_are_one_stream(server: TestClient, base: KnowledgeBase) -> None:
    body = wecom().said(QUESTION)
    first, second = tell(server, body), tell(server, body)
    assert first == second
    task = base.chat_tasks.look(f"wecom_bot:{first['stream']['id']}")
    assert task is not None
    assert task.tries == 2


def test_a_stream_nobody_knows_is_ended(server: TestClient) -> None:
    unknown = {**wecom().said("", "stream"), "stream": {"id": "0" * 32}}
    stream = tell(server, unknown)["stream"]
    assert stream["finish"] is True
    assert "重新提问" in stream["content"]


def test_in_a_group_the_bot_is_spoken_to_by_name(server: TestClient) -> None:
    body = wecom().said(f"@问据 {QUESTION}", chattype="group", chatid="wr1")
    assert tell(server, body)["stream"]["content"].startswith("56 个事项")


def test_what_was_spoken_and_what_stands_beside_a_picture_is_understood(
    server: TestClient,
) -> None:
    spoken = wecom().said(QUESTION, "voice")
    items = [
        {"msgtype": "image", "image": {"url": "https://example.gov.cn/1"}},
        {"msgtype": "text", "text": {"content": QUESTION}},
    ]
    mixed = {**wecom().said("", "mixed"), "mixed": {"msg_item": items}}
    for body in (spoken, mixed):
        assert tell(server, body)["stream"]["content"].startswith("56 个事项")


@pytest.mark.parametrize("kind", ["image", "file", "video", "of_next_year"])
def test_what_is_no_text_gets_a_polite_word(server: TestClient, kind: str) -> None:
    body = {**wecom().said("", kind), kind: {"url": "https://example.gov.cn/1"}}
    stream = tell(server, body)["stream"]
    assert stream["finish"] is True
    assert stream["content"].startswith("抱歉")


def test_who_comes_in_is_greeted_with_text(server: TestClient) -> None:
    reply = tell(server, event("enter_chat"))
    assert reply["msgtype"] == "text"
    assert reply["text"]["content"].startswith("您好")


@pytest.mark.parametrize(
    ("feedback", "verdict", "comment"),
    [
        ({"type": 1}, Verdict.USEFUL, ""),
        (
            {"type": 2, "content": "数字旧了", "inaccurate_reason_list": [2, 3]},
            Verdict.WRONG,
            "内容不完整；内容有错误；数字旧了",
        ),
    ],
)
def test_what_people_think_is_kept_with_the_answer_once(
    server: TestClient,
    base: KnowledgeBase,
    feedback: dict[str, Any],
    verdict: Verdict,
    comment: str,
) -> None:
    stream = tell(server, wecom().said(QUESTION))["stream"]["id"]
    before = len(base.feedback.latest())
    body = event("feedback_event", id=stream, **feedback)
    assert tell(server, body) == {}
    assert tell(server, body) == {}  # WeCom tells it again
    assert len(base.feedback.latest()) == before + 1
    kept = base.feedback.latest(1)[0]
    task = base.chat_tasks.look(f"wecom_bot:{stream}")
    assert task is not None
    assert (kept.verdict, kept.comment, kept.channel) == (verdict, comment, Channel.WECOM)
    assert kept.answer_id == task.answer_id


def test_what_is_taken_back_or_about_no_answer_is_not_kept(
    server: TestClient, base: KnowledgeBase
) -> None:
    answered = tell(server, wecom().said(QUESTION))["stream"]["id"]
    menu = tell(server, wecom().said("菜单"))["stream"]["id"]
    before = len(base.feedback.latest())
    for stream, kind in ((answered, 3), (menu, 2), ("0" * 32, 2), ("nothing", 2)):
        assert tell(server, event("feedback_event", id=stream, type=kind)) == {}
    assert len(base.feedback.latest()) == before


def test_what_is_internal_is_said_to_an_employee_alone_and_never_in_a_group(
    base: KnowledgeBase,
) -> None:
    def hear(client: TestClient, **chat: Any) -> str:
        said = tell(client, wecom().said(INTERNAL, **chat))["stream"]["content"]
        return str(said + tell(client, wecom().said("依据", **chat))["stream"]["content"])

    alone = {"chattype": "single"}
    elsewhere = {"chattype": "single", "from": {"userid": "zhang", "corpid": "ww-other"}}
    group = {"chattype": "group", "chatid": "wr1"}
    nowhere = {"chattype": ""}
    with client_of(base, settings(wecom_shows_internal=True)) as client:
        assert "内部值班" in hear(client, **alone)
        for chat in (group, elsewhere, nowhere):
            assert "内部值班" not in hear(client, **chat)
    with client_of(base, settings()) as client:
        assert "内部值班" not in tell(client, wecom().said(INTERNAL))["stream"]["content"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "guessed"}, "wecom_bad_signature"),
        ({"key": OLD_KEY}, "wecom_undecipherable"),
        ({"receiver": "ww0123456789abcdef"}, "wecom_undecipherable"),
    ],
)
def test_what_is_not_for_this_bot_is_refused(
    server: TestClient, changes: dict[str, str], code: str
) -> None:
    query, content = wecom(**changes).bot_request(wecom().said(QUESTION))
    response = server.post("/wecom/bot", params=query, content=content)
    check_problem(response, 403, code)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"encrypt": 1}', b"[" * 60000, b"\xff", b"null"]
)
def test_what_is_no_sealed_message_is_refused(server: TestClient, content: bytes) -> None:
    query, _ = wecom().seal("{}")
    response = server.post("/wecom/bot", params=query, content=content)
    assert response.status_code in {400, 403}
    assert response.json()["code"] in {"wecom_malformed", "wecom_bad_signature"}


@pytest.mark.parametrize(
    "changes",
    [
        {"msgid": None},
        {"msgid": ""},
        {"from": None},
        {"from": {}},
        {"msgtype": None},
        {"text": "words"},
        {"msgtype": "event"},
        {"msgtype": "mixed"},
    ],
)
def test_a_message_that_lacks_what_all_have_is_refused(
    server: TestClient, changes: dict[str, Any]
) -> None:
    body = {name: one for name, one in {**wecom().said("问"), **changes}.items() if one is not None}
    query, content = wecom().bot_request(body)
    response = server.post("/wecom/bot", params=query, content=content)
    check_problem(response, 400, "wecom_malformed")


def test_a_sealed_list_is_refused(server: TestClient) -> None:
    query, encrypted = wecom().seal("[1]")
    content = json.dumps({"encrypt": encrypted})
    response = server.post("/wecom/bot", params=query, content=content)
    check_problem(response, 400, "wecom_malformed")
