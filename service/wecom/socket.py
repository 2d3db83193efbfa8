"""The bot over a long connection (长连接): no public address, no cipher, the official SDK.

The SDK holds one connection and no more: once that is gone its own attempt at another cancels
itself, and a connection that the other side closes in good order it does not notice. So each
connection is a client of its own, watched from here.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from index.document import SHANGHAI
from index.errors import StoreError
from index.store.leases import Leases
from service.chat.messages import Malformed
from service.settings import InvalidConfiguration
from service.wecom.account import SocketAccount
from service.wecom.bot import Bot
from service.wecom.bot_messages import Entered, Refresh, read_bot_message

if TYPE_CHECKING:
    from aibot import WSClient

FIRST_SECONDS = 1.0  # before people are told that we are at work
NEXT_SECONDS = 20.0  # between two words of that, without which WeCom would think us gone
LONGEST = timedelta(minutes=5)  # WeCom waits six
TERM = timedelta(seconds=30)  # of the lease; WeCom takes one connection of a bot at a time
LOOK_SECONDS = 5.0
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
Frame = dict[str, Any]
log = logging.getLogger(__name__)


class _Silent:
    """Takes the SDK's lines and drops them: they hold what people have said."""

    def _drop(self, _message: str, *_: object) -> None:
        pass

    debug = info = warn = error = _drop


class BotSocket:
    """Keeps a connection open, and replies to what comes over it."""

    def __init__(
        self,
        account: SocketAccount,
        bot: Bot,
        leases: Leases,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._account = account
        self._bot = bot
        self._leases = leases
        self._now = now
        self._owner = uuid4().hex
        self._lease = f"wecom-socket:{account.bot_id}"[:128]

    async def run(self, stop: asyncio.Event) -> None:
        """Hold the connection, where no other process does, until told to stop."""
        pause = SHORTEST_PAUSE
        while not stop.is_set():
            try:
                if await self._holds_lease():
                    was_good = await self._connected(stop)
                    pause = SHORTEST_PAUSE if was_good else min(2 * pause, LONGEST_PAUSE)
            except StoreError as error:
                log.warning("the bot's connection waits: %s", error.message)
            await _wait(stop, pause)
        await asyncio.to_thread(lambda: self._leases.release(self._lease, self._owner))

    async def _holds_lease(self) -> bool:
        return await asyncio.to_thread(
            lambda: self._leases.take(self._lease, self._owner, TERM, self._now())
        )

    async def _connected(self, stop: asyncio.Event) -> bool:
        """Serve one connection to its end; say whether it ever was a good one."""
        connection = _Connection(_client(self._account), self._replied)
        await connection.open()
        try:
            while not (stop.is_set() or connection.is_over):
                if not await self._holds_lease():
                    break
                await connection.wait(stop, LOOK_SECONDS)
        finally:
            await connection.close()
        if connection.reason:
            log.warning("the bot's connection ended: %s", connection.reason)
        return connection.is_good

    async def _replied(self, client: WSClient, frame: Frame) -> None:
        """Reply to one frame, in as many pieces as it takes."""
        heard = read_bot_message(frame["body"], self._now())
        if isinstance(heard, Refresh):
            return  # over a connection it is we who send what is still to come
        reply = await self._bot.reply(heard, FIRST_SECONDS)
        if reply is None:
            return
        if isinstance(heard, Entered):
            await client.reply_welcome(frame, dict(reply.body))
            return
        await client.reply(frame, dict(reply.body))
        ends_at = self._now() + LONGEST
        while reply.stream is not None and self._now() < ends_at:
            reply = await self._bot.refreshed(reply.stream, NEXT_SECONDS)
            await client.reply(frame, dict(reply.body))


class _Connection:
    """One client of the SDK, from its connecting to its end."""

    def __init__(
        self, client: WSClient, replied: Callable[[WSClient, Frame], Awaitable[None]]
    ) -> None:
        self._client = client
        self._replied = replied
        self._ended = asyncio.Event()
        self._replying: set[asyncio.Task[None]] = set()
        self.is_good = False
        self.reason = ""
        client.on("authenticated", self._authenticated)
        client.on("disconnected", self._end)
        client.on("error", self._end)
        client.on("message", self._hear)
        client.on("event", self._hear)

    @property
    def is_over(self) -> bool:
        """Say whether nothing will come over it any more."""
        return self._ended.is_set() or not self._client.is_connected

    async def open(self) -> None:
        """Connect. A failure shows in `is_over`."""
        await self._client.connect()

    async def wait(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait until it ends, somebody says stop, or the time is up."""
        waiting = [asyncio.ensure_future(one.wait()) for one in (stop, self._ended)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()

    async def close(self) -> None:
        """Let go of it, and of what is being said over it."""
        for replying in self._replying:
            replying.cancel()
        self._client.disconnect()
        for _ in range(50):  # it closes in its own time
            if not self._client.is_connected:
                break
            await asyncio.sleep(0.1)

    def _authenticated(self) -> None:
        self.is_good = True

    def _end(self, reason: object = "") -> None:
        self.reason = self.reason or str(reason)
        self._ended.set()

    def _hear(self, frame: Frame) -> None:
        event = frame["body"].get("event")
        if isinstance(event, dict) and event.get("eventtype") == "disconnected_event":
            # Whoever took the bot over shall keep it: coming back at once, we would fight.
            self.is_good = False
            self._end("another connection has taken the bot over")
            return
        task = asyncio.create_task(self._reply(frame))
        self._replying.add(task)
        task.add_done_callback(self._replying.discard)

    async def _reply(self, frame: Frame) -> None:
        try:
            await self._replied(self._client, frame)
        except Malformed:
            log.warning("the bot was sent what is no message")
        except (RuntimeError, TimeoutError, StoreError) as error:  # what the SDK raises, and we
            log.warning("the bot could not reply: %s", type(error).__name__)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def _client(account: SocketAccount) -> WSClient:
    sdk = load_sdk()
    options = sdk.WSClientOptions(
        bot_id=account.bot_id,
        secret=account.secret,
        max_reconnect_attempts=0,
        ws_url=account.url,
        logger=_Silent(),
    )
    client: WSClient = sdk.WSClient(options)
    return client


def load_sdk() -> Any:
    """Return the official SDK. Raises InvalidConfiguration where it is not installed."""
    try:
        with warnings.catch_warnings():
            # It names a class of websockets that is to go, and never uses it.
            warnings.simplefilter("ignore", DeprecationWarning)
            import aibot  # noqa: PLC0415  optional, and slow to load
    except ImportError as error:
        raise InvalidConfiguration(
            "智能机器人的长连接需要企业微信官方 SDK，请运行 .venv/bin/pip install -e '.[wecom]'，"
            "或改用 URL 回调（WENJU_WECOM_BOT_TOKEN）。"
        ) from error
    return aibot
