"""Watching beside a server, and what the command line shows of it."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event, Thread

import pytest

from index import watched_folder
from index.knowledge_base import KnowledgeBase
from service import watching
from service.settings import load_configuration
from service.watching import watch
from tests.service.conftest import MEASURES, worker
from tests.service.test_cli import Shell, wenju

__all__ = ["wenju"]  # a fixture


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched_folder, "SETTLED_SECONDS", 0.0)
    monkeypatch.setattr(watching, "_PAUSE_SECONDS", 0.01)


def test_what_is_put_into_a_watched_folder_is_read_and_told_of(
    wenju: Shell, tmp_path: Path
) -> None:
    folder, data = tmp_path / "收件", tmp_path / "data"
    folder.mkdir()
    (folder / "办法.txt").write_text(MEASURES, "utf-8")
    (folder / "空.txt").write_text(" ", "utf-8")
    told: list[str] = []
    stop = Event()
    with KnowledgeBase.open(data, None, follow=False) as base:
        thread = Thread(target=watch, args=(base, [folder], stop, told.append))
        thread.start()
        while sum(line.startswith("在读") for line in told) < 2:
            time.sleep(0.01)
        worker(data).run_until_idle()
        while sum(line.startswith("已") for line in told) < 2:
            time.sleep(0.01)
        stop.set()
        thread.join()
    assert any(line.startswith(f"已收进 {folder / '办法.txt'}") for line in told)
    assert any("空.txt" in line and "empty_document" in line for line in told)
    listed = {
        Path(one["path"]).name: one["state"]
        for one in wenju("watch", "--list", "--json").json["files"]
    }
    assert listed == {"办法.txt": "in", "空.txt": "quarantined"}
    assert "已隔离" in wenju("watch", "--list").out


def test_only_one_process_watches_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    (folder / "办法.txt").write_text(MEASURES, "utf-8")
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        stop = Event()
        told: list[str] = []
        threads = [Thread(target=watch, args=(base, [folder], stop, told.append)) for _ in range(3)]
        for thread in threads:
            thread.start()
        while not told:
            time.sleep(0.01)
        time.sleep(0.2)
        stop.set()
        for thread in threads:
            thread.join()
        assert len(base.jobs()) == 1


def test_watching_needs_a_folder_that_is_there(wenju: Shell, tmp_path: Path) -> None:
    assert wenju("watch").status == 2
    ran = wenju("watch", tmp_path / "none")
    assert (ran.status, "找不到文件夹" in ran.err) == (1, True)


def test_the_folders_to_watch_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_WATCH_FOLDERS", "/srv/my in, /srv/b")
    folders = load_configuration().settings.watch_folders
    assert folders == (Path("/srv/my in"), Path("/srv/b"))
