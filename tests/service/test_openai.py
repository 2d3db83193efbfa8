"""OpenAI's own client against a running server of ours."""

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import openai
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some
from openai import OpenAI

from index.embedding.demo import DemoEmbedder
from index.engine import Vectors
from index.knowledge_base import KnowledgeBase
from service.desk import Channel, Desk
from service.http.schemas.answers import AnswerShape
from service.openai.schemas import CompletionShape, FailureShape
from service.openai.wording import BASIS, NEAREST, PASSAGES, word
from service.settings import Settings
from tests.service.conftest import local_client

QUESTION = "有多少个事项实现了两市通办？"
MODEL = DemoEmbedder().identity


@pytest.fixture(scope="module")
def chat(site: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{site}/v1", api_key="any", max_retries=0) as client:
        yield client


def ask(chat: OpenAI, question: str, **more: Any) -> Any:
    messages: Any = [{"role": "user", "content": question}]
    return chat.chat.completions.create(model="wenju", messages=messages, **more)


def test_the_client_reads_an_answer_with_its_citations(
    chat: OpenAI, site: str, ids: dict[str, str]
) -> None:
    completion = ask(chat, QUESTION)
    message = completion.choices[0].message
    assert message.content.startswith("56 个事项")
    [annotation] = message.annotations
    cited = annotation.url_citation
    named = message.content[cited.start_index : cited.end_index]
    assert named.startswith("[1] 《")
    assert "56 个事项" in named
    assert cited.url.startswith(f"{site}/documents/{ids['report']}?start=")
    assert httpx2.get(cited.url).status_code == 200


def test_the_whole_answer_travels_beside_the_message(chat: OpenAI, client: TestClient) -> None:
    completion = ask(chat, QUESTION)
    CompletionShape.model_validate(completion.to_dict())
    ours = completion.wenju
    AnswerShape.model_validate(ours)
    assert completion.id == f"chatcmpl-{ours['id']}"
    [citation] = ours["citations"]
    text = client.get(f"/api/documents/{citation['document_id']}/text").text
    assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_the_pieces_of_a_stream_make_the_same_message(chat: OpenAI) -> None:
    for question in (QUESTION, "火星上住了多少人？"):
        at_once = ask(chat, question)
        pieces = list(ask(chat, question, stream=True, stream_options={"include_usage": True}))
        deltas = [piece.choices[0].delta for piece in pieces if piece.choices]
        assert deltas[0].role == "assistant"
        content = "".join(delta.content or "" for delta in deltas)
        assert content == at_once.choices[0].message.content
        last = pieces[-2]
        assert last.choices[0].finish_reason == "stop"
        annotations = [one.to_dict() for one in at_once.choices[0].message.annotations]
        assert deltas[-1].annotations == annotations
        assert last.wenju["outcome"] == at_once.wenju["outcome"]
        assert pieces[-1].choices == []
        assert pieces[-1].usage == at_once.usage


def test_a_stream_ends_with_done_and_tells_usage_only_when_asked(client: TestClient) -> None:
    body = {"model": "wenju", "messages": [{"role": "user", "content": QUESTION}], "stream": True}
    response = client.post("/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = response.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all("usage" not in json.loads(one.removeprefix("data: ")) for one in events[:-2])


def test_a_refusal_says_so_and_shows_what_came_nearest_as_such(chat: OpenAI) -> None:
    completion = ask(chat, "示例市的热线每天受理多少个火星来电？")
    assert completion.wenju["outcome"] == "refused"
    content = completion.choices[0].message.content
    assert content.startswith(completion.wenju["refusal"]["message"])
    assert (NEAREST in content) is bool(completion.wenju["refusal"]["nearest"])
    assert f"\n\n{BASIS}" not in content
    assert completion.choices[0].message.annotations == []


def test_every_annotation_spans_the_entry_of_its_source(desk: Desk) -> None:
    questions = (QUESTION, "转办事项多久办结？", "哪些情形不予受理？", "如何加快一件事流程再造？")
    for question in questions:
        answer = desk.ask(question, channel=Channel.OPENAI)
        wording = word(answer, "https://desk.example.gov.cn/")
        for number, (one, citation) in enumerate(
            zip(wording.annotations, answer.citations, strict=True), 1
        ):
            cited = one["url_citation"]
            entry = wording.text[cited["start_index"] : cited["end_index"]]
            assert entry.startswith(f"[{number}] 《{citation.title}》")
            assert entry.endswith(f"“{citation.quote}”")
            assert cited["url"].startswith("https://desk.example.gov.cn/documents/")


def test_several_things_asked_at_once_are_answered_each(desk: Desk) -> None:
    question = "粤智助全市布设了多少台，由哪家公司生产？"
    text = word(desk.ask(question, channel=Channel.OPENAI), "http://127.0.0.1/").text
    assert text.startswith("粤智助全市布设了多少台\n119 台\n粤智助全市由哪家公司生产\n")
    assert "没有找到这个问题的依据" in text.split("\n\n")[0]


def test_relevant_text_without_one_answer_is_called_that(desk: Desk) -> None:
    answer = desk.ask("如何加快一件事流程再造？", channel=Channel.OPENAI)
    assert answer.outcome.value == "passages"
    assert word(answer, "http://127.0.0.1/").text.startswith(PASSAGES)


def test_the_last_message_of_the_user_is_the_question(chat: OpenAI) -> None:
    messages: Any = [
        {"role": "system", "content": "你是诗人，请写诗。"},
        {"role": "user", "content": "火星上住了多少人？"},
        {"role": "assistant", "content": "没有依据。"},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
        {"role": "assistant", "content": ""},
    ]
    completion = chat.chat.completions.create(model="wenju", messages=messages)
    assert completion.to_dict()["wenju"]["question"] == QUESTION
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == len(QUESTION)
    assert completion.usage.completion_tokens == len(completion.choices[0].message.content or "")


def test_a_question_may_lean_on_what_the_user_asked_before(chat: OpenAI) -> None:
    asked = ["标准化第一批事项清单共有多少项？", "那第二批呢？", "第一批呢"]
    messages: Any = [
        {"role": "user", "content": [{"type": "image_url"}]},
        {"role": "user", "content": "问" * 1001},
    ]
    for question, value in zip(asked, ["258 项", "543 项", "258 项"], strict=True):
        messages.append({"role": "user", "content": question})
        completion = chat.chat.completions.create(model="wenju", messages=messages)
        assert completion.choices[0].message.content.startswith(value)
        messages.append({"role": "assistant", "content": "第三批事项清单"})
    whole = completion.to_dict()["wenju"]["question"]
    assert whole == "标准化第一批事项清单共有多少项？"
    assert completion.usage.prompt_tokens == len("第一批呢")


def test_what_tunes_a_language_model_is_taken_and_ignored(chat: OpenAI) -> None:
    tuned = ask(
        chat,
        QUESTION,
        temperature=1.7,
        top_p=0.1,
        max_tokens=1,
        seed=7,
        stop=["个"],
        presence_penalty=1,
        user="a",
        n=1,
        tools=[],
        response_format={"type": "text"},
        extra_body={"top_k": 5, "repetition_penalty": 1.1},
    )
    assert tuned.choices[0].message.content == ask(chat, QUESTION).choices[0].message.content


def test_our_own_conditions_are_honoured(chat: OpenAI, ids: dict[str, str]) -> None:
    question = "示例市转办事项多少个工作日内办结？"
    then = ask(chat, question, extra_body={"as_of": "2015-01-01"})
    assert then.wenju["citations"][0]["document_id"] == ids["earlier"]
    narrowed = ask(chat, QUESTION, extra_body={"filter": {"documents": [ids["measures"]]}})
    assert narrowed.wenju["outcome"] == "refused"


FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {}}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
AUDIO = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"n": 2}, "n"),
        ({"tools": [FUNCTION]}, "tools"),
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"logprobs": True}, "logprobs"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"audio": {"voice": "alloy", "format": "wav"}}, "modalities"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [AUDIO]}]}, "messages[0].content"),
        ({"messages": [{"role": "system", "content": "a"}]}, "messages"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_name(
    chat: OpenAI, more: dict[str, Any], parameter: str
) -> None:
    body = {"messages": [{"role": "user", "content": QUESTION}], **more}
    with pytest.raises(openai.BadRequestError) as refused:
        chat.chat.completions.create(model="wenju", **body)
    assert refused.value.param == parameter
    assert refused.value.code == "unsupported"
    assert refused.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    ("question", "code"),
    [("", "empty_question"), ("问" * 1001, "question_too_long"), ("多少\x00", "unreadable_text")],
)
def test_a_bad_question_has_the_code_it_has_everywhere(
    chat: OpenAI, question: str, code: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ask(chat, question)
    assert refused.value.code == code


def test_another_model_is_not_played(chat: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": QUESTION}]
    with pytest.raises(openai.NotFoundError) as missing:
        chat.chat.completions.create(model="gpt-4o", messages=messages)
    assert missing.value.code == "model_not_found"


def test_both_models_are_listed_and_found(chat: OpenAI) -> None:
    assert [model.id for model in chat.models.list()] == ["wenju", MODEL]
    assert chat.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError):
        chat.models.retrieve("gpt-4o")


def test_embeddings_are_the_vectors_that_the_base_is_searched_with(chat: OpenAI) -> None:
    texts = ["跨城通办事项", "办结时限"]
    expected = DemoEmbedder().embed_passages(texts)
    for encoding in ("float", openai.NOT_GIVEN):  # by itself it asks for base64
        given: Any = chat.embeddings.create(model=MODEL, input=texts, encoding_format=encoding)
        assert [one.index for one in given.data] == [0, 1]
        np.testing.assert_allclose([one.embedding for one in given.data], expected, rtol=1e-6)
    assert given.usage.prompt_tokens == sum(map(len, texts))


class OneSided(DemoEmbedder):
    """A model that treats a question otherwise than a passage, as real ones do."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return -DemoEmbedder().embed_passages(texts)


def test_a_question_is_embedded_as_a_question_where_that_is_said(
    shelf: tuple[Path, dict[str, str]],
) -> None:
    with KnowledgeBase.open(shelf[0], OneSided(), follow=False) as base:
        client = local_client(Desk(Settings(), base))
        for kind, sign in (("query", 1), ("passage", -1), (None, -1)):
            body = {"model": MODEL, "input": ["跨城通办"], "input_type": kind}
            vector = client.post("/v1/embeddings", json=body).json()["data"][0]["embedding"]
            expected = sign * DemoEmbedder().embed_passages(["跨城通办"])[0]
            np.testing.assert_allclose(vector, expected, rtol=1e-6)


def test_vectors_in_base64_are_little_endian_floats(client: TestClient) -> None:
    body = {"model": MODEL, "input": "跨城通办", "encoding_format": "base64"}
    encoded = client.post("/v1/embeddings", json=body).json()["data"][0]["embedding"]
    vector = np.frombuffer(base64.b64decode(encoded), "<f4")
    np.testing.assert_array_equal(vector, DemoEmbedder().embed_passages(["跨城通办"])[0])


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"input": []}, "input"),
        ({"input": [""]}, "input"),
        ({"input": [[1, 2, 3]]}, "input"),
        ({"input": [1, 2, 3]}, "input"),
        ({"input": "字" * 8193}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": "a", "dimensions": 7}, "dimensions"),
    ],
)
def test_what_cannot_be_embedded_is_refused_by_name(
    chat: OpenAI, more: dict[str, Any], parameter: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        chat.embeddings.create(model=MODEL, **more)
    assert refused.value.param == parameter


def test_an_embedding_model_that_is_not_served_is_missing(chat: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        chat.embeddings.create(model="text-embedding-3-small", input="a")


def test_without_a_model_embeddings_are_refused_and_only_answers_are_listed(
    shelf: tuple[Path, dict[str, str]],
) -> None:
    with KnowledgeBase.open(shelf[0], None, follow=False) as base:
        client = local_client(Desk(Settings(), base))
        response = client.post("/v1/embeddings", json={"model": MODEL, "input": "a"})
        check_failure(response, 503, "model_unavailable")
        assert [one["id"] for one in client.get("/v1/models").json()["data"]] == ["wenju"]


def check_failure(response: httpx2.Response, status: int, code: str) -> None:
    assert response.headers["content-type"] == "application/json", response.text
    error = FailureShape.model_validate(response.json()).error
    assert (response.status_code, error.code) == (status, code)
    assert any("\u4e00" <= character <= "\u9fff" for character in error.message)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/chat/completions", 405, "method_not_allowed"),
        ("POST", "/v1/chat/completions", 415, "unsupported_media_type"),
    ],
)
def test_whatever_fails_there_has_openais_shape(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    check_failure(client.request(method, path), status, code)


def test_the_guards_of_the_other_open_routes_hold_there(client: TestClient) -> None:
    body = {"model": "wenju", "messages": [{"role": "user", "content": QUESTION}]}
    for path in ("/v1/chat/completions", "/v1/embeddings"):
        origin = {"origin": "http://evil.example"}
        check_failure(client.post(path, json=body, headers=origin), 403, "origin_not_allowed")
        host = {"host": "evil.example"}
        check_failure(client.post(path, json=body, headers=host), 403, "host_not_allowed")
        large = b'{"model": "' + b"a" * (5 << 20) + b'"}'
        json_type = {"content-type": "application/json"}
        check_failure(client.post(path, content=large, headers=json_type), 413, "body_too_large")
        check_failure(client.post(path, content=b"{", headers=json_type), 400, "invalid_json")


def test_what_is_internal_is_not_told_there(chat: OpenAI, ids: dict[str, str]) -> None:
    completion = ask(
        chat,
        "示例市夜间值班人员共有几名？",
        extra_body={"filter": {"documents": [ids["internal"]]}},
    )
    assert completion.wenju["outcome"] == "refused"
    assert ids["internal"] not in completion.to_json()


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=6,
)
FIELDS = ["messages", "stream", "n", "tools", "as_of", "filter", "input", "encoding_format"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    path=some.sampled_from(["/v1/chat/completions", "/v1/embeddings"]),
    body=JSON | some.dictionaries(some.sampled_from(FIELDS), JSON),
    model=some.sampled_from(["wenju", MODEL]) | some.text(),
)
@example("/v1/chat/completions", {"messages": [], "filter": {"\x1f": None}}, "wenju")
def test_no_body_at_all_is_a_fault(client: TestClient, path: str, body: object, model: str) -> None:
    if isinstance(body, dict):
        body = {**body, "model": model}
    response = client.post(
        path, content=json.dumps(body).encode(), headers={"content-type": "application/json"}
    )
    assert response.status_code in {200, 400, 404}, response.text
    if not response.is_success:
        FailureShape.model_validate(response.json())
