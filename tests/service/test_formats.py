"""One report in every format gives one answer; what cannot be read is set aside and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.completion import complete
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.answering.answer import Answer
from service.answering.understanding.terms import bare
from service.desk import Channel, Desk
from service.http.schemas.documents import JobListShape
from service.settings import Settings
from tests.index.formats.rendering import RENDERERS, report_paragraphs, zipped
from tests.service.conftest import REPORT, local_client, worker
from tests.service.test_cli import QUESTION, Shell, wenju

__all__ = ["wenju"]  # a fixture

QUESTIONS = (
    "how many cross-city items are there",
    "粤智助全市布设了多少台",
    "粤智助业务办理量是多少宗",
    "第二批事项清单有多少项",
    "热线办结率是多少",
    "首席数据官试点单位有多少个",
    "鹤政数〔2022〕17号的签发人是谁",
    "第三批事项清单有多少项",
    "恩平市粤智助布设了多少台",
)


def answers(directory: Path, content: bytes, name: str) -> list[Answer]:
    """Return what a desk that knows one file alone answers."""
    with KnowledgeBase.open(directory, None, follow=False) as base:
        job = base.submit(content, name).id
    complete(worker(directory), [job])
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        desk = Desk(Settings(data_dir=directory), base)
        return [desk.ask(question, channel=Channel.WEB) for question in QUESTIONS]


@pytest.fixture(scope="module")
def from_text(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    return answers(tmp_path_factory.mktemp("text"), REPORT.read_bytes(), "r.txt")


@pytest.mark.parametrize("kind", sorted(RENDERERS))
def test_every_format_gives_the_same_answers(
    kind: str, from_text: list[Answer], tmp_path: Path
) -> None:
    given = answers(tmp_path, RENDERERS[kind](report_paragraphs()), f"r.{kind}")
    for question, one, other in zip(QUESTIONS, given, from_text, strict=True):
        assert one.outcome is other.outcome, question
        assert bare(one.answer or "") == bare(other.answer or ""), question
        for quoted, wanted in zip(one.citations, other.citations, strict=True):
            assert bare(quoted.quote) == bare(wanted.quote), question
            assert quoted.locator == wanted.locator, question


def a_batch(folder: Path) -> Path:
    """Return a folder of good and bad files, an archive among them."""
    folder.mkdir()
    (folder / "通知.txt").write_text("各镇人民政府：现将值班电话 0750-1234567 通知如下，请执行。")
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    (folder / "空.txt").write_bytes(b" \n")
    archive = zipped({"报告/报告.txt": REPORT.read_bytes(), "报告/空.md": b"#"})
    (folder / "一批.zip").write_bytes(archive)
    return folder


def test_a_batch_goes_on_past_the_bad_files_and_they_are_set_aside(
    wenju: Shell, tmp_path: Path
) -> None:
    ran = wenju("add", a_batch(tmp_path / "batch"))
    assert ran.status == 1
    assert wenju("list", "--json").json["total"] == 2
    assert wenju("ask", QUESTION, "--json").json["outcome"] == "answered"
    assert "一批.zip/报告/空.md" in ran.err
    assert "wenju jobs --failed" in ran.err
    refused = wenju("jobs", "--failed", "--json").json["jobs"]
    assert {job["source"]: job["error"]["code"] for job in refused} == {
        "坏.docx": "corrupt_file",
        "空.txt": "empty_document",
        "一批.zip/报告/空.md": "empty_document",
    }
    assert all(job["error"]["message"].endswith("。") for job in refused)
    shown = wenju("jobs", "--failed").out
    assert "已隔离　坏.docx" in shown
    assert "（corrupt_file）" in shown


def test_a_file_set_aside_is_read_again_or_thrown_away(wenju: Shell, tmp_path: Path) -> None:
    empty = tmp_path / "空.txt"
    empty.write_bytes(b" \n")
    assert wenju("add", empty).status == 1
    [job] = wenju("jobs", "--failed", "--json").json["jobs"]
    assert wenju("jobs", job["id"], "--retry").status == 1
    assert wenju("jobs", "--discard").status == 2
    assert wenju("jobs", job["id"], "--discard").status == 0
    assert wenju("jobs", "--json").json["jobs"] == []


def test_a_batch_that_was_stopped_is_gone_on_with(wenju: Shell, tmp_path: Path) -> None:
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        base.submit(REPORT.read_bytes(), "r.txt")
        assert base.submit(REPORT.read_bytes(), "r.txt").id == base.jobs()[0].id
        assert len(base.jobs()) == 1
    assert wenju("list", "--json").json["total"] == 0
    assert wenju("jobs", "--resume").status == 0
    assert wenju("list", "--json").json["total"] == 1


def test_an_archive_over_http_leads_to_its_files(
    own_desk: Desk, work: object, tmp_path: Path
) -> None:
    client: TestClient = local_client(own_desk)
    files = {"报告.txt": REPORT.read_bytes(), "空.txt": b"\n\n"}
    upload = {"file": ("一批.zip", zipped(files), "application/zip")}
    job = client.post("/api/documents", files=upload).json()
    worker(own_desk.settings.data_dir).run_until_idle()
    archive = client.get(f"/api/jobs/{job['id']}").json()
    assert archive["state"] == "done"
    members = [client.get(f"/api/jobs/{one}").json() for one in archive["members"]]
    assert {one["source"]: one["state"] for one in members} == {
        "一批.zip/报告.txt": "done",
        "一批.zip/空.txt": "failed",
    }
    listed = client.get("/api/jobs", params={"state": "failed"})
    [failed] = JobListShape.model_validate_json(listed.content).jobs
    assert failed.error is not None
    assert failed.error.code == "empty_document"
    again = client.post(f"/api/jobs/{failed.id}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert client.post("/api/jobs/none/retry").json()["code"] == "job_not_found"
