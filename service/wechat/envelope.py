"""What comes from WeChat and nobody else: signatures, time stamps and modes, in and out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.chat import crypto
from service.chat.crypto import MessageCipher, Undecipherable, is_signed, unseal
from service.chat.messages import (
    Malformed,
    Message,
    read_encrypted,
    read_message,
    sealed_xml,
    text_reply,
)
from service.chat.receiving import is_recent
from service.http.problems import Problem
from service.wechat.account import CHANNEL, Account


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that WeChat has sent, and the cipher it came under: the reply goes so too."""

    message: Message
    cipher: MessageCipher | None


def check_address(account: Account, query: Mapping[str, str], now: datetime) -> str:
    """Return the word that proves to WeChat that this address is ours. Raises Problem."""
    _require_signed(account, query, "signature")
    _require_recent(query, now)
    return query.get("echostr", "")


def open_envelope(account: Account, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
    """Return the message in a request. Raises Problem for what WeChat has not sent."""
    try:
        match query.get("encrypt_type", "raw"):
            case "aes":
                return _decrypted(account, query, body, now)
            case "raw" | "":
                return _plain(account, query, body, now)
    except Malformed as error:
        raise Problem(
            400, "wechat_malformed", "内容不是微信的消息格式（XML），或含有不允许的声明。"
        ) from error
    raise Problem(400, "wechat_malformed", "encrypt_type 应是 aes 或 raw。")


def seal(
    account: Account, opened: Opened, text: str, now: datetime, nonce: str | None = None
) -> bytes:
    """Return the reply to a message, encrypted as the message was. Tests give the nonce."""
    reply = text_reply(opened.message, text, now)
    if opened.cipher is None:
        return reply
    return sealed_xml(crypto.seal(reply, opened.cipher, account.token, now, nonce))


def _plain(account: Account, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
    # The signature does not cover the body here: whoever has seen one may write another.
    if not account.takes_plain:
        raise Problem(
            403,
            "wechat_plain_refused",
            "设置了消息加解密密钥，不接受明文消息。请在公众号后台把消息加解密方式改为安全模式；"
            "确要用兼容模式时，设置 WENJU_WECHAT_COMPATIBLE_MODE=true。",
        )
    _require_signed(account, query, "signature")
    _require_recent(query, now)
    return Opened(read_message(body, CHANNEL), None)


def _decrypted(account: Account, query: Mapping[str, str], body: bytes, now: datetime) -> Opened:
    if not account.ciphers:
        raise Problem(
            403,
            "wechat_key_missing",
            "收到加密消息，但没有设置密钥。请设置 WENJU_WECHAT_ENCODING_AES_KEY 和 "
            "WENJU_WECHAT_APP_ID，或在公众号后台改用明文模式。",
        )
    encrypted = read_encrypted(body)
    _require_signed(account, query, "msg_signature", encrypted)
    _require_recent(query, now)
    try:
        decrypted, cipher = unseal(account.ciphers, encrypted)
    except Undecipherable as error:
        raise Problem(
            403,
            "wechat_undecipherable",
            "消息解不开。请核对 WENJU_WECHAT_ENCODING_AES_KEY 和 WENJU_WECHAT_APP_ID 是否与公众号"
            "后台一致；刚换过密钥时，把旧的填进 WENJU_WECHAT_PREVIOUS_AES_KEY。",
        ) from error
    return Opened(read_message(decrypted, CHANNEL), cipher)


def _require_signed(account: Account, query: Mapping[str, str], name: str, *more: str) -> None:
    stamped = (query.get("timestamp", ""), query.get("nonce", ""))
    if not all(stamped) or not is_signed(query.get(name, ""), account.token, *stamped, *more):
        raise Problem(
            403,
            "wechat_bad_signature",
            "签名不对，不是微信发来的。如果确实来自微信，请核对 WENJU_WECHAT_TOKEN 与公众号后台的"
            "令牌是否一致。",
        )


def _require_recent(query: Mapping[str, str], now: datetime) -> None:
    if not is_recent(query["timestamp"], now):
        raise Problem(
            403,
            "wechat_bad_timestamp",
            "时间戳与本机时间相差超过十分钟。请校准服务器时钟（例如启用 chrony 或 ntp）。",
        )
