"""Answers what is said to the bot (智能机器人), in streams; keeps what people think of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from index.document import SHANGHAI
from index.errors import StoreError
from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Task
from service.chat.attendant import polite_word
from service.chat.conversation import Conversation
from service.chat.wishes import ShowMenu, said
from service.desk import Channel
from service.wecom.bot_messages import Entered, Heard, Judged, Refresh, Said, key_of
from service.wecom.markdown import as_markdown

LIMIT = 10_000  # bytes of a reply; escaped it may double, and WeCom takes 20,480
_WORKING = "正在查找依据……"
_EXPIRED = "这次问答已经过期，请重新提问。"
_LEFT = "请重新提问。"
_BUSY = "系统繁忙，请稍后再问一次。"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to reply; `stream` names what is still to come, None where this is all."""

    body: Mapping[str, Any]
    stream: str | None = None


class Bot:
    """Replies to one thing heard at a time. Lives in one event loop."""

    def __init__(
        self,
        base: KnowledgeBase,
        conversation: Conversation,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._base = base
        self._conversation = conversation
        self._now = now
        self._owner = uuid4().hex

    async def reply(self, heard: Heard | None, seconds: float) -> Reply | None:
        """Return the reply as it stands after so many seconds, sooner where it is all."""
        try:
            match heard:
                case Said():
                    return await self._answered(heard, seconds)
                case Refresh(stream):
                    return await self.refreshed(stream, seconds)
                case Entered():
                    return await self._greeted(heard, seconds)
                case Judged():
                    await asyncio.to_thread(self._judge, heard)
        except StoreError as error:
            log.exception("a bot's message could not be kept: %s", error.code)
            if isinstance(heard, Said):
                return _stream(heard.stream, _BUSY, is_first=True)
        return None

    async def refreshed(self, stream: str, seconds: float) -> Reply:
        """Return the rest of a reply as it stands after so many seconds. Raises StoreError."""
        task = await self._conversation.resumed(key_of(stream), seconds)
        return _of_task(task, stream) if task else _stream(stream, _EXPIRED)

    async def _answered(self, heard: Said, seconds: float) -> Reply:
        if heard.words is None:
            return _stream(heard.stream, polite_word(heard.kind))
        too_much = await self._conversation.over(heard.incoming)
        if too_much is not None:
            return _stream(heard.stream, too_much.words)
        wish = said(heard.words)
        task = await self._conversation.attended(heard.incoming, wish, seconds)
        if task is None:
            return _stream(heard.stream, _LEFT)
        return _of_task(task, heard.stream, is_first=True)

    async def _greeted(self, heard: Entered, seconds: float) -> Reply | None:
        wish = ShowMenu(is_welcome=True)
        task = await self._conversation.attended(heard.incoming, wish, seconds)
        if task is None or not task.reply:
            return None
        return Reply({"msgtype": "text", "text": {"content": task.reply}})

    def _judge(self, heard: Judged) -> None:
        """Keep a verdict with the answer it is about, once however often it is told."""
        claim = self._base.chat_tasks.claim(heard.incoming, self._owner, self._now())
        task = self._base.chat_tasks.look(key_of(heard.stream))
        if claim is None or claim.task.tries > 1 or task is None or task.answer_id is None:
            return
        self._base.feedback.add(task.answer_id, heard.verdict, heard.comment, Channel.WECOM)


def _of_task(task: Task, stream: str, *, is_first: bool = False) -> Reply:
    if task.reply is None:
        return _stream(stream, _WORKING, finish=False, is_first=is_first)
    return _stream(stream, as_markdown(task.reply), is_first=is_first)


def _stream(stream: str, content: str, *, finish: bool = True, is_first: bool = False) -> Reply:
    shown: dict[str, Any] = {"id": stream, "finish": finish, "content": content}
    if is_first:  # asks people whether the reply was right
        shown["feedback"] = {"id": stream}
    return Reply({"msgtype": "stream", "stream": shown}, None if finish else stream)
