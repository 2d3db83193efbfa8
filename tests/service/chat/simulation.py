"""A platform's time and its requests: hours pass in seconds, whatever this machine's speed.

The event loop's clock jumps to whatever happens next, so nothing waits and nothing is timed.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import FastAPI

from index.document import SHANGHAI

BEGINNING = 1_750_000_000
PATIENCE = 5.0  # seconds that WeChat waits for a reply
TRIES = 3
_Result = TypeVar("_Result")


@dataclass
class Troubles:
    """How likely it is that something goes wrong, and how long things take at worst."""

    slow_answers: float = 0.2
    longest_answer: float = 30.0
    slow_network: float = 0.1
    longest_way: float = 4.0
    copies: float = 0.1
    old_key: float = 0.1
    crashes: float = 0.0
    undeliverable: float = 0.1


class Clock(selectors.SelectSelector):
    """Waits for nothing: where a loop would sleep until its next task, time jumps there."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for somebody else"
        self.seconds += max(0.0, timeout)
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is that of its clock."""

    def __init__(self) -> None:
        self._clock = Clock()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.seconds


def simulate(work: Callable[[], Awaitable[_Result]]) -> _Result:
    """Run to the end in simulated time."""
    loop = SimulatedLoop()
    try:
        return loop.run_until_complete(work())
    finally:
        loop.close()


async def inline(function: Callable[[], _Result]) -> _Result:
    """Do at once what a server does in a thread, where time would go on meanwhile."""
    return function()


def wall_clock() -> float:
    return BEGINNING + asyncio.get_running_loop().time()


def moment() -> datetime:
    return datetime.fromtimestamp(wall_clock(), SHANGHAI)


@dataclass
class Exchange:
    """One request to a server and its response; `is_over` once WeChat closes the connection."""

    path: str
    status: int = 0
    content: bytes = b""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, application: FastAPI, query: dict[str, str], body: bytes) -> None:
        pieces = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if pieces:
                return pieces.pop()
            await self.is_over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            self.status = message.get("status", self.status)
            self.content += message.get("body", b"")

        scope = {
            "type": "http",
            "method": "POST",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "scheme": "https",
            "http_version": "1.1",
            "query_string": urlencode(query).encode(),
            "headers": [(b"host", b"wenju.example.gov.cn")],
            "client": ("192.0.2.1", 1),
            "server": ("wenju.example.gov.cn", 443),
        }
        await application(scope, receive, send)
