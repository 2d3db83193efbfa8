"""The callback that WeChat calls: `/wechat`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import PlainTextResponse, Response

from index.document import SHANGHAI
from index.store.chat_tasks import Task
from service.chat.allowance import Admit, everybody
from service.chat.attendant import Attendant, Audience, Said
from service.chat.conversation import Conversation, Request, Way
from service.chat.receiving import Refusals, read_body
from service.chat.wishes import Wish
from service.desk import Channel as Source
from service.desk import Desk
from service.http.problems import Problem
from service.phone import PhoneStyle
from service.settings import Settings
from service.wechat.account import CHANNEL, Account, account_of
from service.wechat.envelope import check_address, open_envelope, seal
from service.wechat.sending import WeChatCalls

ANSWERED_AT_ONCE = 4  # messages; more wait their turn, within their time
_TOO_LARGE = Problem(413, "wechat_body_too_large", "内容超过 64 KB，不是微信的消息。")
_TOO_SLOW = Problem(408, "wechat_body_too_slow", "内容没有在五秒内到齐，请检查网络和代理。")
SUCCESS = "success"  # no reply, and no need to send the message again
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Channel:
    """The account and the conversation that its callback leads to."""

    account: Account
    conversation: Conversation
    now: Callable[[], datetime]
    refusals: Refusals = field(default_factory=lambda: Refusals("/wechat"))


def open_channel(  # noqa: PLR0913  the last two by name
    desk: Desk,
    settings: Settings,
    suggestions: Callable[[], list[str]],
    counted: Callable[[str, float], None],
    *,
    admit: Admit = everybody,
    now: Callable[[], datetime] = lambda: datetime.now(SHANGHAI),
) -> Channel | None:
    """Return the channel, or None where it is not set up. Raises InvalidConfiguration.

    `counted` is told the outcome of each answer and the seconds it took, `admit` asked whether a
    person may say more.
    """
    account = account_of(settings)
    if account is None:
        return None
    style = PhoneStyle(settings.public_url, settings.disclaimer)
    attendant = Attendant(desk, Audience(Source.WECHAT), style, suggestions, counted)
    pool = ThreadPoolExecutor(ANSWERED_AT_ONCE, "wenju-wechat")

    async def attend(task: Task, wish: Wish, moment: datetime) -> Said:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, attendant.attend, task, wish, moment)

    base = desk.knowledge_base
    calls = WeChatCalls(account, settings.wechat_api_url, base.access_tokens, now)
    messenger = calls if account.may_send_messages else None
    way = Way(CHANNEL, messenger)
    conversation = Conversation(base.chat_tasks, attend, way, admit=admit, now=now)
    return Channel(account, conversation, now)


@router.get("/wechat")
async def check(request: HttpRequest) -> Response:
    """Prove to WeChat that this address is the account's."""
    channel = _channel(request)
    try:
        echo = check_address(channel.account, request.query_params, channel.now())
    except Problem as problem:
        channel.refusals.log(problem)
        raise
    return PlainTextResponse(echo)


@router.post("/wechat")
async def receive(request: HttpRequest) -> Response:
    """Reply to a message."""
    arrived = asyncio.get_running_loop().time()
    channel = _channel(request)
    body = await read_body(request, _TOO_LARGE, _TOO_SLOW)
    now = channel.now()
    try:
        opened = open_envelope(channel.account, request.query_params, body, now)
    except Problem as problem:
        channel.refusals.log(problem)
        raise
    signed_at = datetime.fromtimestamp(int(request.query_params["timestamp"]), SHANGHAI)
    age = max(timedelta(0), signed_at - opened.message.sent_at)

    async def is_open() -> bool:
        return not await request.is_disconnected()

    text = await channel.conversation.reply(Request(opened.message, arrived, age, is_open))
    if not text:
        return PlainTextResponse(SUCCESS)
    reply = seal(channel.account, opened, text, channel.now())
    return Response(reply, media_type="application/xml")


def _channel(request: HttpRequest) -> Channel:
    channel: Channel | None = request.app.state.wechat
    if channel is None:
        raise Problem(
            404,
            "wechat_not_configured",
            "没有接入公众号。请设置 WENJU_WECHAT_TOKEN，步骤见 docs/wechat.md。",
        )
    return channel
