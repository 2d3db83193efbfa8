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
    fresh = FakeApi(listening.address)
    for name in ("issued", "sent", "bodies", "errors", "valid"):
        setattr(listening, name, getattr(fresh, name))
    return listening


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[AccessTokens]:
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        yield AccessTokens(database)


def calls(
    api: FakeApi, tokens: AccessTokens, secret: str = SECRET, now: datetime = NOW
) -> WeChatCalls:
    account = Account("t", app_id=APP_ID, app_secret=secret, may_send_messages=True)
    return WeChatCalls(account, api.address, tokens, lambda: now)


def test_a_message_is_sent_in_characters_not_escapes(api: FakeApi, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("u1", "五个工作日"))
    assert api.sent == [{"touser": "u1", "msgtype": "text", "text": {"content": "五个工作日"}}]
    assert "五个工作日".encode() in api.bodies[-1]


def test_all_processes_ask_for_one_token_once(
    api: FakeApi, tokens: AccessTokens, tmp_path: Path
) -> None:
    async def at_once() -> None:
        with closing(Database.open(tmp_path)) as database:
            some = [calls(api, tokens), calls(api, AccessTokens(database))] * 4
            await asyncio.gather(*(one.send(f"u{n}", "答") for n, one in enumerate(some)))

    asyncio.run(at_once())
    assert len(api.issued) == 1
    assert len(api.sent) == 8


def test_a_token_is_renewed_before_it_ends(api: FakeApi, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("u1", "答"))
    later = NOW + timedelta(seconds=7200 - 301)
    asyncio.run(calls(api, tokens, now=later).send("u1", "答"))
    assert len(api.issued) == 1
    asyncio.run(calls(api, tokens, now=later + timedelta(seconds=2)).send("u1", "答"))
    assert len(api.issued) == 2


def test_a_token_that_is_refused_is_replaced_once(api: FakeApi, tokens: AccessTokens) -> None:
    asyncio.run(calls(api, tokens).send("u1", "答"))
    api.valid = None
    asyncio.run(calls(api, tokens).send("u1", "答"))
    assert len(api.sent) == 2
    api.errors[SEND] = [42001, 42001, 42001]
    with pytest.raises(Undelivered, match="42001"):
        asyncio.run(calls(api, tokens).send("u1", "答"))
    assert api.errors[SEND] == [42001]


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


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"access_token": "t"}'])
def test_an_answer_that_is_none_is_told_and_the_next_may_ask_again(
    api: FakeApi, tokens: AccessTokens, answer: bytes
) -> None:
    api.errors["stable_token"] = [answer]
    with pytest.raises(Undelivered):
        asyncio.run(calls(api, tokens).send("u1", "答"))
    asyncio.run(calls(api, tokens).send("u1", "答"))
    assert len(api.sent) == 1


def test_a_wrong_secret_is_named_and_never_printed(api: FakeApi, tokens: AccessTokens) -> None:
    with pytest.raises(Undelivered, match="WENJU_WECHAT_APP_SECRET") as caught:
        asyncio.run(calls(api, tokens, "wrong-secret").send("u1", "答"))
    assert "wrong-secret" not in str(caught.value)


def test_an_address_that_does_not_answer_is_named_without_the_token(tokens: AccessTokens) -> None:
    tokens.begin_refresh(APP_ID, NOW)
    tokens.put(APP_ID, "token-1", NOW + timedelta(hours=1), NOW)
    with pytest.raises(Undelivered, match="连不上") as caught:
        asyncio.run(calls(FakeApi("http://127.0.0.1:9"), tokens).send("u1", "答"))
    assert "token-1" not in str(caught.value)
    assert caught.value.__cause__ is None
