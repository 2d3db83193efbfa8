"""What the site has set up at WeCom: the application, the bot, the bot's long connection."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat.crypto import MessageCipher
from service.settings import InvalidConfiguration, Settings

# These begin the names of people and messages in our tables.
APPLICATION = "wecom"
BOT = "wecom_bot"
SERVICE = "wecom_service"


@dataclass(frozen=True, slots=True)
class Door:
    """What proves that a request is WeCom's, and which settings say so. The current key first."""

    token: str = field(repr=False)
    ciphers: tuple[MessageCipher, ...]
    settings: str


@dataclass(frozen=True, slots=True)
class Account:
    """The self-built application (自建应用)."""

    corp_id: str
    door: Door
    agent_id: int | None = None
    secret: str = field(default="", repr=False)
    has_customer_service: bool = False

    @property
    def may_send_messages(self) -> bool:
        """Say whether the application can send messages of its own."""
        return self.agent_id is not None and bool(self.secret)


@dataclass(frozen=True, slots=True)
class SocketAccount:
    """The bot (智能机器人) over a long connection."""

    bot_id: str
    secret: str = field(repr=False)
    url: str = ""


def account_of(settings: Settings) -> Account | None:
    """Return the application, or None where no token is set. Raises InvalidConfiguration."""
    if settings.wecom_token is None:
        return None
    if not settings.wecom_corp_id or settings.wecom_encoding_aes_key is None:
        raise InvalidConfiguration(
            "设置了 WENJU_WECOM_TOKEN，还要设置 WENJU_WECOM_CORP_ID（企业 ID）和 "
            "WENJU_WECOM_ENCODING_AES_KEY：企业微信的消息都是加密的。"
        )
    if settings.wecom_customer_service and settings.wecom_secret is None:
        raise InvalidConfiguration(
            "打开了 WENJU_WECOM_CUSTOMER_SERVICE，还要设置 WENJU_WECOM_SECRET"
            "（可以调用微信客服接口的应用的 Secret），否则读不到也发不出消息。"
        )
    keys = [
        key.get_secret_value()
        for key in (settings.wecom_encoding_aes_key, settings.wecom_previous_aes_key)
        if key is not None
    ]
    ciphers = tuple(MessageCipher(key, settings.wecom_corp_id) for key in keys)
    secret = settings.wecom_secret
    return Account(
        corp_id=settings.wecom_corp_id,
        door=Door(
            settings.wecom_token.get_secret_value(),
            ciphers,
            "WENJU_WECOM_TOKEN、WENJU_WECOM_ENCODING_AES_KEY 和 WENJU_WECOM_CORP_ID",
        ),
        agent_id=settings.wecom_agent_id,
        secret=secret.get_secret_value() if secret else "",
        has_customer_service=settings.wecom_customer_service,
    )


def bot_of(settings: Settings) -> Door | None:
    """Return the bot's callback, or None where no token is set. Raises InvalidConfiguration."""
    token, key = settings.wecom_bot_token, settings.wecom_bot_encoding_aes_key
    if token is None:
        return None
    if key is None:
        raise InvalidConfiguration(
            "设置了 WENJU_WECOM_BOT_TOKEN，还要设置 WENJU_WECOM_BOT_ENCODING_AES_KEY：智能机器人的"
            "消息都是加密的。"
        )
    cipher = MessageCipher(key.get_secret_value(), "")  # a bot's messages name no receiver
    names = "WENJU_WECOM_BOT_TOKEN 和 WENJU_WECOM_BOT_ENCODING_AES_KEY"
    return Door(token.get_secret_value(), (cipher,), names)


def socket_of(settings: Settings) -> SocketAccount | None:
    """Return the bot's long connection, or None. Raises InvalidConfiguration."""
    bot_id, secret = settings.wecom_bot_id, settings.wecom_bot_secret
    if bot_id is None and secret is None:
        return None
    if bot_id is None or secret is None:
        raise InvalidConfiguration(
            "智能机器人的长连接要同时设置 WENJU_WECOM_BOT_ID 和 WENJU_WECOM_BOT_SECRET。"
        )
    return SocketAccount(bot_id, secret.get_secret_value(), settings.wecom_socket_url)
