"""The XML of WeChat and WeCom: messages and events in, text replies out."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from index.document import SHANGHAI
from service.chat.crypto import Sealed

_LONGEST_NAME = 64  # of an account or an OpenID
_MESSAGE_ID = re.compile(r"\d{1,20}", re.ASCII)  # 64 bits
_SECONDS = re.compile(r"\d{1,10}", re.ASCII)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Malformed(ValueError):
    """Not a message as the platform writes them."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message or an event. `key` is the same for all copies that the platform sends of it.

    `channel` begins the key, and the sender's name in our tables.
    """

    kind: str
    account: str
    sender: str
    sent_at: datetime
    key: str
    content: str = ""
    event: str = ""
    event_key: str = ""
    channel: str = field(kw_only=True)

    @property
    def person(self) -> str:
        """Return the sender's name in our tables."""
        return f"{self.channel}:{self.sender}"


def read_message(body: bytes, channel: str) -> Message:
    """Read a message. Raises Malformed."""
    return message_of(parsed(body), channel)


def message_of(root: Element, channel: str) -> Message:
    """Return the message that XML makes. Raises Malformed."""
    account, sender = _name(root, "ToUserName"), _name(root, "FromUserName")
    seconds, kind = text_of(root, "CreateTime"), text_of(root, "MsgType")
    if not _SECONDS.fullmatch(seconds) or not kind:
        raise Malformed("no CreateTime or MsgType")
    return Message(
        kind=kind,
        account=account,
        sender=sender,
        sent_at=datetime.fromtimestamp(int(seconds), SHANGHAI),
        key=_key(root, (account, sender, seconds), channel),
        content=text_of(root, "Content"),
        event=text_of(root, "Event"),
        event_key=text_of(root, "EventKey"),
        channel=channel,
    )


def read_encrypted(body: bytes) -> str:
    """Return what is encrypted in the body. Raises Malformed."""
    encrypted = text_of(parsed(body), "Encrypt")
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


def sealed_xml(sealed: Sealed) -> bytes:
    """Return the XML that carries an encrypted reply."""
    return (
        f"<xml><Encrypt>{_cdata(sealed.encrypted)}</Encrypt>"
        f"<MsgSignature>{_cdata(sealed.signature)}</MsgSignature>"
        f"<TimeStamp>{sealed.timestamp}</TimeStamp>"
        f"<Nonce>{_cdata(sealed.nonce)}</Nonce></xml>"
    ).encode()


def parsed(body: bytes) -> Element:
    """Read XML, without declarations. Raises Malformed."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("not XML that we read") from error
    return root


def _key(root: Element, known: tuple[str, str, str], channel: str) -> str:
    """Return the MsgId; events have none, they are told apart by sender, second and kind."""
    message_id = text_of(root, "MsgId")
    if text_of(root, "MsgType") == "event" or not message_id:
        event = (*known, text_of(root, "Event"), text_of(root, "EventKey"))
        return f"{channel}:event:{hashlib.sha256(repr(event).encode()).hexdigest()}"
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Malformed("no MsgId as the platform writes them")
    return f"{channel}:{known[0]}:{message_id}"


def _name(root: Element, name: str) -> str:
    given = text_of(root, name)
    if not given or len(given) > _LONGEST_NAME:
        raise Malformed(f"no {name}")
    return given


def text_of(root: Element, name: str) -> str:
    """Return the words of a field, "" where there is none."""
    return (root.findtext(name) or "").strip()


def _cdata(text: str) -> str:
    """Wrap text so that nothing in it can end the wrapping."""
    return f"<![CDATA[{_NO_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
