"""WeChat's side: signs, encrypts and reads with wechatpy, so that it is independent of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import escape

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply
from wechatpy.utils import WeChatSigner

from service.settings import Settings

TOKEN = "desk-token"  # noqa: S105  a word for tests
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"
APP_ID = "wx0123456789abcdef"
ACCOUNT = "gh_0123456789ab"


def settings(**changes: object) -> Settings:
    """Return the settings of a site with a key, and what the test changes of them."""
    given = {
        "wechat_token": TOKEN,
        "wechat_app_id": APP_ID,
        "wechat_encoding_aes_key": KEY,
        "chat_person_rate_limit": "none",
        "chat_rate_limit": "none",
    }
    return Settings(**{**given, **changes})  # type: ignore[arg-type]  # pydantic checks them


def sign(*parts: str) -> str:
    """Return a signature as wechatpy makes it."""
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


@dataclass
class Platform:
    """Writes requests as WeChat would at the second `clock()`. `key` None: plain mode."""

    clock: Callable[[], float]
    key: str | None = None
    token: str = TOKEN
    app_id: str = APP_ID
    _ids: count[int] = field(default_factory=lambda: count(7_000_000_000_000_000_000))
    _nonces: count[int] = field(default_factory=lambda: count(100_000_000))

    def text(self, sender: str, content: str, **fields: object) -> str:
        """Return a text message."""
        message_id = fields.pop("MsgId", None) or next(self._ids)
        return self.xml(sender, "text", Content=content, MsgId=message_id, **fields)

    def event(self, sender: str, event: str, **fields: object) -> str:
        """Return an event, which has no MsgId."""
        return self.xml(sender, "event", Event=event, **fields)

    def xml(self, sender: str, kind: str, **fields: object) -> str:
        """Return any message."""
        known = {"ToUserName": ACCOUNT, "FromUserName": sender, "CreateTime": int(self.clock())}
        lines = {**known, "MsgType": kind, **fields}
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in lines.items())
        return f"<xml>{inner}</xml>"

    def query(self, **more: str) -> dict[str, str]:
        """Return the signed query of a request."""
        timestamp, nonce = str(int(self.clock())), str(next(self._nonces))
        signed = sign(self.token, timestamp, nonce)
        return {"signature": signed, "timestamp": timestamp, "nonce": nonce, **more}

    def request(self, xml: str) -> tuple[dict[str, str], bytes]:
        """Return query and body of the request that brings a message."""
        query = self.query(openid="somebody")
        if self.key is None:
            return query, xml.encode()
        crypto = WeChatCrypto(self.token, self.key, self.app_id)
        sealed = crypto.encrypt_message(xml, query["nonce"], query["timestamp"])
        envelope = xmltodict.parse(sealed)["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": envelope["MsgSignature"]}
        body = (
            f"<xml><ToUserName>{ACCOUNT}</ToUserName><Encrypt>{envelope['Encrypt']}</Encrypt></xml>"
        )
        return query, body.encode()

    def read(self, content: bytes) -> str | None:
        """Return the text of our reply, None for `success`."""
        if content in {b"success", b""}:
            return None
        xml = content.decode()
        if self.key is not None:
            envelope = xmltodict.parse(xml)["xml"]
            crypto = WeChatCrypto(self.token, self.key, self.app_id)
            stamp = (envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"])
            xml = crypto.decrypt_message(xml, *stamp)
        reply = deserialize_reply(xml)
        assert reply.type == "text"
        assert reply.source == ACCOUNT
        return str(reply.content).replace("\r\n", "\n")
