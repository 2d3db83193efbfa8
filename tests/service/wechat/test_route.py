"""The callback over HTTP, with wechatpy as WeChat's side."""

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
from service.desk import Desk
from service.http.application import build_application
from service.settings import InvalidConfiguration, Settings
from service.wechat.route import open_channel
from tests.service.problems import check_problem
from tests.service.running import running
from tests.service.wechat.platform import (
    KEY,
    OLD_KEY,
    TOKEN,
    Platform,
    settings,
    sign,
)

QUESTION = "有多少个事项实现了两市通办？"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests run by the real clock, and a slow machine shall not fail them."""
    monkeypatch.setattr(conversation, "REPLY_SECONDS", 600)


NOW = 1_714_036_504


def client_of(base: KnowledgeBase, chosen: Settings) -> TestClient:
    """A server whose clock stands at NOW."""
    desk = Desk(chosen, base)
    application = build_application(desk, chosen)
    application.state.wechat = open_channel(
        desk,
        chosen,
        lambda: [QUESTION],
        application.state.metrics.answered,
        now=lambda: datetime.fromtimestamp(NOW, SHANGHAI),
    )
    return TestClient(application, base_url="https://wenju.example.gov.cn")


@pytest.fixture(scope="module")
def safe(base: KnowledgeBase) -> Iterator[TestClient]:
    with client_of(base, settings()) as client:
        yield client


def wechat(**changes: object) -> Platform:
    return Platform(lambda: NOW, **{"key": KEY, **changes})  # type: ignore[arg-type]


def say(client: TestClient, platform: Platform, xml: str) -> str | None:
    query, body = platform.request(xml)
    response = client.post("/wechat", params=query, content=body)
    assert response.status_code == 200, response.text
    return platform.read(response.content)


def test_the_address_is_proved_with_the_official_vector(base: KnowledgeBase) -> None:
    with client_of(base, settings(wechat_token="A" * 5)) as client:
        query = {
            "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
            "timestamp": "1714036504",
            "nonce": "1514711492",
            "echostr": "4375120948345356249",
        }
        response = client.get("/wechat", params=query)
        assert (response.status_code, response.text) == (200, "4375120948345356249")
        check_problem(
            client.get("/wechat", params={**query, "nonce": "1"}), 403, "wechat_bad_signature"
        )


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce"])
def test_an_address_check_that_lacks_something_is_refused(safe: TestClient, missing: str) -> None:
    query = wechat().query(echostr="1")
    del query[missing]
    check_problem(safe.get("/wechat", params=query), 403, "wechat_bad_signature")


@pytest.mark.parametrize("clock", [NOW - 601, NOW + 601])
def test_a_time_stamp_more_than_ten_minutes_off_is_refused(safe: TestClient, clock: int) -> None:
    platform = Platform(lambda: clock, key=KEY)
    query, body = platform.request(platform.text("u-late", QUESTION))
    response = safe.post("/wechat", params=query, content=body)
    check_problem(response, 403, "wechat_bad_timestamp")
    check_problem(safe.get("/wechat", params=platform.query()), 403, "wechat_bad_timestamp")


@pytest.mark.parametrize("clock", [NOW - 600, NOW + 600])
def test_a_time_stamp_ten_minutes_off_is_taken(safe: TestClient, clock: int) -> None:
    assert safe.get("/wechat", params=Platform(lambda: clock).query()).status_code == 200


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", "-1", "٣", "9" * 4000])
def test_a_time_stamp_that_is_none_is_refused(safe: TestClient, timestamp: str) -> None:
    query = {"signature": sign(TOKEN, timestamp, "1"), "timestamp": timestamp, "nonce": "1"}
    assert safe.get("/wechat", params=query).status_code == 403


def test_in_safe_mode_a_question_is_answered_encrypted(safe: TestClient) -> None:
    platform = wechat()
    reply = say(safe, platform, platform.text("u-safe", QUESTION))
    assert reply is not None
    assert reply.startswith("56 个事项\n依据：《")
    assert 'wenju_answers_total{outcome="answered"}' in safe.get("/metrics").text


def test_the_plain_signature_is_no_message_signature(safe: TestClient) -> None:
    platform = wechat()
    query, body = platform.request(platform.text("u-forged", QUESTION))
    query["msg_signature"] = query["signature"]
    check_problem(safe.post("/wechat", params=query, content=body), 403, "wechat_bad_signature")


def test_with_a_key_set_a_plain_message_is_refused(safe: TestClient) -> None:
    platform = wechat(key=None)
    query, body = platform.request(platform.text("u-plain", QUESTION))
    for more in ({}, {"encrypt_type": "raw"}):
        response = safe.post("/wechat", params=query | more, content=body)
        check_problem(response, 403, "wechat_plain_refused")


def test_in_compatible_mode_both_kinds_are_taken_and_answered_alike(base: KnowledgeBase) -> None:
    with client_of(base, settings(wechat_compatible_mode=True)) as client:
        for platform in (wechat(), wechat(key=None)):
            reply = say(client, platform, platform.text("u-both", QUESTION))
            assert reply is not None
            assert reply.startswith("56 个事项")


def test_in_plain_mode_a_question_is_answered_and_an_encrypted_one_told_of_the_key(
    base: KnowledgeBase,
) -> None:
    with client_of(base, settings(wechat_encoding_aes_key=None)) as client:
        platform = wechat(key=None)
        reply = say(client, platform, platform.text("u-plain", QUESTION))
        assert reply is not None
        assert reply.startswith("56 个事项")
        query, body = wechat().request(platform.text("u-plain", QUESTION))
        response = client.post("/wechat", params=query, content=body)
        check_problem(response, 403, "wechat_key_missing")


def test_while_keys_change_both_are_understood_and_the_reply_goes_under_the_same(
    base: KnowledgeBase,
) -> None:
    with client_of(base, settings(wechat_previous_aes_key=OLD_KEY)) as client:
        for key in (KEY, OLD_KEY):
            platform = wechat(key=key)
            assert say(client, platform, platform.text("u-keys", QUESTION)) is not None
    platform = wechat(key=OLD_KEY)
    with client_of(base, settings()) as client:
        query, body = platform.request(platform.text("u-keys", QUESTION))
        response = client.post("/wechat", params=query, content=body)
        check_problem(response, 403, "wechat_undecipherable")


def test_a_message_for_another_account_is_refused(safe: TestClient) -> None:
    platform = wechat(app_id="wxffffffffffffffff")
    query, body = platform.request(platform.text("u-other", QUESTION))
    check_problem(safe.post("/wechat", params=query, content=body), 403, "wechat_undecipherable")


HOSTILE = [
    b"",
    b"<xml>",
    b"hello",
    b"\xff\xfe",
    b"{}",
    b"<xml></xml>",
    b'<?xml version="1.0" encoding="no-such"?><xml/>',
    b"<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>",
    b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Content>&b;</Content></xml>',
    b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><xml><Content>&b;</Content></xml>',
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]><xml>&c;</xml>',
    b"<a>" * 9000,
]


@pytest.mark.parametrize("body", HOSTILE)
def test_in_plain_mode_what_is_no_message_is_refused(base: KnowledgeBase, body: bytes) -> None:
    with client_of(base, settings(wechat_encoding_aes_key=None)) as client:
        response = client.post("/wechat", params=wechat().query(), content=body)
        check_problem(response, 400, "wechat_malformed")


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize("declared", ["", '[<!ENTITY b "c">]', '[<!ENTITY b SYSTEM "file:///x">]'])
def test_a_whole_message_with_declarations_is_refused(
    base: KnowledgeBase, key: str | None, declared: str
) -> None:
    with client_of(base, settings(wechat_encoding_aes_key=key)) as client:
        platform = wechat(key=key)
        xml = f"<!DOCTYPE xml {declared}>" + platform.text("u-declares", QUESTION)
        query, body = platform.request(xml)
        response = client.post("/wechat", params=query, content=body)
        check_problem(response, 400, "wechat_malformed")


@pytest.mark.parametrize(
    "changes",
    [
        {"CreateTime": "soon"},
        {"CreateTime": "99999999999"},
        {"MsgId": "one"},
        {"FromUserName": ""},
        {"FromUserName": "u" * 65},
        {"MsgType": ""},
    ],
)
def test_a_message_that_lacks_what_all_have_is_refused(
    safe: TestClient, changes: dict[str, object]
) -> None:
    platform = wechat()
    query, body = platform.request(platform.xml("u", "text", Content="问", **changes))
    response = safe.post("/wechat", params=query, content=body)
    check_problem(response, 400, "wechat_malformed")


def test_a_body_no_message_can_have_is_not_read_to_its_end(safe: TestClient) -> None:
    content = b"<xml>" + b" " * LONGEST_BODY
    response = safe.post("/wechat", params=wechat().query(), content=content)
    check_problem(response, 413, "wechat_body_too_large")


def test_an_unknown_way_of_encrypting_is_refused(safe: TestClient) -> None:
    response = safe.post("/wechat", params=wechat().query(encrypt_type="rot13"), content=b"<xml/>")
    check_problem(response, 400, "wechat_malformed")


def test_an_answer_with_what_ends_a_cdata_section_stays_whole(safe: TestClient) -> None:
    platform = wechat()
    reply = say(safe, platform, platform.text("u-cdata", "]]><b>&amp;" + "甲" * 5))
    assert reply is not None
    assert reply.endswith("以主管部门解释为准。")


def test_without_a_token_there_is_no_channel(base: KnowledgeBase) -> None:
    with client_of(base, Settings()) as client:
        check_problem(client.post("/wechat"), 404, "wechat_not_configured")
        check_problem(client.get("/wechat"), 404, "wechat_not_configured")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"wechat_app_id": None}, "WENJU_WECHAT_APP_ID"),
        ({"wechat_customer_messages": True}, "WENJU_WECHAT_APP_SECRET"),
        (
            {"wechat_encoding_aes_key": None, "wechat_previous_aes_key": OLD_KEY},
            "WENJU_WECHAT_ENCODING_AES_KEY",
        ),
    ],
)
def test_settings_that_lack_their_other_half_are_told(
    base: KnowledgeBase, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidConfiguration, match=named):
        client_of(base, settings(**changes))


def test_no_refusal_says_what_the_keys_are(
    safe: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    platform = wechat(token="guessed")  # noqa: S106  a word for tests
    query, body = platform.request(platform.text("u", "问"))
    response = safe.post("/wechat", params=query, content=body)
    assert response.status_code == 403
    for secret in (TOKEN, KEY):
        assert secret not in response.text + caplog.text


@pytest.mark.parametrize("key", [None, KEY])
def test_a_whole_conversation_with_a_running_server(base: KnowledgeBase, key: str | None) -> None:
    """wechatpy checks the address, greets, asks, asks on, and leaves."""
    chosen = settings(wechat_encoding_aes_key=key, public_url="https://wenju.example.gov.cn")
    application = build_application(Desk(chosen, base), chosen)
    with (
        running(uvicorn.Config(application, log_level="warning")) as address,
        httpx.Client(base_url=address, timeout=600) as client,
    ):
        _converse(client, Platform(time.time, key=key))


def _converse(client: httpx.Client, platform: Platform) -> None:
    def post(xml: str) -> str:
        query, body = platform.request(xml)
        response = client.post("/wechat", params=query, content=body)
        assert response.status_code == 200, response.text
        return platform.read(response.content) or ""

    def hear(words: str) -> str:
        return post(platform.text(sender, words))

    sender = f"u-{platform.key}"
    echo = client.get("/wechat", params=platform.query(echostr="123"))
    assert echo.text == "123"
    assert post(platform.event(sender, "subscribe")).startswith("您好")
    assert "文字" in post(platform.xml(sender, "voice", MediaId="1", MsgId=11))
    assert "图片" in post(platform.xml(sender, "image", PicUrl="1", MsgId=12))
    answer = hear(QUESTION)
    assert answer.startswith("56 个事项\n依据：《")
    assert "查看原文：https://wenju.example.gov.cn/documents/" in answer
    assert "56 个事项" in hear("依据")
    assert "谢谢" in hear("有用")
    assert hear("继续") == answer
    menu = hear("菜单")
    assert "\n1. " in menu
    assert "依据：" in hear("1")
    assert "12345" in hear("火星上住了多少人？")
    assert post(platform.event(sender, "CLICK", EventKey=QUESTION)).startswith("56 个事项")
    for event in ("VIEW", "SCAN", "LOCATION", "unsubscribe"):
        assert post(platform.event(sender, event, EventKey="x")) == ""
    platform.clock = lambda: time.time() + 2  # comes back a little later
    assert hear("依据").startswith("没有可以对应的上一个问题")
