"""How much a caller may ask in a time: by key, or by the address of whoever has none."""

from __future__ import annotations

import ipaddress
import logging
import math
import sqlite3
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request

from service.access import LOCAL, Caller
from service.http.problems import Problem
from service.settings import Network, Settings

if TYPE_CHECKING:  # imported when the first request is counted: a start need not wait for it
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter

FILE_NAME = "limits.db"
log = logging.getLogger(__name__)
_HOUSEHOLD = 64  # bits of an IPv6 address that are one subscriber's


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands: of `limit` requests in `window` seconds, what is left, until when."""

    limit: int
    window: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """Return the header fields of the IETF's draft (draft-ietf-httpapi-ratelimit-headers)."""
        return {
            "ratelimit-policy": f'"default";q={self.limit};w={self.window}',
            "ratelimit": f'"default";r={self.remaining};t={self.seconds}',
        }


class RateLimits:
    """Counts the requests of every caller of one data directory."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self._directory = directory
        self._settings = settings

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        from limits.strategies import FixedWindowRateLimiter  # noqa: PLC0415

        from service.http.counters import SharedCounters  # noqa: PLC0415

        return FixedWindowRateLimiter(SharedCounters(self._directory / FILE_NAME))

    def charge(self, caller: Caller | None, address: str, cost: int = 1) -> Standing | None:
        """Count a request; None where nothing is counted. Raises Problem where it is too many.

        Without a caller, for one that was turned away, it counts for the address.
        """
        limit, name = self._limit_of(caller, address)
        counted = self._counted(limit, name, cost) if limit is not None else None
        if counted is None:
            return None
        is_within, standing = counted
        if not is_within:
            raise Problem(
                429,
                "rate_limited",
                f"请求太多：{standing.window} 秒内最多 {standing.limit} 次。"
                f"请在 {standing.seconds} 秒后重试，或请管理员放宽。",
                {"retry-after": str(standing.seconds), **standing.headers()},
            )
        return standing

    def seconds_over(self, rate: str, name: str) -> int | None:
        """Count under a name of one's own; None within the rate, else the seconds to wait."""
        from limits import parse  # noqa: PLC0415

        counted = self._counted(parse(rate), name, 1)
        return None if counted is None or counted[0] else counted[1].seconds

    def _counted(self, limit: RateLimitItem, name: str, cost: int) -> tuple[bool, Standing] | None:
        """Count; return whether that is within the limit, and how it stands. None: not counted."""
        try:
            is_within = self._limiter.hit(limit, name, cost=cost)
            stats = self._limiter.get_window_stats(limit, name)
        except (sqlite3.Error, OSError) as error:  # better answered than counted
            log.warning("requests are not counted: %s", error)
            return None
        seconds = max(1, math.ceil(stats.reset_time - time.time()))
        return is_within, Standing(limit.amount, limit.get_expiry(), stats.remaining, seconds)

    def _limit_of(self, caller: Caller | None, address: str) -> tuple[RateLimitItem | None, str]:
        if caller is LOCAL:
            return None, ""
        from limits import parse  # noqa: PLC0415

        if caller is None or caller.is_anonymous:
            rate, name = self._settings.address_rate_limit, f"address:{address}"
        else:
            rate, name = caller.rate_limit or self._settings.key_rate_limit, f"key:{caller.name}"
        return (None if rate == "none" else parse(rate)), name


def charge(request: Request, caller: Caller | None, cost: int = 1) -> None:
    """Count a request, and keep how its sender stands for the response to tell."""
    limits: RateLimits = request.app.state.rates
    request.state.standing = limits.charge(caller, address_of(request), cost)


def address_of(request: Request) -> str:
    """Return where a request comes from, as far as proxies that the site trusts tell it."""
    settings: Settings = request.app.state.settings
    forwarded = [
        part.strip()
        for line in request.headers.getlist("x-forwarded-for")
        for part in line.split(",")
    ]
    address = request.client.host if request.client else ""
    while forwarded and _is_among(address, settings.trusted_proxies):
        address = forwarded.pop()
    return _subscriber(address)


def _is_among(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _subscriber(address: str) -> str:
    """Return who can be told apart by an address: IPv6 gives each subscriber many."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"  # what a proxy wrote is no address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _HOUSEHOLD), strict=False))
    return str(parsed)
