from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.chat.conftest import base
from tests.service.wecom.fake_api import FakeWeCom, listening_wecom

__all__ = ["api", "base", "listening"]


@pytest.fixture(scope="module")
def listening() -> Iterator[FakeWeCom]:
    with listening_wecom() as fake:
        yield fake


@pytest.fixture
def api(listening: FakeWeCom) -> FakeWeCom:
    """The one fake that listens, as new."""
    listening.reset()
    return listening
