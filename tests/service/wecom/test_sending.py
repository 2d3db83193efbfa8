from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from index.document import SHANGHAI
from index.store.access_tokens import AccessTokens
from service.chat.calling import Undelivered
from service.wecom.account import Account, Door
from service.wecom.sending import WeComCalls
from tests.service.wecom.fake_api import AGENT_ID, CORP_ID, SECRET, FakeWeCom

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)


def calls(api: FakeWeCom, tokens: AccessTokens) -> WeComCalls:
    account = Account(CORP_ID, Door("t", (), ""), AGENT_ID, SECRET)
    return WeComCalls(account, api.address, tokens, lambda: NOW)


def test_a_message_is_sent_in_characters_not_escapes(api: FakeWeCom, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("lisi", "五个工作日"))
    assert api.to("message/send") == [
        {
            "touser": "lisi",
            "agentid": AGENT_ID,
            "msgtype": "text",
            "text": {"content": "五个工作日"},
        }
    ]
    assert "五个工作日".encode() in api.bodies[-1]


@pytest.mark.parametrize(
    ("errcode", "words", "is_lasting"),
    [
        (60020, "企业可信 IP", True),
        (48002, "权限", True),
        (301002, "AgentId", True),
        (81013, "可见范围", False),
        (45009, "上限", False),
        (99999, "99999", False),
    ],
)
def test_each_error_of_wecom_says_what_to_do(
    api: FakeWeCom, tokens: AccessTokens, errcode: int, words: str, is_lasting: bool
) -> None:
    api.errors["message/send"] = [errcode]
    with pytest.raises(Undelivered, match=words) as caught:
        asyncio.run(calls(api, tokens).send("u1", "答"))
    assert caught.value.is_lasting is is_lasting
    assert api.sent == []
