"""The set-up page: for administrators, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from index.document import SHANGHAI
from index.store.api_keys import ApiKeyDraft
from service.desk import Desk
from service.http.application import build_application
from service.settings import Settings

Visitor = Callable[..., TestClient]


@pytest.fixture
def visitor(own_desk: Desk) -> Visitor:
    def visit(address: str = "127.0.0.1", **settings: object) -> TestClient:
        chosen = Settings(data_dir=own_desk.settings.data_dir, **settings)
        host = "127.0.0.1:8000" if address == "127.0.0.1" else "10.0.0.1:8000"
        return TestClient(
            build_application(own_desk, chosen),
            base_url=f"http://{host}",
            client=(address, 50000),
            headers={"accept": "text/html"},
        )

    return visit


def test_it_says_which_channels_are_on_and_what_is_missing(visitor: Visitor) -> None:
    page = visitor().get("/setup")
    assert page.status_code == 200
    for shown in (
        "HTTP 接口",
        "OpenAI 兼容接口",
        "MCP 工具",
        "公众号",
        "企业微信",
        "WENJU_WECHAT_TOKEN",
    ):
        assert shown in page.text
    assert page.text.count("未接入") == 2


def test_a_channel_that_is_set_up_shows_the_findings_of_the_doctor(visitor: Visitor) -> None:
    page = visitor(
        wechat_token=SecretStr("a-token-of-ours"), wechat_api_url="http://127.0.0.1:9"
    ).get("/setup")
    assert "明文模式" in page.text
    assert "没有核对时钟" in page.text
    assert page.text.count("未接入") == 1


def test_no_secret_is_on_the_page(visitor: Visitor, own_desk: Desk) -> None:
    draft = ApiKeyDraft("<b>市民小程序</b>", ("ask",))
    key, text = own_desk.knowledge_base.api_keys.create(draft, datetime.now(SHANGHAI))
    page = visitor(
        api_key=SecretStr("correct-horse"),
        wechat_token=SecretStr("battery-staple"),
        wechat_api_url="http://127.0.0.1:9",
    ).get("/setup")
    for secret in (text, "correct-horse", "battery-staple"):
        assert secret not in page.text
    assert key.prefix in page.text
    assert "&lt;b&gt;市民小程序" in page.text


def test_only_an_administrator_sees_it(visitor: Visitor, own_desk: Desk) -> None:
    away = visitor("10.0.0.7")
    now = datetime.now(SHANGHAI)
    for scopes, status in ((("ask", "curate", "write"), 401), (("admin",), 200)):
        _, text = own_desk.knowledge_base.api_keys.create(ApiKeyDraft("a", scopes), now)
        assert away.get("/setup", auth=("me", text)).status_code == status
    refused = away.get("/setup")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")


def test_a_key_that_ends_soon_is_pointed_out(visitor: Visitor, own_desk: Desk) -> None:
    now = datetime.now(SHANGHAI)
    soon = ApiKeyDraft("小程序", ("ask",), expires_at=now + timedelta(days=3))
    own_desk.knowledge_base.api_keys.create(soon, now)
    assert "两周内到期：小程序" in visitor().get("/setup").text


def test_where_nobody_may_ask_without_a_key_and_there_is_none_it_says_so(visitor: Visitor) -> None:
    page = visitor(anonymous=frozenset()).get("/setup").text
    assert "别的机器都用不了" in page
    assert "要有密钥" in page
