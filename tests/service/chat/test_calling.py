"""What both platforms' calls have in common: one access token for all, and no word of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.store.access_tokens import AccessTokens
from index.store.database import Database
from service.chat.calling import Undelivered
from service.wechat.account import Account as WeChatAccount
from service.wechat.sending import WeChatCalls
from service.wecom.account import Account as WeComAccount
from service.wecom.account import Door
from service.wecom.sending import WeComCalls
from tests.service.wechat import fake_api as wechat
from tests.service.wecom import fake_api as wecom

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
Api = wechat.FakeApi | wecom.FakeWeCom
Calls = WeChatCalls | WeComCalls


@dataclass(frozen=True)
class Platform:
    """A platform that listens, and how it is called."""

    api: Api
    lending: str
    sending: str
    secret: str
    named: str  # the setting that a wrong secret points to
    calls: Callable[..., Calls]


def wechat_calls(
    address: str, tokens: AccessTokens, secret: str = wechat.SECRET, now: datetime = NOW
) -> WeChatCalls:
    account = WeChatAccount("t", app_id=wechat.APP_ID, app_secret=secret, may_send_messages=True)
    return WeChatCalls(account, address, tokens, lambda: now)


def wecom_calls(
    address: str, tokens: AccessTokens, secret: str = wecom.SECRET, now: datetime = NOW
) -> WeComCalls:
    account = WeComAccount(wecom.CORP_ID, Door("t", (), ""), wecom.AGENT_ID, secret)
    return WeComCalls(account, address, tokens, lambda: now)


@pytest.fixture(scope="module")
def platforms() -> Iterator[dict[str, Platform]]:
    with wechat.listening_api() as one, wecom.listening_wecom() as other:
        yield {
            "wechat": Platform(
                one,
                "stable_token",
                "message/custom/send",
                wechat.SECRET,
                "WENJU_WECHAT_APP_SECRET",
                wechat_calls,
            ),
            "wecom": Platform(
                other, "gettoken", "message/send", wecom.SECRET, "WENJU_WECOM_SECRET", wecom_calls
            ),
        }


@pytest.fixture(params=["wechat", "wecom"])
def platform(request: pytest.FixtureRequest, platforms: dict[str, Platform]) -> Platform:
    """One of them, as new."""
    found = platforms[request.param]
    found.api.reset()
    return found


def send(platform: Platform, tokens: AccessTokens, **changes: object) -> None:
    asyncio.run(platform.calls(platform.api.address, tokens, **changes).send("u1", "答"))


def test_all_processes_ask_for_one_token_once(
    platform: Platform, tokens: AccessTokens, tmp_path: Path
) -> None:
    async def at_once() -> None:
        with closing(Database.open(tmp_path)) as database:
            shared = [tokens, AccessTokens(database)] * 4
            some = [platform.calls(platform.api.address, one) for one in shared]
            await asyncio.gather(*(one.send(f"u{n}", "答") for n, one in enumerate(some)))

    asyncio.run(at_once())
    assert len(platform.api.issued) == 1
    assert len(platform.api.sent) == 8


def test_a_token_is_renewed_before_it_ends(platform: Platform, tokens: AccessTokens) -> None:
    send(platform, tokens)
    later = NOW + timedelta(seconds=7200 - 301)
    send(platform, tokens, now=later)
    assert len(platform.api.issued) == 1
    send(platform, tokens, now=later + timedelta(seconds=2))
    assert len(platform.api.issued) == 2


def test_a_token_that_is_refused_is_replaced_once(platform: Platform, tokens: AccessTokens) -> None:
    send(platform, tokens)
    platform.api.valid = None
    send(platform, tokens)
    assert len(platform.api.sent) == 2
    platform.api.errors[platform.sending] = [42001, 42001, 42001]
    with pytest.raises(Undelivered, match="42001"):
        send(platform, tokens)
    assert platform.api.errors[platform.sending] == [42001]


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"access_token": "t"}'])
def test_an_answer_that_is_none_is_told_and_the_next_may_ask_again(
    platform: Platform, tokens: AccessTokens, answer: bytes
) -> None:
    platform.api.errors[platform.lending] = [answer]
    with pytest.raises(Undelivered):
        send(platform, tokens)
    send(platform, tokens)
    assert len(platform.api.sent) == 1


def test_a_wrong_secret_is_named_and_never_printed(
    platform: Platform, tokens: AccessTokens
) -> None:
    with pytest.raises(Undelivered, match=platform.named) as caught:
        send(platform, tokens, secret="wrong-secret")  # noqa: S106  a word for tests
    assert "wrong-secret" not in str(caught.value)


def test_an_address_that_does_not_answer_is_named_without_token_or_secret(
    platform: Platform, tokens: AccessTokens
) -> None:
    send(platform, tokens)
    for secret in (platform.secret, "token-1"):
        with pytest.raises(Undelivered, match="连不上") as caught:
            asyncio.run(platform.calls("http://127.0.0.1:9", tokens).send("u1", "答"))
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None
        tokens.discard(tokens_name(platform), "token-1", NOW)


def tokens_name(platform: Platform) -> str:
    """Return under which name the token is kept."""
    if isinstance(platform.api, wechat.FakeApi):
        return wechat.APP_ID
    return f"wecom:{wecom.CORP_ID}:{wecom.AGENT_ID}"


def test_no_token_and_no_secret_is_logged_however_much_is(
    platform: Platform, tokens: AccessTokens, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send(platform, tokens)
    assert "/cgi-bin/" in caplog.text  # httpx tells of its requests
    assert platform.api.issued == ["token-1"]
    for secret in ("token-1", platform.secret):
        assert secret not in caplog.text
