"""Keeps the platforms' time: five seconds for a reply, three tries of each message, then nothing.

Each message is a task in the catalogue, so that its copies meet wherever they arrive. An answer
that takes longer is sent as a message of its own where the account may, else fetched by the
person. Each person gets each answer once.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import uuid4

from index.document import SHANGHAI
from index.errors import StoreError
from index.store.chat_tasks import LEASE, ChatTasks, Claim, Incoming, Task
from index.store.tables import Delivery
from service.chat.allowance import Admit, TooMuch, everybody
from service.chat.attendant import Said, labelled, polite_word
from service.chat.calling import Undelivered
from service.chat.messages import Message
from service.chat.wishes import FETCH, Unreadable, Wish, said, wish_of, words_of
from service.phone import LONGEST

REPLY_SECONDS = 4.5  # of the platforms' five
PROMISE_SECONDS = 2.5  # in the last try: half of the time is left to a slow network
HANG_UP_SECONDS = 5.5  # by now they have closed the connection and send the message again
LAST_TRY = 3
LAST_TRY_AGE = timedelta(seconds=9)  # so old a message is not sent a fourth time
_LOOK_SECONDS = 0.2  # between looks at what another process works on
_SWEEP_SECONDS = 2
_PURGE_SECONDS = 600
_REFUSED_SECONDS = 600  # how long we remember that we may send no messages
_BUSY = "系统繁忙，请稍后再问一次。"
_Result = TypeVar("_Result")
log = logging.getLogger(__name__)


async def _in_a_thread(function: Callable[[], _Result]) -> _Result:
    return await asyncio.to_thread(function)


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Request:
    """A message as one request brings it.

    `arrived` is the event loop's time, `age` how old the message was when it was sent to us, and
    `is_open` says whether somebody still waits for the reply.
    """

    message: Message
    arrived: float
    age: timedelta = timedelta(0)
    is_open: Callable[[], Awaitable[bool]] = _always


Attend = Callable[[Task, Wish, datetime], Awaitable[Said]]


class Messenger(Protocol):
    """Sends a text to a person, after the time for a reply."""

    async def send(self, sender: str, text: str) -> None:
        """Send it. Raises Undelivered."""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, and how it sends messages of its own; `messenger` is None where it may not.

    All keys and people begin with `channel`. `is_labelled`: a message of its own begins with
    the question, which may be long past.
    """

    channel: str
    messenger: Messenger | None = None
    is_labelled: bool = True


class Stored(Protocol):
    """Runs what touches the catalogue where it holds nobody up."""

    def __call__(self, function: Callable[[], _Result]) -> Awaitable[_Result]:
        """Return the result."""


class Conversation:
    """Replies to messages within the platform's time. Lives in one event loop.

    `attend` says what to reply, at its leisure; `admit` whether a person may say more.
    """

    def __init__(  # noqa: PLR0913  the last three by name
        self,
        tasks: ChatTasks,
        attend: Attend,
        way: Way,
        *,
        stored: Stored = _in_a_thread,
        admit: Admit = everybody,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._tasks = tasks
        self._attend = attend
        self._way = way
        self._prefix = f"{way.channel}:"
        self._stored = stored
        self._admit = admit
        self._now = now
        self._owner = uuid4().hex[:16]
        self._working: dict[str, asyncio.Task[None]] = {}
        self._next_sweep = self._next_purge = self._refused_until = 0.0

    async def reply(self, request: Request) -> str | None:
        """Return the reply to a request's message, None for none."""
        message = request.message
        if message.kind == "event" and message.event.lower() == "unsubscribe":
            person, left_at = message.person, message.sent_at
            await self._stored(lambda: self._tasks.forget(person, left_at, self._now()))
            return None
        wish = wish_of(message)
        if wish is None:
            return None
        if isinstance(wish, Unreadable):
            return polite_word(wish.kind)
        try:
            too_much = await self.over(incoming_of(message))
            if too_much is not None:
                return too_much.words
            return self._told(await self._attended(request, wish))
        except StoreError as error:
            log.exception("a chat message could not be kept: %s", error.code)
            return _BUSY

    async def over(self, incoming: Incoming) -> TooMuch | None:
        """Say whether this is more than its sender may say now. Raises StoreError.

        A message is counted once, however often it is sent to us.
        """

        def counted() -> TooMuch | None:
            is_known = self._tasks.look(incoming.key) is not None
            return None if is_known else self._admit(incoming.person)

        return await self._stored(counted)

    async def tell(self, person: str, words: str) -> None:
        """Send a person a message that answers none of theirs, if it can be sent."""
        if self._way.messenger is None:
            return
        try:
            await self._way.messenger.send(person.removeprefix(self._prefix), words)
        except Undelivered as error:
            log.warning("a message was not sent: %s", error.message)

    async def attended(self, incoming: Incoming, wish: Wish, seconds: float) -> Task | None:
        """Return the message's task as it stands after so many seconds, sooner if it is done.

        None where its sender has left. Raises StoreError.
        """
        claim = await self._claimed(incoming, wish)
        if claim is None:
            return None
        return await self._awaited(claim.task, asyncio.get_running_loop().time() + seconds)

    async def resumed(self, key: str, seconds: float) -> Task | None:
        """Return a task that was begun, as `attended` does; None where there is none.

        Works on it where nobody does any more.
        """
        task = await self._stored(lambda: self._tasks.look(key))
        if task is None or _is_settled(task):
            return task
        incoming = Incoming(key, task.person, task.question, task.sent_at)
        return await self.attended(incoming, said(task.question), seconds)

    async def send_later(self, incoming: Incoming, wish: Wish) -> None:
        """Work on a message whose answer is to be a message of its own. Raises StoreError."""
        claim = await self._stored(lambda: self._tasks.claim(incoming, self._owner, self._now()))
        if claim is None:
            return
        # Promised before it is worked on: whoever takes over from a dead process will send it.
        task = await self._promised(claim.task, Delivery.MESSAGE)
        if claim.is_ours and task is not None:
            self._begin(task, wish)
        await self._look_after_others()

    async def _claimed(self, incoming: Incoming, wish: Wish) -> Claim | None:
        claim = await self._stored(lambda: self._tasks.claim(incoming, self._owner, self._now()))
        if claim is not None:
            if claim.is_ours:
                self._begin(claim.task, wish)
            await self._look_after_others()
        return claim

    async def _attended(self, request: Request, wish: Wish) -> Task | None:
        """Return the task of the message as it stands when the request must be answered."""
        claim = await self._claimed(incoming_of(request.message), wish)
        if claim is None:
            return None
        is_last = claim.task.tries >= LAST_TRY or request.age >= LAST_TRY_AGE
        promises_now = is_last and not self._may_send()
        seconds = PROMISE_SECONDS if promises_now else REPLY_SECONDS
        task = await self._awaited(claim.task, request.arrived + seconds)
        if task is None or _is_settled(task):
            return task
        if self._may_send():
            return await self._promised(task, Delivery.MESSAGE)
        if not is_last:
            # No reply at all makes the platform send the message again, which is more time.
            task = await self._awaited(task, request.arrived + HANG_UP_SECONDS)
            if task is None or _is_settled(task):
                return task
            if task.tries > claim.task.tries or not await request.is_open():
                return None  # the next try will be answered, nobody reads this one
        return await self._promised(task, Delivery.LATER)

    async def _awaited(self, task: Task | None, until: float) -> Task | None:
        """Return the task once it is settled, or as it stands when the time is up."""
        loop = asyncio.get_running_loop()
        while task is not None and not _is_settled(task) and loop.time() < until:
            working = self._working.get(task.key)
            left = until - loop.time()
            if working is not None:
                await asyncio.wait({working}, timeout=left)
            else:
                await asyncio.sleep(min(_LOOK_SECONDS, left))
            key = task.key
            task = await self._stored(lambda: self._tasks.look(key))  # noqa: B023  awaited here
        return task

    async def _promised(self, task: Task, delivery: Delivery) -> Task | None:
        code = f"{secrets.randbelow(10**4):04}"
        return await self._stored(lambda: self._tasks.promise(task.key, delivery, code))

    def _told(self, task: Task | None) -> str | None:
        """Return what the request is answered with, as the task now stands."""
        if task is None:
            return None
        match task.delivery:
            case Delivery.REPLY:
                return task.reply
            case Delivery.LATER | Delivery.FETCHED:
                return f"正在查找，稍后回复“{FETCH}”或 {task.code} 领取答案。"
            case _:
                return None

    def _begin(self, task: Task, wish: Wish) -> None:
        if task.key not in self._working:
            self._run(task.key, self._work(task, wish))

    def _run(self, key: str, work: Coroutine[None, None, None]) -> None:
        working = asyncio.create_task(work)
        self._working[key] = working
        working.add_done_callback(lambda _: self._working.pop(key, None))

    async def _work(self, task: Task, wish: Wish) -> None:
        """Find the reply, keep it, and send it where that was promised meanwhile."""
        try:
            attending = asyncio.ensure_future(self._attend(task, wish, self._now()))
            while not (await asyncio.wait({attending}, timeout=LEASE.total_seconds() / 2))[0]:
                await self._stored(lambda: self._tasks.renew(task.key, self._owner, self._now()))
            result = attending.result()
            finished = await self._stored(
                lambda: self._tasks.finish(task.key, result.reply, self._now(), result.exchange)
            )
        except StoreError as error:
            log.exception("a chat answer could not be kept: %s", error.code)
            return
        if finished is not None and finished.delivery is Delivery.MESSAGE:
            await self._send(finished)

    async def _send(self, task: Task) -> None:
        if not await self._stored(lambda: self._tasks.begin_sending(task.key, self._now())):
            return
        was_sent = False
        try:
            if self._way.messenger is not None and task.reply:
                sender = task.person.removeprefix(self._prefix)
                text = labelled(task, LONGEST) if self._way.is_labelled else task.reply
                await self._way.messenger.send(sender, text)
            was_sent = self._way.messenger is not None
        except Undelivered as error:
            log.warning("a message was not sent: %s", error.message)
            if error.is_lasting:
                self._refused_until = asyncio.get_running_loop().time() + _REFUSED_SECONDS
        finally:
            await self._stored(lambda: self._tasks.end_sending(task.key, was_sent=was_sent))

    def _may_send(self) -> bool:
        if self._way.messenger is None:
            return False
        return asyncio.get_running_loop().time() >= self._refused_until

    async def _look_after_others(self) -> None:
        """Take over what was promised by a process that is gone; now and then, tidy up."""
        time = asyncio.get_running_loop().time()
        if time >= self._next_sweep:
            self._next_sweep = time + _SWEEP_SECONDS
            left = await self._stored(
                lambda: self._tasks.abandoned(self._owner, self._prefix, self._now())
            )
            for task in left:
                self._take_over(task)
        if time >= self._next_purge:
            self._next_purge = time + _PURGE_SECONDS
            await self._stored(lambda: self._tasks.purge(self._now()))

    def _take_over(self, task: Task) -> None:
        if not task.is_done:
            self._begin(task, said(task.question))
        elif task.key not in self._working:
            self._run(task.key, self._send(task))


def incoming_of(message: Message) -> Incoming:
    """Return a message as the catalogue keeps it."""
    return Incoming(message.key, message.person, words_of(message), message.sent_at)


def _is_settled(task: Task) -> bool:
    """Say whether there is nothing to wait for: the answer is there, or promised otherwise."""
    return task.is_done or task.delivery is not Delivery.REPLY
