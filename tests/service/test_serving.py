"""Serving for real: processes, ports, the corpus."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import httpx2
import pytest

from index.document import Metadata
from index.errors import InvalidCatalogue
from index.incoming import Incoming
from index.knowledge_base import KnowledgeBase
from service import serving
from service.desk import Desk
from service.listening import PortTaken, address_of, bind
from service.serving import UNFINISHED, fill, needs_corpus
from service.settings import Settings
from service.worker_process import WorkerProcess
from tests.service.conftest import MEASURES

QUESTION = {"question": "转办事项多久办结？"}


def test_a_port_that_is_taken_is_told_before_anything_else() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert address_of(taken) == f"http://127.0.0.1:{port}"
        with pytest.raises(PortTaken, match=f"端口 {port} 已被占用"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "not an address"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(PortTaken):
        bind(host, 0)


def items(*texts: str) -> Iterator[Incoming]:
    for number, text in enumerate(texts):
        yield Incoming(f"{number}.txt", text.encode(), Metadata(""))


def test_an_empty_base_is_filled_and_then_left_alone(
    own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, directory, filling = own_desk.knowledge_base, own_desk.settings.data_dir, Event()
    monkeypatch.setattr(serving, "corpus_files", lambda: items(MEASURES, MEASURES + "。"))
    assert needs_corpus(base, directory)
    filling.set()
    fill(base, directory, filling)
    assert len(base.jobs()) == 2
    assert not filling.is_set()
    assert not needs_corpus(base, directory)


def test_a_filling_that_was_interrupted_is_done_over(
    own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, directory = own_desk.knowledge_base, own_desk.settings.data_dir

    def broken() -> Iterator[Incoming]:
        yield from items(MEASURES)
        raise InvalidCatalogue("语料目录的写法有误。")

    monkeypatch.setattr(serving, "corpus_files", broken)
    fill(base, directory, Event())
    assert (directory / UNFINISHED).exists()
    assert needs_corpus(base, directory)
    monkeypatch.setattr(serving, "corpus_files", lambda: items(MEASURES))
    fill(base, directory, Event())
    assert not needs_corpus(base, directory)


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.mark.slow
def test_the_worker_beside_a_server_is_kept_running_and_ends_with_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, model_dir=tmp_path / "none", model="none")

    def by_words(base: KnowledgeBase) -> bool:
        base.catch_up()
        return len(base.documents()) == count

    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        with WorkerProcess(settings) as beside:
            for count in (1, 2):
                base.submit(MEASURES.replace("示例", f"第{count}").encode(), f"{count}.txt")
                wait_for(lambda: by_words(base))
                if count == 1:
                    os.kill(beside.pid, signal.SIGKILL)
            last = beside.pid
        with pytest.raises(ProcessLookupError):
            os.kill(last, 0)


def command(*arguments: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        "from service.cli import main; raise SystemExit(main())",
        *arguments,
    ]


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_server_answers_what_is_added_beside_it_and_stops_in_good_order(
    tmp_path: Path, stop: signal.Signals
) -> None:
    environment = {
        **os.environ,
        "WENJU_DATA_DIR": str(tmp_path / "data"),
        "WENJU_MODEL": "demo",
    }
    serve = command("serve", "--port", "0", "--no-corpus")
    with subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split("　")[0].removeprefix("问据已启动：")
        try:
            wait_for(lambda: httpx2.get(f"{address}/readyz").status_code == 200)
            refused = httpx2.post(f"{address}/api/answer", json=QUESTION).json()
            assert refused["outcome"] == "refused"
            file = tmp_path / "办法.txt"
            file.write_text(MEASURES, encoding="utf-8")
            adding = subprocess.run(command("add", str(file)), env=environment, check=False)
            assert adding.returncode == 0
            answered = httpx2.post(f"{address}/api/answer", json=QUESTION).json()
            assert answered["outcome"] == "answered"
            progress = httpx2.get(f"{address}/readyz").json()["progress"]
            assert progress["chunks_with_vectors"] == progress["chunks"] > 0
        finally:
            server.send_signal(stop)
        assert server.wait(30) == 0
