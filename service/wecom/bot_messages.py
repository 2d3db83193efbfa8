"""The JSON of the bot (智能机器人), the same over the callback and the long connection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.store.chat_tasks import Incoming
from service.chat.messages import Malformed
from service.desk import Verdict
from service.wecom.account import BOT

ALONE = f"{BOT}:alone:"  # begins the name of an employee whose chat nobody else reads
_MENTION = re.compile(r"^\s*@\S+\s+")  # in a group the bot is spoken to by name
_STREAM = re.compile(r"[0-9a-f]{32}")
_VERDICTS = {1: Verdict.USEFUL, 2: Verdict.WRONG}  # 3 takes it back, which we cannot
_REASONS = {1: "与问题无关", 2: "内容不完整", 3: "内容有错误", 4: "数据分析错误"}
_LONGEST_COMMENT = 1000  # characters


@dataclass(frozen=True, slots=True)
class Said:
    """Something said to the bot. `stream` names the reply to it; `words` is None for no text."""

    incoming: Incoming
    stream: str
    kind: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Refresh:
    """WeCom asks for the rest of a reply."""

    stream: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A person opens the chat with the bot, for the first time today."""

    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person thinks of the reply of a stream."""

    incoming: Incoming
    stream: str
    verdict: Verdict
    comment: str


Heard = Said | Refresh | Entered | Judged


def key_of(stream: str) -> str:
    """Return the key of the task whose reply a stream shows."""
    return f"{BOT}:{stream}"


def read_bot_message(body: Mapping[str, Any], now: datetime) -> Heard | None:
    """Return what was said or done, None for what wants nothing. Raises Malformed."""
    try:
        kind = str(body["msgtype"])
        if kind == "stream":
            stream = str(body["stream"]["id"])
            return Refresh(stream) if _STREAM.fullmatch(stream) else None
        if kind == "event":
            return _event(body, now)
        return _said(body, kind, now)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("not a bot's message") from error


def _said(body: Mapping[str, Any], kind: str, now: datetime) -> Said:
    stream = _name(body)
    words = _words(body, kind)
    incoming = Incoming(key_of(stream), _person(body), words or f"[{kind}]", now)
    return Said(incoming, stream, kind, words)


def _event(body: Mapping[str, Any], now: datetime) -> Heard | None:
    event = body["event"]
    incoming = Incoming(f"{BOT}:event:{_name(body)}", _person(body), "", now)
    if event["eventtype"] == "enter_chat":
        return Entered(incoming)
    if event["eventtype"] != "feedback_event":
        return None
    feedback = event["feedback_event"]
    stream, verdict = str(feedback["id"]), _VERDICTS.get(feedback["type"])
    if verdict is None or not _STREAM.fullmatch(stream):
        return None
    reasons = [_REASONS.get(one, str(one)) for one in feedback.get("inaccurate_reason_list") or ()]
    comment = "；".join(filter(None, [*reasons, str(feedback.get("content") or "").strip()]))
    return Judged(incoming, stream, verdict, comment[:_LONGEST_COMMENT])


def _words(body: Mapping[str, Any], kind: str) -> str | None:
    """Return what was typed, or heard: WeCom turns speech into text. None for pictures, files."""
    match kind:
        case "text" | "voice":
            words = str(body[kind]["content"])
        case "mixed":
            items = body["mixed"]["msg_item"]
            words = "\n".join(str(one["text"]["content"]) for one in items if "text" in one)
        case _:
            return None
    return _MENTION.sub("", words).strip() or None


def _person(body: Mapping[str, Any]) -> str:
    """Name the person, in each chat another: what is said in one is not repeated in another."""
    where, corporation = body.get("chattype"), body["from"].get("corpid")
    names = (where, body.get("chatid"), corporation, str(body["from"]["userid"]))
    # People of another corporation are named with it; ours are not.
    prefix = ALONE if where == "single" and not corporation else f"{BOT}:among:"
    return f"{prefix}{hashlib.sha256(repr(names).encode()).hexdigest()[:40]}"


def _name(body: Mapping[str, Any]) -> str:
    """Return a name that all copies of a message share."""
    message_id = body["msgid"]
    if not isinstance(message_id, str) or not message_id:
        raise ValueError("no msgid")
    return hashlib.sha256(repr((body.get("aibotid"), message_id)).encode()).hexdigest()[:32]
