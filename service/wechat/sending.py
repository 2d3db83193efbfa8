"""Calls to WeChat: the shared access token, and customer-service messages (客服消息)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from index.document import SHANGHAI
from index.store.access_tokens import AccessTokens
from service.chat.calling import Errors, SharedToken, call, lent
from service.wechat.account import Account

ERRORS = Errors(
    platform="微信",
    reasons={
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
    },
    lasting=frozenset({40013, 40125, 40164, 48001}),
    spent=frozenset({40001, 40014, 42001}),
)


class WeChatCalls:
    """Calls WeChat's interface for one account. All server processes share one access token."""

    def __init__(
        self,
        account: Account,
        api_url: str,
        tokens: AccessTokens,
        now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
    ) -> None:
        self._address = f"{api_url}/cgi-bin/message/custom/send"
        self._token = SharedToken(
            tokens, account.app_id, lambda: lend_token(account, api_url), ERRORS, now
        )

    async def send(self, sender: str, text: str) -> None:
        """Send a person a text. Raises Undelivered."""
        message = {"touser": sender, "msgtype": "text", "text": {"content": text}}
        await self._token.spend(
            lambda token: call(self._address, ERRORS, message, {"access_token": token})
        )


async def lend_token(account: Account, api_url: str) -> tuple[str, timedelta]:
    """Ask for an access token; return it and how long it holds. Raises Undelivered."""
    request = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.app_secret,
    }
    given = await call(f"{api_url}/cgi-bin/stable_token", ERRORS, request)
    return lent(given, ERRORS.platform)
