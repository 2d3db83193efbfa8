"""What WeCom needs to work, looked at for `wenju doctor`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from service.chat.calling import Undelivered
from service.chat.clock import examine_clock
from service.checks import Finding, Grade
from service.settings import PREFIX, InvalidConfiguration, Settings
from service.wecom.account import Account, account_of, bot_of, socket_of
from service.wecom.sending import lend_token
from service.wecom.socket import load_sdk

_ALONE = (
    "wecom_corp_id",
    "wecom_encoding_aes_key",
    "wecom_agent_id",
    "wecom_secret",
    "wecom_customer_service",
)  # these say nothing without a token


def examine_wecom(settings: Settings, clock: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look at what is set up; nothing where nothing is."""
    try:
        account, bot, socket = account_of(settings), bot_of(settings), socket_of(settings)
    except InvalidConfiguration as error:
        yield Finding("企业微信设置", Grade.BAD, error.message)
        return
    if account is None:
        yield from _alone(settings)
    else:
        yield _application(settings)
        yield from _messages(settings, account)
    if bot is not None:
        yield Finding("智能机器人", Grade.GOOD, "已设置 URL 回调。")
    if socket is not None:
        yield _socket()
    if bot is not None and socket is not None:
        message = "URL 回调和长连接都设置了；企业微信后台只能选一种，另一种不会收到消息，请去掉。"
        yield Finding("智能机器人", Grade.WARNING, message)
    if account is not None or bot is not None:
        paths = [path for path, one in (("/wecom", account), ("/wecom/bot", bot)) if one]
        yield _address(settings, paths)
        yield examine_clock("企业微信", settings.wecom_api_url, clock)
    if settings.wecom_alert_webhook is not None:
        yield _webhook(settings)
    if settings.wecom_shows_internal:
        message = "企业成员单独询问时可以看到内部文件；群里和微信客服看不到。"
        yield Finding("企业微信公开范围", Grade.GOOD, message)


def _alone(settings: Settings) -> Iterator[Finding]:
    given = [f"{PREFIX}{name.upper()}" for name in _ALONE if getattr(settings, name)]
    if given:
        message = f"设置了 {'、'.join(given)}，但没有 WENJU_WECOM_TOKEN，应用没有接入。"
        yield Finding("企业微信设置", Grade.WARNING, message)


def _application(settings: Settings) -> Finding:
    if settings.wecom_previous_aes_key is not None:
        message = "正在换钥：旧密钥还有效。换好一天以后请去掉 WENJU_WECOM_PREVIOUS_AES_KEY。"
        return Finding("企业微信设置", Grade.WARNING, message)
    return Finding("企业微信设置", Grade.GOOD, "应用已设置，消息一律加密。")


def _messages(settings: Settings, account: Account) -> Iterator[Finding]:
    """Ask for an access token, which shows whether the secret is right."""
    check = "企业微信主动发消息"
    if not account.secret:
        message = "没有设置 WENJU_WECOM_SECRET；超过五秒的答案由成员回复“继续”领取。"
        yield Finding(check, Grade.GOOD, message)
        return
    try:
        asyncio.run(lend_token(account, settings.wecom_api_url))
    except Undelivered as error:
        yield Finding(check, Grade.BAD, error.message)
        return
    if account.agent_id is None and not account.has_customer_service:
        message = "设置了 WENJU_WECOM_SECRET 而没有 WENJU_WECOM_AGENT_ID，应用不能主动发消息。"
        yield Finding(check, Grade.WARNING, message)
        return
    message = "取得到 access_token；还要在应用的“企业可信 IP”里加上服务器访问外网时的地址。"
    yield Finding(check, Grade.GOOD, message)
    if account.has_customer_service:
        message = "已打开；请确认应用在“微信客服 → 可调用接口的应用”里。"
        yield Finding("微信客服", Grade.GOOD, message)


def _socket() -> Finding:
    try:
        load_sdk()
    except InvalidConfiguration as error:
        return Finding("智能机器人长连接", Grade.BAD, error.message)
    return Finding("智能机器人长连接", Grade.GOOD, "官方 SDK 已安装；服务启动后自动连接。")


def _address(settings: Settings, paths: list[str]) -> Finding:
    check = "企业微信地址"
    if not settings.public_url:
        wanted = "、".join(f"https://<对外域名>{path}" for path in paths)
        message = f"没有设置 WENJU_PUBLIC_URL，答复里没有原文链接。后台的接收 URL 填 {wanted}。"
        return Finding(check, Grade.WARNING, message)
    if urlsplit(settings.public_url).scheme != "https":
        message = f"建议用 https：{settings.public_url}。"
        return Finding(check, Grade.WARNING, message)
    wanted = "、".join(f"{settings.public_url}{path}" for path in paths)
    return Finding(check, Grade.GOOD, f"企业微信后台的接收 URL 填 {wanted}。")


def _webhook(settings: Settings) -> Finding:
    """Look at the address alone: a message to try it would be read by everybody in the group."""
    webhook = settings.wecom_alert_webhook
    host = urlsplit(webhook.get_secret_value()).netloc if webhook else ""
    expected = urlsplit(settings.wecom_api_url).netloc
    if host != expected:
        message = f"群机器人的地址在 {host}，不是企业微信的 {expected}，请核对。"
        return Finding("群提醒", Grade.WARNING, message)
    message = f"同一问题没有答案满 {settings.wecom_alert_times} 次、或有人纠错时提醒。"
    return Finding("群提醒", Grade.GOOD, message)
