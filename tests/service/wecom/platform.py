"""WeCom's side: signs, encrypts and reads with wechatpy, so that it is independent of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from xml.sax.saxutils import escape

import xmltodict
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto

from service.settings import Settings
from tests.service.wecom.fake_api import AGENT_ID, CORP_ID, SECRET

TOKEN = "agent-token"  # noqa: S105  a word for tests
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"
BOT_TOKEN = "bot-token"  # noqa: S105  a word for tests
BOT_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
IDS = count(5_000_000_000_000_000_000)  # no two messages have the same
NONCES = count(100_000_000)


def settings(**changes: object) -> Settings:
    """Return the settings of a site with an application, and what the test changes of them."""
    given = {
        "wecom_corp_id": CORP_ID,
        "wecom_token": TOKEN,
        "wecom_encoding_aes_key": KEY,
        "wecom_agent_id": AGENT_ID,
        "wecom_secret": SECRET,
        "wecom_bot_token": BOT_TOKEN,
        "wecom_bot_encoding_aes_key": BOT_KEY,
        "chat_person_rate_limit": "none",
        "chat_rate_limit": "none",
    }
    return Settings(**{**given, **changes})  # type: ignore[arg-type]  # pydantic checks them


@dataclass
class Platform:
    """Writes requests as WeCom would at the second `clock()`."""

    clock: Callable[[], float]
    token: str = TOKEN
    key: str = KEY
    receiver: str = CORP_ID

    @classmethod
    def of_bot(cls, clock: Callable[[], float], **changes: str) -> Platform:
        """A bot's messages name no receiver."""
        return cls(clock, **{"token": BOT_TOKEN, "key": BOT_KEY, "receiver": "", **changes})

    @property
    def crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.token, self.key, self.receiver)

    def text(self, sender: str, content: str, **fields: object) -> str:
        message_id = fields.pop("MsgId", None) or next(IDS)
        return self.xml(sender, "text", Content=content, MsgId=message_id, **fields)

    def event(self, sender: str, event: str, **fields: object) -> str:
        return self.xml(sender, "event", Event=event, **fields)

    def xml(self, sender: str, kind: str, **fields: object) -> str:
        known = {
            "ToUserName": CORP_ID,
            "FromUserName": sender,
            "CreateTime": int(self.clock()),
            "MsgType": kind,
            "AgentID": AGENT_ID,
        }
        lines = {name: value for name, value in {**known, **fields}.items() if value is not None}
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in lines.items())
        return f"<xml>{inner}</xml>"

    def seal(self, message: str) -> tuple[dict[str, str], str]:
        """Return the query that signs a message, and the message encrypted."""
        timestamp, nonce = str(int(self.clock())), str(next(NONCES))
        sealed = self.crypto.encrypt_message(message, nonce, timestamp)
        envelope = xmltodict.parse(sealed)["xml"]
        signature = envelope["MsgSignature"]
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        return query, envelope["Encrypt"]

    def check(self, word: str) -> dict[str, str]:
        """Return the query of an address check."""
        query, encrypted = self.seal(word)
        return {**query, "echostr": encrypted}

    def request(self, xml: str) -> tuple[dict[str, str], bytes]:
        """Return query and body of the request that brings a message."""
        assert parse_message(xml) is not None or "<MsgType>" not in xml
        query, encrypted = self.seal(xml)
        body = (
            f"<xml><ToUserName>{CORP_ID}</ToUserName><Encrypt>{encrypted}</Encrypt>"
            f"<AgentID>{AGENT_ID}</AgentID></xml>"
        )
        return query, body.encode()

    def read(self, content: bytes) -> str | None:
        """Return the text of our reply, None for `success`."""
        if content in {b"success", b""}:
            return None
        envelope = xmltodict.parse(content)["xml"]
        stamp = (envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"])
        reply = xmltodict.parse(self.crypto.decrypt_message(content.decode(), *stamp))["xml"]
        assert (reply["MsgType"], reply["FromUserName"]) == ("text", CORP_ID)
        return str(reply["Content"])

    def bot_request(self, body: dict[str, Any]) -> tuple[dict[str, str], bytes]:
        """Return query and body of the request that brings JSON to the bot."""
        query, encrypted = self.seal(json.dumps(body, ensure_ascii=False))
        return query, json.dumps({"encrypt": encrypted}).encode()

    def bot_read(self, content: bytes) -> dict[str, Any] | None:
        """Return the bot's reply."""
        if not content:
            return None
        envelope = json.loads(content)
        stamp = (envelope["msgsignature"], str(envelope["timestamp"]), envelope["nonce"])
        sealed = {"Encrypt": envelope["encrypt"]}
        reply: dict[str, Any] = json.loads(self.crypto.decrypt_message(sealed, *stamp))
        return reply

    def said(self, words: str, kind: str = "text", **fields: Any) -> dict[str, Any]:
        """Return something said to the bot."""
        return {
            "msgid": f"CAIQ{next(IDS)}",
            "aibotid": "AIBOT",
            "chattype": "single",
            "from": {"userid": "zhang"},
            "response_url": "https://example.gov.cn/response",
            "msgtype": kind,
            kind: {"content": words},
            **fields,
        }
