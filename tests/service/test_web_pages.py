from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from service.desk import Desk
from tests.service.conftest import local_client

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marked = ""
        self._in_mark = False
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._in_mark = self._in_mark or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        if self._in_mark:
            self.marked += data


def page(client: TestClient, path: str, status: int = 200) -> Page:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Page(response.text)


PATHS = ["/", '/?q=<script>alert(1)</script>&as_of="><script>', "/documents", "/documents?q=<b>"]


@pytest.mark.parametrize("path", [*PATHS, "hostile", "/documents/none", "/nowhere"])
def test_no_page_runs_or_loads_anything_that_is_not_ours(
    client: TestClient, ids: dict[str, str], path: str
) -> None:
    path = f"/documents/{ids[path]}" if path in ids else path
    response = client.get(path, headers=BROWSER)
    for tag, attributes in Page(response.text).tags:
        assert tag not in {"style", "iframe", "object", "embed", "base"}
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        if tag == "script":
            assert str(attributes["src"]).startswith("/static/")
        if tag in {"img", "link"}:
            assert str(attributes.get("src") or attributes.get("href")).startswith("/static/")
    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text


def test_the_question_of_the_address_stands_in_the_box(client: TestClient) -> None:
    [box] = [
        attributes
        for tag, attributes in page(client, '/?q="多少" 个').tags
        if attributes.get("id") == "question"
    ]
    assert box["value"] == '"多少" 个'


def test_a_document_is_shown_with_exactly_the_quote_marked(
    client: TestClient, ids: dict[str, str]
) -> None:
    text = client.get(f"/api/documents/{ids['hostile']}/text").text
    quote = "共有 7 名🎈志愿者"
    start = text.index(quote)  # in code points, past several characters beyond UTF-16's first plane
    shown = page(client, f"/documents/{ids['hostile']}?start={start}&end={start + len(quote)}")
    assert unescape(shown.marked) == quote
    assert [tag for tag, attributes in shown.tags if attributes.get("id") == "quote"] == ["mark"]


@pytest.mark.parametrize(
    "place",
    [
        "start=5",
        "start=9&end=5",
        "start=5&end=99999999",
        "start=-1&end=5",
        "start=x&end=y",
        "start=5&end=5",
    ],
)
def test_a_place_that_is_none_marks_nothing_and_says_so(
    client: TestClient, ids: dict[str, str], place: str
) -> None:
    response = client.get(f"/documents/{ids['report']}?{place}", headers=BROWSER)
    assert response.status_code == 200
    assert "<mark" not in response.text
    assert "链接里的位置不在这份文件里" in response.text


def test_a_document_tells_its_status_and_its_successor(
    client: TestClient, ids: dict[str, str]
) -> None:
    text = client.get(f"/documents/{ids['earlier']}", headers=BROWSER).text
    assert "已废止" in text


@pytest.mark.parametrize("name", ["unknown", "internal"])
def test_an_unknown_and_an_internal_document_are_not_found(
    client: TestClient, ids: dict[str, str], name: str
) -> None:
    page(client, f"/documents/{ids.get(name, name)}", 404)


def test_the_list_leads_to_the_public_documents_only(
    client: TestClient, ids: dict[str, str]
) -> None:
    links = {str(a["href"]) for tag, a in page(client, "/documents").tags if tag == "a"}
    assert {f"/documents/{ids[name]}" for name in ("report", "measures", "hostile")} <= links
    assert f"/documents/{ids['internal']}" not in links


@pytest.mark.parametrize("number", ["0", "2", "99999999999", "-1", "x", "²"])
def test_a_page_number_that_is_none_shows_a_page(client: TestClient, number: str) -> None:
    page(client, f"/documents?page={number}")


def test_an_empty_base_says_how_to_fill_it(own_desk: Desk) -> None:
    text = local_client(own_desk).get("/documents").text
    assert "wenju add" in text


def test_a_source_address_that_is_no_web_address_is_not_a_link(
    client: TestClient, desk: Desk, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = desk.knowledge_base.document(ids["report"])
    hostile = replace(
        document, metadata=replace(document.metadata, source_url="javascript:alert(1)")
    )
    monkeypatch.setattr(desk.knowledge_base, "document", lambda _: hostile)
    links = [
        a.get("href") for tag, a in page(client, f"/documents/{document.id}").tags if tag == "a"
    ]
    assert not any(str(link).startswith("javascript") for link in links)
