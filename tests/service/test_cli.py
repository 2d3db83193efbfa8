"""The command line, in this process, over a real knowledge base and the demo model."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import typer

from index.document import SHANGHAI
from index.store.lock import WriterLock
from service.cli import main
from service.desk import Channel, Desk
from service.http.schemas.answers import AnswerShape, SearchShape
from service.presentation import answer_json
from service.site_calibration import SiteCalibration
from tests.service.conftest import INTERNAL, MEASURES, REPORT

QUESTION = "有多少个事项实现了两市通办？"


class Ran:
    """What a command line left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs command lines."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str | Path) -> Ran:
        self._capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        return Ran(status, captured.out, captured.err)


@pytest.fixture
def wenju(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Shell:
    monkeypatch.setenv("WENJU_MODEL", "demo")
    monkeypatch.setenv("WENJU_DATA_DIR", str(tmp_path / "data"))
    return Shell(capsys)


@pytest.fixture
def filled(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch, shelf: tuple[Path, dict[str, str]]
) -> Shell:
    """A shell over the shelf that tests only read."""
    monkeypatch.setenv("WENJU_DATA_DIR", str(shelf[0]))
    return wenju


def test_asking_shows_answer_script_and_basis(filled: Shell) -> None:
    ran = filled("ask", QUESTION)
    assert ran.status == 0
    for shown in ("56 个事项", "已找到依据", "口径：", "（鹤政数〔2022〕17号）第一部分第（八）项"):
        assert shown in ran.out


def test_several_things_asked_at_once_are_shown_each_with_its_basis(filled: Shell) -> None:
    ran = filled("ask", "标准化第一批和第二批事项清单分别有多少项？")
    assert ran.status == 0
    assert ran.out.index("258 项") < ran.out.index("543 项")
    assert ran.out.count("把握") == 3  # of the whole, and of each
    assert "鹤政数〔2022〕17号" in ran.out


def test_the_json_of_asking_is_that_of_the_desk(filled: Shell, desk: Desk) -> None:
    ran = filled("ask", QUESTION, "--json")
    AnswerShape.model_validate_json(ran.out)
    at_the_desk = answer_json(desk.ask(QUESTION, channel=Channel.CLI))
    here = ran.json
    for changing in ("id", "trace"):
        del here[changing], at_the_desk[changing]
    assert here == at_the_desk


def test_a_refusal_is_an_answer(filled: Shell) -> None:
    ran = filled("ask", "火星上住了多少人？")
    assert ran.status == 0
    assert "未找到依据" in ran.out


def test_as_of_an_earlier_day_the_text_of_that_day_answers(
    filled: Shell, ids: dict[str, str]
) -> None:
    question = "示例市转办事项多少个工作日内办结？"
    ran = filled("ask", question, "--as-of", "2015-01-01", "--json")
    assert ran.json["citations"][0]["document_id"] == ids["earlier"]


def test_the_operator_may_ask_what_is_internal(filled: Shell, ids: dict[str, str]) -> None:
    ran = filled("ask", "示例市夜间值班人员共有几名？", "--json")
    assert ran.json["citations"][0]["document_id"] == ids["internal"]


def test_searching_lists_passages_with_their_source(filled: Shell) -> None:
    ran = filled("search", "跨城通办", "--limit", "2")
    assert ran.status == 0
    assert ran.out.startswith("1. 《")
    found = SearchShape.model_validate_json(filled("search", "跨城通办", "--json").out)
    assert "跨城通办" in found.hits[0].citation.quote


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("ask",),
        ("ask", ""),
        ("ask", "问" * 1001),
        ("ask", "多少\x00个"),
        ("ask", "多少\udcff个"),
        ("ask", "a", "b"),
        ("ask", "a", "--as-of", "2026-02-30"),
        ("ask", "a", "--asof", "2026-01-30"),
        ("search", "a", "--limit", "0"),
        ("search", "a", "--limit", "many"),
        ("add",),
        ("add", "--laws", "some"),
        ("edit", "id"),
        ("edit", "id", "title"),
        ("serve", "--port", "65536"),
        ("sevre",),
    ],
)
def test_wrong_usage_is_told_in_one_chinese_sentence_with_status_2(
    wenju: Shell, arguments: tuple[str, ...]
) -> None:
    ran = wenju(*arguments)
    assert ran.status == 2
    if arguments:
        assert ran.out == ""
        assert ran.err.startswith("wenju: ")
        assert ran.err.count("\n") == 1
        assert any("\u4e00" <= character <= "\u9fff" for character in ran.err)


def test_a_slip_in_a_commands_name_is_answered_with_the_right_one(wenju: Shell) -> None:
    assert "serve" in wenju("sevre").err


def test_every_commands_help_is_chinese(wenju: Shell) -> None:
    everything = wenju("--help").out
    assert "用法：" in everything
    for command in ("ask", "search", "add", "remove", "edit", "list", "show", "verify", "serve"):
        assert command in everything
        shown = wenju(command, "--help")
        assert shown.status == 0
        assert "用法：" in shown.out
        for english in ("Usage", "Options", "Arguments", "Show this message"):
            assert english not in shown.out


def test_a_wrong_setting_is_told_with_its_code(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENJU_PORT", "many")
    ran = wenju("list")
    assert ran.status == 1
    assert "WENJU_PORT" in ran.err
    assert "（invalid_configuration）" in ran.err


def test_an_unknown_variable_is_warned_of_and_the_work_is_done(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENJU_PROT", "1")
    ran = wenju("list")
    assert ran.status == 0
    assert "WENJU_PROT" in ran.err


def test_what_is_added_answers_at_once(wenju: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "文件"
    (folder / "下层").mkdir(parents=True)
    (folder / "办法.txt").write_text(MEASURES, encoding="utf-8")
    (folder / "下层" / "值班.txt").write_text(INTERNAL, encoding="utf-8")
    (folder / ".hidden").write_text("nothing to see", encoding="utf-8")
    added = wenju("add", folder, REPORT)
    assert added.status == 0, added.err
    assert len(added.out.splitlines()) == 3
    answer = wenju("ask", "转办事项多久办结？", "--json").json
    assert answer["outcome"] == "answered"
    assert wenju("list", "--json").json["total"] == 3


def test_adding_a_file_again_is_done_at_once_and_changes_nothing(wenju: Shell) -> None:
    first = wenju("add", REPORT)
    again = wenju("add", REPORT)
    assert (first.status, again.status) == (0, 0)
    assert again.out == first.out
    assert wenju("list", "--json").json["total"] == 1


def test_one_rejected_file_makes_it_exit_1_and_the_rest_stay(wenju: Shell, tmp_path: Path) -> None:
    broken = tmp_path / "照片.txt"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    ran = wenju("add", broken, REPORT, tmp_path / "nowhere")
    assert ran.status == 1
    assert "照片.txt" in ran.err
    assert "nowhere" in ran.err
    assert wenju("list", "--json").json["total"] == 1


def test_a_path_that_leads_nowhere_makes_it_exit_1(wenju: Shell, tmp_path: Path) -> None:
    ran = wenju("add", tmp_path / "nowhere", REPORT)
    assert ran.status == 1
    assert "（file_unreadable）" in ran.err
    assert wenju("list", "--json").json["total"] == 1


def test_without_waiting_words_are_searchable_and_the_rest_is_done_later(wenju: Shell) -> None:
    ran = wenju("add", REPORT, "--no-wait", "--json")
    assert ran.status == 0
    assert ran.json["jobs"][0]["state"] in {"words", "done"}
    assert wenju("ask", QUESTION, "--json").json["outcome"] == "answered"


def test_a_document_is_corrected_shown_and_removed(wenju: Shell) -> None:
    identifier = wenju("add", REPORT, "--json").json["jobs"][0]["document_id"]
    edited = wenju("edit", identifier, "title=新的标题", "keywords=跨城通办；一网通办", "signer=")
    assert edited.status == 0, edited.err
    metadata = wenju("show", identifier, "--json").json["metadata"]
    assert metadata["title"] == "新的标题"
    assert metadata["keywords"] == ["跨城通办", "一网通办"]
    assert metadata["signer"] is None
    assert "56 个事项" in wenju("show", identifier, "--text").out
    assert wenju("edit", identifier, "titel=x").status == 2
    assert wenju("remove", identifier).status == 0
    gone = wenju("remove", identifier)
    assert gone.status == 1
    assert "（document_not_found）" in gone.err
    assert wenju("show", identifier).status == 1
    assert wenju("ask", QUESTION, "--json").json["outcome"] == "refused"


def test_verifying_accounts_for_every_character(filled: Shell, ids: dict[str, str]) -> None:
    ran = filled("verify", "--json")
    assert ran.status == 0
    accounts = ran.json["documents"]
    assert {account["id"] for account in accounts} == set(ids.values())
    for account in accounts:
        assert account["in_chunks"] == account["characters"]
    assert "核对了 5 份文件" in filled("verify").out


def test_an_empty_base_says_how_to_fill_it(wenju: Shell) -> None:
    ran = wenju("ask", QUESTION)
    assert ran.status == 0
    assert "wenju add" in ran.err


def test_a_corrupt_catalogue_is_told_with_what_to_do(wenju: Shell, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wenju.db").write_bytes(b"no database at all" * 100)
    ran = wenju("list")
    assert ran.status == 1
    assert "（corrupt_catalogue）" in ran.err


def test_a_data_directory_that_is_a_file_is_told(wenju: Shell, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    ran = wenju("list")
    assert ran.status == 1
    assert "（store_error）" in ran.err


def test_a_backup_restores_the_same_answers(
    wenju: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wenju("add", REPORT)
    copy = tmp_path / "copy.tar"
    assert wenju("backup", copy).status == 0
    assert wenju("backup", copy).status == 1  # never written over
    assert wenju("restore", copy).status == 1  # there is a base already
    monkeypatch.setenv("WENJU_DATA_DIR", str(tmp_path / "elsewhere"))
    restored = wenju("restore", copy)
    assert restored.status == 0, restored.err
    wenju("add", REPORT)  # does whatever work is left: the indexes
    assert wenju("ask", QUESTION, "--json").json["answer"] == "56 个事项"
    assert list((tmp_path / "elsewhere").glob(".*")) == []


def test_a_backup_carries_what_a_site_taught_its_desk(
    wenju: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wenju("add", REPORT)
    wenju("synonyms", "add", "夜市", "夜间经济集聚区")
    here, there = tmp_path / "data", tmp_path / "elsewhere"
    fitted = SiteCalibration(made_at=datetime(2026, 1, 31, tzinfo=SHANGHAI), reader="rules")
    fitted.write(here)
    (here / "agencies.toml").write_text('[aliases]\n"示例市政务局" = ["市政务局"]\n', "utf-8")
    assert wenju("backup", tmp_path / "copy.tar").status == 0
    monkeypatch.setenv("WENJU_DATA_DIR", str(there))
    there.mkdir()
    (there / "agencies.toml").write_text("", "utf-8")
    refused = wenju("restore", tmp_path / "copy.tar")
    assert (refused.status, (there / "wenju.db").exists()) == (1, False)
    assert "agencies.toml" in refused.err
    assert not (there / "calibration.json").exists()
    (there / "agencies.toml").unlink()
    fitted.write(there)  # as an interrupted restore leaves it
    assert wenju("restore", tmp_path / "copy.tar").status == 0
    assert SiteCalibration.read(there) == fitted
    assert (there / "agencies.toml").read_bytes() == (here / "agencies.toml").read_bytes()
    own = wenju("synonyms", "list", "--own", "--json").json["synonyms"]
    assert [one["official"] for one in own] == [["夜间经济集聚区"]]


@pytest.mark.parametrize("content", [b"", b"nothing like a tar", None])
def test_what_is_no_backup_is_not_restored(
    wenju: Shell, tmp_path: Path, content: bytes | None
) -> None:
    source = tmp_path / "copy.tar"
    if content is not None:
        source.write_bytes(content)
    ran = wenju("restore", source)
    assert ran.status == 1
    assert ran.err.startswith("wenju: ")
    assert not (tmp_path / "data" / "wenju.db").exists()


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "originals/ab/../../outside"])
def test_a_backup_that_reaches_outside_is_refused(wenju: Shell, tmp_path: Path, name: str) -> None:
    source = tmp_path / "copy.tar"
    with tarfile.open(source, "w") as tar:
        for member in (name, "wenju.db"):
            info = tarfile.TarInfo(member)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"data"))
    ran = wenju("restore", source)
    assert ran.status == 1
    assert "不是问据的备份" in ran.err
    assert list(tmp_path.rglob("outside")) == []
    assert not (tmp_path / "data" / "wenju.db").exists()


def test_a_backup_with_a_link_is_refused(wenju: Shell, tmp_path: Path) -> None:
    source, there = tmp_path / "copy.tar", tmp_path / "data"
    with tarfile.open(source, "w") as tar:
        link = tarfile.TarInfo("calibration.json")
        link.type, link.linkname = tarfile.SYMTYPE, "nowhere"
        tar.addfile(link)
        tar.addfile(tarfile.TarInfo("wenju.db"))
    assert wenju("restore", source).status == 1
    there.mkdir(exist_ok=True)
    (there / "calibration.json").write_text("{}", "utf-8")
    assert wenju("restore", source).status == 1
    assert (there / "calibration.json").read_text("utf-8") == "{}"
    assert not (there / "wenju.db").exists()


def test_the_doctor_says_what_each_finding_means(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WENJU_HOST", "0.0.0.0")  # noqa: S104  what is warned of
    monkeypatch.setenv("WENJU_PORT", "0")
    findings = {one["check"]: one for one in wenju("doctor", "--json").json}
    assert findings["向量模型"]["grade"] == "good"
    assert findings["知识库"]["grade"] == "warning"
    for part, command in (("LibreOffice", "apt-get install"), ("文字识别", "pip install")):
        found = findings[part]
        assert found["grade"] == "good" or command in found["message"]
    assert "WENJU_API_KEY" in findings["配置"]["message"]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wenju.db").write_bytes(b"no database at all" * 100)
    sick = wenju("doctor")
    assert sick.status == 1
    assert "✗ 知识库" in sick.out


def test_the_doctor_sees_that_the_vectors_are_of_another_model(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    wenju("add", REPORT)
    assert wenju("doctor", "--json").status == 0
    monkeypatch.setattr("index.embedding.demo.DemoEmbedder.identity", "another")
    sick = wenju("doctor")
    assert sick.status == 1
    assert "✗ 知识库" in sick.out
    assert "wenju reindex" in sick.out


def test_while_another_process_writes_its_work_is_waited_for(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wenju("add", REPORT)
    with WriterLock(tmp_path / "data"):
        assert wenju("add", REPORT).status == 0  # nothing is left to do, so nothing to wait for


def test_a_command_of_another_package_is_listed_and_its_absence_harms_nobody(
    wenju: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = EntryPoint("demo", "tests.service.test_cli:plugin", "wenju.commands")
    absent = EntryPoint("absent", "no_such_package:application", "wenju.commands")
    monkeypatch.setattr("service.cli.chinese.entry_points", lambda **_: [present, absent])
    shown = wenju("--help")
    assert shown.status == 0
    assert "demo" in shown.out
    assert wenju("demo").out == "done\n"
    unavailable = wenju("absent")
    assert unavailable.status == 1
    assert "（command_unavailable）" in unavailable.err


def plugin_command() -> None:
    """Do nothing much."""
    typer.echo("done")


plugin = typer.Typer(invoke_without_command=True, callback=plugin_command)
