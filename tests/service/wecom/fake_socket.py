"""WeCom's side of the bot's long connection, with a certificate of its own making."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection, serve

BOT_ID = "aib-test"
SECRET = "bot-secret"  # noqa: S105  a word for tests


def make_certificate(directory: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake WeCom")])
    today = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = directory / "wecom.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@dataclass
class FakeSocket:
    """Takes one connection at a time, sends what is put in, keeps what comes back."""

    url: str = ""
    connections: list[ServerConnection] = field(default_factory=list)
    subscribed: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _numbers: count[int] = field(default_factory=count)

    async def serve(self, connection: ServerConnection) -> None:
        async for raw in connection:
            frame = json.loads(raw)
            errcode = 0
            if frame["cmd"] == "aibot_subscribe":
                good = frame["body"] == {"bot_id": BOT_ID, "secret": SECRET}
                errcode = 0 if good else 853000
                self.subscribed.append(frame["body"])
                if good:
                    self.connections.append(connection)
            elif frame["cmd"] != "ping":
                self.replies.append(frame)
            answer = {"headers": frame["headers"], "errcode": errcode, "errmsg": "as it is"}
            await connection.send(json.dumps(answer))
            async with self.changed:
                self.changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(holds), 60)

    async def send(self, cmd: str, body: dict[str, Any]) -> str:
        """Send a frame over the newest connection; return its number."""
        number = f"req-{next(self._numbers)}"
        frame = {"cmd": cmd, "headers": {"req_id": number}, "body": body}
        await self.connections[-1].send(json.dumps(frame))
        return number

    async def ask(self, body: dict[str, Any], *, pieces: int = 1) -> list[dict[str, Any]]:
        """Bring a message; return the pieces of the reply."""
        number = await self.send("aibot_msg_callback", body)

        def mine() -> list[dict[str, Any]]:
            return [one for one in self.replies if one["headers"]["req_id"] == number]

        await self.until(lambda: len(mine()) >= pieces)
        return mine()


@asynccontextmanager
async def listening_socket(certificate: Path) -> AsyncIterator[FakeSocket]:
    """Serve it on a port of this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    fake = FakeSocket()
    async with serve(fake.serve, "127.0.0.1", 0, ssl=context) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        fake.url = f"wss://127.0.0.1:{port}"
        yield fake
