"""Adding by a list, and many files at once, with bad ones among them."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.knowledge_base import KnowledgeBase
from service.cli import adding
from tests.service.test_cli import Shell, wenju

__all__ = ["wenju"]  # a fixture

NOTICE = """关于第{number}号窗口的通告

第{number}号窗口设在示例路{number}号，共有 {number} 名工作人员。
"""
LIST = """
[common]
region = "示例市"

[[files]]
path = "甲.txt"
title = "清单写的标题"
document_number = "示政数〔2025〕9号"
disclosure = "不公开"
issued_on = 2025-03-01

[[files]]
path = "sub/乙.txt"

[[files]]
path = "没有.txt"

[[files]]
path = "坏.txt"
issued_on = "某日"
"""


def listed(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    (folder / "甲.txt").write_text(NOTICE.format(number=1), "utf-8")
    (folder / "sub" / "乙.txt").write_text(NOTICE.format(number=2), "utf-8")
    (folder / "坏.txt").write_text(NOTICE.format(number=3), "utf-8")
    path = folder / "清单.toml"
    path.write_text(LIST, "utf-8")
    return path


def test_a_list_brings_files_in_with_what_it_says_and_names_every_bad_row(
    wenju: Shell, tmp_path: Path
) -> None:
    ran = wenju("add", "--manifest", listed(tmp_path / "in"), "--json")
    assert ran.status == 1
    assert {job["source"] for job in ran.json["jobs"]} == {"甲.txt", "乙.txt"}
    assert [error["code"] for error in ran.json["errors"]] == [
        "date_not_understood",
        "file_missing",
    ]
    assert all("清单第" in error["message"] for error in ran.json["errors"])
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        first = next(one for one in base.documents() if one.source == "甲.txt")
        assert first.metadata.title == "清单写的标题"
        assert first.metadata.disclosure.value == "internal"
        assert first.edited == (  # a person has vouched for them
            "disclosure",
            "document_number",
            "issued_on",
            "region",
            "title",
        )


def test_a_list_also_counts_for_what_is_there_already(wenju: Shell, tmp_path: Path) -> None:
    path = listed(tmp_path / "in")
    wenju("add", tmp_path / "in" / "甲.txt")
    wenju("add", "--manifest", path)
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        first = next(one for one in base.documents() if one.source == "甲.txt")
        assert first.metadata.title == "清单写的标题"
        assert "title" in first.edited


def test_a_list_can_be_looked_at_before(wenju: Shell, tmp_path: Path) -> None:
    ran = wenju("add", "--manifest", listed(tmp_path / "in"), "--dry-run")
    assert ran.status == 1
    assert "file_missing" in ran.err
    assert "甲.txt" in ran.out
    assert wenju("list", "--json").json["total"] == 0


def test_a_list_that_is_not_there_is_said_not_to_be_there(wenju: Shell, tmp_path: Path) -> None:
    ran = wenju("add", "--manifest", tmp_path / "none.toml")
    assert ran.status == 1
    assert "找不到清单" in ran.err


def batch(folder: Path, files: int, bad: int) -> None:
    """Write files, every so many of them one that cannot be read."""
    folder.mkdir()
    for number in range(files):
        name = f"{number:04}.txt"
        if number < bad * (files // bad) and number % (files // bad) == 1:
            (folder / name).write_bytes(b"%PDF-1.7\n" + bytes([number % 251]) * 40)
        else:
            (folder / name).write_text(NOTICE.format(number=number), "utf-8")


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl+C through, which a shell's background jobs ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_batch_that_is_interrupted_goes_on_past_the_bad_ones_and_takes_each_in_once(
    wenju: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    batch(folder, 30, 5)
    reporter = adding.reporter
    seen: list[int] = []

    def interrupting(bar: Any) -> Any:
        report = reporter(bar)

        def run(now: Any) -> None:
            seen.append(now.documents)
            report(now)
            if now.documents >= 2 and len(seen) < 100:
                seen.extend([0] * 100)
                os.kill(os.getpid(), signal.SIGINT)  # as Ctrl+C does

        return run

    monkeypatch.setattr("index.turn.READING_SECONDS", 0.05)  # so that there is a middle
    monkeypatch.setattr(adding, "reporter", interrupting)
    stopped = wenju("add", folder)
    assert stopped.status == 130
    assert "不会丢" in stopped.err
    monkeypatch.setattr(adding, "reporter", reporter)
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        states = Counter(job.state.value for job in base.jobs())
    assert states["queued"] + states["running"] > 0
    assert sum(states.values()) == 30
    resumed = wenju("jobs", "--resume", "--json")
    assert resumed.status == (1 if any(job["error"] for job in resumed.json["jobs"]) else 0)
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        states = Counter(job.state.value for job in base.jobs())
        assert states == {"done": 25, "failed": 5}
        assert Counter(one.source for one in base.documents()).most_common(1)[0][1] == 1
        assert len(base.documents()) == 25
        assert base.progress().ready
    again = wenju("add", folder, "--json")  # what is there is done; what is bad is tried again
    assert len([job for job in again.json["jobs"] if job["document_id"]]) == 25
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        assert len(base.documents()) == 25
