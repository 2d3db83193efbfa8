"""What comes from WeCom and nobody else: always signed, always encrypted, never old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service.chat.crypto import MessageCipher, Undecipherable, is_signed, unseal
from service.chat.receiving import is_recent
from service.http.problems import Problem
from service.wecom.account import Door


def malformed() -> Problem:
    """Return the refusal of what is no message."""
    return Problem(400, "wecom_malformed", "内容不是企业微信的消息格式，或含有不允许的声明。")


def check_address(door: Door, query: Mapping[str, str], now: datetime) -> bytes:
    """Return the word that proves to WeCom that this address is ours. Raises Problem."""
    return open_sealed(door, query, query.get("echostr", ""), now)[0]


def open_sealed(
    door: Door, query: Mapping[str, str], encrypted: str, now: datetime
) -> tuple[bytes, MessageCipher]:
    """Return the message, and the cipher it came under: the reply goes so too. Raises Problem."""
    stamped = (query.get("timestamp", ""), query.get("nonce", ""))
    given = query.get("msg_signature", "")
    if not all((*stamped, encrypted)) or not is_signed(given, door.token, *stamped, encrypted):
        raise Problem(
            403,
            "wecom_bad_signature",
            "签名不对，不是企业微信发来的。如果确实来自企业微信，请核对 "
            f"{door.settings} 与企业微信后台是否一致。",
        )
    if not is_recent(stamped[0], now):
        raise Problem(
            403,
            "wecom_bad_timestamp",
            "时间戳与本机时间相差超过十分钟。请校准服务器时钟（例如启用 chrony 或 ntp）。",
        )
    try:
        return unseal(door.ciphers, encrypted)
    except Undecipherable as error:
        raise Problem(
            403,
            "wecom_undecipherable",
            f"消息解不开。请核对 {door.settings} 与企业微信后台是否一致；应用刚换过密钥时，把旧的"
            "填进 WENJU_WECOM_PREVIOUS_AES_KEY。",
        ) from error
