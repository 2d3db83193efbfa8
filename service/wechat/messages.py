"""WeChat's XML: messages and events in, text replies out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from index.document import SHANGHAI

_LONGEST_NAME = 64  # of an account or an OpenID
_MESSAGE_ID = re.compile(r"\d{1,20}", re.ASCII)  # 64 bits
_SECONDS = re.compile(r"\d{1,10}", re.ASCII)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Malformed(ValueError):
    """Not a message as WeChat writes them."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message or an event. `key` is the same for all copies that WeChat sends of it."""

    kind: str
    account: str
    sender: str
    sent_at: datetime
    key: str
    content: str = ""
    event: str = ""
    event_key: str = ""

    @property
    def person(self) -> str:
        """Return the sender's name in our tables."""
        return f"wechat:{self.sender}"


def read_message(body: bytes) -> Message:
    """Read a message. Raises Malformed."""
    root = _parsed(body)
    account, sender = _name(root, "ToUserName"), _name(root, "FromUserName")
    seconds, kind = _text(root, "CreateTime"), _text(root, "MsgType")
    if not _SECONDS.fullmatch(seconds) or not kind:
        raise Malformed("no CreateTime or MsgType")
    return Message(
        kind=kind,
        account=account,
        sender=sender,
        sent_at=datetime.fromtimestamp(int(seconds), SHANGHAI),
        key=_key(root, kind, account, sender, seconds),
        content=_text(root, "Content"),
        event=_text(root, "Event"),
        event_key=_text(root, "EventKey"),
    )


def read_encrypted(body: bytes) -> str:
    """Return what is encrypted in the body. Raises Malformed."""
    encrypted = _text(_parsed(body), "Encrypt")
    if not encrypted:
        raise Malformed("no Encrypt")
    return encrypted


def text_reply(message: Message, text: str, now: datetime) -> bytes:
    """Return the XML that answers a message with text."""
    return (
        f"<xml><ToUserName>{_cdata(message.sender)}</ToUserName>"
        f"<FromUserName>{_cdata(message.account)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
        f"<MsgType>{_cdata('text')}</MsgType>"
        f"<Content>{_cdata(text)}</Content></xml>"
    ).encode()


def encrypted_reply(encrypted: str, signature: str, timestamp: str, nonce: str) -> bytes:
    """Return the XML that carries an encrypted reply."""
    return (
        f"<xml><Encrypt>{_cdata(encrypted)}</Encrypt>"
        f"<MsgSignature>{_cdata(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp>"
        f"<Nonce>{_cdata(nonce)}</Nonce></xml>"
    ).encode()


def _parsed(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("not XML that we read") from error
    return root


def _key(root: Element, kind: str, account: str, sender: str, seconds: str) -> str:
    """Return the MsgId; events have none, they are told apart by sender, second and kind."""
    message_id = _text(root, "MsgId")
    if kind == "event" or not message_id:
        event = (account, sender, seconds, _text(root, "Event"), _text(root, "EventKey"))
        return f"wechat:event:{hashlib.sha256(repr(event).encode()).hexdigest()}"
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Malformed("no MsgId as WeChat writes them")
    return f"wechat:{account}:{message_id}"


def _name(root: Element, field: str) -> str:
    name = _text(root, field)
    if not name or len(name) > _LONGEST_NAME:
        raise Malformed(f"no {field}")
    return name


def _text(root: Element, field: str) -> str:
    return (root.findtext(field) or "").strip()


def _cdata(text: str) -> str:
    """Wrap text so that nothing in it can end the wrapping."""
    return f"<![CDATA[{_NO_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
