"""The application's callback over HTTP, with wechatpy as WeCom's side."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from index.document import SHANGHAI
from index.knowledge_base import KnowledgeBase
from service.chat import conversation
from service.chat.receiving import LONGEST_BODY
from service.desk import Channel, Desk
from service.http.application import build_application
from service.phone import LONGEST
from service.settings import InvalidConfiguration, Settings
from service.wecom import route
from service.wecom.wiring import Parts
from tests.service.problems import check_problem
from tests.service.running import running
from tests.service.wecom.fake_api import AGENT_ID, FakeWeCom
from tests.service.wecom.platform import KEY, OLD_KEY, TOKEN, Platform, settings

QUESTION = "有多少个事项实现了两市通办？"
INTERNAL = "夜间值班人员共有多少名？"
NOW = 1_714_036_504


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests run by the real clock, and a slow machine shall not fail them."""
    monkeypatch.setattr(conversation, "REPLY_SECONDS", 600)


def client_of(base: KnowledgeBase, chosen: Settings, now: int = NOW) -> TestClient:
    """A server whose clock stands at NOW."""
    desk = Desk(chosen, base)
    application = build_application(desk, chosen)
    application.state.wecom = route.open_channel(
        Parts(
            desk,
            chosen,
            lambda: [QUESTION],
            application.state.metrics.answered,
            lambda: datetime.fromtimestamp(now, SHANGHAI),
        )
    )
    return TestClient(application, base_url="https://wenju.example.gov.cn")


@pytest.fixture(scope="module")
def server(base: KnowledgeBase) -> Iterator[TestClient]:
    with client_of(base, settings(public_url="https://wenju.example.gov.cn")) as client:
        yield client


def wecom(**changes: object) -> Platform:
    return Platform(lambda: NOW, **changes)  # type: ignore[arg-type]


def say(client: TestClient, xml: str, platform: Platform | None = None) -> str | None:
    platform = platform or wecom()
    query, body = platform.request(xml)
    response = client.post("/wecom", params=query, content=body)
    assert response.status_code == 200, response.text
    return platform.read(response.content)


def test_the_address_is_proved_with_the_official_vector(base: KnowledgeBase) -> None:
    chosen = settings(
        wecom_token="QDG6eK",  # noqa: S106  the documents' example
        wecom_encoding_aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        wecom_corp_id="wx5823bf96d3bd56c7",
    )
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+"
        "FZXvnaqQ==",
    }
    with client_of(base, chosen, 1_409_659_589) as client:
        response = client.get("/wecom", params=query)
        assert (response.status_code, response.text) == (200, "1616140317555161061")
        forged = {**query, "nonce": "263014781"}
        check_problem(client.get("/wecom", params=forged), 403, "wecom_bad_signature")


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce", "echostr"])
def test_an_address_check_that_lacks_something_is_refused(server: TestClient, missing: str) -> None:
    query = wecom().check("1")
    del query[missing]
    check_problem(server.get("/wecom", params=query), 403, "wecom_bad_signature")


@pytest.mark.parametrize("clock", [NOW - 601, NOW + 601])
def test_a_time_stamp_more_than_ten_minutes_off_is_refused(server: TestClient, clock: int) -> None:
    platform = Platform(lambda: clock)
    query, body = platform.request(platform.text("u-late", QUESTION))
    response = server.post("/wecom", params=query, content=body)
    check_problem(response, 403, "wecom_bad_timestamp")
    check_problem(server.get("/wecom", params=platform.check("1")), 403, "wecom_bad_timestamp")


def test_a_question_is_answered_with_its_basis(server: TestClient) -> None:
    reply = say(server, wecom().text("u-asks", QUESTION))
    assert reply is not None
    assert reply.startswith("56 个事项\n依据：《")
    assert "查看原文：https://wenju.example.gov.cn/documents/" in reply
    assert 'wenju_answers_total{outcome="answered"}' in server.get("/metrics").text


def test_no_reply_is_longer_than_wecom_shows(server: TestClient) -> None:
    reply = say(server, wecom().text("u-long", "火星" * 400))
    assert reply is not None
    assert len(reply.encode()) <= LONGEST < 2048


def test_copies_of_a_message_get_one_answer_and_are_worked_on_once(
    server: TestClient, base: KnowledgeBase
) -> None:
    xml = wecom().text("u-copies", QUESTION, MsgId=77)
    assert say(server, xml) == say(server, xml)
    task = base.chat_tasks.look("wecom:ww0123456789abcdef:77")
    assert task is not None
    assert (task.tries, task.answer_id is not None) == (2, True)


def test_a_message_under_the_previous_key_is_answered_under_it(base: KnowledgeBase) -> None:
    with client_of(base, settings(wecom_previous_aes_key=OLD_KEY)) as client:
        for key in (KEY, OLD_KEY):
            platform = wecom(key=key)
            reply = say(client, platform.text(f"u-{key[:3]}", QUESTION), platform)
            assert reply is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "guessed"}, "wecom_bad_signature"),
        ({"key": OLD_KEY}, "wecom_undecipherable"),
        ({"receiver": "ww1111111111111111"}, "wecom_undecipherable"),
        ({"receiver": ""}, "wecom_undecipherable"),
    ],
)
def test_what_is_not_for_this_application_is_refused(
    server: TestClient, changes: dict[str, str], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    platform = wecom(**changes)
    query, body = platform.request(platform.text("u-forges", QUESTION))
    response = server.post("/wecom", params=query, content=body)
    check_problem(response, 403, code)
    for secret in (TOKEN, KEY):
        assert secret not in response.text + caplog.text


HOSTILE = [
    b"",
    b"{}",
    b"<xml></xml>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>',
    b"<a>" * 9000,
]


@pytest.mark.parametrize("body", HOSTILE)
def test_what_is_no_message_is_refused(server: TestClient, body: bytes) -> None:
    query, _ = wecom().seal("<xml/>")
    check_problem(server.post("/wecom", params=query, content=body), 400, "wecom_malformed")


def test_a_sealed_message_with_declarations_is_refused(server: TestClient) -> None:
    platform = wecom()
    xml = f'<!DOCTYPE xml [<!ENTITY b "c">]>{platform.text("u-declares", QUESTION)}'
    query, encrypted = platform.seal(xml)
    body = f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()
    check_problem(server.post("/wecom", params=query, content=body), 400, "wecom_malformed")


def test_a_body_no_message_can_have_is_not_read_to_its_end(server: TestClient) -> None:
    query, _ = wecom().seal("<xml/>")
    content = b"<xml>" + b" " * LONGEST_BODY
    response = server.post("/wecom", params=query, content=content)
    check_problem(response, 413, "wecom_body_too_large")


def test_who_opens_the_application_is_greeted_but_not_each_time(server: TestClient) -> None:
    greeting = say(server, wecom().event("u-enters", "enter_agent"))
    assert greeting is not None
    assert greeting.startswith("您好")
    assert QUESTION in greeting
    again = wecom().event("u-enters", "enter_agent", CreateTime=NOW + 1)
    assert say(server, again) is None


def test_employees_see_what_is_internal_only_where_the_site_says_so(base: KnowledgeBase) -> None:
    for shows, name in ((False, "u-outside"), (True, "u-inside")):
        with client_of(base, settings(wecom_shows_internal=shows)) as client:
            reply = say(client, wecom().text(name, INTERNAL)) or ""
            reply += say(client, wecom().text(name, "依据")) or ""
            assert ("内部值班" in reply) is shows


def test_an_answer_that_takes_longer_is_sent_by_the_application(
    base: KnowledgeBase, api: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "REPLY_SECONDS", 0)
    with client_of(base, settings(wecom_api_url=api.address)) as client:
        assert say(client, wecom().text("u-waits", QUESTION)) is None
        until = time.monotonic() + 60
        while not api.sent and time.monotonic() < until:
            time.sleep(0.05)
            say(client, wecom().event("u-else", "view"))
    (message,) = api.to("message/send")
    assert (message["touser"], message["agentid"]) == ("u-waits", AGENT_ID)
    assert message["text"]["content"].startswith(f"您问的“{QUESTION}”：\n56 个事项")


def test_feedback_is_kept_with_the_channel(server: TestClient, base: KnowledgeBase) -> None:
    say(server, wecom().text("u-judges", QUESTION))
    assert "谢谢" in (say(server, wecom().text("u-judges", "有误")) or "")
    assert base.feedback.latest(1)[0].channel == Channel.WECOM


def test_without_settings_there_is_no_channel(base: KnowledgeBase) -> None:
    with client_of(base, Settings()) as client:
        for method in (client.get, client.post):
            check_problem(method("/wecom"), 404, "wecom_not_configured")
            check_problem(method("/wecom/bot"), 404, "wecom_bot_not_configured")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"wecom_corp_id": None}, "WENJU_WECOM_CORP_ID"),
        ({"wecom_encoding_aes_key": None}, "WENJU_WECOM_ENCODING_AES_KEY"),
        ({"wecom_customer_service": True, "wecom_secret": None}, "WENJU_WECOM_SECRET"),
        ({"wecom_bot_encoding_aes_key": None}, "WENJU_WECOM_BOT_ENCODING_AES_KEY"),
    ],
)
def test_settings_that_lack_their_other_half_are_told(
    base: KnowledgeBase, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidConfiguration, match=named):
        client_of(base, settings(**changes))


def test_a_whole_conversation_with_a_running_server(base: KnowledgeBase) -> None:
    """wechatpy checks the address, greets, asks, asks on, and leaves."""
    chosen = settings(public_url="https://wenju.example.gov.cn")
    application = build_application(Desk(chosen, base), chosen)
    with (
        running(uvicorn.Config(application, log_level="warning")) as address,
        httpx.Client(base_url=address, timeout=600) as client,
    ):
        _converse(client, Platform(time.time))


def _converse(client: httpx.Client, platform: Platform) -> None:
    def post(xml: str) -> str:
        query, body = platform.request(xml)
        response = client.post("/wecom", params=query, content=body)
        assert response.status_code == 200, response.text
        return platform.read(response.content) or ""

    def hear(words: str) -> str:
        return post(platform.text("lisi", words))

    assert client.get("/wecom", params=platform.check("123")).text == "123"
    assert post(platform.event("lisi", "subscribe")).startswith("您好")
    assert "文字" in post(platform.xml("lisi", "voice", MediaId="1", Format="amr", MsgId=11))
    assert "图片" in post(platform.xml("lisi", "image", PicUrl="1", MediaId="1", MsgId=12))
    answer = hear(QUESTION)
    assert answer.startswith("56 个事项\n依据：《")
    assert "56 个事项" in hear("依据")
    assert "谢谢" in hear("有用")
    assert hear("继续") == answer
    assert "\n1. " in hear("菜单")
    assert "依据：" in hear("1")
    assert "12345" in hear("火星上住了多少人？")
    assert post(platform.event("lisi", "click", EventKey=QUESTION)).startswith("56 个事项")
    for event in ("view", "LOCATION", "unsubscribe"):
        assert post(platform.event("lisi", event, EventKey="x")) == ""
    platform.clock = lambda: time.time() + 2  # comes back a little later
    assert hear("依据").startswith("没有可以对应的上一个问题")
