"""The Official Account as the site has set it up: keys, modes, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.chat.crypto import MessageCipher
from service.settings import InvalidConfiguration, Settings

CHANNEL = "wechat"  # begins the names of people and messages in our tables


@dataclass(frozen=True, slots=True)
class Account:
    """What the channel needs to know. `ciphers` has the current key first; none: plain mode."""

    token: str = field(repr=False)
    ciphers: tuple[MessageCipher, ...] = ()
    takes_plain: bool = True
    app_id: str = ""
    app_secret: str = field(default="", repr=False)
    may_send_messages: bool = False


def account_of(settings: Settings) -> Account | None:
    """Return the account, or None where no token is set. Raises InvalidConfiguration."""
    if settings.wechat_token is None:
        return None
    keys = [
        key.get_secret_value()
        for key in (settings.wechat_encoding_aes_key, settings.wechat_previous_aes_key)
        if key is not None
    ]
    app_id = settings.wechat_app_id or ""
    secret = settings.wechat_app_secret
    if settings.wechat_previous_aes_key and not settings.wechat_encoding_aes_key:
        raise InvalidConfiguration(
            "设置了 WENJU_WECHAT_PREVIOUS_AES_KEY 而没有 WENJU_WECHAT_ENCODING_AES_KEY。"
            "请把公众号后台现在的消息加解密密钥填进后者。"
        )
    if keys and not app_id:
        raise InvalidConfiguration(
            "设置了 WENJU_WECHAT_ENCODING_AES_KEY，还要设置 WENJU_WECHAT_APP_ID（公众号的 AppID），"
            "否则无法核对加密消息是不是发给本号的。"
        )
    if settings.wechat_customer_messages and not (app_id and secret):
        raise InvalidConfiguration(
            "打开了 WENJU_WECHAT_CUSTOMER_MESSAGES，还要设置 WENJU_WECHAT_APP_ID 和 "
            "WENJU_WECHAT_APP_SECRET，否则取不到发消息用的凭据。"
        )
    return Account(
        token=settings.wechat_token.get_secret_value(),
        ciphers=tuple(MessageCipher(key, app_id) for key in keys),
        takes_plain=not keys or settings.wechat_compatible_mode,
        app_id=app_id,
        app_secret=secret.get_secret_value() if secret else "",
        may_send_messages=settings.wechat_customer_messages,
    )
