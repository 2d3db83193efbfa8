"""The channels' benchmark against a real server; what it measures is nobody's business here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from eval.benchmarks.channels import ACCOUNTS, CHANNELS, Client, ServerFailed, measure, section_of
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from service.settings import Settings
from tests.service.conftest import fill
from tests.service.running import running

QUESTIONS = ["有多少个事项实现了两市通办？", "转办事项多久办结？", "窗口有多少个？", "何时施行？"]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Desk]]:
    """A server's port, and the desk it serves."""
    fill(tmp_path)
    chosen = Settings(data_dir=tmp_path, reader="rules", **ACCOUNTS)  # type: ignore[arg-type]  # pydantic checks them
    with KnowledgeBase.open(tmp_path, DemoEmbedder(), follow=False) as base:
        desk = Desk(chosen, base)
        with running(configured(build_application(desk, chosen))) as site:
            yield urlsplit(site).port or 0, desk


def test_every_channel_is_asked_and_stands_beside_the_bare_answer(
    served: tuple[int, Desk],
) -> None:
    port, desk = served
    measured = measure(port, QUESTIONS, desk)
    assert list(measured) == list(CHANNELS)
    [table] = section_of(measured).tables
    assert [row[0] for row in table.rows] == list(CHANNELS)
    assert table.rows[0][2] == table.rows[0][4] == "1.00"
    client = Client(port, desk)
    with pytest.raises(ServerFailed, match="404"):
        client.post("/nowhere", b"")
    client.close()
