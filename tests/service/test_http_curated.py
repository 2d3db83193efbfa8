import pytest

from index.store.gaps import Miss
from service.desk import Desk
from service.http.schemas.answers import AnswerShape
from service.http.schemas.curated import (
    CuratedListShape,
    CuratedShape,
    FeedbackListShape,
    GapListShape,
)
from tests.service.conftest import MEASURES, local_client, worker
from tests.service.problems import check_problem

DRAFT = {
    "question": "办事大厅周末开门吗？",
    "answer": "周六上午开门",
    "wordings": ["星期六能去办事大厅吗？"],
    "valid_until": "2099-01-01",
}


def test_a_curated_answer_is_kept_changed_and_taken_away(own_desk: Desk) -> None:
    client = local_client(own_desk)
    response = client.post("/api/curated", json=DRAFT)
    assert response.status_code == 201
    kept = CuratedShape.model_validate_json(response.content)
    path = response.headers["location"]
    assert client.get(path).json() == response.json()
    changed = client.put(path, json={**DRAFT, "answer": "周末都开门"})
    assert changed.json()["answer"] == "周末都开门"
    listed = CuratedListShape.model_validate_json(client.get("/api/curated").content)
    assert [one.id for one in listed.curated] == [kept.id]
    assert client.delete(path).status_code == 204
    for response in (client.get(path), client.put(path, json=DRAFT), client.delete(path)):
        check_problem(response, 404, "curated_not_found")


def test_a_basis_must_stand_in_a_document(own_desk: Desk) -> None:
    client = local_client(own_desk)
    own_desk.knowledge_base.submit(MEASURES.encode(), "办法.txt")
    worker(own_desk.settings.data_dir).run_until_idle()
    own_desk.knowledge_base.catch_up()
    [document] = own_desk.knowledge_base.documents()
    basis = {"document_id": document.id, "start": 0, "end": document.length}
    kept = client.post("/api/curated", json={**DRAFT, "basis": basis})
    assert kept.json()["basis"] == basis
    beyond = {**basis, "end": document.length + 1}
    check_problem(
        client.post("/api/curated", json={**DRAFT, "basis": beyond}), 422, "invalid_request"
    )
    nowhere = {**basis, "document_id": "none"}
    check_problem(
        client.post("/api/curated", json={**DRAFT, "basis": nowhere}), 404, "document_not_found"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"question": ""}, "empty_question"),
        ({"question": "问" * 1001}, "question_too_long"),
        ({"answer": ""}, "invalid_field"),
        ({"answer": " "}, "invalid_request"),
        ({"answer": "a\x00b"}, "unreadable_text"),
        ({"wordings": [""]}, "empty_question"),
        ({"wordings": "a"}, "invalid_field"),
        ({"valid_from": "2099-01-02"}, "invalid_request"),
        ({"valid_from": "soon"}, "invalid_day"),
        ({"disclosure": "secret"}, "invalid_field"),
        ({"basis": {"document_id": "a"}}, "missing_field"),
        ({"note": ""}, "unknown_field"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(
    own_desk: Desk, changes: dict[str, object], code: str
) -> None:
    client = local_client(own_desk)
    check_problem(client.post("/api/curated", json={**DRAFT, **changes}), 422, code)
    assert client.get("/api/curated").json()["curated"] == []


def test_gaps_are_listed_and_dismissed(own_desk: Desk) -> None:
    client = local_client(own_desk)
    for question in ("食堂几点开门？", "食堂几点开门", "停车收费吗？"):
        own_desk.knowledge_base.gaps.record([Miss(question, "no_basis", "web")])
    listed = GapListShape.model_validate_json(client.get("/api/gaps").content).gaps
    assert [(gap.times, gap.reason) for gap in listed] == [(2, "no_basis"), (1, "no_basis")]
    assert client.delete("/api/gaps", params={"key": listed[0].key}).status_code == 204
    [left] = client.get("/api/gaps").json()["gaps"]
    assert left["question"] == "停车收费吗？"


@pytest.mark.parametrize("headers", [{}, {"origin": "http://127.0.0.1:8000"}])
def test_feedback_is_kept_with_the_channel_it_came_by(
    own_desk: Desk, headers: dict[str, str]
) -> None:
    client = local_client(own_desk)
    body = {"answer_id": "a1", "verdict": "wrong", "comment": " 以最新通报为准 "}
    assert client.post("/api/feedback", json=body, headers=headers).status_code == 204
    listed = FeedbackListShape.model_validate_json(client.get("/api/feedback").content)
    [kept] = listed.feedback
    assert (kept.answer_id, kept.verdict, kept.comment) == ("a1", "wrong", "以最新通报为准")
    assert kept.channel == ("web" if headers else "http")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verdict": "great"}, "invalid_field"),
        ({"answer_id": ""}, "invalid_field"),
        ({"comment": "长" * 2001}, "invalid_field"),
        ({"comment": "\x07"}, "unreadable_text"),
    ],
)
def test_feedback_that_makes_no_sense_is_refused(
    own_desk: Desk, changes: dict[str, object], code: str
) -> None:
    body = {"answer_id": "a1", "verdict": "useful", **changes}
    check_problem(local_client(own_desk).post("/api/feedback", json=body), 422, code)


def test_a_curated_answer_is_given_to_who_asks_just_that(own_desk: Desk) -> None:
    client = local_client(own_desk)
    client.post("/api/curated", json={**DRAFT, "script": "周六上午九点开门。"})
    for question in ("办事大厅周末开门吗？", "星期六能去办事大厅吗"):
        answer = client.post("/api/answer", json={"question": question}).json()
        AnswerShape.model_validate(answer)
        assert (answer["outcome"], answer["answer"]) == ("answered", "周六上午开门")
    other = client.post("/api/answer", json={"question": "办事大厅几点关门？"}).json()
    assert other["outcome"] == "refused"
    internal = {**DRAFT, "question": "值班电话是多少？", "disclosure": "internal"}
    client.post("/api/curated", json=internal)
    hidden = client.post("/api/answer", json={"question": "值班电话是多少？"}).json()
    assert hidden["outcome"] == "refused"


def test_a_question_without_an_answer_becomes_a_gap_until_it_is_answered(own_desk: Desk) -> None:
    client = local_client(own_desk)
    refused = client.post("/api/answer", json={"question": DRAFT["question"]}).json()
    assert refused["outcome"] == "refused"
    own_desk.knowledge_base.journal.close()  # writes what waits
    [gap] = client.get("/api/gaps").json()["gaps"]
    assert gap["question"] == DRAFT["question"]
    body = {"answer_id": refused["id"], "verdict": "wrong", "comment": ""}
    assert client.post("/api/feedback", json=body).status_code == 204
    [kept] = client.get("/api/feedback").json()["feedback"]
    assert kept["answered"]["question"] == DRAFT["question"]
    client.post("/api/curated", json=DRAFT)
    assert client.get("/api/gaps").json()["gaps"] == []
