"""What goes on beside the server: alerts to a group, and the bot's long connection."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread

from service.wecom.account import socket_of
from service.wecom.alerts import GroupAlerts
from service.wecom.socket import BotSocket, load_sdk
from service.wecom.wiring import Parts

_PATIENCE_SECONDS = 10  # for what is being said to be said
log = logging.getLogger(__name__)
Work = Callable[[asyncio.Event], Awaitable[None]]
Beginning = Callable[[], Work]


@contextmanager
def companions(parts: Parts) -> Iterator[None]:
    """Run what the site has set up, in a thread of its own. Raises InvalidConfiguration."""
    beginnings = _beginnings(parts)
    if not beginnings:
        yield
        return
    started: Future[Callable[[], object]] = Future()
    thread = Thread(
        target=lambda: asyncio.run(_all(beginnings, started)), name="wenju-wecom", daemon=True
    )
    thread.start()
    stop = started.result()
    try:
        yield
    finally:
        stop()
        thread.join(_PATIENCE_SECONDS)


def _beginnings(parts: Parts) -> list[Beginning]:
    """Return what makes each of them, inside the event loop they will live in."""
    base, settings = parts.desk.knowledge_base, parts.settings
    beginnings: list[Beginning] = []
    webhook, account = settings.wecom_alert_webhook, socket_of(settings)
    if webhook is not None:
        address, times = webhook.get_secret_value(), settings.wecom_alert_times
        beginnings.append(lambda: GroupAlerts(base, address, times, parts.now).run)
    if account is not None:
        load_sdk()  # now, where the operator sees what is missing
        beginnings.append(lambda: BotSocket(account, parts.bot(), base.leases, parts.now).run)
    return beginnings


async def _all(beginnings: Sequence[Beginning], started: Future[Callable[[], object]]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    started.set_result(lambda: loop.call_soon_threadsafe(stop.set))
    await asyncio.gather(*(_one(begin, stop) for begin in beginnings))
    await stop.wait()


async def _one(begin: Beginning, stop: asyncio.Event) -> None:
    """Run one of them; what goes wrong with it is no matter of the others."""
    try:
        await begin()(stop)
    except Exception:
        log.exception("a companion of the server has failed")
