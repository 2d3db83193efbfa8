"""WeCom's interface as far as we call it, listening for real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from tests.service.running import running

CORP_ID = "ww0123456789abcdef"
SECRET = "agent-secret"  # noqa: S105  a word for tests
AGENT_ID = 1000002
KEY = "webhook-key"


@dataclass
class FakeWeCom:
    """Lends tokens, takes messages, keeps 微信客服; `errors` are what it answers first, by path."""

    address: str = ""
    issued: list[str] = field(default_factory=list)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    errors: dict[str, list[Any]] = field(default_factory=dict)
    valid: str | None = None
    customers: list[dict[str, Any]] = field(default_factory=list)  # what they have written
    page: int = 2  # messages of one page
    reads: list[dict[str, Any]] = field(default_factory=list)

    def reset(self) -> None:
        fresh = FakeWeCom(self.address)
        for name in vars(fresh):
            setattr(self, name, getattr(fresh, name))

    def to(self, path: str) -> list[dict[str, Any]]:
        """Return what was sent to a path."""
        return [request for where, request in self.sent if where == path]

    def token(self, corp_id: str, secret: str) -> dict[str, Any]:
        if corp_id != CORP_ID:
            return {"errcode": 40013, "errmsg": "invalid corpid"}
        if secret != SECRET:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if self.valid is None:
            self.valid = f"token-{len(self.issued) + 1}"
        self.issued.append(self.valid)
        return {"errcode": 0, "errmsg": "ok", "access_token": self.valid, "expires_in": 7200}

    def take(self, path: str, request: dict[str, Any]) -> dict[str, Any]:
        if path == "kf/sync_msg":
            return self.read(request)
        self.sent.append((path, request))
        return {"errcode": 0, "errmsg": "ok"}

    def read(self, request: dict[str, Any]) -> dict[str, Any]:
        self.reads.append(request)
        mine = [one for one in self.customers if one["open_kfid"] == request["open_kfid"]]
        first = int(request["cursor"] or 0)
        page = mine[first : first + self.page]
        last = first + len(page)
        return {
            "errcode": 0,
            "errmsg": "ok",
            "next_cursor": str(last),
            "has_more": int(last < len(mine)),
            "msg_list": page,
        }


def application_of(fake: FakeWeCom) -> FastAPI:
    application = FastAPI()

    @application.get("/")
    def root() -> dict[str, str]:
        return {}

    @application.get("/cgi-bin/gettoken")
    def gettoken(corpid: str, corpsecret: str) -> Any:
        waiting = fake.errors.get("gettoken")
        if waiting:
            error = waiting.pop(0)
            return Response(error) if isinstance(error, bytes) else {"errcode": error}
        return fake.token(corpid, corpsecret)

    @application.post("/cgi-bin/{path:path}")
    async def call(path: str, request: Request) -> Any:
        fake.bodies.append(await request.body())
        waiting = fake.errors.get(path)
        if waiting:
            error = waiting.pop(0)
            return Response(error) if isinstance(error, bytes) else {"errcode": error}
        if path == "webhook/send":
            if request.query_params.get("key") != KEY:
                return {"errcode": 93000, "errmsg": "invalid webhook url"}
        elif request.query_params.get("access_token") != (fake.valid or "none"):
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        return fake.take(path, await request.json())

    return application


@contextmanager
def listening_wecom() -> Iterator[FakeWeCom]:
    """Serve it on a port of this machine."""
    fake = FakeWeCom()
    with running(uvicorn.Config(application_of(fake), log_level="warning")) as fake.address:
        yield fake
