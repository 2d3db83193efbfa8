"""WeCom as it behaves, in simulated time, at its three doors: the application, the bot, 微信客服.

Several server processes share one catalogue; messages come twice, late, or in another order.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Task
from service.chat.attendant import Attendant, Audience, Said
from service.chat.calling import Undelivered
from service.chat.conversation import Conversation, Way
from service.chat.wishes import Ask, Wish
from service.desk import Channel as Source
from service.desk import Desk
from service.phone import PhoneStyle
from service.settings import Settings
from service.wecom.account import APPLICATION, BOT, SERVICE, account_of, bot_of
from service.wecom.bot import Bot
from service.wecom.customer_service import CustomerServiceReader, ServiceMessenger
from service.wecom.route import Channel, router
from tests.service.chat.simulation import (
    PATIENCE,
    TRIES,
    Exchange,
    Troubles,
    inline,
    moment,
    wall_clock,
)
from tests.service.wecom.platform import KEY, OLD_KEY, Platform, settings

ACCOUNT = "wkSimulated"  # of 微信客服
ASKS_ON = 1.0  # seconds between two looks of WeCom at a stream
LOOKS_FOR = 360.0  # seconds that it looks at all


@dataclass
class WeComTroubles(Troubles):
    """What goes wrong at WeCom besides."""

    copies: float = 0.2
    crashes: float = 0.01
    lost_news: float = 0.2  # words that there is something to read, which never arrive


@dataclass
class Customers:
    """What customers have written to 微信客服 and what they were sent, in place of its calls."""

    chance: random.Random
    troubles: WeComTroubles
    inboxes: dict[str, list[str]]
    written: list[dict[str, Any]] = field(default_factory=list)
    page: int = 3

    async def service_messages(self, _account: str, cursor: str, _token: str) -> dict[str, Any]:
        await asyncio.sleep(self.chance.uniform(0.05, 1))
        first = int(cursor or 0)
        page = self.written[first : first + self.page]
        last = first + len(page)
        again = page[:1] if self.chance.random() < self.troubles.copies else []
        return {
            "msg_list": self.chance.sample([*page, *again], len(page) + len(again)),
            "next_cursor": str(last),
            "has_more": int(last < len(self.written)),
        }

    async def send_to_customer(self, _account: str, customer: str, text: str) -> None:
        await asyncio.sleep(self.chance.uniform(0.05, 2))
        if self.chance.random() < self.troubles.undeliverable:
            raise Undelivered("会话已经结束。", errcode=95018)
        self.inboxes.setdefault(customer, []).append(text)


class Server:
    """One server process: the real routes over its own connection to the shared catalogue."""

    def __init__(self, base: KnowledgeBase, chosen: Settings, world: World) -> None:
        attendant = Attendant(Desk(chosen, base), Audience(Source.WECOM), PhoneStyle(), list)

        async def attend(task: Task, wish: Wish, now: datetime) -> Said:
            if not isinstance(wish, Ask):
                return attendant.attend(task, wish, now)
            await asyncio.sleep(world.seconds_for(wish.question))
            world.worked[task.key] += 1
            return Said(f"答{wish.question}。")

        def conversation(way: Way) -> Conversation:
            return Conversation(base.chat_tasks, attend, way, stored=inline, now=moment)

        messenger = ServiceMessenger(world.customers, base, moment)  # type: ignore[arg-type]  # in its place
        members, bot = conversation(Way(APPLICATION)), conversation(Way(BOT))
        service = conversation(Way(SERVICE, messenger, is_labelled=False))
        self.conversations = (members, bot, service)
        self.channel = Channel(
            moment,
            account=account_of(chosen),
            conversation=members,
            customers=CustomerServiceReader(base, world.customers, service, moment),  # type: ignore[arg-type]  # as above
            bot_door=bot_of(chosen),
            bot=Bot(base, bot, moment),
        )
        self.application = FastAPI()
        self.application.include_router(router)
        self.application.state.wecom = self.channel

    @property
    def working(self) -> list[asyncio.Task[None]]:
        """Return all work in hand."""
        answering = (one for each in self.conversations for one in each._working.values())
        return [*answering, *self.channel.reading]

    def crash(self) -> None:
        """Lose all work in hand, as a process does that is killed."""
        for working in self.working:
            working.cancel()


class World:
    """WeCom, those who ask, the servers, and somebody who means ill."""

    def __init__(self, directory: Path, seed: int, troubles: WeComTroubles) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a simulation
        self.troubles = troubles
        self.inboxes: dict[str, list[str]] = {}
        self.customers = Customers(self.chance, troubles, self.inboxes)
        self.worked: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.captured: list[tuple[float, str, dict[str, str], bytes]] = []
        self.killed = self.failures = 0
        self.tasks: set[asyncio.Task[Any]] = set()
        self._durations: dict[str, float] = {}
        self._ids = count(1)
        self.closing = ExitStack()
        chosen = settings(
            wecom_previous_aes_key=OLD_KEY, wecom_customer_service=True, reader="rules"
        )
        self.servers = [
            Server(
                self.closing.enter_context(KnowledgeBase.open(directory, None, follow=False)),
                chosen,
                self,
            )
            for _ in range(3)
        ]
        self.members = [Platform(wall_clock, key=KEY), Platform(wall_clock, key=OLD_KEY)]
        self.bot = Platform.of_bot(wall_clock)

    def seconds_for(self, question: str) -> float:
        """Return how long an answer takes, the same on every server."""
        if question not in self._durations:
            slow = self.chance.random() < self.troubles.slow_answers
            longest = self.troubles.longest_answer if slow else 1.0
            self._durations[question] = self.chance.uniform(0.01, longest)
        return self._durations[question]

    async def tell_application(self, sender: str, words: str) -> bool:
        """Bring a member's message as WeCom does; say whether a reply got through."""
        platform = self.members[self.chance.random() < self.troubles.old_key]
        xml = platform.text(sender, words)
        content = await self._tried("/wecom", lambda: platform.request(xml))
        text = platform.read(content) if content is not None else None
        if text is not None:
            self.inboxes.setdefault(sender, []).append(text)
        return content is not None

    async def tell_bot(self, sender: str, words: str) -> bool:
        """Say something to the bot, and look at its stream until that is finished."""
        said = self.bot.said(words, **{"from": {"userid": sender}})
        content = await self._tried("/wecom/bot", lambda: self.bot.bot_request(said))
        reply = self.bot.bot_read(content) if content is not None else None
        if reply is None:
            return False
        stream, until = reply["stream"], wall_clock() + LOOKS_FOR
        while not stream["finish"] and wall_clock() < until:
            await asyncio.sleep(ASKS_ON)
            look = {**self.bot.said("", "stream"), "stream": {"id": stream["id"]}}
            content = await self._tried("/wecom/bot", lambda: self.bot.bot_request(look), 1)  # noqa: B023  awaited here
            seen = self.bot.bot_read(content) if content else None
            if seen is not None:
                assert seen["stream"]["id"] == stream["id"]
                stream = seen["stream"]
        if stream["finish"]:
            self.inboxes.setdefault(sender, []).append(stream["content"])
        return bool(stream["finish"])

    async def write(self, customer: str, words: str) -> bool:
        """Write to 微信客服, and let the servers know, which they may never hear."""
        self.customers.written.append(
            {
                "msgid": f"kf{next(self._ids)}",
                "open_kfid": ACCOUNT,
                "external_userid": customer,
                "send_time": int(wall_clock()),
                "origin": 3,
                "msgtype": "text",
                "text": {"content": words},
            }
        )
        if self.chance.random() >= self.troubles.lost_news:
            await self.bring_news()
        return True

    async def bring_news(self) -> None:
        """Say that there is something to read."""
        xml = self.members[0].event("sys", "kf_msg_or_event", OpenKfId=ACCOUNT)
        await self._tried("/wecom", lambda: self.members[0].request(xml))

    async def _tried(
        self, path: str, made: Callable[[], tuple[dict[str, str], bytes]], tries: int = TRIES
    ) -> bytes | None:
        """Return the content of the first reply in time; every try is signed anew."""
        for _ in range(tries):
            query, body = made()
            self.captured.append((wall_clock(), path, query, body))
            if self.chance.random() < self.troubles.copies:
                self._keep(self._request(path, query, body))
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._request(path, query, body)
            except TimeoutError:
                continue
        self.failures += 1
        return None

    async def _request(self, path: str, query: dict[str, str], body: bytes) -> bytes:
        """Send one request to any of the servers; closing the connection stops no server."""
        exchange = Exchange(path)
        await asyncio.sleep(self._way())
        server = self.chance.choice(self.servers)
        if self.chance.random() < self.troubles.crashes:
            server.crash()
            self.killed += 1
        calling = self._keep(exchange.call(server.application, query, body))
        try:
            await asyncio.shield(calling)
            assert exchange.status == 200, exchange.content
            await asyncio.sleep(self._way())
        finally:
            exchange.is_over.set()
        return exchange.content

    async def attack(self, path: str, query: dict[str, str], body: bytes) -> None:
        """Send what WeCom has not sent; nothing may be answered."""
        exchange = Exchange(path)
        await exchange.call(self.chance.choice(self.servers).application, query, body)
        self.refused[exchange.status] += 1
        assert exchange.status in {400, 403, 413}, exchange.content
        assert b"ncrypt" not in exchange.content
        assert "答".encode() not in exchange.content

    def _way(self) -> float:
        slow = self.chance.random() < self.troubles.slow_network
        return self.chance.uniform(0.01, self.troubles.longest_way if slow else 0.2)

    def _keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while waiting := [*self.tasks, *(one for each in self.servers for one in each.working)]:
            await asyncio.wait(waiting)


Say = Callable[[str, str], Awaitable[bool]]
