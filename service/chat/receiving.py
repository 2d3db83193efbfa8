"""What the callbacks of all platforms have in common: a body, a time stamp, a line in the log."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import Request

from service.http.problems import Problem

LONGEST_BODY = 64 << 10  # bytes; a text has 2 KiB
BODY_SECONDS = 5  # for a body to arrive in; who sends it more slowly only holds a connection
TOLERANCE = timedelta(minutes=10)  # of clocks, and for what is sent again
_LOGGED_SECONDS = 60  # between two lines in the log on refusals of one kind
log = logging.getLogger(__name__)


async def read_body(request: Request, too_large: Problem, too_slow: Problem) -> bytes:
    """Read the body, as far as a message can go and a platform waits. Raises these problems."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > LONGEST_BODY:
                    raise too_large
    except TimeoutError:
        raise too_slow from None
    return bytes(body)


def is_recent(timestamp: str, now: datetime) -> bool:
    """Say whether it is a time stamp, and no further off than clocks may be."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 10):
        return False
    return abs(now.timestamp() - int(timestamp)) <= TOLERANCE.total_seconds()


@dataclass(frozen=True, slots=True)
class Refusals:
    """Tells the operator why a platform's requests fail, but lets nobody fill the log."""

    path: str
    _logged: dict[str, float] = field(default_factory=dict)  # when, by kind

    def log(self, problem: Problem) -> None:
        """Write a line, one a minute for each kind at most."""
        moment = time.monotonic()
        if moment - self._logged.get(problem.code, float("-inf")) >= _LOGGED_SECONDS:
            self._logged[problem.code] = moment
            log.warning("refused a request to %s: %s %s", self.path, problem.code, problem.detail)
