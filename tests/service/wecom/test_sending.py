from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.store.access_tokens import AccessTokens
from index.store.database import Database
from index.store.files import prepare_directory
from service.chat.calling import Undelivered
from service.wecom.account import Account, Door
from service.wecom.sending import WeComCalls
from tests.service.wecom.fake_api import AGENT_ID, CORP_ID, SECRET, FakeWeCom

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[AccessTokens]:
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        yield AccessTokens(database)


def calls(
    api: FakeWeCom, tokens: AccessTokens, secret: str = SECRET, now: datetime = NOW
) -> WeComCalls:
    account = Account(CORP_ID, Door("t", (), ""), AGENT_ID, secret)
    return WeComCalls(account, api.address, tokens, lambda: now)


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


def test_all_processes_ask_for_one_token_once(
    api: FakeWeCom, tokens: AccessTokens, tmp_path: Path
) -> None:
    async def at_once() -> None:
        with closing(Database.open(tmp_path)) as database:
            some = [calls(api, tokens), calls(api, AccessTokens(database))] * 4
            await asyncio.gather(*(one.send(f"u{n}", "答") for n, one in enumerate(some)))

    asyncio.run(at_once())
    assert len(api.issued) == 1
    assert len(api.sent) == 8


def test_a_token_is_renewed_before_it_ends(api: FakeWeCom, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("u1", "答"))
    asyncio.run(calls(api, tokens, now=NOW + timedelta(seconds=6899)).send("u1", "答"))
    assert len(api.issued) == 1
    asyncio.run(calls(api, tokens, now=NOW + timedelta(seconds=6901)).send("u1", "答"))
    assert len(api.issued) == 2


def test_a_token_that_is_refused_is_replaced_once(api: FakeWeCom, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("u1", "答"))
    api.valid = None
    asyncio.run(calls(api, tokens).send("u1", "答"))
    assert len(api.sent) == 2
    api.errors["message/send"] = [42001, 42001, 42001]
    with pytest.raises(Undelivered, match="42001"):
        asyncio.run(calls(api, tokens).send("u1", "答"))
    assert api.errors["message/send"] == [42001]


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


def test_a_wrong_secret_is_named_and_never_printed(api: FakeWeCom, tokens: AccessTokens) -> None:
    with pytest.raises(Undelivered, match="WENJU_WECOM_SECRET") as caught:
        asyncio.run(calls(api, tokens, "guessed").send("u1", "答"))
    assert "guessed" not in str(caught.value)
    nowhere = calls(FakeWeCom("http://127.0.0.1:9"), tokens)
    with pytest.raises(Undelivered, match="连不上") as caught:
        asyncio.run(nowhere.send("u1", "答"))
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
