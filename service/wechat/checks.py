"""What the Official Account needs to work, looked at for `wenju doctor`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from service.chat.calling import Undelivered
from service.chat.clock import examine_clock
from service.checks import Finding, Grade
from service.settings import PREFIX, InvalidConfiguration, Settings
from service.wechat.account import Account, account_of
from service.wechat.sending import lend_token

_ALONE = (
    "wechat_app_id",
    "wechat_encoding_aes_key",
    "wechat_app_secret",
    "wechat_customer_messages",
)


def examine_wechat(settings: Settings, clock: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look at token and key, address, clock and permission; nothing where no account is set up."""
    try:
        account = account_of(settings)
    except InvalidConfiguration as error:
        yield Finding("公众号设置", Grade.BAD, error.message)
        return
    if account is None:
        given = [f"{PREFIX}{name.upper()}" for name in _ALONE if getattr(settings, name)]
        if given:
            message = f"设置了 {'、'.join(given)}，但没有 WENJU_WECHAT_TOKEN，公众号没有接入。"
            yield Finding("公众号设置", Grade.WARNING, message)
        return
    yield _mode(settings, account)
    yield _address(settings)
    yield examine_clock("公众号", settings.wechat_api_url, clock)
    yield _messages(settings, account)


def _mode(settings: Settings, account: Account) -> Finding:
    if not account.ciphers:
        message = (
            "明文模式：内容不加密，签名也不保护内容。建议设置 WENJU_WECHAT_ENCODING_AES_KEY，"
            "并在公众号后台改为安全模式。"
        )
        return Finding("公众号设置", Grade.WARNING, message)
    if account.takes_plain:
        message = (
            "兼容模式：明文消息也接受。公众号后台改为安全模式以后，请去掉 "
            "WENJU_WECHAT_COMPATIBLE_MODE。"
        )
        return Finding("公众号设置", Grade.WARNING, message)
    if settings.wechat_previous_aes_key is not None:
        message = (
            "安全模式，正在换钥：旧密钥还有效。换好一天以后请去掉 WENJU_WECHAT_PREVIOUS_AES_KEY。"
        )
        return Finding("公众号设置", Grade.WARNING, message)
    return Finding("公众号设置", Grade.GOOD, "安全模式。")


def _address(settings: Settings) -> Finding:
    if not settings.public_url:
        message = (
            "没有设置 WENJU_PUBLIC_URL，答复里没有原文链接。公众号后台的服务器地址填 "
            "https://<对外域名>/wechat。"
        )
        return Finding("公众号地址", Grade.WARNING, message)
    try:
        port = urlsplit(settings.public_url).port
    except ValueError:
        port = 0
    if port not in {None, 80, 443}:
        message = f"微信只访问 80 和 443 端口，{settings.public_url} 不行，请用代理转发。"
        return Finding("公众号地址", Grade.BAD, message)
    message = f"公众号后台的服务器地址(URL)填 {settings.public_url}/wechat。"
    return Finding("公众号地址", Grade.GOOD, message)


def _messages(settings: Settings, account: Account) -> Finding:
    """Ask for an access token, which shows whether secret and address are known to WeChat."""
    check = "客服消息"
    if not account.may_send_messages:
        message = "没有打开；超过五秒的答案由用户回复“继续”领取。"
        return Finding(check, Grade.GOOD, message)
    try:
        asyncio.run(lend_token(account, settings.wechat_api_url))
    except Undelivered as error:
        return Finding(check, Grade.BAD, error.message)
    return Finding(check, Grade.GOOD, "取得到 access_token；接口权限请在公众号后台确认。")
