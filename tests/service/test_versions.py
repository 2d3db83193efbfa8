"""Versions as a maintainer and a caller meet them: over HTTP, on the command line, in answers."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from index.document import Disclosure, Metadata, Span
from index.store.curated import Draft
from index.store.wording import Basis
from service.cli.application import main
from service.desk import Channel, Desk
from service.succession import shown_lineage
from tests.index.test_succession import FIRST, SECOND
from tests.service.conftest import local_client

Submit = Callable[[str, str], str]
QUESTION = "共享单车的押金是多少元？"


@pytest.fixture
def submit(own_desk: Desk, work: Callable[[], None]) -> Callable[..., str]:
    def run(text: str, name: str, known: Metadata | None = None) -> str:
        job = own_desk.knowledge_base.submit(text.encode(), name, known)
        work()
        return str(own_desk.knowledge_base.job(job.id).document_id)

    return run


def test_the_document_and_its_job_say_what_it_ended(own_desk: Desk, submit: Submit) -> None:
    old, new = submit(FIRST, "旧.txt"), submit(SECOND, "新.txt")
    client = local_client(own_desk)
    [ended] = client.get(f"/api/documents/{new}").json()["lineage"]["ended"]
    assert (ended["document_id"], ended["ended_on"]) == (old, "2018-07-01")
    before = client.get(f"/api/documents/{old}").json()
    assert before["lineage"]["ended_by"]["by"] == new
    assert before["metadata"]["status"] == "amended"
    [job, _] = client.get("/api/jobs").json()["jobs"]
    assert [one["document_id"] for one in job["endings"]] == [old]


def test_an_ending_is_undone_over_http(own_desk: Desk, submit: Submit) -> None:
    old, new = submit(FIRST, "旧.txt"), submit(SECOND, "新.txt")
    client = local_client(own_desk)
    changed = client.patch(f"/api/documents/{old}", json={"ended_on": None, "ended_by": None})
    assert changed.json()["metadata"]["status"] == "in_force"
    assert changed.json()["lineage"]["ended_by"] is None
    assert client.get(f"/api/documents/{new}").json()["lineage"]["ended"] == []


def test_a_hidden_document_is_not_betrayed_by_what_it_ended(
    own_desk: Desk, submit: Callable[..., str]
) -> None:
    old = submit(FIRST, "旧.txt")
    submit(SECOND, "新.txt", Metadata("", disclosure=Disclosure.INTERNAL))
    base = own_desk.knowledge_base
    lineage = base.lineage(old)
    assert lineage.ended_by is not None
    shown = shown_lineage(
        base, base.document(old), lambda one: own_desk.may_see(one, Channel.WECHAT)
    )["lineage"]
    assert shown["ended_by"] is None
    assert [one["document_id"] for one in shown["versions"]] == [old]


def test_the_changes_are_those_since_the_version_before(own_desk: Desk, submit: Submit) -> None:
    old, new = submit(FIRST, "旧.txt"), submit(SECOND, "新.txt")
    client = local_client(own_desk)
    found = client.get(f"/api/documents/{new}/changes").json()
    assert found["before"]["document_id"] == old
    assert [one["after"]["label"] for one in found["changes"]] == ["第二条", "第三条"]
    assert {"edit": "added", "text": "200"} in found["changes"][0]["words"]
    missing = client.get(f"/api/documents/{old}/changes")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_earlier_version")
    backwards = client.get(f"/api/documents/{old}/changes", params={"since": new}).json()
    assert {"edit": "added", "text": "300"} in backwards["changes"][0]["words"]


def test_the_impact_names_curated_answers_and_questions(own_desk: Desk, submit: Submit) -> None:
    old = submit(FIRST, "旧.txt")
    base = own_desk.knowledge_base
    text = base.document(old).text
    deposit, purpose = text.index("每辆单车"), text.index("为了规范")
    for question, start in (("押金多少？", deposit), ("为什么定这个办法？", purpose)):
        basis = Basis(old, Span(start, start + 8))
        base.curated.add(Draft(question=question, answer="见办法。", basis=basis))
    new = submit(SECOND, "新.txt")
    asked = [
        {
            "question": "押金上限？",
            "document": "示例市共享单车管理办法",
            "quote": "押金不超过 300 元",
        },
        {"question": "别的？", "document": "别的办法", "quote": "押金"},
    ]
    client = local_client(own_desk)
    found = client.post(f"/api/documents/{new}/impact", json={"questions": asked}).json()
    fates = {one["question"]: one["fate"] for one in found["affected"]}
    assert fates == {"押金多少？": "changed", "为什么定这个办法？": "kept", "押金上限？": "changed"}
    [changed] = [one for one in found["affected"] if one["question"] == "押金多少？"]
    assert changed["now"]["document_id"] == new
    assert changed["now"]["label"] == "第二条"
    from_the_old = client.get(f"/api/documents/{old}/impact").json()["affected"]
    assert {one["question"] for one in from_the_old} == {"押金多少？", "为什么定这个办法？"}


@pytest.mark.parametrize(
    ("day", "notices"),
    [
        (date(2018, 5, 20), []),
        (
            date(2018, 6, 10),
            ["《示例市共享单车管理办法》自2018年7月1日起由新版本取代，届时请以新版本为准。"],
        ),
    ],
)
def test_an_answer_from_a_text_about_to_lapse_says_so(
    own_desk: Desk, submit: Submit, day: date, notices: list[str]
) -> None:
    submit(FIRST, "旧.txt")
    submit(SECOND, "新.txt")
    answer = own_desk.ask(QUESTION, as_of=day, channel=Channel.HTTP)
    assert answer.answer == "不超过300元"
    assert [one.message for one in answer.notices if one.kind == "lapsing"] == notices


def test_the_last_day_there_is_may_be_asked_for(own_desk: Desk, submit: Submit) -> None:
    submit(FIRST, "旧.txt")
    assert own_desk.ask(QUESTION, as_of=date.max, channel=Channel.HTTP).notices == ()


def test_the_version_of_the_day_answers(own_desk: Desk, submit: Submit) -> None:
    submit(SECOND, "新.txt")
    submit(FIRST, "旧.txt")
    for day, deposit in ((date(2018, 6, 30), "300元"), (date(2018, 7, 1), "200元")):
        answer = own_desk.ask(QUESTION, as_of=day, channel=Channel.HTTP)
        assert answer.answer is not None
        assert deposit in answer.answer


def test_the_command_line_shows_changes_endings_and_impact(
    tmp_path: Path,
    own_desk: Desk,
    submit: Submit,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WENJU_DATA_DIR", str(own_desk.settings.data_dir))
    old, new = submit(FIRST, "旧.txt"), submit(SECOND, "新.txt")
    assert main(["diff", new]) == 0
    assert "每辆单车的押金不超过[-300-]{+200+}元。" in capsys.readouterr().out
    assert main(["show", new]) == 0
    assert f"自 2018-07-01 起取代《示例市共享单车管理办法》（{old}）" in capsys.readouterr().out
    questions = tmp_path / "questions.jsonl"
    row = {"question": "押金上限？", "document": "旧.txt", "quote": "押金不超过300元"}
    questions.write_text(json.dumps(row, ensure_ascii=False) + "\n")
    assert main(["impact", new, "--questions", str(questions)]) == 0
    assert "条文有改动；现为" in capsys.readouterr().out
    assert main(["diff", old]) == 2
    assert "没有它更早的版本" in capsys.readouterr().err
