"""Calls to WeCom: the shared access token, messages of the application, 微信客服."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from index.document import SHANGHAI
from index.store.access_tokens import AccessTokens
from service.chat.calling import Errors, SharedToken, call, lent
from service.wecom.account import Account

PAGE = 1000  # messages of 微信客服 in one call, as many as WeCom gives
ERRORS = Errors(
    platform="企业微信",
    reasons={
        -1: "企业微信系统繁忙",
        40001: "Secret 不对，请核对 WENJU_WECOM_SECRET",
        40013: "企业 ID 不对，请核对 WENJU_WECOM_CORP_ID",
        40014: "access_token 已失效",
        40056: "AgentId 不对，请核对 WENJU_WECOM_AGENT_ID",
        42001: "access_token 已过期",
        45009: "调用次数超过上限，请稍后再试",
        48002: "应用没有这个接口的权限，请在企业微信后台打开",
        60011: "应用没有权限向这个成员发消息，请检查应用的可见范围",
        60020: "本机的公网地址不在应用的“企业可信 IP”里，请把它加进去",
        81013: "对方不在应用的可见范围里",
        93000: "群机器人的 Webhook 地址不对，请核对 WENJU_WECOM_ALERT_WEBHOOK",
        95018: "会话已经结束，或正由人工接待",
        301002: "AgentId 与 Secret 不是同一个应用的",
    },
    lasting=frozenset({40001, 40013, 40056, 48002, 60020, 93000, 301002}),
    spent=frozenset({40014, 42001}),
)


class WeComCalls:
    """Calls WeCom's interface for one application; all processes share one access token."""

    def __init__(
        self,
        account: Account,
        api_url: str,
        tokens: AccessTokens,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._account = account
        self._api_url = f"{api_url}/cgi-bin"
        # The id of the corporation does not tell its applications apart.
        name = f"wecom:{account.corp_id}:{account.agent_id or 'service'}"
        self._token = SharedToken(tokens, name, lambda: lend_token(account, api_url), ERRORS, now)

    async def send(self, sender: str, text: str) -> None:
        """Send a member a text. Raises Undelivered."""
        message = {
            "touser": sender,
            "agentid": self._account.agent_id,
            "msgtype": "text",
            "text": {"content": text},
        }
        await self._post("message/send", message)

    async def service_messages(self, account: str, cursor: str, token: str) -> Mapping[str, Any]:
        """Return a page of what was said to a 微信客服 account. Raises Undelivered."""
        request = {"open_kfid": account, "cursor": cursor, "token": token, "limit": PAGE}
        return await self._post("kf/sync_msg", request)

    async def send_to_customer(self, account: str, customer: str, text: str) -> None:
        """Send a customer of 微信客服 a text. Raises Undelivered."""
        message = {
            "touser": customer,
            "open_kfid": account,
            "msgtype": "text",
            "text": {"content": text},
        }
        await self._post("kf/send_msg", message)

    async def welcome_customer(self, code: str, text: str) -> None:
        """Greet a customer who has come in; the code holds for 20 seconds. Raises Undelivered."""
        message = {"code": code, "msgtype": "text", "text": {"content": text}}
        await self._post("kf/send_msg_on_event", message)

    async def _post(self, path: str, request: Mapping[str, Any]) -> dict[str, Any]:
        address = f"{self._api_url}/{path}"
        return await self._token.spend(
            lambda token: call(address, ERRORS, request, {"access_token": token})
        )


async def lend_token(account: Account, api_url: str) -> tuple[str, timedelta]:
    """Ask for an access token; return it and how long it holds. Raises Undelivered."""
    query = {"corpid": account.corp_id, "corpsecret": account.secret}
    given = await call(f"{api_url}/cgi-bin/gettoken", ERRORS, query=query)
    return lent(given, ERRORS.platform)
