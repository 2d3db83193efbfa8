"""`Idempotency-Key`: what is sent twice is done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from index.document import SHANGHAI
from index.store.api_keys import ApiKeyDraft
from index.store.idempotency import IdempotentWrites, Write
from service.desk import Desk
from service.http.application import build_application
from tests.service.conftest import MEASURES, local_client
from tests.service.problems import check_problem

DRAFT = {"question": "办事大厅周末开门吗？", "answer": "周六上午开门"}
KEY = {"idempotency-key": "3f0c6a1e-7a3b-4a3e-9a60-0d5f5d6f7c11"}


@pytest.fixture
def client(own_desk: Desk) -> TestClient:
    return local_client(own_desk)


def add(client: TestClient, draft: dict[str, Any], **headers: str) -> httpx2.Response:
    return client.post("/api/curated", json=draft, headers={**KEY, **headers})


def test_a_write_sent_again_is_done_once_and_answered_the_same(client: TestClient) -> None:
    first, again = add(client, DRAFT), add(client, DRAFT)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(client.get("/api/curated").json()["curated"]) == 1


def test_the_key_is_refused_for_another_body_or_another_address(client: TestClient) -> None:
    made = add(client, DRAFT).json()
    other = {**DRAFT, "answer": "周日也开门"}
    check_problem(add(client, other), 422, "idempotency_key_reused")
    changed = client.put(f"/api/curated/{made['id']}", json=DRAFT, headers=KEY)
    check_problem(changed, 422, "idempotency_key_reused")


def test_a_removal_sent_again_is_no_failure(client: TestClient) -> None:
    made = client.post("/api/curated", json=DRAFT).json()
    for _ in range(2):
        removed = client.delete(f"/api/curated/{made['id']}", headers=KEY)
        assert (removed.status_code, removed.content) == (204, b"")
    check_problem(client.delete(f"/api/curated/{made['id']}"), 404, "curated_not_found")


def test_a_file_sent_again_is_the_same_job_whatever_the_boundary(
    client: TestClient, work: Callable[[], None]
) -> None:
    def send(content: bytes) -> httpx2.Response:
        return client.post("/api/documents", files={"file": ("办法.txt", content)}, headers=KEY)

    first = send(MEASURES.encode())
    assert first.status_code == 202
    work()
    again = send(MEASURES.encode())
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    check_problem(send(b"other"), 422, "idempotency_key_reused")
    assert client.get("/api/documents").json()["total"] == 1


def test_what_failed_may_be_corrected_under_the_same_key(client: TestClient) -> None:
    check_problem(add(client, {**DRAFT, "question": ""}), 422, "empty_question")
    assert add(client, DRAFT).status_code == 201


def test_a_write_that_goes_on_is_not_begun_twice(
    client: TestClient, own_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = IdempotentWrites.begin

    def begun_elsewhere(self: IdempotentWrites, write: Write, now: datetime) -> Any:
        begin(self, write, now)
        return begin(self, write, now)

    monkeypatch.setattr(IdempotentWrites, "begin", begun_elsewhere)
    refused = add(client, DRAFT)
    check_problem(refused, 409, "idempotency_key_in_use")
    assert refused.headers["retry-after"] == "1"
    assert own_desk.knowledge_base.curated.all() == []


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_what_is_no_key_is_refused(client: TestClient, key: str) -> None:
    response = client.post(
        "/api/curated", json=DRAFT, headers={"idempotency-key": key.encode("latin-1")}
    )
    check_problem(response, 422, "invalid_idempotency_key")


def test_two_programs_may_choose_the_same_key(own_desk: Desk) -> None:
    application = build_application(own_desk, own_desk.settings)
    client = TestClient(application, base_url="http://10.0.0.1", client=("10.0.0.7", 50000))
    for _ in range(2):
        draft = ApiKeyDraft("test", ("curate",))
        _, text = own_desk.knowledge_base.api_keys.create(draft, datetime.now(SHANGHAI))
        assert add(client, DRAFT, authorization=f"Bearer {text}").status_code == 201
    assert len(own_desk.knowledge_base.curated.all()) == 2
