"""WeChat's interface as far as we call it, listening for real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from tests.service.running import running

APP_ID = "wx0123456789abcdef"
SECRET = "app-secret"  # noqa: S105  a word for tests


@dataclass
class FakeApi:
    """Lends tokens and takes messages; `errors` are what it answers first, by path."""

    address: str = ""
    issued: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    errors: dict[str, list[Any]] = field(default_factory=dict)
    valid: str | None = None

    def reset(self) -> None:
        fresh = FakeApi(self.address)
        for name in vars(fresh):
            setattr(self, name, getattr(fresh, name))

    def token(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["appid"] != APP_ID:
            return {"errcode": 40013, "errmsg": "invalid appid"}
        if request["secret"] != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if self.valid is None:
            self.valid = f"token-{len(self.issued) + 1}"
        self.issued.append(self.valid)
        return {"access_token": self.valid, "expires_in": 7200}

    def take(self, token: str | None, message: dict[str, Any]) -> dict[str, Any]:
        if token is None or token != self.valid:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        self.sent.append(message)
        return {"errcode": 0, "errmsg": "ok"}


def application_of(fake: FakeApi) -> FastAPI:
    application = FastAPI()

    @application.get("/")
    def root() -> dict[str, str]:
        return {}

    @application.post("/cgi-bin/{rest:path}")
    async def call(rest: str, request: Request) -> Any:
        body = await request.body()
        fake.bodies.append(body)
        waiting = fake.errors.get(rest)
        if waiting:
            error = waiting.pop(0)
            return Response(error) if isinstance(error, bytes) else {"errcode": error}
        if rest == "stable_token":
            return fake.token(await request.json())
        return fake.take(request.query_params.get("access_token"), await request.json())

    return application


@contextmanager
def listening_api() -> Iterator[FakeApi]:
    """Serve it on a port of this machine."""
    fake = FakeApi()
    with running(uvicorn.Config(application_of(fake), log_level="warning")) as fake.address:
        yield fake
