import json
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from service.desk import Desk
from service.http.schemas.documents import DocumentListShape, DocumentShape, JobShape
from tests.service.conftest import MEASURES, local_client
from tests.service.problems import check_problem

Work = Callable[[], None]


def upload(client: TestClient, content: bytes, name: str, **fields: str) -> JobShape:
    response = client.post("/api/documents", files={"file": (name, content)}, data=fields)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == f"/api/jobs/{response.json()['id']}"
    return JobShape.model_validate_json(response.content)


def job(client: TestClient, job_id: str) -> JobShape:
    return JobShape.model_validate_json(client.get(f"/api/jobs/{job_id}").content)


def test_the_list_holds_what_is_public(client: TestClient, ids: dict[str, str]) -> None:
    listed = DocumentListShape.model_validate_json(client.get("/api/documents").content)
    assert listed.total == len(ids) - 1
    assert {one.id for one in listed.documents} == set(ids.values()) - {ids["internal"]}


def test_the_list_is_searched_by_title_number_and_issuer(
    client: TestClient, ids: dict[str, str]
) -> None:
    for query in ("法治政府", "鹤政数 17号", "鹤山市 报告"):
        found = client.get("/api/documents", params={"q": query}).json()
        assert [one["id"] for one in found["documents"]] == [ids["report"]], query
    assert client.get("/api/documents", params={"q": "火星"}).json()["total"] == 0


def test_the_list_comes_in_parts(client: TestClient) -> None:
    whole = client.get("/api/documents").json()
    parts = [
        client.get("/api/documents", params={"limit": 1, "offset": offset}).json()
        for offset in range(whole["total"])
    ]
    assert [part["documents"][0] for part in parts] == whole["documents"]


def test_a_document_tells_what_was_read_and_where(client: TestClient, ids: dict[str, str]) -> None:
    response = client.get(f"/api/documents/{ids['report']}")
    shown = DocumentShape.model_validate_json(response.content)
    assert shown.metadata.document_number == "鹤政数〔2022〕17号"
    assert shown.metadata.status == "in_force"
    text = client.get(f"/api/documents/{ids['report']}/text").text
    assert len(text) == shown.length
    for evidence in shown.evidence.values():
        assert text[evidence.start : evidence.end] == evidence.quote


def test_a_repealed_document_is_shown_as_repealed(client: TestClient, ids: dict[str, str]) -> None:
    shown = client.get(f"/api/documents/{ids['earlier']}").json()
    assert shown["metadata"]["status"] == "repealed"


@pytest.mark.parametrize("path", ["", "/text"])
@pytest.mark.parametrize("name", ["unknown", "%00", "..%2f..%2fetc", "é" * 300, "internal"])
def test_an_unknown_and_an_internal_document_are_not_found(
    client: TestClient, ids: dict[str, str], name: str, path: str
) -> None:
    response = client.get(f"/api/documents/{ids.get(name, name)}{path}")
    assert response.status_code == 404
    assert response.json()["code"] in {"document_not_found", "not_found"}


def test_an_uploaded_file_is_read_and_then_answers(own_desk: Desk, work: Work) -> None:
    client = local_client(own_desk)
    queued = upload(client, MEASURES.encode("gb18030"), "办法.txt")
    assert queued.state == "queued"
    work()
    done = job(client, queued.id)
    assert (done.state, done.progress, done.error) == ("done", 1.0, None)
    answer = client.post("/api/answer", json={"question": "转办事项多久办结？"}).json()
    assert answer["citations"][0]["document_id"] == done.document_id
    assert answer["citations"][0]["source"] == "办法.txt"


def test_the_same_bytes_again_are_done_at_once(own_desk: Desk, work: Work) -> None:
    client = local_client(own_desk)
    first = upload(client, MEASURES.encode(), "办法.txt")
    work()
    again = upload(client, MEASURES.encode(), "同一份.txt")
    assert again.state == "done"
    assert again.document_id == job(client, first.id).document_id


def test_metadata_sent_along_wins_over_what_is_read(own_desk: Desk, work: Work) -> None:
    client = local_client(own_desk)
    known = json.dumps({"document_number": "示府令〔2019〕8号", "issued_on": "2019-05-02"})
    queued = upload(client, MEASURES.encode(), "办法.txt", metadata=known)
    work()
    shown = client.get(f"/api/documents/{job(client, queued.id).document_id}").json()["metadata"]
    assert (shown["document_number"], shown["issued_on"]) == ("示府令〔2019〕8号", "2019-05-02")
    assert shown["title"] == "示例市政务服务热线管理办法"


def test_a_file_that_cannot_be_read_says_why_in_its_job(own_desk: Desk, work: Work) -> None:
    client = local_client(own_desk)
    queued = upload(client, b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "照片.txt")
    work()
    failed = job(client, queued.id)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error.code in {"corrupt_file", "missing_part"}  # missing: the extra `ocr`


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_body"),
        ('{"number": "1"}', "unknown_field"),
        ('{"issued_on": "yesterday"}', "invalid_request"),
        ('{"kind": "poem"}', "invalid_field"),
        ('{"title": "\\u0000"}', "unreadable_text"),
    ],
)
def test_metadata_that_makes_no_sense_is_refused_before_anything_is_kept(
    own_desk: Desk, metadata: str, code: str
) -> None:
    client = local_client(own_desk)
    response = client.post(
        "/api/documents", files={"file": ("a.txt", b"text")}, data={"metadata": metadata}
    )
    assert response.json()["code"] == code
    assert response.status_code in {400, 422}
    assert own_desk.knowledge_base.jobs() == []


def test_an_upload_without_a_file_or_without_content_is_refused(own_desk: Desk) -> None:
    client = local_client(own_desk)
    check_problem(
        client.post("/api/documents", files={"file": ("a.txt", b"")}), 422, "empty_document"
    )
    check_problem(
        client.post("/api/documents", files={"other": ("a.txt", b"x")}), 422, "missing_field"
    )
    check_problem(client.post("/api/documents", json={}), 415, "unsupported_media_type")
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = client.post("/api/documents", content=b"no boundary here", headers=headers)
    assert response.status_code in {400, 422}


def test_an_upload_beyond_the_limit_is_refused(own_desk: Desk) -> None:
    settings = own_desk.settings.model_copy(update={"upload_megabytes": 1})
    own_desk.settings = settings
    client = local_client(own_desk)
    response = client.post("/api/documents", files={"file": ("a.txt", b"a" * (2 << 20))})
    check_problem(response, 413, "body_too_large")
    assert own_desk.knowledge_base.jobs() == []


def test_a_corrected_field_is_cited_from_then_on(own_desk: Desk, work: Work) -> None:
    client = local_client(own_desk)
    queued = upload(client, MEASURES.encode(), "办法.txt")
    work()
    path = f"/api/documents/{job(client, queued.id).document_id}"
    changed = client.patch(path, json={"title": "热线办法", "ended_on": "2020-01-01"})
    assert changed.status_code == 200
    assert changed.json()["metadata"]["status"] == "repealed"
    cleared = client.patch(path, json={"ended_on": None})
    assert cleared.json()["metadata"]["status"] == "in_force"
    work()
    answer = client.post("/api/answer", json={"question": "转办事项多久办结？"}).json()
    assert answer["citations"][0]["title"] == "热线办法"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": None}, "invalid_request"),
        ({"titel": "x"}, "unknown_field"),
        ({"issued_on": "2026-02-30"}, "invalid_request"),
        ({"source_url": "javascript:alert(1)"}, "invalid_field"),
        ({"keywords": "one"}, "invalid_field"),
        ({"ended_by": "in_force"}, "invalid_request"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(
    own_desk: Desk, work: Work, changes: dict[str, object], code: str
) -> None:
    client = local_client(own_desk)
    queued = upload(client, MEASURES.encode(), "办法.txt")
    work()
    path = f"/api/documents/{job(client, queued.id).document_id}"
    before = client.get(path).json()
    check_problem(client.patch(path, json=changes), 422, code)
    assert client.get(path).json() == before


def test_a_removed_document_is_gone_and_answers_no_more(own_desk: Desk, work: Work) -> None:
    client = local_client(own_desk)
    queued = upload(client, MEASURES.encode(), "办法.txt")
    work()
    path = f"/api/documents/{job(client, queued.id).document_id}"
    assert client.delete(path).status_code == 204
    check_problem(client.get(path), 404, "document_not_found")
    check_problem(client.delete(path), 404, "document_not_found")
    check_problem(client.patch(path, json={"title": "x"}), 404, "document_not_found")
    answer = client.post("/api/answer", json={"question": "转办事项多久办结？"}).json()
    assert answer["outcome"] == "refused"


def test_an_unknown_job_is_not_found(client: TestClient) -> None:
    check_problem(client.get("/api/jobs/none"), 404, "job_not_found")
