from __future__ import annotations

import sys
import time

import pytest

from service.checks import Grade
from service.settings import Settings
from service.wecom.checks import examine_wecom
from tests.service.wecom.fake_api import KEY as WEBHOOK_KEY
from tests.service.wecom.fake_api import FakeWeCom
from tests.service.wecom.platform import OLD_KEY, settings

NOWHERE = "http://127.0.0.1:9"
PUBLIC = "https://wenju.example.gov.cn"
BAD, GOOD, WARNING = Grade.BAD, Grade.GOOD, Grade.WARNING


def findings(**changes: object) -> list[tuple[str, Grade, str]]:
    chosen = settings(**{"wecom_api_url": NOWHERE, "public_url": PUBLIC, **changes})
    return [(one.check, one.grade, one.message) for one in examine_wecom(chosen)]


def test_where_nothing_is_set_up_there_is_nothing_to_look_at() -> None:
    assert list(examine_wecom(Settings())) == []


def test_all_is_well(api: FakeWeCom) -> None:
    webhook = f"{api.address}/cgi-bin/webhook/send?key={WEBHOOK_KEY}"
    found = findings(
        wecom_api_url=api.address, wecom_customer_service=True, wecom_alert_webhook=webhook
    )
    assert {grade for _, grade, _ in found} == {GOOD}
    told = "".join(message for _, _, message in found)
    assert f"{PUBLIC}/wecom、{PUBLIC}/wecom/bot" in told
    assert WEBHOOK_KEY not in told
    assert api.sent == []  # looking sends the group nothing


@pytest.mark.parametrize(
    ("changes", "check", "grade", "words"),
    [
        ({"wecom_corp_id": None}, "企业微信设置", BAD, "WENJU_WECOM_CORP_ID"),
        ({"wecom_token": None}, "企业微信设置", WARNING, "WENJU_WECOM_TOKEN"),
        ({"wecom_previous_aes_key": OLD_KEY}, "企业微信设置", WARNING, "换钥"),
        ({"wecom_bot_id": "b"}, "企业微信设置", BAD, "WENJU_WECOM_BOT_SECRET"),
        ({"wecom_bot_id": "b", "wecom_bot_secret": "s"}, "智能机器人", WARNING, "只能选一种"),
        ({"wecom_secret": None}, "企业微信主动发消息", GOOD, "继续"),
        ({}, "企业微信主动发消息", BAD, "连不上"),
        ({}, "企业微信时钟", WARNING, "连不上"),
        ({"public_url": ""}, "企业微信地址", WARNING, "WENJU_PUBLIC_URL"),
        ({"public_url": "http://a.gov.cn"}, "企业微信地址", WARNING, "https"),
        ({"wecom_alert_webhook": "https://b/?key=1"}, "群提醒", WARNING, "不是企业微信"),
        ({"wecom_shows_internal": True}, "企业微信公开范围", GOOD, "群里和微信客服看不到"),
    ],
)
def test_each_finding_says_what_to_do(
    changes: dict[str, object], check: str, grade: Grade, words: str
) -> None:
    assert any(
        (name, found) == (check, grade) and words in message
        for name, found, message in findings(**changes)
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wecom_secret": "wrong"}, "WENJU_WECOM_SECRET"),
        ({"wecom_corp_id": "ww1"}, "WENJU_WECOM_CORP_ID"),
        ({"wecom_agent_id": None}, "WENJU_WECOM_AGENT_ID"),
    ],
)
def test_messages_that_cannot_be_sent_are_found(
    api: FakeWeCom, changes: dict[str, object], words: str
) -> None:
    found = {check: message for check, _, message in findings(wecom_api_url=api.address, **changes)}
    assert words in found["企业微信主动发消息"]


@pytest.mark.parametrize(("off", "expected"), [(0, GOOD), (-3600, BAD)])
def test_a_clock_that_is_off_is_found(api: FakeWeCom, off: int, expected: Grade) -> None:
    chosen = settings(wecom_api_url=api.address, public_url=PUBLIC)
    found = {one.check: one for one in examine_wecom(chosen, lambda: time.time() + off)}
    assert found["企业微信时钟"].grade is expected


def test_a_long_connection_without_the_sdk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aibot", None)
    found = findings(wecom_bot_id="b", wecom_bot_secret="s")  # noqa: S106  a word for tests
    assert ("智能机器人长连接", BAD) in {(check, grade) for check, grade, _ in found}
