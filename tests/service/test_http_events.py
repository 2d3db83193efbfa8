"""An answer as server-sent events, read off a real connection."""

import json
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from index.errors import StoreError
from service.desk import Desk
from tests.service.conftest import local_client
from tests.service.problems import check_problem

QUESTION = "有多少个事项实现了两市通办？"
EVENTS = {"accept": "text/event-stream"}


def read(text: str) -> list[tuple[str, Any]]:
    """Return the events with their data, as a browser's EventSource would take them."""
    events = []
    for block in text.split("\n\n"):
        fields = [line.partition(": ")[::2] for line in block.splitlines()]
        if fields:
            assert [name for name, _ in fields] == ["event", "data"]
            events.append((fields[0][1], json.loads(fields[1][1])))
    return events


def stream(site: str, body: dict[str, Any]) -> list[tuple[str, Any]]:
    response = httpx2.post(f"{site}/api/answer", json=body, headers=EVENTS)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    return read(response.text)


def test_each_step_is_told_and_the_last_event_is_the_answer(site: str) -> None:
    events = stream(site, {"question": QUESTION})
    names = [name for name, _ in events]
    assert names == ["received", "understood", "retrieved", "read", "answer"]
    assert events[0][1] == {"question": QUESTION}
    assert all(data["elapsed_ms"] >= 0 for _, data in events[1:-1])


def test_the_streamed_answer_is_the_one_that_is_given_without_streaming(site: str) -> None:
    for question in (QUESTION, "火星上住了多少人？"):
        streamed = stream(site, {"question": question})[-1][1]
        at_once = httpx2.post(f"{site}/api/answer", json={"question": question}).json()
        for changing in ("id", "trace"):
            del streamed[changing], at_once[changing]
        assert streamed == at_once


def test_what_is_wrong_with_a_question_is_told_before_the_stream_begins(
    client: TestClient,
) -> None:
    response = client.post("/api/answer", json={"question": " "}, headers=EVENTS)
    check_problem(response, 422, "empty_question")
    body = {"question": QUESTION, "as_of": "2026-02-30"}
    check_problem(client.post("/api/answer", json=body, headers=EVENTS), 422, "invalid_day")


def test_what_fails_on_the_way_is_told_as_an_event(
    own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("知识库暂时读不了，请稍后重试。")

    monkeypatch.setattr(own_desk, "ask", fail)
    response = local_client(own_desk).post(
        "/api/answer", json={"question": QUESTION}, headers=EVENTS
    )
    name, problem = read(response.text)[-1]
    assert (name, problem["code"], problem["status"]) == ("problem", "store_error", 503)
    assert problem["instance"] == "/api/answer"


def test_a_client_that_offers_http_2_is_answered_all_the_same(site: str) -> None:
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAEAAA"}
    response = httpx2.post(f"{site}/api/answer", json={"question": QUESTION}, headers=offer)
    assert response.json()["answer"] == "56 个事项"


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("text/event-stream", True),
        ("TEXT/EVENT-STREAM;q=1, */*", True),
        ("image/png, text/event-stream", True),
        ("application/json, text/event-stream", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_events_come_only_where_the_client_would_rather_have_them(
    client: TestClient, accept: str, streams: bool
) -> None:
    response = client.post("/api/answer", json={"question": QUESTION}, headers={"accept": accept})
    assert response.headers["content-type"].startswith("text/event-stream") is streams
