from functools import cache

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.desk import Desk
from service.http.application import build_application
from service.http.guard import is_loopback, name_of
from service.settings import Settings
from tests.service.problems import check_problem

KEY = "correct horse battery staple 问据"
WRITES = [
    ("POST", "/api/documents"),
    ("PATCH", "/api/documents/none"),
    ("DELETE", "/api/documents/none"),
    ("GET", "/api/jobs/none"),
]


def visitor(
    desk: Desk,
    address: str = "10.0.0.7",
    host: str = "10.0.0.1:8000",
    *,
    key: str | None = None,
    public_url: str = "",
) -> TestClient:
    return TestClient(
        application(desk, key, public_url),
        base_url=f"http://{host}",
        client=(address, 50000),
        raise_server_exceptions=False,
    )


@cache
def application(desk: Desk, key: str | None, public_url: str) -> FastAPI:
    secret = SecretStr(key) if key else None
    return build_application(desk, Settings(api_key=secret, public_url=public_url))


def bearer(key: str) -> dict[str, bytes]:
    return {"authorization": f"Bearer {key}".encode()}


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_writing_from_elsewhere_needs_a_key_that_is_configured(
    desk: Desk, method: str, path: str
) -> None:
    check_problem(visitor(desk).request(method, path), 403, "key_not_configured")


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_writing_from_elsewhere_needs_the_right_key(desk: Desk, method: str, path: str) -> None:
    client = visitor(desk, key=KEY)
    missing = client.request(method, path)
    check_problem(missing, 401, "key_required")
    assert missing.headers["www-authenticate"].startswith("Bearer")
    for wrong in ("guess", KEY + "x", KEY[:-1]):
        check_problem(client.request(method, path, headers=bearer(wrong)), 403, "wrong_key")
    basic = {"authorization": "Basic d2VuanU6"}
    check_problem(client.request(method, path, headers=basic), 401, "key_required")
    right = client.request(method, path, headers=bearer(KEY))
    assert right.status_code in {404, 415}  # the key was taken, the rest of the request is wrong


def test_asking_from_elsewhere_needs_no_key(desk: Desk) -> None:
    client = visitor(desk, key=KEY)
    assert client.post("/api/answer", json={"question": "签发人是谁？"}).status_code == 200
    assert client.get("/api/documents").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST"])
def test_on_this_machine_no_key_is_needed(desk: Desk, host: str) -> None:
    address = "::1" if host.startswith("[") else "127.0.0.1"
    client = visitor(desk, address, host, key=KEY)
    check_problem(client.get("/api/jobs/none"), 404, "job_not_found")
    check_problem(client.delete("/api/documents/none"), 404, "document_not_found")


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_what_a_proxy_passes_on_is_not_from_this_machine(desk: Desk, header: str) -> None:
    client = visitor(desk, "127.0.0.1", "127.0.0.1:8000", key=KEY)
    response = client.delete("/api/documents/none", headers={header: "10.0.0.7"})
    check_problem(response, 401, "key_required")


def test_a_rebound_name_cannot_write_through_a_browser_on_this_machine(desk: Desk) -> None:
    client = visitor(desk, "127.0.0.1", "evil.example:8000")
    same_origin = {"origin": "http://evil.example:8000"}
    response = client.delete("/api/documents/none", headers=same_origin)
    check_problem(response, 403, "host_not_allowed")
    response = client.post("/api/answer", json={"question": "a"}, headers=same_origin)
    check_problem(response, 403, "host_not_allowed")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://evil.example:8000", "null", "file://", "http://["]
)
def test_a_page_of_another_site_cannot_post(desk: Desk, origin: str) -> None:
    client = visitor(desk, "127.0.0.1", "127.0.0.1:8000")
    for response in (
        client.delete("/api/documents/none", headers={"origin": origin}),
        client.post("/api/answer", json={"question": "a"}, headers={"origin": origin}),
    ):
        check_problem(response, 403, "origin_not_allowed")


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:8000", "http://localhost:8000", "https://desk.example.gov.cn"]
)
def test_our_own_pages_may_post(desk: Desk, origin: str) -> None:
    client = visitor(desk, "127.0.0.1", "127.0.0.1:8000", public_url="https://desk.example.gov.cn/")
    asked = client.post("/api/answer", json={"question": "a"}, headers={"origin": origin})
    assert asked.status_code == 200


def test_behind_a_proxy_the_public_name_is_ours(desk: Desk) -> None:
    client = visitor(
        desk, "127.0.0.1", "desk.example.gov.cn", public_url="https://desk.example.gov.cn"
    )
    origin = {"origin": "https://desk.example.gov.cn"}
    assert client.post("/api/answer", json={"question": "a"}, headers=origin).status_code == 200
    check_problem(client.delete("/api/documents/none"), 403, "key_not_configured")


def test_every_response_forbids_foreign_scripts_and_guessing(client: TestClient) -> None:
    for path in ("/", "/documents", "/documents/none", "/api/documents", "/static/ask.js", "/x"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:8000", True),
        ("127.9.9.9", True),
        ("[::1]:80", True),
        ("localhost", True),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("10.0.0.1", False),
        ("", False),
        ("[", False),
    ],
)
def test_only_this_machine_counts_as_this_machine(host: str, local: bool) -> None:
    assert is_loopback(name_of(host)) is local


def test_only_what_names_its_version_is_kept_by_browsers(client: TestClient) -> None:
    assert client.get("/api/documents").headers["cache-control"] == "no-store"
    assert client.get("/?q=a").headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/ask.js?1").headers["cache-control"]
    assert client.get("/static/seal.svg").headers["cache-control"] == "no-cache"
