"""A real server is started, asked, and measured."""

from pathlib import Path

import pytest

from eval.benchmarks.startup import ServerFailed, measure
from eval.workbench import Workbench, text_file


@pytest.mark.slow
def test_a_server_on_an_existing_base_becomes_ready_and_answers(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENJU_MODEL", "demo")
    workbench.build(tmp_path, [text_file("rent.txt", "关于租金的通知\n每平方米租金12元。\n")])
    started = measure(tmp_path, ["每平方米租金多少元？"] * 3)
    assert started.answers.count == 3
    if started.server_megabytes is not None and started.all_megabytes is not None:
        assert 20 < started.server_megabytes <= started.all_megabytes


@pytest.mark.slow
def test_a_server_that_ends_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_MODEL", "no-such-model")
    with pytest.raises(ServerFailed):
        measure(tmp_path, ["？"])
