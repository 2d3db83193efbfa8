from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest

from index.document import SHANGHAI
from index.store.access_tokens import AccessTokens
from service.chat.calling import Undelivered
from service.wechat.account import Account
from service.wechat.sending import WeChatCalls
from tests.service.wechat.fake_api import APP_ID, SECRET, FakeApi, listening_api

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
SEND = "message/custom/send"


@pytest.fixture(scope="module")
def listening() -> Iterator[FakeApi]:
    with listening_api() as fake:
        yield fake


@pytest.fixture
def api(listening: FakeApi) -> FakeApi:
    """The one fake that listens, as new."""
    listening.reset()
    return listening


def calls(api: FakeApi, tokens: AccessTokens) -> WeChatCalls:
    account = Account("t", app_id=APP_ID, app_secret=SECRET, may_send_messages=True)
    return WeChatCalls(account, api.address, tokens, lambda: NOW)


def test_a_message_is_sent_in_characters_not_escapes(api: FakeApi, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("u1", "五个工作日"))
    assert api.sent == [{"touser": "u1", "msgtype": "text", "text": {"content": "五个工作日"}}]
    assert "五个工作日".encode() in api.bodies[-1]


@pytest.mark.parametrize(
    ("errcode", "words", "is_lasting"),
    [
        (48001, "权限", True),
        (40164, "白名单", True),
        (45015, "48 小时", False),
        (45047, "条数", False),
        (45002, "太长", False),
        (-1, "繁忙", False),
        (99999, "99999", False),
    ],
)
def test_each_error_of_wechat_says_what_to_do(
    api: FakeApi, tokens: AccessTokens, errcode: int, words: str, is_lasting: bool
) -> None:
    api.errors[SEND] = [errcode]
    with pytest.raises(Undelivered, match=words) as caught:
        asyncio.run(calls(api, tokens).send("u1", "答"))
    assert caught.value.is_lasting is is_lasting
    assert api.sent == []
