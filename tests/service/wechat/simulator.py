"""WeChat as it behaves, in simulated time: five seconds, three tries, and whatever goes wrong.

Several server processes share one catalogue.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Task
from service.chat.attendant import Attendant, Audience, Said
from service.chat.calling import Undelivered
from service.chat.conversation import Conversation, Way
from service.chat.wishes import Ask, Wish
from service.desk import Channel as Source
from service.desk import Desk
from service.phone import LONGEST, PhoneStyle
from service.settings import Settings
from service.wechat.account import CHANNEL, account_of
from service.wechat.route import Channel, router
from tests.service.chat.simulation import (
    PATIENCE,
    TRIES,
    Exchange,
    Troubles,
    inline,
    moment,
    wall_clock,
)
from tests.service.wechat.platform import KEY, OLD_KEY, Platform, settings


@dataclass
class Post:
    """Delivers customer-service messages to inboxes, when it does."""

    inboxes: dict[str, list[str]]
    chance: random.Random
    troubles: Troubles

    async def send(self, sender: str, text: str) -> None:
        await asyncio.sleep(self.chance.uniform(0.05, 2))
        if self.chance.random() < self.troubles.undeliverable:
            raise Undelivered("对方超过 48 小时没有来消息。", errcode=45015)
        self.inboxes.setdefault(sender, []).append(text)


@dataclass
class Server:
    """One server process: the real route over its own connection to the shared catalogue."""

    application: FastAPI
    conversation: Conversation

    @classmethod
    def over(cls, base: KnowledgeBase, chosen: Settings, world: World, *, may_send: bool) -> Server:
        account = account_of(chosen)
        assert account is not None
        attendant = Attendant(Desk(chosen, base), Audience(Source.WECHAT), PhoneStyle(), list)

        async def attend(task: Task, wish: Wish, now: datetime) -> Said:
            if not isinstance(wish, Ask):
                return attendant.attend(task, wish, now)
            await asyncio.sleep(world.seconds_for(wish.question))
            world.worked[task.key] += 1
            return Said(f"答{wish.question}。")

        post = Post(world.inboxes, world.chance, world.troubles) if may_send else None
        conversation = Conversation(
            base.chat_tasks, attend, Way(CHANNEL, post), stored=inline, now=moment
        )
        application = FastAPI()
        application.include_router(router)
        application.state.wechat = Channel(account, conversation, moment)
        return cls(application, conversation)

    def crash(self) -> None:
        """Lose all work in hand, as a process does that is killed."""
        for working in list(self.conversation._working.values()):
            working.cancel()


class World:
    """WeChat, its users, the servers, and somebody who means ill."""

    def __init__(self, directory: Path, seed: int, *, may_send: bool, troubles: Troubles) -> None:
        self.chance = random.Random(seed)  # noqa: S311  a simulation
        self.troubles = troubles
        self.inboxes: dict[str, list[str]] = {}
        self.worked: Counter[str] = Counter()
        self.killed = 0  # times that a server was
        self.failures = 0  # what WeChat tells users is out of order
        self.refused: Counter[int] = Counter()
        self.captured: list[tuple[float, dict[str, str], bytes]] = []
        self.tasks: set[asyncio.Task[None]] = set()
        self._durations: dict[str, float] = {}
        self.closing = ExitStack()
        chosen = settings(wechat_previous_aes_key=OLD_KEY, reader="rules")  # which is not asked
        self.servers = [
            Server.over(
                self.closing.enter_context(KnowledgeBase.open(directory, None, follow=False)),
                chosen,
                self,
                may_send=may_send,
            )
            for _ in range(3)
        ]
        self.platforms = [Platform(wall_clock, key=KEY), Platform(wall_clock, key=OLD_KEY)]
        self.platforms[1]._ids = self.platforms[0]._ids

    def seconds_for(self, question: str) -> float:
        """Return how long an answer takes, the same on every server."""
        if question not in self._durations:
            slow = self.chance.random() < self.troubles.slow_answers
            longest = self.troubles.longest_answer if slow else 1.0
            self._durations[question] = self.chance.uniform(0.01, longest)
        return self._durations[question]

    def way(self) -> float:
        """Return how long a packet is under way."""
        slow = self.chance.random() < self.troubles.slow_network
        return self.chance.uniform(0.01, self.troubles.longest_way if slow else 0.2)

    async def deliver(self, sender: str, xml_of: Callable[[Platform], str]) -> bool:
        """Bring a message to the servers as WeChat does; say whether a reply got through."""
        old = self.chance.random() < self.troubles.old_key
        platform = self.platforms[1 if old else 0]
        xml = xml_of(platform)
        for _ in range(TRIES):
            query, body = platform.request(xml)
            self.captured.append((wall_clock(), query, body))
            if self.chance.random() < self.troubles.copies:
                self._beside(self._request(query, body))
            try:
                async with asyncio.timeout(PATIENCE):
                    content = await self._request(query, body)
            except TimeoutError:
                continue
            text = platform.read(content)
            if text is not None:
                assert len(text.encode()) <= LONGEST
                self.inboxes.setdefault(sender, []).append(text)
            return True
        self.failures += 1
        return False

    async def _request(self, query: dict[str, str], body: bytes) -> bytes:
        """Send one request to any of the servers; closing the connection stops no server."""
        exchange = Exchange("/wechat")
        await asyncio.sleep(self.way())
        server = self.chance.choice(self.servers)
        if self.chance.random() < self.troubles.crashes:
            server.crash()
            self.killed += 1
        calling = asyncio.ensure_future(exchange.call(server.application, query, body))
        self._keep(calling)
        try:
            await asyncio.shield(calling)
            assert exchange.status == 200, exchange.content
            await asyncio.sleep(self.way())
        finally:
            exchange.is_over.set()
        return exchange.content

    async def attack(self, query: dict[str, str], body: bytes) -> None:
        """Send what WeChat has not sent; nothing may be answered."""
        exchange = Exchange("/wechat")
        await exchange.call(self.chance.choice(self.servers).application, query, body)
        self.refused[exchange.status] += 1
        assert exchange.status in {400, 403, 413}, exchange.content
        assert b"Encrypt" not in exchange.content
        assert "答".encode() not in exchange.content

    def _beside(self, work: Awaitable[object]) -> None:
        async def ignored() -> None:
            await work

        self._keep(asyncio.ensure_future(ignored()))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def settle(self) -> None:
        """Wait until nothing is under way any more."""
        while True:
            working = [
                one for server in self.servers for one in server.conversation._working.values()
            ]
            if not (self.tasks or working):
                return
            await asyncio.wait([*self.tasks, *working])
