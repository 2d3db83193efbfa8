"""`wenju eval` says what it needs, and where the numbers go."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import commands
from eval.commands import application, cache_folder
from eval.datasets import DatasetAbsent
from eval.report import Section

COMMANDS = ("questions", "edit", "siblings", "retrieval", "ncp-answers", "refusals", "all")


def test_every_evaluation_has_a_command() -> None:
    shown = CliRunner().invoke(application, ["--help"]).stdout
    assert all(name in shown for name in COMMANDS)


@pytest.mark.parametrize("name", ["retrieval", "ncp-answers"])
def test_what_needs_external_data_says_so(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WENJU_EVAL_DATA", raising=False)
    result = CliRunner().invoke(application, [name])
    assert isinstance(result.exception, DatasetAbsent)
    assert "--data" in result.exception.message


def test_numbers_go_to_standard_output_as_json_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    section = Section("small", "小", numbers={"right": 0.5})
    commands._deliver([section], tmp_path, as_json=True)
    assert capsys.readouterr().out == '{\n "small": {\n  "right": 0.5\n }\n}\n'
    assert (tmp_path / "small.json").exists()
    assert (tmp_path / "index.html").exists()


def test_the_cache_lies_where_caches_lie(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder(None) == tmp_path / "wenju-eval"
    assert cache_folder(Path("here")) == Path("here")


def test_the_report_comes_without_what_the_catalogue_knows_of_it() -> None:
    report = commands._report()
    assert report.known.title == ""
    assert "两市通办" in report.content.decode()
