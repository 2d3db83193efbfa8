"""Calls to WeChat: the shared access token, and customer-service messages (客服消息)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import httpx

from index.document import SHANGHAI
from index.errors import WenjuError
from index.store.access_tokens import REFRESHING, AccessTokens
from service.wechat.account import Account

_MARGIN = timedelta(minutes=5)  # before its end a token is renewed; both hold meanwhile
_LOOK_SECONDS = 0.2  # between looks whether another process has got the token
_CALL_SECONDS = 5
_SPENT = frozenset({40001, 40014, 42001})  # the token, not the call, is at fault
_REASONS = {
    -1: "微信系统繁忙",
    40001: "AppSecret 不对，或 access_token 已失效",
    40013: "AppID 不对，请核对 WENJU_WECHAT_APP_ID",
    40125: "AppSecret 不对，请核对 WENJU_WECHAT_APP_SECRET",
    40164: "本机的公网地址不在公众号后台的 IP 白名单里，请把它加进去",
    43004: "对方没有关注本号",
    45002: "消息太长",
    45009: "今天的调用次数用完了",
    45015: "对方超过 48 小时没有来消息，不能再主动发",
    45047: "对方没有回应时，客服消息的条数用完了",
    48001: "本号没有客服消息的权限，请设置 WENJU_WECHAT_CUSTOMER_MESSAGES=false",
}
_LASTING = frozenset({40013, 40125, 40164, 48001})  # the next message would fail the same


class Undelivered(WenjuError):
    """WeChat did not take what we sent. `is_lasting`: it will not take the next one either."""

    code: ClassVar[str] = "wechat_undelivered"

    def __init__(self, message: str, *, errcode: int | None = None) -> None:
        super().__init__(message)
        self.errcode = errcode
        self.is_lasting = errcode in _LASTING


class WeChatCalls:
    """Calls WeChat's interface for one account. All server processes share one access token."""

    def __init__(
        self,
        account: Account,
        api_url: str,
        tokens: AccessTokens,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._account = account
        self._api_url = api_url
        self._tokens = tokens
        self._now = now

    async def send(self, sender: str, text: str) -> None:
        """Send a person a text. Raises Undelivered."""
        message = {"touser": sender, "msgtype": "text", "text": {"content": text}}
        token = await self.access_token()
        try:
            await self._send(token, message)
        except Undelivered as error:
            if error.errcode not in _SPENT:
                raise
            key = self._account.app_id
            await asyncio.to_thread(lambda: self._tokens.discard(key, token, self._now()))
            await self._send(await self.access_token(), message)

    async def access_token(self) -> str:
        """Return the token that all processes share, asking for it where there is none."""
        key = self._account.app_id
        looks = int(2 * REFRESHING.total_seconds() / _LOOK_SECONDS)
        for _ in range(looks):
            token = await asyncio.to_thread(lambda: self._tokens.current(key, self._now()))
            if token is not None:
                return token
            if await asyncio.to_thread(lambda: self._tokens.begin_refresh(key, self._now())):
                return await self._refreshed(key)
            await asyncio.sleep(_LOOK_SECONDS)
        raise Undelivered("取 access_token 的进程没有回音，稍后会再试。")

    async def _refreshed(self, key: str) -> str:
        try:
            token, lifetime = await lend_token(self._account, self._api_url)
        except Undelivered:
            await asyncio.to_thread(lambda: self._tokens.give_up(key, self._now()))
            raise
        expires_at = self._now() + max(lifetime - _MARGIN, lifetime / 2)
        await asyncio.to_thread(lambda: self._tokens.put(key, token, expires_at, self._now()))
        return token

    async def _send(self, token: str, message: dict[str, Any]) -> None:
        address = f"{self._api_url}/cgi-bin/message/custom/send"
        await _call(address, message, {"access_token": token})


async def lend_token(account: Account, api_url: str) -> tuple[str, timedelta]:
    """Ask for an access token; return it and how long it holds. Raises Undelivered."""
    request = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.app_secret,
    }
    given = await _call(f"{api_url}/cgi-bin/stable_token", request)
    try:
        return str(given["access_token"]), timedelta(seconds=int(given["expires_in"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Undelivered("微信没有给出 access_token，稍后会再试。") from error


async def _call(
    address: str, request: dict[str, Any], query: dict[str, str] | None = None
) -> dict[str, Any]:
    """Post JSON, as characters: WeChat would show people the escapes."""
    content = json.dumps(request, ensure_ascii=False).encode()
    headers = {"content-type": "application/json; charset=utf-8"}
    try:
        async with httpx.AsyncClient(timeout=_CALL_SECONDS) as client:
            response = await client.post(address, params=query, content=content, headers=headers)
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
        reason = _REASONS.get(errcode, str(given.get("errmsg", ""))[:100])
        raise Undelivered(f"微信返回错误 {errcode}：{reason}。", errcode=errcode)
    return given
