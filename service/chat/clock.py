"""This machine's clock held against a platform's, for `wenju doctor`."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime

import httpx

from service.checks import Finding, Grade

_WRONG_CLOCK = 60  # seconds off: the platforms' ten minutes are not far
_CALL_SECONDS = 5


def examine_clock(name: str, api_url: str, clock: Callable[[], float]) -> Finding:
    """Look how far the clock is from that of the platform, which `name` names."""
    check = f"{name}时钟"
    try:
        response = httpx.get(api_url, timeout=_CALL_SECONDS)
        theirs = parsedate_to_datetime(response.headers["date"]).timestamp()
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError) as error:
        message = f"连不上 {api_url}（{type(error).__name__}），没有核对时钟。"
        return Finding(check, Grade.WARNING, message)
    seconds = round(abs(clock() - theirs))
    if seconds > _WRONG_CLOCK:
        message = (
            f"本机时钟与对方相差 {seconds} 秒，超过十分钟的消息会被拒绝。请启用 chrony 或 ntp。"
        )
        return Finding(check, Grade.BAD, message)
    return Finding(check, Grade.GOOD, f"与对方相差 {seconds} 秒。")
