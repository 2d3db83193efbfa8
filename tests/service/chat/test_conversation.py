"""WeChat's five seconds, one case at a time, in simulated time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.errors import StorageFull
from index.store.chat_tasks import ChatTasks, Task
from index.store.database import Database
from index.store.files import prepare_directory
from service.chat.attendant import Said
from service.chat.calling import Undelivered
from service.chat.conversation import Conversation, Request, Way
from service.chat.messages import Message
from service.chat.wishes import Fetch, Wish
from tests.service.chat.simulation import BEGINNING, inline, moment, simulate

SENT_AT = datetime.fromtimestamp(BEGINNING, SHANGHAI)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    prepare_directory(tmp_path)
    with closing(Database.open(tmp_path)) as database:
        yield database


@dataclass
class Phone:
    """One person, one server, and answers that take a known time."""

    tasks: ChatTasks
    seconds: float = 0.1
    sent: list[str] = field(default_factory=list)
    error: Undelivered | None = None
    worked: int = 0

    async def attend(self, task: Task, wish: Wish, _now: datetime) -> Said:
        if isinstance(wish, Fetch):
            found = self.tasks.fetch(task.key, task.person, wish.code)
            return Said(found.reply or "" if found else "没有")
        self.worked += 1
        await asyncio.sleep(self.seconds)
        return Said("五个工作日")

    async def send(self, sender: str, text: str) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(f"{sender} {text}")

    def server(self, *, may_send: bool = False) -> Conversation:
        way = Way("wechat", self if may_send else None)
        return Conversation(self.tasks, self.attend, way, stored=inline, now=moment)


def message(key: str = "m1", content: str = "几天办结？", kind: str = "text") -> Message:
    return Message(kind, "gh", "u1", SENT_AT, f"wechat:gh:{key}", content=content, channel="wechat")


async def ask(
    server: Conversation, one: Message | None = None, age: float = 0, *, is_open: bool = True
) -> tuple[str | None, float]:
    """Return the reply and how many seconds it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def still_open() -> bool:
        return is_open

    request = Request(one or message(), began, timedelta(seconds=age), still_open)
    return await server.reply(request), round(loop.time() - began, 1)


def run(
    database: Database, story: Callable[[Phone], Awaitable[None]], seconds: float = 0.1
) -> Phone:
    phone = Phone(ChatTasks(database), seconds)
    simulate(lambda: story(phone))
    return phone


def test_an_answer_in_time_is_the_reply(database: Database) -> None:
    async def story(phone: Phone) -> None:
        assert await ask(phone.server()) == ("五个工作日", 0.1)

    assert run(database, story).worked == 1


def test_an_answer_after_the_first_try_is_the_reply_to_the_second(database: Database) -> None:
    async def story(phone: Phone) -> None:
        server = phone.server()
        first = asyncio.ensure_future(ask(server, is_open=False))
        await asyncio.sleep(5)
        assert await ask(server) == ("五个工作日", 2.0)
        assert await first == (None, 5.5)

    assert run(database, story, seconds=7).worked == 1


def test_the_second_try_finds_the_task_on_another_server(database: Database) -> None:
    async def story(phone: Phone) -> None:
        first = asyncio.ensure_future(ask(phone.server(), is_open=False))
        await asyncio.sleep(5)
        reply, seconds = await ask(phone.server())
        assert reply == "五个工作日"
        assert 2 <= seconds <= 2.3
        await first

    assert run(database, story, seconds=7).worked == 1


def test_the_third_try_promises_the_answer_which_is_fetched_once(database: Database) -> None:
    async def story(phone: Phone) -> None:
        server = phone.server()
        tries = []
        for _ in range(3):
            tries.append(asyncio.ensure_future(ask(server, is_open=False)))
            await asyncio.sleep(5)
        replies = [await one for one in tries]
        assert [reply is None for reply, _ in replies] == [True, True, False]
        promise, seconds = replies[2]
        assert promise is not None
        assert "继续" in promise
        assert seconds == 2.5
        await asyncio.sleep(10)
        assert (await ask(server))[0] == promise  # a copy that comes late
        assert (await ask(server, message("m2", "继续")))[0] == "五个工作日"
        assert (await ask(server, message("m2", "继续")))[0] == "五个工作日"
        assert (await ask(server, message("m3", "继续")))[0] == "没有"

    assert run(database, story, seconds=20).worked == 1


def test_a_message_so_old_that_no_try_follows_is_promised_at_once(database: Database) -> None:
    async def story(phone: Phone) -> None:
        reply, seconds = await ask(phone.server(), age=10)
        assert reply is not None
        assert ("继续" in reply, seconds) == (True, 2.5)

    run(database, story, seconds=20)


@pytest.mark.parametrize(("seconds", "age"), [(4.4, 0), (2.4, 10)])
def test_an_answer_that_is_there_in_time_is_given_not_promised(
    database: Database, seconds: float, age: float
) -> None:
    async def story(phone: Phone) -> None:
        assert await ask(phone.server(), age=age) == ("五个工作日", seconds)

    run(database, story, seconds)


def test_in_the_third_try_an_answer_is_given_within_half_the_time(database: Database) -> None:
    async def story(phone: Phone) -> None:
        server = phone.server()
        tries = []
        for _ in range(3):
            tries.append(asyncio.ensure_future(ask(server, is_open=False)))
            await asyncio.sleep(5)
        assert await tries[2] == ("五个工作日", 2.3)

    run(database, story, seconds=12.3)


def test_where_the_answer_is_sent_afterwards_the_last_try_is_not_cut_short(
    database: Database,
) -> None:
    async def story(phone: Phone) -> None:
        assert await ask(phone.server(may_send=True), age=10) == ("五个工作日", 4.0)

    run(database, story, seconds=4)


def test_who_still_waits_after_all_is_promised_the_answer(database: Database) -> None:
    async def story(phone: Phone) -> None:
        reply, seconds = await ask(phone.server(), is_open=True)
        assert reply is not None
        assert ("继续" in reply, seconds) == (True, 5.5)

    run(database, story, seconds=20)


def test_where_the_account_may_the_answer_is_sent_afterwards_once(database: Database) -> None:
    async def story(phone: Phone) -> None:
        servers = [phone.server(may_send=True), phone.server(may_send=True)]
        assert await ask(servers[0]) == (None, 4.5)
        assert (await ask(servers[1]))[0] is None
        await asyncio.sleep(20)
        assert (await ask(servers[1]))[0] is None

    phone = run(database, story, seconds=8)
    assert phone.sent == ["u1 您问的“几天办结？”：\n五个工作日"]
    assert phone.worked == 1


def test_a_message_that_cannot_be_sent_is_fetched_and_the_next_promised_so(
    database: Database,
) -> None:
    async def story(phone: Phone) -> None:
        phone.error = Undelivered("没有权限", errcode=48001, is_lasting=True)
        server = phone.server(may_send=True)
        assert await ask(server) == (None, 4.5)
        await asyncio.sleep(10)
        assert (await ask(server, message("m2", "继续")))[0] == "五个工作日"
        reply, _ = await ask(server, message("m3"))
        assert reply is not None
        assert "继续" in reply

    run(database, story, seconds=8)


def test_what_a_killed_server_has_promised_another_keeps(database: Database) -> None:
    async def story(phone: Phone) -> None:
        dying, living = phone.server(may_send=True), phone.server(may_send=True)
        assert await ask(dying) == (None, 4.5)
        for working in dying._working.values():
            working.cancel()
        await asyncio.sleep(6)
        phone.seconds = 0.1
        await ask(living, message("m2", "别的问题？"))
        await asyncio.sleep(1)

    phone = run(database, story, seconds=60)
    assert phone.sent == ["u1 您问的“几天办结？”：\n五个工作日"]


def test_questions_asked_meanwhile_are_answered_each(database: Database) -> None:
    async def story(phone: Phone) -> None:
        server = phone.server()
        asked = [ask(server, message(f"m{n}")) for n in range(5)]
        assert [reply for reply, _ in await asyncio.gather(*asked)] == ["五个工作日"] * 5

    assert run(database, story, seconds=3).worked == 5


def test_who_leaves_while_we_search_is_sent_nothing(database: Database) -> None:
    async def story(phone: Phone) -> None:
        server = phone.server(may_send=True)
        await ask(server)
        left_at = SENT_AT + timedelta(seconds=4)
        leaving = Message(
            "event", "gh", "u1", left_at, "wechat:event:1", event="unsubscribe", channel="wechat"
        )
        assert await ask(server, leaving) == (None, 0)
        await asyncio.sleep(20)
        assert await ask(server) == (None, 0)  # a copy of the question, come late

    assert run(database, story, seconds=8).sent == []


@pytest.mark.parametrize("kind", ["voice", "image", "video", "location", "link"])
def test_what_is_no_text_gets_a_polite_word(database: Database, kind: str) -> None:
    async def story(phone: Phone) -> None:
        reply, _ = await ask(phone.server(), message(kind=kind))
        assert reply is not None
        assert reply.startswith("抱歉")
        assert "文字" in reply

    assert run(database, story).worked == 0


def test_a_full_disk_is_told_not_thrown(database: Database) -> None:
    class Full(ChatTasks):
        def claim(self, *_: object) -> None:
            raise StorageFull("磁盘空间不足。")

    async def story(_: Phone) -> None:
        phone = Phone(Full(database))
        reply, _seconds = await ask(phone.server())
        assert reply is not None
        assert "稍后" in reply

    run(database, story)
