import json
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from service.desk import Channel, Desk
from service.http.schemas.answers import AnswerShape, SearchShape, SuggestionsShape
from service.presentation import answer_json
from tests.service.problems import check_problem

QUESTION = "有多少个事项实现了两市通办？"


def ask(client: TestClient, question: str, **more: object) -> dict[str, object]:
    response = client.post("/api/answer", json={"question": question, **more})
    assert response.status_code == 200, response.text
    AnswerShape.model_validate(response.json())
    return dict(response.json())


def test_a_question_is_answered_with_its_quote(client: TestClient, ids: dict[str, str]) -> None:
    answer = ask(client, QUESTION)
    assert answer["outcome"] == "answered"
    assert answer["answer"] == "56 个事项"
    [citation] = answer["citations"]
    assert citation["document_id"] == ids["report"]
    assert citation["document_number"] == "鹤政数〔2022〕17号"
    assert "56 个事项" in citation["quote"]


def test_every_quote_stands_where_its_offsets_say(client: TestClient) -> None:
    for question in (QUESTION, "转办事项多久办结？", "共有多少名志愿者？"):
        for citation in ask(client, question)["citations"]:
            text = client.get(f"/api/documents/{citation['document_id']}/text").text
            assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_refusal_is_an_answer_with_a_reason(client: TestClient) -> None:
    answer = ask(client, "火星上住了多少人？")
    assert answer["outcome"] == "refused"
    assert answer["citations"] == []
    assert answer["answer"] is None
    assert answer["refusal"]["message"]


def test_the_answer_is_the_one_that_the_presentation_makes(client: TestClient, desk: Desk) -> None:
    over_http = ask(client, QUESTION)
    at_the_desk = answer_json(desk.ask(QUESTION, channel=Channel.HTTP))
    for changing in ("id", "trace"):
        del over_http[changing], at_the_desk[changing]
    assert over_http == json.loads(json.dumps(at_the_desk))


def test_several_things_asked_at_once_are_answered_each(client: TestClient) -> None:
    answer = ask(client, "标准化第一批和第二批事项清单分别有多少项？")
    assert [part["answer"] for part in answer["parts"]] == ["258 项", "543 项"]
    assert [part["question"] for part in answer["parts"]] == [
        "标准化第一批事项清单有多少项",
        "标准化第二批事项清单有多少项",
    ]
    assert all(part["citations"][0] in answer["citations"] for part in answer["parts"])
    assert ask(client, QUESTION)["parts"] == []


def test_a_question_may_lean_on_the_one_before(client: TestClient) -> None:
    before = "标准化第一批事项清单共有多少项？"
    answer = ask(client, "那第二批呢？", previous=before)
    assert answer["question"] == "标准化第二批事项清单共有多少项？"
    assert answer["answer"] == "543 项"
    assert ask(client, QUESTION, previous=before)["question"] == QUESTION
    several = {"questions": [{"question": "那第二批呢？", "previous": before}]}
    [one] = client.post("/api/answers", json=several).json()["answers"]
    assert one["answer"]["answer"] == "543 项"
    assert ask(client, QUESTION, previous="")["question"] == QUESTION


@pytest.mark.parametrize(
    ("previous", "code"),
    [
        ("问" * 1001, "invalid_field"),
        ("第一批\ud800有几项", "unreadable_text"),
        (1, "invalid_field"),
    ],
)
def test_a_bad_question_before_is_a_problem(
    client: TestClient, previous: object, code: str
) -> None:
    body = json.dumps({"question": "第二批呢", "previous": previous}).encode()
    refused = client.post("/api/answer", content=body, headers={"content-type": "application/json"})
    check_problem(refused, 422, code)


def test_as_of_an_earlier_day_the_text_of_that_day_answers(
    client: TestClient, ids: dict[str, str]
) -> None:
    question = "示例市转办事项多少个工作日内办结？"
    now = ask(client, question)["citations"][0]["document_id"]
    then = ask(client, question, as_of="2015-01-01")["citations"][0]["document_id"]
    assert (now, then) == (ids["measures"], ids["earlier"])


def test_a_filter_narrows_what_may_answer(client: TestClient, ids: dict[str, str]) -> None:
    assert ask(client, QUESTION, filter={"documents": [ids["measures"]]})["outcome"] == "refused"
    assert ask(client, QUESTION, filter={"kinds": ["report"]})["outcome"] == "answered"


def test_what_is_internal_answers_nobody_over_http(client: TestClient, ids: dict[str, str]) -> None:
    question = "示例市夜间值班人员共有几名？"
    narrowed = ask(client, question, filter={"documents": [ids["internal"]]})
    assert narrowed["outcome"] == "refused"
    assert ids["internal"] not in json.dumps(ask(client, question))
    found = client.get("/api/search", params={"q": question}).json()
    assert ids["internal"] not in json.dumps(found)


@pytest.mark.parametrize("length", [1, 1000])
def test_questions_up_to_a_thousand_characters_are_taken(client: TestClient, length: int) -> None:
    ask(client, "问" * length)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "empty_question"),
        (" \n\u3000", "empty_question"),
        ("问" * 1001, "question_too_long"),
        ("问" * 100_000, "question_too_long"),
        ("多少\x00个", "unreadable_text"),
        ("多少\x1b[31m个", "unreadable_text"),
        ("多少\ufffd个", "unreadable_text"),
        ("多少\x85个", "unreadable_text"),
    ],
)
def test_a_bad_question_is_refused_with_its_code(
    client: TestClient, question: str, code: str
) -> None:
    check_problem(client.post("/api/answer", json={"question": question}), 422, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "missing_field"),
        (b"{", 400, "invalid_json"),
        (b'{"question": "\xff\xfe"}', 400, "invalid_body"),
        (b'{"question": "\\ud800"}', 422, "unreadable_text"),
        (b"[" * 100_000, 400, "invalid_body"),
        (b"[]", 422, "invalid_body"),
        (b"null", 422, "invalid_body"),
        (b'"question"', 422, "invalid_body"),
        (b"{}", 422, "missing_field"),
        (b'{"question": 56}', 422, "invalid_field"),
        (b'{"question": null}', 422, "invalid_field"),
        (b'{"question": ["a"]}', 422, "invalid_field"),
        (b'{"question": "a", "as_off": "2026-01-31"}', 422, "unknown_field"),
        (b'{"question": "a", "as_of": "2026-02-30"}', 422, "invalid_day"),
        (b'{"question": "a", "as_of": "yesterday"}', 422, "invalid_day"),
        (b'{"question": "a", "as_of": "20260131"}', 422, "invalid_day"),
        (b'{"question": "a", "as_of": 20260131}', 422, "invalid_field"),
        (b'{"question": "a", "filter": {"issuer": []}}', 422, "unknown_field"),
        (b'{"question": "a", "filter": {"kinds": ["poem"]}}', 422, "invalid_field"),
        (b'{"question": "a", "filter": []}', 422, "invalid_field"),
        (b'{"question": ' + b"9" * 5000 + b"}", 400, "invalid_body"),
    ],
)
def test_a_bad_body_is_a_problem_and_never_a_fault(
    client: TestClient, body: bytes, status: int, code: str
) -> None:
    response = client.post(
        "/api/answer", content=body, headers={"content-type": "application/json"}
    )
    check_problem(response, status, code)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_body_that_is_not_json_by_name_is_refused(
    client: TestClient, content_type: str | None
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = client.post("/api/answer", content=b'{"question": "a"}', headers=headers)
    check_problem(response, 415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_refused_whatever_length_it_declares(
    client: TestClient,
) -> None:
    body = b'{"question": "' + b"a" * (5 << 20) + b'"}'
    headers = {"content-type": "application/json"}
    check_problem(client.post("/api/answer", content=body, headers=headers), 413, "body_too_large")
    in_parts = (body[start : start + 65536] for start in range(0, len(body), 65536))
    check_problem(
        client.post("/api/answer", content=in_parts, headers=headers), 413, "body_too_large"
    )


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=8,
)
FIELDS = some.sampled_from(["question", "as_of", "filter", "kinds"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=JSON | some.dictionaries(FIELDS, JSON) | some.fixed_dictionaries({"question": some.text()})
)
def test_no_body_at_all_is_a_fault(client: TestClient, body: object) -> None:
    response = client.post(
        "/api/answer",
        content=json.dumps(body).encode(),  # with surrogates as escapes, NaN and all
        headers={"content-type": "application/json"},
    )
    assert response.status_code in {200, 400, 422}, response.text
    if response.is_success:
        AnswerShape.model_validate(response.json())
    else:
        assert response.json()["code"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=some.binary(max_size=40))
def test_no_query_at_all_is_a_fault(client: TestClient, query: bytes) -> None:
    response = client.get("/api/search?q=" + quote(query))
    assert response.status_code in {200, 400, 422}, response.text


def test_searching_gives_whole_passages_in_order(client: TestClient) -> None:
    response = client.get("/api/search", params={"q": "跨城通办", "limit": 3})
    found = SearchShape.model_validate_json(response.content)
    assert [hit.rank for hit in found.hits] == [1, 2, 3]
    assert "跨城通办" in found.hits[0].citation.quote


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "missing_field"),
        ("q=", 422, "empty_question"),
        ("q=a&limit=0", 422, "invalid_field"),
        ("q=a&limit=many", 422, "invalid_field"),
        ("q=a&as_of=2026-13-01", 422, "invalid_day"),
        ("q=%ff%fe", 400, "invalid_encoding"),
        ("q=a%00b", 422, "unreadable_text"),
    ],
)
def test_a_bad_search_is_a_problem(client: TestClient, query: str, status: int, code: str) -> None:
    check_problem(client.get(f"/api/search?{query}"), status, code)


def test_the_suggestions_are_questions_that_are_answered(client: TestClient) -> None:
    response = client.get("/api/suggestions", params={"limit": 2})
    suggested = SuggestionsShape.model_validate_json(response.content).suggestions
    assert len(suggested) == 2
    for question in suggested:
        assert ask(client, question)["outcome"] == "answered"
