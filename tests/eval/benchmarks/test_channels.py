"""The channels' benchmark against a real server; what it measures is nobody's business here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from pydantic import SecretStr

from eval.benchmarks.channels import CHANNELS, TOKEN, Client, ServerFailed, measure, section_of
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.desk import Desk
from service.http.application import build_application
from service.listening import address_of, bind
from service.serving import configured
from service.settings import Settings
from tests.service.conftest import fill

QUESTIONS = ["有多少个事项实现了两市通办？", "转办事项多久办结？", "窗口有多少个？", "何时施行？"]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int | None]:
    fill(tmp_path)
    chosen = Settings(data_dir=tmp_path, reader="rules", wechat_token=SecretStr(TOKEN))
    with (
        KnowledgeBase.open(tmp_path, DemoEmbedder(), follow=False) as base,
        bind("127.0.0.1", 0) as listening,
    ):
        server = uvicorn.Server(configured(build_application(Desk(chosen, base), chosen)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield urlsplit(address_of(listening)).port
        server.should_exit = True
        thread.join()


def test_every_channel_is_asked_and_stands_beside_plain_json(port: int) -> None:
    measured = measure(port, QUESTIONS)
    assert list(measured) == list(CHANNELS)
    [table] = section_of(measured).tables
    assert [row[0] for row in table.rows] == list(CHANNELS)
    assert table.rows[0][2] == table.rows[0][4] == "1.00"
    client = Client(port)
    with pytest.raises(ServerFailed, match="404"):
        client.post("/nowhere", b"")
    client.close()
