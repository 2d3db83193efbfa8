"""Tells a group of those who keep the knowledge base what it lacks and what it got wrong."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from index.document import SHANGHAI
from index.errors import WenjuError
from index.knowledge_base import KnowledgeBase
from index.store.feedback import Feedback
from index.store.gaps import Gap
from service.chat.calling import Undelivered, call
from service.desk import Channel, Verdict
from service.identity import without_identity
from service.phone import cut
from service.wecom.markdown import as_markdown
from service.wecom.sending import ERRORS

EVERY = timedelta(seconds=60)
MOST = 5  # messages a round: two rounds in one minute stay far below WeCom's 20
LONGEST = 4000  # bytes of a message; WeCom takes 4,096
_LEASE = "wecom-alerts"
_RECENT = timedelta(days=1)  # what is older is history, not news
_LOOKED_AT = 200  # gaps, and pieces of feedback, in one round
_SHOWN = 100  # characters of a question or a comment
_ANYBODY = frozenset(Channel) - {Channel.CLI, Channel.WECOM}  # these may show what is internal
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """A line to be told. `about` and `times` say when it has been told before."""

    about: str
    times: int
    line: str


class GroupAlerts:
    """Sends what is new to a group's webhook, whichever process comes first."""

    def __init__(
        self,
        base: KnowledgeBase,
        webhook: str,
        times: int,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._base = base
        self._webhook = webhook
        self._times = times
        self._now = now
        self._owner = uuid4().hex

    async def run(self, stop: asyncio.Event) -> None:
        """Look round once a minute until told to stop."""
        while not stop.is_set():
            try:
                await self.round()
            except WenjuError as error:
                log.warning("the group could not be told: %s", error.message)
            try:
                await asyncio.wait_for(stop.wait(), EVERY.total_seconds())
            except TimeoutError:
                continue
        await asyncio.to_thread(lambda: self._base.leases.release(_LEASE, self._owner))

    async def round(self) -> int:
        """Tell what is new; return how many messages that took. Raises Undelivered."""
        leases, now = self._base.leases, self._now()
        if not await asyncio.to_thread(lambda: leases.take(_LEASE, self._owner, 2 * EVERY, now)):
            return 0
        alerts = await asyncio.to_thread(self._news)
        messages = _messages(alerts)[:MOST]
        for text, told in messages:
            request = {"msgtype": "markdown", "markdown": {"content": text}}
            try:
                await call(self._webhook, ERRORS, request)
            except Undelivered as error:
                raise self._without_key(error) from None
            await asyncio.to_thread(
                lambda: self._base.alerts.tell({one.about: one.times for one in told}, now)  # noqa: B023  awaited here
            )
        return len(messages)

    def _news(self) -> list[Alert]:
        """Find what was not told yet. A gap is told again when it has doubled."""
        since = self._now() - _RECENT
        alerts = [_of_gap(gap) for gap in self._base.gaps.repeated(self._times, since, _LOOKED_AT)]
        alerts += [
            _of_feedback(one)
            for one in reversed(self._base.feedback.latest(_LOOKED_AT))
            if one.verdict == Verdict.WRONG and one.at > since
        ]
        told = self._base.alerts.told([one.about for one in alerts])
        return [one for one in alerts if one.times >= 2 * told.get(one.about, 0)]

    def _without_key(self, error: Undelivered) -> Undelivered:
        """Keep the webhook's key out of the log."""
        message = error.message.replace(self._webhook, self._webhook.partition("?")[0])
        return Undelivered(message, errcode=error.errcode, is_lasting=error.is_lasting)


def _of_gap(gap: Gap) -> Alert:
    about = f"gap:{hashlib.sha256(gap.key.encode()).hexdigest()}"
    return Alert(about, gap.times, f"- **没有答案**（问过 {gap.times} 次）：{_shown(gap.question)}")


def _of_feedback(one: Feedback) -> Alert:
    name = f"{one.answer_id}:{one.at.isoformat()}"
    about = f"wrong:{hashlib.sha256(name.encode()).hexdigest()}"
    if one.answered is None:
        line = "- **纠错**：对一个早先的答案"
    else:
        line = f"- **纠错**：{_shown(one.answered.question)}"
        # What only employees may see is not carried into a group.
        if one.answered.answer and one.answered.channel in _ANYBODY:
            line += f"　当时答：{_shown(one.answered.answer)}"
    if one.comment:
        line += f"　意见：{_shown(one.comment)}"
    return Alert(about, 1, line)


def _messages(alerts: Sequence[Alert]) -> list[tuple[str, list[Alert]]]:
    """Put the lines into as few messages as their length permits."""
    messages: list[tuple[str, list[Alert]]] = []
    for alert in alerts:
        line = cut(alert.line, LONGEST // 4)
        if messages and len(messages[-1][0].encode()) + len(line.encode()) < LONGEST:
            text, told = messages[-1]
            messages[-1] = (f"{text}\n{line}", [*told, alert])
        else:
            messages.append((f"**问据：知识库待处理**\n{line}", [alert]))
    return messages


def _shown(text: str) -> str:
    """Return as much of what a person wrote as a group needs, and nothing of who it was."""
    words = " ".join(without_identity(text).split())
    return as_markdown(words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…")
