"""From a spreadsheet to what each channel answers, over a real knowledge base."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.store.curated import Draft
from service.answering.answer import Answer, Outcome
from service.cli import main
from service.desk import Channel, Desk, RequestFilter
from service.http.schemas.documents import JobShape, SheetReportShape
from tests.index.answer_sheets.books import CAPTIONS, book, row
from tests.service.conftest import local_client
from tests.service.problems import check_problem

TODAY = datetime.now(SHANGHAI).date()
BOOK = book(
    CAPTIONS,
    row("停水什么时候恢复？", "今晚六点前恢复。", 相似问法="几点来水", 依据="检修通告"),
    row("公积金怎么提取？", "可以线上提取。", 承办单位="公积金中心", 联系电话="12329"),
    row("值班电话是多少？", "内线 8001。", 公开属性="内部"),
    row("封路到几点？", "已经恢复通行。", 有效期=f"至{TODAY - timedelta(days=1)} 18:00"),
    row("几点开门？", "九点。", 地区="甲市"),
    row("几点开门？", "八点。", 地区="乙市"),
    row("空的？", None),
)


@pytest.fixture
def filled(own_desk: Desk, work: Callable[[], None]) -> Desk:
    own_desk.knowledge_base.submit(BOOK, "知识库.xlsx")
    work()
    return own_desk


def ask(desk: Desk, question: str, channel: Channel = Channel.WEB) -> Answer:
    return desk.ask(question, channel=channel)


def kinds(answer: Answer) -> set[str]:
    return {notice.kind for notice in answer.notices}


@pytest.mark.parametrize("question", ["停水什么时候恢复", "停水 什麼時候恢復?", "几点来水？"])
def test_a_live_row_answers_exactly(filled: Desk, question: str) -> None:
    answer = ask(filled, question)
    assert (answer.outcome, answer.answer) == (Outcome.ANSWERED, "今晚六点前恢复。")
    assert answer.confidence == 1.0
    assert kinds(answer) == {"stated_basis"}


def test_one_without_a_basis_says_so_and_whom_to_turn_to(filled: Desk) -> None:
    answer = ask(filled, "公积金怎么提取")
    assert kinds(answer) == {"without_basis", "contact"}
    assert "公积金中心，电话 12329" in answer.notices[-1].message


def test_the_same_question_in_other_words_is_answered_with_a_notice(filled: Desk) -> None:
    answer = ask(filled, "请问一下公积金如何提取呀")
    assert answer.answer == "可以线上提取。"
    assert answer.confidence < 1
    assert "same_sense" in kinds(answer)


def test_a_question_like_it_is_not_answered_by_it(filled: Desk) -> None:
    for question in ("公积金怎么缴存", "公积金提取多少钱", "停水什么时候开始"):
        assert ask(filled, question).outcome is Outcome.REFUSED


def test_an_expired_row_never_answers(filled: Desk) -> None:
    for question in ("封路到几点？", "请问封路到几点呢"):
        assert ask(filled, question, Channel.CLI).outcome is Outcome.REFUSED


@pytest.mark.parametrize("channel", list(Channel))
def test_what_is_internal_is_for_the_operator_alone(filled: Desk, channel: Channel) -> None:
    for question in ("值班电话是多少？", "请问一下值班电话是多少呢"):
        answer = ask(filled, question, channel)
        said = " ".join([answer.answer or "", *(notice.message for notice in answer.notices)])
        assert ("8001" in said) == (channel is Channel.CLI)
    assert filled.ask("值班电话是多少", channel=channel, sees_internal=True).answer


def test_a_place_decides_between_answers_or_is_asked_for(filled: Desk) -> None:
    assert ask(filled, "甲市几点开门").answer == "九点。"
    assert ask(filled, "乙市的几点开门？").answer == "八点。"
    unclear = ask(filled, "几点开门？")
    assert unclear.refusal is not None
    assert "乙市、甲市" in unclear.refusal.message
    narrowed = filled.ask(
        "几点开门？", channel=Channel.WEB, filter_=RequestFilter(regions=frozenset({"乙市"}))
    )
    assert narrowed.answer == "八点。"


def test_the_sites_own_region_is_meant_where_none_is_named(filled: Desk) -> None:
    here = Desk(filled.settings.model_copy(update={"region": "乙市"}), filled.knowledge_base)
    answer = ask(here, "几点开门？")
    assert answer.answer == "八点。"
    assert "region" not in kinds(answer)


def test_a_request_for_certain_documents_gets_no_answer_without_them(filled: Desk) -> None:
    narrow = RequestFilter(documents=frozenset({"0123456789abcdef"}))
    answer = filled.ask("公积金怎么提取", channel=Channel.WEB, filter_=narrow)
    assert answer.outcome is Outcome.REFUSED


def test_an_answer_about_to_lapse_says_until_when(own_desk: Desk) -> None:
    curated, now = own_desk.knowledge_base.curated, datetime.now(SHANGHAI)
    kept = curated.add(Draft("停水吗？", "停。", valid_until=now + timedelta(hours=2)))
    assert "expires_soon" in kinds(ask(own_desk, "停水吗"))
    curated.change(kept.id, replace(kept.draft, valid_until=now + timedelta(days=90)))
    assert "expires_soon" not in kinds(ask(own_desk, "停水吗"))
    curated.change(kept.id, replace(kept.draft, valid_until=now - timedelta(minutes=1)))
    assert ask(own_desk, "停水吗").outcome is Outcome.REFUSED
    assert own_desk.ask("停水吗", channel=Channel.WEB, as_of=now.date()).outcome is Outcome.REFUSED


def test_another_spreadsheet_is_a_document(own_desk: Desk, work: Callable[[], None]) -> None:
    content = book(("镇街", "数量"), ("沙坪", 5), ("古劳", 6))
    job = own_desk.knowledge_base.submit(content, "统计.xlsx")
    work()
    assert own_desk.knowledge_base.job(job.id).document_id
    assert own_desk.knowledge_base.curated.all() == []


def test_a_spreadsheet_is_uploaded_and_its_rows_are_told(
    own_desk: Desk, work: Callable[[], None]
) -> None:
    client = local_client(own_desk)

    def upload(content: bytes, **form: str) -> JobShape:
        given = {"file": ("知识库.xlsx", content)}
        sent = client.post("/api/documents", files=given, data=form)
        assert sent.status_code == 202
        path = sent.headers["location"]
        assert path.endswith(sent.json()["id"])
        check_problem(client.get(f"{path}/rows"), 404, "job_not_found")
        work()
        return JobShape.model_validate_json(client.get(path).content)

    job = upload(BOOK)
    assert job.state == "done"
    assert job.answers is not None
    assert (job.answers.added, job.answers.rejected) == (6, 1)
    rows = SheetReportShape.model_validate_json(client.get(f"/api/jobs/{job.id}/rows").content)
    assert [(one.row, one.code) for one in rows.rejected] == [(8, "empty_answer")]
    listed = client.get("/api/curated").json()["curated"]
    assert {one["origin"]["row"] for one in listed} == set(range(2, 8))
    shorter = upload(book(CAPTIONS, row("公积金怎么提取？", "改为柜台提取。")), withdraw="true")
    assert shorter.answers is not None
    assert (shorter.answers.changed, shorter.answers.withdrawn) == (1, 5)
    [left] = client.get("/api/curated").json()["curated"]
    assert left["answer"] == "改为柜台提取。"


def test_moments_go_in_and_out_over_http(own_desk: Desk) -> None:
    client = local_client(own_desk)
    draft = {
        "question": "停水吗？",
        "answer": "停。",
        "valid_from": "2026-07-01T08:30",
        "valid_until": "2099-01-01",
        "stated_basis": "检修通告",
        "agency": "供水公司",
        "phone": "96968",
        "region": "甲市",
    }
    kept = client.post("/api/curated", json=draft).json()
    assert {name: kept[name] for name in draft} == draft
    for wrong in ("2026-07-01T25:00", "2026-07-01 08:00", "soon"):
        response = client.post("/api/curated", json={**draft, "valid_from": wrong})
        check_problem(response, 422, "invalid_day")


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("WENJU_MODEL", "demo")
    monkeypatch.setenv("WENJU_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "知识库.xlsx").write_bytes(BOOK)
    return tmp_path


def test_the_command_line_tells_row_by_row(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(data / "知识库.xlsx")
    assert main(["add", path, "--dry-run"]) == 1
    shown = capsys.readouterr()
    assert "新增 6 条" in shown.out
    assert "第 8 行：“空的？”答复是空的" in shown.err
    assert main(["add", path]) == 1
    shown = capsys.readouterr()
    assert "新增 6 条，没有收进 1 行" in shown.out
    assert "第 8 行：“空的？”答复是空的" in shown.err
    shorter = book(CAPTIONS, row("公积金怎么提取？", "可以线上提取。", 承办单位="公积金中心"))
    Path(path).write_bytes(shorter)
    assert main(["add", path]) == 0
    shown = capsys.readouterr()
    assert "新表里没有的 5 条仍在用" in shown.out
    assert "--withdraw 可撤回" in shown.err
    assert main(["add", path, "--withdraw", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    [job] = told["jobs"]
    assert (job["answers"]["unchanged"], job["answers"]["withdrawn"]) == (1, 5)
    assert len(told["rows"][job["id"]]["gone"]) == 5
    assert main(["jobs"]) == 0
    assert "撤回 5 条" in capsys.readouterr().out
