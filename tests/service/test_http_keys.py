"""Keys over HTTP: what each lets its holder do, and see, on every channel alike."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from index.document import SHANGHAI
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.api_keys import MARK, ApiKeyDraft
from service.access import OPEN_SCOPES, Scope
from service.desk import Desk
from service.http.application import build_application
from service.settings import Settings
from tests.service.conftest import fill
from tests.service.problems import check_problem

NIGHT_SHIFT = "夜间值班人员有多少名？"
REQUESTS: dict[Scope, list[tuple[str, str]]] = {
    Scope.ASK: [
        ("POST", "/api/answer"),
        ("POST", "/api/answers"),
        ("GET", "/api/suggestions"),
        ("POST", "/api/feedback"),
        ("POST", "/v1/chat/completions"),
    ],
    Scope.SEARCH: [("GET", "/api/search?q=热线"), ("POST", "/v1/embeddings")],
    Scope.READ: [
        ("GET", "/api/documents"),
        ("GET", "/api/documents/none"),
        ("GET", "/api/documents/none/text"),
        ("GET", "/api/documents/none/changes"),
        ("GET", "/api/documents/none/fields"),
        ("GET", "/api/documents/none/pages"),
        ("GET", "/api/documents/none/pages/1.png"),
        ("GET", "/api/documents/none/references"),
        ("GET", "/documents"),
        ("GET", "/documents/none"),
    ],
    Scope.WRITE: [
        ("POST", "/api/documents"),
        ("PATCH", "/api/documents/none"),
        ("DELETE", "/api/documents/none"),
        ("GET", "/api/jobs/none"),
        ("GET", "/api/jobs"),
        ("POST", "/api/jobs/none/retry"),
        ("GET", "/api/jobs/none/rows"),
    ],
    Scope.CURATE: [
        ("GET", "/api/curated"),
        ("POST", "/api/curated"),
        ("GET", "/api/curated/none"),
        ("PUT", "/api/curated/none"),
        ("DELETE", "/api/curated/none"),
        ("GET", "/api/gaps"),
        ("DELETE", "/api/gaps?key=none"),
        ("GET", "/api/feedback"),
        ("GET", "/api/synonyms"),
        ("POST", "/api/synonyms"),
        ("GET", "/api/synonyms/wanted"),
        ("GET", "/api/synonyms/none"),
        ("PUT", "/api/synonyms/none"),
        ("DELETE", "/api/synonyms/none"),
        ("GET", "/api/documents/none/impact"),
        ("POST", "/api/documents/none/impact"),
    ],
}
EVERY = [(scope, *request) for scope, requests in REQUESTS.items() for request in requests]


@pytest.fixture(scope="module")
def kept(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[KnowledgeBase, dict[str, str]]]:
    directory: Path = tmp_path_factory.mktemp("keys")
    ids = fill(directory)
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        yield base, ids


@pytest.fixture
def base(kept: tuple[KnowledgeBase, dict[str, str]]) -> KnowledgeBase:
    return kept[0]


@pytest.fixture
def internal(kept: tuple[KnowledgeBase, dict[str, str]]) -> str:
    return kept[1]["internal"]


@pytest.fixture
def make(base: KnowledgeBase) -> Callable[..., dict[str, str]]:
    """Make a key and return the header that carries it."""

    def made(*scopes: Scope, **details: Any) -> dict[str, str]:
        draft = ApiKeyDraft("test", tuple(scopes), **details)
        _, text = base.api_keys.create(draft, datetime.now(SHANGHAI))
        return {"authorization": f"Bearer {text}"}

    return made


def visitor(base: KnowledgeBase, address: str = "10.0.0.7", **settings: Any) -> TestClient:
    host = "127.0.0.1:8000" if address == "127.0.0.1" else "10.0.0.1:8000"
    chosen = Settings(reader="rules", **settings)
    return TestClient(
        build_application(Desk(chosen, base), chosen),
        base_url=f"http://{host}",
        client=(address, 50000),
        raise_server_exceptions=False,
    )


@pytest.fixture(scope="module")
def closed(kept: tuple[KnowledgeBase, dict[str, str]]) -> TestClient:
    """A program on another machine, where nothing is open to the anonymous."""
    return visitor(kept[0], anonymous=frozenset())


def ask(client: TestClient, headers: dict[str, str], question: str = NIGHT_SHIFT) -> Any:
    return client.post("/api/answer", json={"question": question}, headers=headers).json()


def code_of(response: httpx2.Response) -> str:
    """Return the code of a failure, in whatever shape it comes."""
    content = response.json() if response.headers["content-type"].endswith("json") else {}
    return str(content.get("code") or content.get("error", {}).get("code", ""))


@pytest.mark.parametrize(("scope", "method", "path"), EVERY)
def test_each_route_asks_for_its_scope_and_no_other(
    closed: TestClient, make: Callable[..., dict[str, str]], scope: Scope, method: str, path: str
) -> None:
    assert code_of(closed.request(method, path)) in {"key_required", "key_not_configured"}
    others = [one for one in Scope if one not in {scope, Scope.ADMIN}]
    refused = closed.request(method, path, headers=make(*others))
    is_page = path.startswith("/documents")  # a browser asks for another key at 401 alone
    assert (refused.status_code, code_of(refused)) == (401 if is_page else 403, "scope_missing")
    challenge = "Basic" if is_page else 'error="insufficient_scope"'
    assert challenge in refused.headers["www-authenticate"]
    for scopes in ([scope], [Scope.ADMIN]):
        taken = closed.request(method, path, headers=make(*scopes))
        assert taken.status_code in {200, 204, 404, 415}, taken.text


def test_every_described_route_but_those_for_operators_asks_for_a_scope(
    closed: TestClient,
) -> None:
    paths = closed.get("/openapi.json").json()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    listed = {(method, path.partition("?")[0]) for _, method, path in EVERY}
    named = {(m, p.replace("none", "{}").replace("/1.", "/{}.")) for m, p in listed}
    open_to_all = {"/healthz", "/readyz", "/metrics"}
    for method, path in described:
        shape = re.sub(r"\{\w+\}", "{}", path)
        if path not in open_to_all and not path.startswith("/v1/models"):
            assert (method, shape) in named, f"{method} {path}"


def test_a_key_that_is_wrong_revoked_or_expired_is_refused_and_says_why(
    base: KnowledgeBase, make: Callable[..., dict[str, str]]
) -> None:
    client = visitor(base)  # where asking needs no key at all
    good = make(Scope.ASK)
    assert ask(client, good)["outcome"]
    check_problem(
        client.get("/api/suggestions", headers={"authorization": f"Bearer {MARK}0_0"}),
        403,
        "wrong_key",
    )
    yesterday = datetime.now(SHANGHAI) - timedelta(days=1)
    check_problem(
        client.get("/api/suggestions", headers=make(Scope.ASK, expires_at=yesterday)),
        403,
        "key_expired",
    )
    key = base.api_keys.find(good["authorization"].split()[1])
    assert key is not None
    base.api_keys.revoke(key.id, datetime.now(SHANGHAI))
    refused = client.get("/api/suggestions", headers=good)
    check_problem(refused, 403, "key_revoked")
    assert key.prefix in refused.json()["detail"]
    assert good["authorization"].split()[1] not in refused.text


def test_a_key_that_is_not_ours_counts_for_nothing(base: KnowledgeBase) -> None:
    foreign = {"authorization": "Bearer any"}
    assert visitor(base).get("/api/documents", headers=foreign).status_code == 200
    closed = visitor(base, anonymous=frozenset({Scope.ASK}))
    check_problem(closed.get("/api/documents", headers=foreign), 403, "wrong_key")
    assert closed.get("/api/suggestions", headers=foreign).status_code == 200
    assert visitor(base, "127.0.0.1").get("/api/jobs/none", headers=foreign).status_code == 404


def test_a_program_on_this_machine_that_sends_a_key_is_its_holder(
    base: KnowledgeBase, make: Callable[..., dict[str, str]]
) -> None:
    here = visitor(base, "127.0.0.1")
    assert here.get("/api/curated").status_code == 200
    check_problem(here.get("/api/curated", headers=make(Scope.ASK)), 403, "scope_missing")


def test_the_key_of_the_settings_may_do_everything_and_sees_what_is_public(
    base: KnowledgeBase, internal: str
) -> None:
    client = visitor(base, api_key=SecretStr("correct horse"), anonymous=frozenset())
    site = {"authorization": "Bearer correct horse"}
    assert client.get("/api/curated", headers=site).status_code == 200
    assert client.get("/api/documents", headers=site).status_code == 200
    assert client.get(f"/api/documents/{internal}", headers=site).status_code == 404


def test_what_is_not_public_is_for_keys_that_may_see_it_alone(
    base: KnowledgeBase, make: Callable[..., dict[str, str]], internal: str
) -> None:
    client = visitor(base)
    trusted, plain = make(*OPEN_SCOPES, sees_internal=True), make(*OPEN_SCOPES)
    for headers in ({}, plain):
        assert internal not in str(ask(client, headers))
        assert internal not in client.get("/api/documents", headers=headers).text
        assert internal not in client.get("/api/search?q=夜间值班", headers=headers).text
        assert internal not in client.get("/documents", headers=headers).text
        for path in ("/api/documents/{}", "/api/documents/{}/text", "/documents/{}"):
            assert client.get(path.format(internal), headers=headers).status_code == 404
    answer = ask(client, trusted)
    assert answer["citations"][0]["document_id"] == internal
    assert internal in client.get("/api/documents", headers=trusted).text
    assert internal in client.get("/api/search?q=夜间值班", headers=trusted).text
    assert "3 名" in client.get(f"/api/documents/{internal}/text", headers=trusted).text
    chat = {"model": "wenju", "messages": [{"role": "user", "content": NIGHT_SHIFT}]}
    assert internal in client.post("/v1/chat/completions", json=chat, headers=trusted).text
    assert internal not in client.post("/v1/chat/completions", json=chat, headers=plain).text


def tool(client: TestClient, headers: dict[str, str], method: str, **params: Any) -> Any:
    """Call a method of the Model Context Protocol."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    accept = {"accept": "application/json, text/event-stream"}
    return client.post("/mcp", json=message, headers={**headers, **accept}).json()["result"]


def test_tools_are_offered_and_answer_by_the_scopes_of_the_key(
    closed: TestClient, make: Callable[..., dict[str, str]], internal: str
) -> None:
    check_problem(closed.post("/mcp", json={}), 401, "key_required")
    asks = make(Scope.ASK)
    assert [one["name"] for one in tool(closed, asks, "tools/list")["tools"]] == ["ask"]
    refused = tool(closed, asks, "tools/call", name="list", arguments={})
    assert refused["isError"]
    assert "scope_missing" in refused["content"][0]["text"]
    question = {"name": "ask", "arguments": {"question": NIGHT_SHIFT}}
    assert internal not in str(tool(closed, asks, "tools/call", **question))
    trusted = make(Scope.ASK, sees_internal=True)
    assert internal in str(tool(closed, trusted, "tools/call", **question))


def test_a_page_takes_the_key_as_a_password_and_the_interface_does_not(
    closed: TestClient, make: Callable[..., dict[str, str]]
) -> None:
    key = make(Scope.READ)["authorization"].split()[1]
    basic = {"authorization": "Basic " + base64.b64encode(f"me:{key}".encode()).decode()}
    page = {"accept": "text/html"}
    refused = closed.get("/documents", headers=page)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Basic")
    assert "密钥" in refused.text
    assert closed.get("/documents", headers={**page, **basic}).status_code == 200
    check_problem(closed.get("/api/documents", headers=basic), 401, "key_required")
    for broken in ("Basic", "Basic !", "Basic /w==", "Basic OjE="):
        assert closed.get("/documents", headers={"authorization": broken}).status_code in {401, 403}


def test_the_use_of_a_key_is_noted(
    base: KnowledgeBase, make: Callable[..., dict[str, str]]
) -> None:
    headers = make(Scope.ASK)
    text = headers["authorization"].split()[1]
    assert visitor(base).get("/api/suggestions", headers=headers).status_code == 200
    for _ in range(100):
        key = base.api_keys.find(text)
        assert key is not None
        if key.last_used_at is not None:
            return
        time.sleep(0.05)
    pytest.fail("the use was never noted")
