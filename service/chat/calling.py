"""Calls to a platform's interface, and the access token that all server processes share."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar

import httpx

from index.document import SHANGHAI
from index.errors import WenjuError
from index.store.access_tokens import REFRESHING, AccessTokens

_MARGIN = timedelta(minutes=5)  # before its end a token is renewed; both hold meanwhile
_LOOK_SECONDS = 0.2  # between looks whether another process has got the token
_CALL_SECONDS = 5
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Errors:
    """A platform's error numbers: what each means, and what kind of trouble it is.

    `lasting`: the next call would fail the same; `spent`: the token, not the call, is at fault.
    """

    platform: str
    reasons: Mapping[int, str]
    lasting: frozenset[int]
    spent: frozenset[int]


class Undelivered(WenjuError):
    """The platform did not take what we sent. `is_lasting`: nor will it take the next one."""

    code: ClassVar[str] = "undelivered"

    def __init__(
        self, message: str, *, errcode: int | None = None, is_lasting: bool = False
    ) -> None:
        super().__init__(message)
        self.errcode = errcode
        self.is_lasting = is_lasting


class SharedToken:
    """The access token of one account; one process asks for it, all use it.

    `lend` asks the platform for a token and how long it holds; it raises Undelivered.
    """

    def __init__(
        self,
        tokens: AccessTokens,
        account: str,
        lend: Callable[[], Awaitable[tuple[str, timedelta]]],
        errors: Errors,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._tokens = tokens
        self._account = account
        self._lend = lend
        self._errors = errors
        self._now = now

    async def spend(self, call: Callable[[str], Awaitable[_Result]]) -> _Result:
        """Return what the call returns, made once more where its token no longer holds."""
        token = await self.current()
        try:
            return await call(token)
        except Undelivered as error:
            if error.errcode not in self._errors.spent:
                raise
            await asyncio.to_thread(lambda: self._tokens.discard(self._account, token, self._now()))
            return await call(await self.current())

    async def current(self) -> str:
        """Return the token that all processes share, asking for it where there is none."""
        key = self._account
        looks = int(2 * REFRESHING.total_seconds() / _LOOK_SECONDS)
        for _ in range(looks):
            token = await asyncio.to_thread(lambda: self._tokens.current(key, self._now()))
            if token is not None:
                return token
            if await asyncio.to_thread(lambda: self._tokens.begin_refresh(key, self._now())):
                return await self._refreshed()
            await asyncio.sleep(_LOOK_SECONDS)
        raise Undelivered("取 access_token 的进程没有回音，稍后会再试。")

    async def _refreshed(self) -> str:
        key = self._account
        try:
            token, lifetime = await self._lend()
        except Undelivered:
            await asyncio.to_thread(lambda: self._tokens.give_up(key, self._now()))
            raise
        expires_at = self._now() + max(lifetime - _MARGIN, lifetime / 2)
        await asyncio.to_thread(lambda: self._tokens.put(key, token, expires_at, self._now()))
        return token


def _without_queries(record: logging.LogRecord) -> bool:
    """Keep tokens and secrets out of the log: httpx tells the address of every request."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            one.copy_with(query=None) if isinstance(one, httpx.URL) else one for one in record.args
        )
    return True


def lent(given: Mapping[str, Any], platform: str) -> tuple[str, timedelta]:
    """Return the token and its lifetime from what a platform gave. Raises Undelivered."""
    try:
        return str(given["access_token"]), timedelta(seconds=int(given["expires_in"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Undelivered(f"{platform}没有给出 access_token，稍后会再试。") from error


async def call(
    address: str,
    errors: Errors,
    request: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Post JSON, or get where there is no request; return the JSON. Raises Undelivered."""
    # As characters: the platforms would show people the escapes.
    content = None if request is None else json.dumps(request, ensure_ascii=False).encode()
    headers = {"content-type": "application/json; charset=utf-8"} if content else {}
    method = "GET" if content is None else "POST"
    logging.getLogger("httpx").addFilter(_without_queries)
    try:
        async with httpx.AsyncClient(timeout=_CALL_SECONDS) as client:
            response = await client.request(
                method, address, params=query, content=content, headers=headers
            )
        given = json.loads(response.content)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Undelivered(
            f"连不上 {address}（{type(error).__name__}），请检查服务器能否访问外网。"
        ) from None  # the cause would print the address with its token
    except ValueError as error:
        raise Undelivered(f"{address} 的回应不是 JSON，请检查地址。") from error
    if not isinstance(given, dict):
        raise Undelivered(f"{address} 的回应读不懂，请检查地址。")
    errcode = given.get("errcode", 0)
    if errcode:
        reason = errors.reasons.get(errcode, str(given.get("errmsg", ""))[:100])
        raise Undelivered(
            f"{errors.platform}返回错误 {errcode}：{reason}。",
            errcode=errcode,
            is_lasting=errcode in errors.lasting,
        )
    return given
