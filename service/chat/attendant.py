"""Says what there is to say to a message: the answer, a menu, a polite word."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from index.errors import InvalidRequest, WenjuError
from index.store.chat_exchanges import Exchange
from index.store.chat_tasks import Task
from service.answering.answer import Answer
from service.chat.wishes import (
    BASIS,
    FETCH,
    MENU,
    Ask,
    Choose,
    Fetch,
    Judge,
    ShowBasis,
    ShowMenu,
    Unreadable,
    Wish,
)
from service.desk import Channel, Desk, Verdict
from service.phone import HOTLINE, PhoneStyle, phone_basis, phone_text
from service.requests import accept_question

REMEMBERED = timedelta(minutes=30)  # a last exchange
OFFERED = 6  # questions on a menu
_SHOWN_OF_QUESTION = 30  # characters
_WELCOME = "您好！直接输入问题，马上得到有文件依据的答复。"
_MENU_LEAD = "可以这样问，回复数字即可："
_MENU_FOOT = f"也可以直接输入您的问题。回复“{BASIS}”看上一个答复的原文依据。"
_NO_MENU = "请直接输入您的问题，例如：××办理需要几个工作日？"
_NOTHING_WAITS = "没有等待领取的答案。请直接输入您的问题。"
_STILL_WORKING = f"还在查找，请稍后再回复“{FETCH}”。"
_NO_EXCHANGE = "没有可以对应的上一个问题（超过半小时不再保留），请直接输入您的问题。"
_YOU_ARE_WELCOME = "不客气，有问题请直接输入。"
_UNREADABLE = {
    "voice": "抱歉，现在还听不懂语音。请把问题打成文字发来，或用键盘上的语音输入转成文字。",
    "image": "抱歉，现在还看不懂图片。请把要问的内容打成文字发来。",
}
_UNREADABLE_OTHERWISE = "抱歉，现在只看得懂文字。请把要问的内容打成文字发来。"
_FAILED = f"抱歉，系统暂时答不了，请过几分钟再问，或拨打{HOTLINE}。"
_Readable = Ask | Choose | Fetch | ShowBasis | Judge | ShowMenu
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads what we say: over which channel, and whether they may see what is internal."""

    channel: Channel
    sees_internal: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, and the exchange that is remembered of it, if any."""

    reply: str
    exchange: Exchange | None = None


def polite_word(kind: str) -> str:
    """Say that a message of this kind is not understood."""
    return _UNREADABLE.get(kind, _UNREADABLE_OTHERWISE)


class Attendant:
    """Works on one message at a time, in any thread. It says what its audience may see."""

    def __init__(
        self,
        desk: Desk,
        audience: Audience,
        style: PhoneStyle,
        suggestions: Callable[[], Sequence[str]],
        counted: Callable[[str, float], None] = lambda _outcome, _seconds: None,
    ) -> None:
        self._desk = desk
        self._audience = audience
        self._base = desk.knowledge_base
        self._style = style
        self._suggestions = suggestions
        self._counted = counted

    def attend(self, task: Task, wish: Wish, now: datetime) -> Said:
        """Return what to reply; a failure of ours is told, never left unanswered."""
        if isinstance(wish, Unreadable):
            return Said(polite_word(wish.kind))
        try:
            return self._attend(task, wish, now)
        except InvalidRequest as error:  # what is wrong with the question
            return Said(error.message)
        except WenjuError as error:
            log.exception("a chat message could not be answered: %s", error.code)
            return Said(_FAILED)
        except Exception:  # whoever asks must hear something, whatever it was
            log.exception("a chat message could not be answered")
            return Said(_FAILED)

    def _attend(self, task: Task, wish: _Readable, now: datetime) -> Said:
        match wish:
            case Ask(question):
                return self._answered(task, question, now, asker=task.person)
            case Choose(number):
                return self._chosen(task, number, now)
            case Fetch(code):
                return self._fetched(task, code, now)
            case ShowBasis():
                return self._basis(task, now)
            case Judge():
                return self._judged(task, wish, now)
            case ShowMenu():
                return self._menu(task, wish, now)

    def _answered(self, task: Task, question: str, now: datetime, asker: str | None = None) -> Said:
        """Answer; without `asker` the question is not counted, as one that we offered is not."""
        began = time.perf_counter()
        answer = self._desk.ask(
            accept_question(question),
            channel=self._audience.channel,
            sees_internal=self._audience.sees_internal,
            previous=self._asked_before(task, now),
            asker=asker,
        )
        self._counted(answer.outcome.value, time.perf_counter() - began)
        reply = self._worded(answer, question)
        basis = phone_basis(answer, self._style)
        exchange = Exchange(
            person=task.person,
            question=answer.question,
            answer_id=answer.id,
            reply=reply,
            basis=basis,
            offered=(),
            sent_at=task.sent_at,
            expires_at=now + REMEMBERED,
        )
        return Said(reply, exchange)

    def _asked_before(self, task: Task, now: datetime) -> str | None:
        """Return the question that this one may lean on; a menu is none."""
        last = self._last(task, now)
        if last is None or last.answer_id is None or last.sent_at > task.sent_at:
            return None
        return last.question

    def _worded(self, answer: Answer, question: str) -> str:
        """Put the answer into words, with the question where it was not asked as a whole."""
        if answer.question == question:
            return phone_text(answer, self._style)
        lead = f"按“{_shown(answer.question)}”回答：\n"
        room = self._style.limit - len(lead.encode())
        return lead + phone_text(answer, replace(self._style, limit=room))

    def _chosen(self, task: Task, number: int, now: datetime) -> Said:
        last = self._last(task, now)
        if last is None or not 1 <= number <= len(last.offered):
            return self._menu(task, ShowMenu(), now)
        return self._answered(task, last.offered[number - 1], now)

    def _fetched(self, task: Task, code: str | None, now: datetime) -> Said:
        found = self._base.chat_tasks.fetch(task.key, task.person, code)
        if found is not None and found.reply is not None:
            done, working = self._base.chat_tasks.waiting(task.person)
            more = f"（还有 {done + working} 个答案，回复“{FETCH}”领取）" if done + working else ""
            return Said(labelled(found, self._style.limit, more))
        if self._base.chat_tasks.waiting(task.person, code)[1]:
            return Said(_STILL_WORKING)
        if code is not None:
            return Said(_NOTHING_WAITS)
        last = self._last(task, now)
        return Said(last.reply if last else _NOTHING_WAITS)

    def _basis(self, task: Task, now: datetime) -> Said:
        last = self._last(task, now)
        return Said((last and last.basis) or _NO_EXCHANGE)

    def _last(self, task: Task, now: datetime) -> Exchange | None:
        return self._base.chat_exchanges.last(task.person, now)

    def _judged(self, task: Task, wish: Judge, now: datetime) -> Said:
        last = self._last(task, now)
        if last is None or last.answer_id is None:
            return Said(_YOU_ARE_WELCOME if wish.verdict is Verdict.USEFUL else _NO_EXCHANGE)
        self._base.feedback.add(last.answer_id, wish.verdict, "", self._audience.channel)
        return Said("谢谢您的反馈，已转给知识库管理人员。")

    def _menu(self, task: Task, wish: ShowMenu, now: datetime) -> Said:
        if wish.unless_lately and self._last(task, now):
            return Said("")
        offered = tuple(self._suggestions()[:OFFERED])
        lines = [_WELCOME] if wish.is_welcome else []
        if offered:
            lines.append(_MENU_LEAD)
            lines += [f"{number}. {question}" for number, question in enumerate(offered, 1)]
            lines.append(_MENU_FOOT)
        else:
            lines.append(_NO_MENU)
        reply = "\n".join(lines)
        exchange = Exchange(
            person=task.person,
            question=MENU,
            answer_id=None,
            reply=reply,
            basis="",
            offered=offered,
            sent_at=task.sent_at,
            expires_at=now + REMEMBERED,
        )
        return Said(reply, exchange)


def labelled(task: Task, limit: int, more: str = "") -> str:
    """Return a task's answer with the question it belongs to, as far as there is room."""
    label, reply = f"您问的“{_shown(task.question)}”：", task.reply or ""
    for lines in ((label, reply, more), (reply, more)):
        whole = "\n".join(filter(None, lines))
        if len(whole.encode()) <= limit:
            return whole
    return reply


def _shown(question: str) -> str:
    """Return as much of a question as tells which it is."""
    question = question.strip()
    is_long = len(question) > _SHOWN_OF_QUESTION
    return f"{question[:_SHOWN_OF_QUESTION]}…" if is_long else question
