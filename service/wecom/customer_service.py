"""微信客服: a callback says that there is something to read; what was asked is answered.

Citizens write here from WeChat: they see what is public, whatever the site shows its employees.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from index.document import SHANGHAI
from index.errors import WenjuError
from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Incoming
from service.chat.calling import Undelivered
from service.chat.conversation import Conversation
from service.chat.wishes import MENU, ShowMenu, Unreadable, Wish, said
from service.wecom.account import SERVICE
from service.wecom.sending import WeComCalls

_FROM_CUSTOMER = 3  # `origin` of a message
_NEW = timedelta(minutes=10)  # before we have read an account at all, older messages are history
_OLDEST = timedelta(hours=48)  # after which nothing may be sent
_READING = timedelta(seconds=30)  # for one page, after which another process may read
_TURNS = 60  # looks whether the process that reads has done
_TURN_SECONDS = 0.5
_WELCOME_SECONDS = 15  # of the 20 that a code holds
log = logging.getLogger(__name__)


class ServiceMessenger:
    """Sends customers texts, as many and as long as WeCom permits."""

    def __init__(self, calls: WeComCalls, base: KnowledgeBase, now: Callable[[], datetime]) -> None:
        self._calls = calls
        self._base = base
        self._now = now

    async def send(self, sender: str, text: str) -> None:
        """Send a customer, named with the account they wrote to, a text. Raises Undelivered."""
        windows, person = self._base.customer_service, f"{SERVICE}:{sender}"
        if not await asyncio.to_thread(lambda: windows.may_send(person, self._now())):
            raise Undelivered("对方 48 小时没有来消息，或来消息以后已经发了五条，不能再发。")
        account, _, customer = sender.partition(":")
        await self._calls.send_to_customer(account, customer, text)


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of a customer, and what they want."""

    incoming: Incoming
    wish: Wish


class CustomerServiceReader:
    """Reads what customers have written, and has it answered."""

    def __init__(
        self,
        base: KnowledgeBase,
        calls: WeComCalls,
        conversation: Conversation,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._base = base
        self._calls = calls
        self._conversation = conversation
        self._now = now
        self._owner = uuid4().hex
        self._wanted: dict[str, str] = {}  # the token that came last with the word to read
        self._reading: set[str] = set()

    async def read(self, account: str, token: str) -> None:
        """Read an account's new messages to their end, and begin to answer them.

        Told while it is being read, it is read once more, however often it was told.
        """
        self._wanted[account] = token
        if account in self._reading:
            return
        self._reading.add(account)
        try:
            while account in self._wanted:
                await self._read(account, self._wanted.pop(account))
        finally:
            self._reading.discard(account)

    async def _read(self, account: str, token: str) -> None:
        lease = f"{SERVICE}:{account}"
        try:
            for _ in range(_TURNS):
                if await asyncio.to_thread(
                    lambda: self._base.leases.take(lease, self._owner, _READING, self._now())
                ):
                    break
                await asyncio.sleep(_TURN_SECONDS)
            else:
                log.warning("somebody else has been reading %s for too long", account)
                return
            try:
                while await self._page(account, token):
                    await asyncio.to_thread(
                        lambda: self._base.leases.take(lease, self._owner, _READING, self._now())
                    )
            finally:
                await asyncio.to_thread(lambda: self._base.leases.release(lease, self._owner))
        except WenjuError as error:
            log.warning("the messages of %s could not be read: %s", account, error.message)

    async def _page(self, account: str, token: str) -> bool:
        """Take a page of messages; say whether there are more."""
        kept = self._base.customer_service
        cursor = await asyncio.to_thread(lambda: kept.cursor(account))
        page = await self._calls.service_messages(account, cursor or "", token)
        oldest = self._now() - (_NEW if cursor is None else _OLDEST)
        for one in page.get("msg_list", []):
            try:
                await self._take(one, account, oldest)
            except (KeyError, TypeError, ValueError, OverflowError):
                log.warning("a message of %s was not understood", account)
        following = str(page.get("next_cursor") or "")
        if following and following != cursor:
            await asyncio.to_thread(lambda: kept.advance(account, following))
            return page.get("has_more") == 1
        return False

    async def _take(self, one: Mapping[str, Any], account: str, oldest: datetime) -> None:
        sent_at = datetime.fromtimestamp(int(one["send_time"]), SHANGHAI)
        if sent_at < oldest:
            return
        if one["msgtype"] == "event":
            await self._event(one, account, sent_at)
            return
        if one.get("origin") != _FROM_CUSTOMER:
            return
        asked = _asked(one, account, sent_at)
        person = asked.incoming.person
        windows = self._base.customer_service
        await asyncio.to_thread(lambda: windows.open_window(person, sent_at))
        too_much = await self._conversation.over(asked.incoming)
        if too_much is None:
            await self._conversation.send_later(asked.incoming, asked.wish)
        elif too_much.is_news:  # of the few messages that may be sent, one
            await self._conversation.tell(person, too_much.words)

    async def _event(self, one: Mapping[str, Any], account: str, sent_at: datetime) -> None:
        event = one["event"]
        code = event.get("welcome_code")
        if event.get("event_type") == "msg_send_fail":
            log.warning("a message to a customer was not delivered: %s", event.get("fail_type"))
        if event.get("event_type") != "enter_session" or not code:
            return
        person = f"{SERVICE}:{account}:{event['external_userid']}"
        incoming = Incoming(f"{SERVICE}:{one['msgid']}", person, MENU, sent_at)
        task = await self._conversation.attended(
            incoming, ShowMenu(is_welcome=True), _WELCOME_SECONDS
        )
        if task is None or task.reply is None or task.tries > 1:
            return
        try:
            await self._calls.welcome_customer(str(code), task.reply)
        except Undelivered as error:
            log.warning("a customer was not greeted: %s", error.message)


def _asked(one: Mapping[str, Any], account: str, sent_at: datetime) -> Asked:
    kind = str(one["msgtype"])
    person = f"{SERVICE}:{account}:{one['external_userid']}"
    words = str(one["text"]["content"]).strip() if kind == "text" else f"[{kind}]"
    wish = said(words) if kind == "text" else Unreadable(kind)
    return Asked(Incoming(f"{SERVICE}:{one['msgid']}", person, words, sent_at), wish)
