"""The callbacks that WeCom calls: `/wecom`, the application and 微信客服; `/wecom/bot`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import PlainTextResponse, Response

from index.document import SHANGHAI
from service.chat.conversation import Conversation, Request
from service.chat.crypto import MessageCipher, seal
from service.chat.messages import (
    Malformed,
    message_of,
    parsed,
    read_encrypted,
    sealed_xml,
    text_of,
    text_reply,
)
from service.chat.receiving import Refusals, read_body
from service.http.problems import Problem
from service.wecom.account import APPLICATION, Account, Door, account_of, bot_of
from service.wecom.bot import Bot
from service.wecom.bot_messages import Heard, read_bot_message
from service.wecom.customer_service import CustomerServiceReader
from service.wecom.envelope import check_address, malformed, open_sealed
from service.wecom.wiring import Parts

STREAM_SECONDS = 3.0  # of WeCom's five, before it is told that there is more to come
REFRESH_SECONDS = 2.0
_TOO_LARGE = Problem(413, "wecom_body_too_large", "内容超过 64 KB，不是企业微信的消息。")
_TOO_SLOW = Problem(408, "wecom_body_too_slow", "内容没有在五秒内到齐，请检查网络和代理。")
_SUCCESS = "success"  # no reply, and no need to send the message again
_NEWS = "kf_msg_or_event"  # there is something to read in 微信客服
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """What the callbacks lead to; None where the site has not set it up."""

    now: Callable[[], datetime]
    account: Account | None = None
    conversation: Conversation | None = None
    customers: CustomerServiceReader | None = None
    bot_door: Door | None = None
    bot: Bot | None = None
    refusals: Refusals = field(default_factory=lambda: Refusals("/wecom"))
    reading: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something behind the back of the request; kept, or it would be swept away."""
        task = asyncio.create_task(work)
        self.reading.add(task)
        task.add_done_callback(self.reading.discard)


def open_channel(parts: Parts) -> Channel:
    """Return the channel, as far as it is set up. Raises InvalidConfiguration."""
    account, bot_door = account_of(parts.settings), bot_of(parts.settings)
    has_service = account is not None and account.has_customer_service
    return Channel(
        now=parts.now,
        account=account,
        conversation=parts.application(account) if account else None,
        customers=parts.customer_service(account) if account and has_service else None,
        bot_door=bot_door,
        bot=parts.bot() if bot_door else None,
    )


@router.get("/wecom")
async def check(request: HttpRequest) -> Response:
    """Prove to WeCom that this address is the application's."""
    channel: Channel = request.app.state.wecom
    return _proved(channel, _application(channel)[0].door, request)


@router.post("/wecom")
async def receive(request: HttpRequest) -> Response:
    """Reply to a message of a member, or begin to read what customers have written."""
    arrived = asyncio.get_running_loop().time()
    channel: Channel = request.app.state.wecom
    account, conversation = _application(channel)
    body = await read_body(request, _TOO_LARGE, _TOO_SLOW)
    root, cipher = _opened(channel, account.door, request, body)
    try:
        if text_of(root, "Event") == _NEWS:
            if channel.customers is not None:
                names = text_of(root, "OpenKfId")[:64], text_of(root, "Token")[:128]
                channel.begin(channel.customers.read(*names))
            return PlainTextResponse(_SUCCESS)
        message = message_of(root, APPLICATION)
    except Malformed as error:
        raise malformed() from error
    signed_at = datetime.fromtimestamp(int(request.query_params["timestamp"]), SHANGHAI)
    age = max(timedelta(0), signed_at - message.sent_at)

    async def is_open() -> bool:
        return not await request.is_disconnected()

    text = await conversation.reply(Request(message, arrived, age, is_open))
    if not text:
        return PlainTextResponse(_SUCCESS)
    now = channel.now()
    sealed = seal(text_reply(message, text, now), cipher, account.door.token, now)
    return Response(sealed_xml(sealed), media_type="application/xml")


@router.get("/wecom/bot")
async def check_bot(request: HttpRequest) -> Response:
    """Prove to WeCom that this address is the bot's."""
    channel: Channel = request.app.state.wecom
    return _proved(channel, _bot(channel)[0], request)


@router.post("/wecom/bot")
async def receive_bot(request: HttpRequest) -> Response:
    """Reply to what the bot hears."""
    channel: Channel = request.app.state.wecom
    door, bot = _bot(channel)
    body = await read_body(request, _TOO_LARGE, _TOO_SLOW)
    heard, cipher, is_refresh = _heard(channel, door, request, body)
    reply = await bot.reply(heard, REFRESH_SECONDS if is_refresh else STREAM_SECONDS)
    if reply is None:
        return PlainTextResponse("")
    said = json.dumps(reply.body, ensure_ascii=False).encode()
    sealed = seal(said, cipher, door.token, channel.now())
    content = {
        "encrypt": sealed.encrypted,
        "msgsignature": sealed.signature,
        "timestamp": int(sealed.timestamp),
        "nonce": sealed.nonce,
    }
    return Response(json.dumps(content), media_type="application/json")


def _proved(channel: Channel, door: Door, request: HttpRequest) -> Response:
    try:
        return PlainTextResponse(check_address(door, request.query_params, channel.now()))
    except Problem as problem:
        channel.refusals.log(problem)
        raise


def _opened(
    channel: Channel, door: Door, request: HttpRequest, body: bytes
) -> tuple[Element, MessageCipher]:
    try:
        encrypted = read_encrypted(body)
        opened, cipher = open_sealed(door, request.query_params, encrypted, channel.now())
        return parsed(opened), cipher
    except Malformed as error:
        raise malformed() from error
    except Problem as problem:
        channel.refusals.log(problem)
        raise


def _heard(
    channel: Channel, door: Door, request: HttpRequest, body: bytes
) -> tuple[Heard | None, MessageCipher, bool]:
    try:
        encrypted = json.loads(body)["encrypt"]
        opened, cipher = open_sealed(door, request.query_params, str(encrypted), channel.now())
        given = json.loads(opened)
        return read_bot_message(given, channel.now()), cipher, given["msgtype"] == "stream"
    except (Malformed, ValueError, TypeError, KeyError, RecursionError) as error:
        raise malformed() from error
    except Problem as problem:
        channel.refusals.log(problem)
        raise


def _application(channel: Channel) -> tuple[Account, Conversation]:
    if channel.account is None or channel.conversation is None:
        raise Problem(
            404,
            "wecom_not_configured",
            "没有接入企业微信应用。请设置 WENJU_WECOM_TOKEN 等，步骤见 docs/wecom.md。",
        )
    return channel.account, channel.conversation


def _bot(channel: Channel) -> tuple[Door, Bot]:
    if channel.bot_door is None or channel.bot is None:
        raise Problem(
            404,
            "wecom_bot_not_configured",
            "没有接入智能机器人的回调。请设置 WENJU_WECOM_BOT_TOKEN 等，步骤见 docs/wecom.md。",
        )
    return channel.bot_door, channel.bot
