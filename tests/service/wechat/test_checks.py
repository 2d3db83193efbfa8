from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from service.checks import Grade
from service.settings import Settings
from service.wechat.checks import examine_wechat
from tests.service.wechat.fake_api import SECRET, FakeApi, listening_api
from tests.service.wechat.platform import OLD_KEY, settings

NOWHERE = "http://127.0.0.1:9"
PUBLIC = "https://wenju.example.gov.cn"


@pytest.fixture(scope="module")
def api() -> Iterator[FakeApi]:
    with listening_api() as fake:
        yield fake


def findings(**changes: object) -> dict[str, tuple[Grade, str]]:
    chosen = settings(**{"wechat_api_url": NOWHERE, "public_url": PUBLIC, **changes})
    return {one.check: (one.grade, one.message) for one in examine_wechat(chosen)}


def test_without_an_account_there_is_nothing_to_look_at() -> None:
    assert list(examine_wechat(Settings())) == []


def test_settings_without_a_token_are_pointed_out() -> None:
    grade, message = findings(wechat_token=None)["公众号设置"]
    assert grade is Grade.WARNING
    assert "WENJU_WECHAT_ENCODING_AES_KEY" in message
    assert "WENJU_WECHAT_TOKEN" in message


def test_all_is_well(api: FakeApi) -> None:
    found = findings(
        wechat_api_url=api.address, wechat_app_secret=SECRET, wechat_customer_messages=True
    )
    assert {grade for grade, _ in found.values()} == {Grade.GOOD}
    assert f"{PUBLIC}/wechat" in found["公众号地址"][1]


@pytest.mark.parametrize(
    ("changes", "check", "grade", "words"),
    [
        ({"wechat_app_id": None}, "公众号设置", Grade.BAD, "WENJU_WECHAT_APP_ID"),
        ({"wechat_encoding_aes_key": None}, "公众号设置", Grade.WARNING, "明文模式"),
        ({"wechat_compatible_mode": True}, "公众号设置", Grade.WARNING, "兼容模式"),
        ({"wechat_previous_aes_key": OLD_KEY}, "公众号设置", Grade.WARNING, "换钥"),
        ({"public_url": ""}, "公众号地址", Grade.WARNING, "WENJU_PUBLIC_URL"),
        ({"public_url": f"{PUBLIC}:8000"}, "公众号地址", Grade.BAD, "443"),
        ({}, "公众号时钟", Grade.WARNING, "连不上"),
        ({}, "客服消息", Grade.GOOD, "继续"),
    ],
)
def test_each_finding_says_what_to_do(
    changes: dict[str, object], check: str, grade: Grade, words: str
) -> None:
    found, message = findings(**changes)[check]
    assert found is grade
    assert words in message


@pytest.mark.parametrize(("off", "expected"), [(0, Grade.GOOD), (-3600, Grade.BAD)])
def test_a_clock_that_is_off_is_found(api: FakeApi, off: int, expected: Grade) -> None:
    chosen = settings(wechat_api_url=api.address, public_url=PUBLIC)
    found = {one.check: one for one in examine_wechat(chosen, lambda: time.time() + off)}
    assert found["公众号时钟"].grade is expected


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wechat_app_secret": "wrong"}, "WENJU_WECHAT_APP_SECRET"),
        ({"wechat_app_id": "wx1"}, "WENJU_WECHAT_APP_ID"),
        ({"wechat_api_url": NOWHERE}, "连不上"),
    ],
)
def test_messages_that_cannot_be_sent_are_found(
    api: FakeApi, changes: dict[str, object], words: str
) -> None:
    given = {"wechat_api_url": api.address, "wechat_app_secret": SECRET, **changes}
    grade, message = findings(wechat_customer_messages=True, **given)["客服消息"]
    assert grade is Grade.BAD
    assert words in message


def test_an_address_not_on_the_white_list_is_found(api: FakeApi) -> None:
    api.errors["stable_token"] = [40164]
    given = {"wechat_api_url": api.address, "wechat_app_secret": SECRET}
    grade, message = findings(wechat_customer_messages=True, **given)["客服消息"]
    assert grade is Grade.BAD
    assert "白名单" in message
