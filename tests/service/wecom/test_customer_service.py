"""微信客服, from the callback to the message: the real route, cipher, catalogue and calls."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from index.document import SHANGHAI
from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Incoming
from service.chat.allowance import Admit, Allowance, everybody
from service.chat.calling import Undelivered
from service.chat.wishes import said
from service.desk import Desk
from service.http.rates import RateLimits
from service.settings import Settings
from service.wecom.account import Account, account_of
from service.wecom.customer_service import CustomerServiceReader, ServiceMessenger
from service.wecom.wiring import Parts
from tests.service.wecom.fake_api import FakeWeCom
from tests.service.wecom.platform import Platform, settings
from tests.service.wecom.test_route import INTERNAL, NOW, QUESTION, client_of

KF = "wkTest"
NUMBERS = count()
MOMENT = datetime.fromtimestamp(NOW, SHANGHAI)


@pytest.fixture
def account(request: pytest.FixtureRequest) -> str:
    """An account of its own for each test, read from its beginning."""
    return f"wk{next(NUMBERS)}-{abs(hash(request.node.name)) % 10**8}"


def written(account: str, words: str = QUESTION, **fields: Any) -> dict[str, Any]:
    """Return what a customer has written."""
    return {
        "msgid": f"m{next(NUMBERS)}",
        "open_kfid": account,
        "external_userid": "wmCustomer",
        "send_time": NOW,
        "origin": 3,
        "msgtype": "text",
        "text": {"content": words},
        **fields,
    }


def event(account: str, kind: str, **fields: Any) -> dict[str, Any]:
    inner = {
        "event_type": kind,
        "open_kfid": account,
        "external_userid": f"wm{account}",
        **fields,
    }
    return written(account, origin=4, msgtype="event", event=inner)


class Site:
    """A site whose clock can be set."""

    def __init__(
        self, base: KnowledgeBase, api: FakeWeCom, admit: Admit = everybody, **changes: object
    ) -> None:
        self.now = MOMENT
        chosen = settings(
            wecom_api_url=api.address,
            wecom_customer_service=True,
            wecom_agent_id=1 + next(NUMBERS),  # and so a token of its own, for its own clock
            **changes,
        )
        found = account_of(chosen)
        assert found is not None
        self.account: Account = found
        self.parts = Parts(
            Desk(chosen, base),
            chosen,
            lambda: [QUESTION],
            lambda _o, _s: None,
            lambda: self.now,
            admit,
        )

    def reader(self) -> CustomerServiceReader:
        return self.parts.customer_service(self.account)

    def run(self, story: Callable[[CustomerServiceReader], Awaitable[None]]) -> None:
        async def told() -> None:
            reader = self.reader()
            await story(reader)
            while working := list(reader._conversation._working.values()):
                await asyncio.wait(working)

        asyncio.run(told())

    def read(self, account: str, times: int = 1) -> None:
        """Read the account so many times."""

        async def story(reader: CustomerServiceReader) -> None:
            for _ in range(times):
                await reader.read(account, "token")

        self.run(story)


def test_a_customer_is_answered_by_the_account_they_wrote_to(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.customers = [written(account), written("wk-other")]
    Site(base, api).read(account)
    (message,) = api.to("kf/send_msg")
    assert (message["touser"], message["open_kfid"]) == ("wmCustomer", account)
    assert message["text"]["content"].startswith("56 个事项\n依据：《")
    assert api.reads[0] == {"open_kfid": account, "cursor": "", "token": "token", "limit": 1000}


def test_what_is_internal_reaches_no_customer_whatever_employees_see(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    words = (INTERNAL, "依据", "菜单", "继续")
    api.customers = [written(account, one) for one in words]
    Site(base, api, wecom_shows_internal=True).read(account)
    replies = [one["text"]["content"] for one in api.to("kf/send_msg")]
    assert len(replies) == len(words)
    assert not any("内部值班" in one or "3 名" in one for one in replies)


def test_all_pages_are_read_once_and_each_message_answered_once(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.customers = [written(account, external_userid=f"wm{n}") for n in range(5)]
    site = Site(base, api)
    site.read(account, times=2)
    assert [one["cursor"] for one in api.reads] == ["", "2", "4", "5"]
    api.customers.append(written(account, external_userid="wm5"))
    Site(base, api).read(account)  # another process, later
    assert [one["cursor"] for one in api.reads[4:]] == ["5"]
    assert sorted(one["touser"] for one in api.to("kf/send_msg")) == [f"wm{n}" for n in range(6)]


def test_many_processes_told_at_once_read_it_once(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.customers = [written(account, external_userid=f"wm{n}") for n in range(3)]
    sites = [Site(base, api) for _ in range(3)]

    async def told() -> None:
        readers = [site.reader() for site in sites]
        await asyncio.gather(*(reader.read(account, "token") for reader in readers))
        while working := [w for r in readers for w in r._conversation._working.values()]:
            await asyncio.wait(working)

    asyncio.run(told())
    assert len(api.to("kf/send_msg")) == 3
    assert [one["cursor"] for one in api.reads] == ["", "2", "3", "3"]


def test_told_often_while_it_reads_a_process_reads_once_more(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    async def story(reader: CustomerServiceReader) -> None:
        await asyncio.gather(*(reader.read(account, f"token{n}") for n in range(20)))

    Site(base, api).run(story)
    assert [one["token"] for one in api.reads] == ["token0", "token19"]


def test_who_writes_too_much_is_told_once_and_the_rest_is_let_go(
    base: KnowledgeBase, api: FakeWeCom, account: str, tmp_path: Path
) -> None:
    allowance = Allowance(RateLimits(tmp_path, Settings()).seconds_over, "1/hour", "none")
    api.customers = [written(account, words) for words in (QUESTION, *["菜单"] * 4)]
    api.customers.append(written(account, external_userid="wmOther"))
    Site(base, api, allowance.admit).read(account)
    told = Counter((one["touser"], one["text"]["content"][:6]) for one in api.to("kf/send_msg"))
    assert told == {
        ("wmCustomer", "您发得太快了"): 1,
        ("wmCustomer", "56 个事项"): 1,
        ("wmOther", "56 个事项"): 1,
    }


def test_a_page_that_was_not_kept_is_read_again_and_answered_once(
    base: KnowledgeBase, api: FakeWeCom, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.customers = [written(account)]
    site = Site(base, api)
    with monkeypatch.context() as broken:
        broken.setattr(
            base.customer_service, "advance", lambda *_: (_ for _ in ()).throw(Undelivered("。"))
        )
        site.read(account)
    site.read(account)
    assert [one["cursor"] for one in api.reads] == ["", ""]
    assert len(api.to("kf/send_msg")) == 1


def test_before_an_account_was_ever_read_old_messages_are_history(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.customers = [
        written(account, "几天前的问题？", send_time=NOW - 86400),
        written(account, send_time=NOW - 60),
    ]
    Site(base, api).read(account)
    assert len(api.to("kf/send_msg")) == 1
    api.customers.append(written(account, "停机时的问题？", send_time=NOW - 7200))
    Site(base, api).read(account)  # read before: what came meanwhile is answered
    assert len(api.to("kf/send_msg")) == 2


def test_what_comes_from_elsewhere_than_a_customer_is_left_alone(
    base: KnowledgeBase, api: FakeWeCom, account: str, caplog: pytest.LogCaptureFixture
) -> None:
    api.customers = [
        written(account, origin=5),
        event(account, "session_status_change"),
        event(account, "msg_send_fail", fail_type=10),
        {"open_kfid": account, "msgtype": "text"},
        written(account, text="words"),
    ]
    Site(base, api).read(account)
    assert api.sent == []
    assert "not delivered: 10" in caplog.text
    assert base.customer_service.cursor(account) == "5"


def test_what_is_no_text_gets_a_polite_word(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.customers = [written(account, msgtype="voice", voice={"media_id": "1"})]
    Site(base, api).read(account)
    (message,) = api.to("kf/send_msg")
    assert "文字" in message["text"]["content"]


def test_who_comes_in_is_greeted_once(base: KnowledgeBase, api: FakeWeCom, account: str) -> None:
    api.customers = [
        event(account, "enter_session", welcome_code="CODE"),
        event(account, "enter_session"),
    ]
    site = Site(base, api)
    site.read(account)
    base.customer_service.advance(account, "0")
    site.read(account)
    (message,) = api.to("kf/send_msg_on_event")
    assert message["code"] == "CODE"
    assert message["text"]["content"].startswith("您好")


def test_five_messages_follow_a_customers_message_and_no_more(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    site = Site(base, api)
    messenger = ServiceMessenger(site.parts.calls(site.account), base, lambda: site.now)
    sender, person = f"{account}:wmC", f"wecom_service:{account}:wmC"

    async def send(times: int) -> None:
        for _ in range(times):
            await messenger.send(sender, "答")

    with pytest.raises(Undelivered, match="48 小时"):
        asyncio.run(send(1))  # who never wrote
    base.customer_service.open_window(person, MOMENT)
    asyncio.run(send(5))
    with pytest.raises(Undelivered, match="五条"):
        asyncio.run(send(1))
    base.customer_service.open_window(person, MOMENT)  # the same message again
    with pytest.raises(Undelivered):
        asyncio.run(send(1))
    base.customer_service.open_window(person, MOMENT + timedelta(seconds=1))
    site.now = MOMENT + timedelta(hours=47)
    asyncio.run(send(1))
    site.now = MOMENT + timedelta(hours=49)
    with pytest.raises(Undelivered):
        asyncio.run(send(1))
    assert len(api.to("kf/send_msg")) == 6


def test_an_answer_that_could_not_be_sent_can_be_fetched(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.errors["kf/send_msg"] = [95018]
    api.customers = [written(account)]
    site = Site(base, api)
    site.read(account)
    assert api.sent == []
    api.customers.append(written(account, "继续", send_time=NOW + 5))
    site.read(account)
    (message,) = api.to("kf/send_msg")
    assert "56 个事项" in message["text"]["content"]


def test_what_a_killed_process_had_begun_another_sends(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    site = Site(base, api)
    person = f"wecom_service:{account}:wmLost"
    base.customer_service.open_window(person, MOMENT)

    async def killed(reader: CustomerServiceReader) -> None:
        incoming = Incoming(f"wecom_service:lost-{account}", person, QUESTION, MOMENT)
        await reader._conversation.send_later(incoming, said(QUESTION))
        for working in reader._conversation._working.values():
            working.cancel()
        await asyncio.sleep(0)

    site.run(killed)
    api.sent.clear()
    site.now += timedelta(seconds=30)
    api.customers = [written(account, external_userid="wmNext")]
    site.read(account)
    assert sorted(one["touser"] for one in api.to("kf/send_msg")) == ["wmLost", "wmNext"]


def test_an_account_that_cannot_be_read_is_logged(
    base: KnowledgeBase, api: FakeWeCom, account: str, caplog: pytest.LogCaptureFixture
) -> None:
    api.errors["kf/sync_msg"] = [48002]
    Site(base, api).read(account)
    assert "48002" in caplog.text
    assert base.leases.take(f"wecom_service:{account}", "other", timedelta(1), MOMENT)


def test_the_callback_says_success_at_once_and_the_answer_follows(
    base: KnowledgeBase, api: FakeWeCom, account: str
) -> None:
    api.customers = [written(account)]
    chosen = settings(wecom_api_url=api.address, wecom_customer_service=True)
    platform = Platform(lambda: NOW)
    query, encrypted = platform.seal(
        f"<xml><ToUserName>ww</ToUserName><CreateTime>{NOW}</CreateTime><MsgType>event</MsgType>"
        f"<Event>kf_msg_or_event</Event><Token>ENC</Token><OpenKfId>{account}</OpenKfId></xml>"
    )
    content = f"<xml><Encrypt>{encrypted}</Encrypt></xml>"
    with client_of(base, chosen) as client:
        response = client.post("/wecom", params=query, content=content)
        assert response.text == "success"
        until = time.monotonic() + 60
        while not api.sent and time.monotonic() < until:
            time.sleep(0.05)
    assert api.to("kf/send_msg")[0]["open_kfid"] == account
    assert api.reads[0]["token"] == "ENC"  # noqa: S105  a word for tests


def test_without_the_setting_nothing_is_read(
    base: KnowledgeBase, api: FakeWeCom, tmp_path: Path
) -> None:
    query, encrypted = Platform(lambda: NOW).seal(
        "<xml><MsgType>event</MsgType><Event>kf_msg_or_event</Event></xml>"
    )
    content = f"<xml><Encrypt>{encrypted}</Encrypt></xml>"
    with client_of(base, settings(wecom_api_url=api.address)) as client:
        assert client.post("/wecom", params=query, content=content).text == "success"
    assert api.reads == []
