"""What a message wants: a question answered, or something to do with what was said before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.store.wording import wording_key
from service.chat.messages import Message
from service.desk import Verdict

FETCH = "继续"
BASIS = "依据"
MENU = "菜单"
_CHOICE = re.compile("[1-9]")
_CODE = re.compile("[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Ask:
    """Answer a question."""

    question: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Answer the question with this number on the menu that was shown."""

    number: int


@dataclass(frozen=True, slots=True)
class Fetch:
    """Give the answer that was promised, the one with this code or the oldest."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class ShowBasis:
    """Give the exact words that the last answer rests on."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Keep what the person thinks of the last answer."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ShowMenu:
    """Show what can be asked; greet who has just come.

    `unless_lately`: say nothing to a person we have lately spoken with.
    """

    is_welcome: bool = False
    unless_lately: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Say politely that only words are understood."""

    kind: str


Wish = Ask | Choose | Fetch | ShowBasis | Judge | ShowMenu | Unreadable
_COMMANDS: dict[str, Wish] = {
    **dict.fromkeys((FETCH, "领取", "取答案"), Fetch()),
    **dict.fromkeys((BASIS, "原文", "出处"), ShowBasis()),
    **dict.fromkeys((MENU, "帮助", "常见问题", "你好", "您好", "help", "menu", "?"), ShowMenu()),
    **dict.fromkeys(("有用", "谢谢"), Judge(Verdict.USEFUL)),
    **dict.fromkeys(("没用", "有误", "纠错"), Judge(Verdict.WRONG)),
}


def wish_of(message: Message) -> Wish | None:
    """Return what a message wants, None for an event that wants no reply."""
    if message.kind == "text":
        return said(message.content)
    if message.kind != "event":
        return Unreadable(message.kind)
    event = message.event.lower()
    if event == "subscribe":
        return ShowMenu(is_welcome=True)
    if event == "enter_agent":  # each time a member opens WeCom's application
        return ShowMenu(is_welcome=True, unless_lately=True)
    if event == "click" and message.event_key:  # the key of a menu's button is what it asks
        return said(message.event_key)
    return None


def words_of(message: Message) -> str:
    """Return a message's words, such that `said` makes the same wish of them."""
    if message.kind == "text":
        return message.content
    return message.event_key if message.event.lower() == "click" else MENU


def said(text: str) -> Wish:
    """Return what words want. All but a few words of command are a question."""
    key = wording_key(text)
    if key in _COMMANDS:
        return _COMMANDS[key]
    if _CODE.fullmatch(key):
        return Fetch(key)
    if _CHOICE.fullmatch(key):
        return Choose(int(key))
    return Ask(text)
