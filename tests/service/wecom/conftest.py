from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from service.desk import Desk
from tests.service.chat.conftest import base, tokens
from tests.service.wecom.fake_api import FakeWeCom, listening_wecom

__all__ = ["api", "base", "listening", "tokens"]


@pytest.fixture(scope="module")
def listening() -> Iterator[FakeWeCom]:
    with listening_wecom() as fake:
        yield fake


@pytest.fixture
def api(listening: FakeWeCom) -> FakeWeCom:
    """The one fake that listens, as new."""
    listening.reset()
    return listening


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """No question is answered before this is set."""
    go_on = threading.Event()
    ask = Desk.ask

    def slow(desk: Desk, *given: Any, **known: Any) -> Any:
        go_on.wait()
        return ask(desk, *given, **known)

    monkeypatch.setattr(Desk, "ask", slow)
    return go_on
