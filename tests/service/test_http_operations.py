from threading import Event

import pytest
from fastapi.testclient import TestClient

from service.desk import Desk
from service.http.application import build_application
from service.http.readiness import ReadinessWatch
from tests.service.conftest import MEASURES, local_client, worker
from tests.service.problems import check_problem


def test_a_living_process_says_so(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.head("/healthz").status_code == 200


def test_an_empty_base_is_ready(own_desk: Desk) -> None:
    response = local_client(own_desk).get("/readyz")
    assert response.status_code == 200
    assert response.json()["ready"] is True


def test_a_base_is_ready_once_words_and_vectors_are_served(own_desk: Desk) -> None:
    client = local_client(own_desk)
    own_desk.knowledge_base.submit(MEASURES.encode(), "办法.txt")
    waiting = client.get("/readyz")
    assert waiting.status_code == 503
    assert waiting.json()["progress"]["jobs_waiting"] == 1
    assert waiting.headers["retry-after"]
    worker(own_desk.settings.data_dir).run_until_idle(words_only=True)
    own_desk.knowledge_base.catch_up()
    by_words = client.get("/readyz")
    assert by_words.status_code == 503
    assert 0 < by_words.json()["progress"]["done"] < 100
    worker(own_desk.settings.data_dir).run_until_idle()
    own_desk.knowledge_base.catch_up()
    assert client.get("/readyz").status_code == 200


def test_a_server_that_was_ready_stays_so_while_more_comes_in(own_desk: Desk) -> None:
    client = local_client(own_desk)
    assert client.get("/readyz").status_code == 200
    own_desk.knowledge_base.submit(MEASURES.encode(), "办法.txt")
    assert client.get("/readyz").status_code == 200


def test_an_empty_base_about_to_be_filled_is_not_ready(own_desk: Desk) -> None:
    filling = Event()
    filling.set()
    application = build_application(own_desk, own_desk.settings, ReadinessWatch(filling))
    client = TestClient(application)
    assert client.get("/readyz").status_code == 503
    filling.clear()
    assert client.get("/readyz").status_code == 200


def test_the_metrics_count_answers_and_requests_by_route(desk: Desk) -> None:
    client = local_client(desk)
    client.post("/api/answer", json={"question": "签发人是谁？"})
    client.get("/api/documents/none")
    text = client.get("/metrics").text
    assert 'wenju_answers_total{outcome="answered"} 1.0' in text
    assert 'route="/api/documents/{document_id}",status="404"} 1.0' in text
    assert "wenju_documents 5.0" in text


@pytest.mark.parametrize("path", ["/nowhere", "/api/nowhere", "/static/nowhere.js", "/docs"])
def test_an_unknown_address_is_a_problem(client: TestClient, path: str) -> None:
    check_problem(client.get(path), 404, "not_found")


def test_a_wrong_method_is_a_problem_that_names_the_right_one(client: TestClient) -> None:
    response = client.get("/api/answer")
    check_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_fault_is_told_without_its_inner_side(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret inner side")

    monkeypatch.setattr(Desk, "ask", broken)
    response = client.post("/api/answer", json={"question": "a"})
    check_problem(response, 500, "internal_error")
    assert "secret" not in response.text


def test_the_description_of_the_interface_has_examples(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    question = description["components"]["schemas"]["QuestionShape"]
    assert question["examples"][0]["question"]
    assert "ProblemShape" in description["components"]["schemas"]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
