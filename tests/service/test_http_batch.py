"""Several questions in one request."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from service.http.schemas.answers import AnswersShape
from tests.service.problems import check_problem

QUESTION = "有多少个事项实现了两市通办？"


def ask(client: TestClient, questions: Any) -> list[dict[str, Any]]:
    response = client.post("/api/answers", json={"questions": questions})
    assert response.status_code == 200, response.text
    AnswersShape.model_validate(response.json())
    return list(response.json()["answers"])


def test_each_question_has_the_answer_it_has_by_itself(
    client: TestClient, ids: dict[str, str]
) -> None:
    question = "示例市转办事项多少个工作日内办结？"
    asked = [
        {"question": QUESTION},
        {"question": question, "as_of": "2015-01-01"},
        {"question": QUESTION, "filter": {"documents": [ids["measures"]]}},
    ]
    for one, body in zip(ask(client, asked), asked, strict=True):
        alone = client.post("/api/answer", json=body).json()
        for changing in ("id", "trace"):
            del one["answer"][changing], alone[changing]
        assert one == {"answer": alone, "problem": None}


def test_a_bad_question_spoils_no_other(client: TestClient) -> None:
    bad = [
        ({"question": ""}, "empty_question"),
        ({"question": "问" * 1001}, "question_too_long"),
        ({"question": "多少\x00个"}, "unreadable_text"),
        ({"question": "a", "as_of": "2026-02-30"}, "invalid_day"),
        ({"question": "a", "as_off": "2026-01-31"}, "unknown_field"),
        ({}, "missing_field"),
        ("问题", "invalid_body"),
        (None, "invalid_body"),
    ]
    good = {"question": QUESTION}
    answers = ask(client, [good, *(body for body, _ in bad), good])
    assert answers[0]["answer"]["answer"] == answers[-1]["answer"]["answer"] == "56 个事项"
    for answer, (_, code) in zip(answers[1:-1], bad, strict=True):
        assert answer["answer"] is None
        assert answer["problem"]["code"] == code
        assert answer["problem"]["instance"] == "/api/answers"


@pytest.mark.parametrize("count", [0, 51])
def test_one_to_fifty_questions_are_taken(client: TestClient, count: int) -> None:
    response = client.post("/api/answers", json={"questions": [{"question": "a"}] * count})
    check_problem(response, 422, "invalid_field")


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(body=JSON | some.fixed_dictionaries({"questions": some.lists(JSON, max_size=3)}))
def test_no_batch_at_all_is_a_fault(client: TestClient, body: object) -> None:
    response = client.post(
        "/api/answers",
        content=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    assert response.status_code in {200, 400, 422}, response.text
    if response.is_success:
        AnswersShape.model_validate(response.json())
