"""How much a caller may ask: counted by key and by address, for all server processes alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from index.document import SHANGHAI
from index.store.api_keys import ApiKeyDraft
from service.access import LOCAL, Caller, anonymous
from service.desk import Desk
from service.http.application import build_application
from service.http.counters import SharedCounters
from service.http.problems import Problem
from service.http.rates import FILE_NAME, RateLimits
from service.settings import Settings
from tests.service.problems import check_problem

Visitor = Callable[..., TestClient]


@pytest.fixture
def visitor(own_desk: Desk) -> Visitor:
    """Return a program on another machine; each has an application, as server processes do."""

    def visit(address: str = "10.0.0.7", **settings: object) -> TestClient:
        chosen = Settings(data_dir=own_desk.settings.data_dir, **settings)
        return TestClient(
            build_application(own_desk, chosen),
            base_url="http://10.0.0.1:8000",
            client=(address, 50000),
            raise_server_exceptions=False,
        )

    return visit


def make_key(desk: Desk, rate: str | None = None) -> dict[str, str]:
    draft = ApiKeyDraft("test", ("ask", "read"), rate_limit=rate)
    _, text = desk.knowledge_base.api_keys.create(draft, datetime.now(SHANGHAI))
    return {"authorization": f"Bearer {text}"}


def test_a_response_says_how_much_is_left_and_one_too_many_says_when_to_come_back(
    visitor: Visitor,
) -> None:
    client = visitor(address_rate_limit="2/hour")
    for left in (1, 0):
        response = client.get("/api/documents")
        assert response.status_code == 200
        assert response.headers["ratelimit-policy"] == '"default";q=2;w=3600'
        assert response.headers["ratelimit"].startswith(f'"default";r={left};t=3')
    refused = client.get("/api/documents")
    check_problem(refused, 429, "rate_limited")
    assert 3590 <= int(refused.headers["retry-after"]) <= 3600
    assert refused.headers["ratelimit"].startswith('"default";r=0;t=')
    assert refused.headers["ratelimit-policy"] == '"default";q=2;w=3600'


def test_the_limit_holds_for_all_server_processes_together(visitor: Visitor) -> None:
    first, second = (visitor(address_rate_limit="2/hour") for _ in range(2))
    assert [one.get("/api/documents").status_code for one in (first, second, first, second)] == [
        200,
        200,
        429,
        429,
    ]


def test_each_key_and_each_address_has_its_own_count(visitor: Visitor, own_desk: Desk) -> None:
    limits = {"address_rate_limit": "1/hour", "key_rate_limit": "1/hour"}
    client, other = visitor(**limits), visitor("10.0.0.8", **limits)
    one, two, more = make_key(own_desk), make_key(own_desk), make_key(own_desk, "3/hour")
    assert client.get("/api/documents").status_code == 200
    assert client.get("/api/documents").status_code == 429
    assert other.get("/api/documents").status_code == 200
    for headers, allowed in ((one, 1), (two, 1), (more, 3)):
        answers = [client.get("/api/documents", headers=headers) for _ in range(allowed + 1)]
        assert [answer.status_code for answer in answers] == [200] * allowed + [429]


def test_a_program_on_this_machine_is_not_counted_and_none_means_no_limit(
    own_desk: Desk, visitor: Visitor
) -> None:
    settings = Settings(data_dir=own_desk.settings.data_dir, address_rate_limit="1/hour")
    here = TestClient(
        build_application(own_desk, settings),
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50000),
    )
    free = visitor(address_rate_limit="none")
    for client in (here, free):
        for _ in range(3):
            response = client.get("/api/documents")
            assert response.status_code == 200
            assert "ratelimit" not in response.headers


def test_every_question_of_a_batch_counts(visitor: Visitor) -> None:
    client = visitor(address_rate_limit="3/hour")
    questions = {"questions": [{"question": ""}] * 3}
    assert (
        client.post("/api/answers", json=questions)
        .headers["ratelimit"]
        .startswith('"default";r=0;')
    )
    check_problem(client.post("/api/answers", json=questions), 429, "rate_limited")


def test_keys_cannot_be_tried_for_long(visitor: Visitor) -> None:
    client = visitor(address_rate_limit="2/hour", api_key=SecretStr("right"))
    guess = {"authorization": "Bearer guess"}
    for _ in range(2):
        check_problem(client.get("/api/curated", headers=guess), 403, "wrong_key")
    check_problem(client.get("/api/curated", headers=guess), 429, "rate_limited")


def test_openais_clients_are_told_in_their_own_shape(visitor: Visitor) -> None:
    client = visitor(address_rate_limit="1/hour")
    client.get("/v1/models")
    refused = client.get("/v1/models")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
    assert refused.headers["retry-after"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "same"),
    [
        ("127.0.0.1", ["1.1.1.1", "2.2.2.2"], False),
        ("127.0.0.1", ["9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1"], True),
        ("127.0.0.1", ["1.1.1.1, 127.0.0.1", "1.1.1.1"], True),
        ("10.9.9.9", ["1.1.1.1", "2.2.2.2"], False),
        ("10.0.0.7", ["1.1.1.1", "2.2.2.2"], True),
        ("127.0.0.1", ["2001:db8::1", "2001:db8::ffff"], True),
        ("127.0.0.1", ["2001:db8::1", "2001:db8:0:1::1"], False),
        ("127.0.0.1", ["::ffff:1.1.1.1", "1.1.1.1"], True),
        ("127.0.0.1", ["rubbish", "more"], True),
    ],
)
def test_only_what_a_trusted_proxy_says_of_an_address_is_believed(
    visitor: Visitor, peer: str, forwarded: list[str], same: bool
) -> None:
    client = visitor(peer, address_rate_limit="1/hour", trusted_proxies="127.0.0.1, 10.9.9.0/24")
    codes = [
        client.get("/api/documents", headers={"x-forwarded-for": value}).status_code
        for value in forwarded
    ]
    assert codes == [200, 429 if same else 200]


def test_a_count_begins_anew_when_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1_000_000.0
    monkeypatch.setattr("service.http.counters.time.time", lambda: moment)
    counters = SharedCounters(tmp_path / FILE_NAME)
    assert [counters.incr("a", 60), counters.incr("a", 60, 5), counters.get("a")] == [1, 6, 6]
    assert counters.get_expiry("a") == moment + 60
    moment += 60
    assert counters.get("a") == 0
    assert counters.incr("a", 60) == 1
    assert counters.get("b") == 0
    moment += 61
    counters.incr("b", 60)  # whoever is not heard of any more is forgotten
    assert counters.reset() == 1
    counters.clear("b")
    assert counters.check()


def test_a_damaged_file_of_counts_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 1000)
    assert SharedCounters(tmp_path / FILE_NAME).incr("a", 60) == 1


def test_what_cannot_be_counted_is_let_through(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    limits = RateLimits(tmp_path / "missing", Settings(address_rate_limit="1/hour"))
    for _ in range(2):
        assert limits.charge(anonymous(frozenset()), "10.0.0.7") is None
    assert "not counted" in caplog.text


def test_another_process_that_holds_the_file_costs_a_count_and_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.http.counters.BUSY_SECONDS", 0.01)
    limits = RateLimits(tmp_path, Settings(address_rate_limit="1/hour"))
    caller = Caller("wenju_1", frozenset(), rate_limit="1/hour")
    assert limits.charge(caller, "") is not None
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert limits.charge(caller, "") is None
    other.close()
    with pytest.raises(Problem):
        limits.charge(caller, "")
    assert limits.charge(LOCAL, "") is None


def test_what_is_open_to_operators_is_not_counted(visitor: Visitor) -> None:
    client = visitor(address_rate_limit="1/hour")
    answers: list[httpx2.Response] = [client.get("/healthz") for _ in range(3)]
    assert {one.status_code for one in answers} == {200}
