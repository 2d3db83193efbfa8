"""The parts of the channel put together, for the event loop they are to live in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from index.document import SHANGHAI
from index.store.chat_tasks import Task
from service.chat.allowance import Admit, everybody
from service.chat.attendant import Attendant, Audience, Said
from service.chat.conversation import Conversation, Way
from service.chat.wishes import Wish
from service.desk import Channel, Desk
from service.phone import PhoneStyle
from service.settings import Settings
from service.wecom.account import APPLICATION, BOT, SERVICE, Account
from service.wecom.bot import LIMIT, Bot
from service.wecom.bot_messages import ALONE
from service.wecom.customer_service import CustomerServiceReader, ServiceMessenger
from service.wecom.sending import WeComCalls

ANSWERED_AT_ONCE = 4  # messages; more wait their turn, within their time


@dataclass(frozen=True, slots=True)
class Parts:
    """What every part of the channel is made from.

    `counted` is told the outcome of each answer and the seconds it took, `admit` asked whether a
    person may say more.
    """

    desk: Desk
    settings: Settings
    suggestions: Callable[[], Sequence[str]]
    counted: Callable[[str, float], None]
    now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI)
    admit: Admit = everybody

    def calls(self, account: Account) -> WeComCalls:
        """Return what calls WeCom for the application."""
        tokens = self.desk.knowledge_base.access_tokens
        return WeComCalls(account, self.settings.wecom_api_url, tokens, self.now)

    def application(self, account: Account) -> Conversation:
        """Return the conversation that the application's members have."""
        attendant = self._attendant(sees_internal=self.settings.wecom_shows_internal)
        messenger = self.calls(account) if account.may_send_messages else None
        way = Way(APPLICATION, messenger)
        return self._conversation(way, lambda _: attendant)

    def customer_service(self, account: Account) -> CustomerServiceReader:
        """Return what reads and answers the customers of 微信客服, who see what is public."""
        base, calls = self.desk.knowledge_base, self.calls(account)
        style = PhoneStyle(self.settings.public_url, self.settings.disclaimer)
        audience = Audience(Channel.WECOM_SERVICE)
        attendant = Attendant(self.desk, audience, style, self.suggestions, self.counted)
        messenger = ServiceMessenger(calls, base, self.now)
        way = Way(SERVICE, messenger, is_labelled=False)
        conversation = self._conversation(way, lambda _: attendant)
        return CustomerServiceReader(base, calls, conversation, self.now)

    def bot(self) -> Bot:
        """Return the bot. What is internal it says to an employee alone, never in a group."""
        public = self._attendant(LIMIT)
        private = self._attendant(LIMIT, sees_internal=self.settings.wecom_shows_internal)

        def attendant_of(task: Task) -> Attendant:
            return private if task.person.startswith(ALONE) else public

        conversation = self._conversation(Way(BOT), attendant_of)
        return Bot(self.desk.knowledge_base, conversation, self.now)

    def _attendant(self, limit: int | None = None, *, sees_internal: bool = False) -> Attendant:
        audience = Audience(Channel.WECOM, sees_internal)
        style = PhoneStyle(self.settings.public_url, self.settings.disclaimer)
        if limit is not None:
            style = PhoneStyle(style.public_url, style.disclaimer, limit)
        return Attendant(self.desk, audience, style, self.suggestions, self.counted)

    def _conversation(self, way: Way, attendant_of: Callable[[Task], Attendant]) -> Conversation:
        pool = ThreadPoolExecutor(ANSWERED_AT_ONCE, f"wenju-{way.channel}")

        async def attend(task: Task, wish: Wish, moment: datetime) -> Said:
            loop = asyncio.get_running_loop()
            attendant = attendant_of(task)
            return await loop.run_in_executor(pool, attendant.attend, task, wish, moment)

        tasks = self.desk.knowledge_base.chat_tasks
        return Conversation(tasks, attend, way, admit=self.admit, now=self.now)
