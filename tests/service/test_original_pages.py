"""The pages of originals over HTTP, read from real files by the real worker."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from PIL import Image, ImageChops

from index.completion import complete
from index.document import Disclosure, Document, Metadata, Span
from index.embedding.demo import DemoEmbedder
from index.errors import DrawerBusy
from index.knowledge_base import KnowledgeBase
from index.pages import sought
from service.desk import Desk
from service.http.application import build_application
from service.http.schemas.documents import DocumentShape, PageListShape
from service.original_pages import OriginalPages
from service.settings import Settings
from tests.index.formats.rendering import as_docx, as_ofd, as_pdf, as_pptx, report_paragraphs
from tests.service.conftest import MEASURES, worker
from tests.service.problems import check_problem

QUOTE = "目前已实现"
PAGED = ("pdf", "ofd")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A data directory, and the ids of its documents by name."""
    directory = tmp_path_factory.mktemp("originals")
    paragraphs = report_paragraphs()
    internal = Metadata("", disclosure=Disclosure.INTERNAL)
    files: dict[str, tuple[bytes, str, Metadata | None]] = {
        "pdf": (as_pdf(paragraphs), "报告.pdf", None),
        "ofd": (as_ofd(paragraphs), "报告.ofd", None),
        "pptx": (as_pptx(paragraphs), "报告.pptx", None),
        "docx": (as_docx(paragraphs), "报告.docx", None),
        "txt": (MEASURES.encode(), "办法.txt", None),
        "internal": (as_pdf(paragraphs[:5]), "内部.pdf", internal),
        "lost": (as_pdf(paragraphs[:6]), "丢失.pdf", None),
    }
    with KnowledgeBase.open(directory, None, follow=False) as base:
        jobs = {name: base.submit(*given).id for name, given in files.items()}
    done = {job.id: job for job in complete(worker(directory), jobs.values())}
    return directory, {name: str(done[job_id].document_id) for name, job_id in jobs.items()}


@pytest.fixture(scope="module")
def reading(kept: tuple[Path, dict[str, str]]) -> Iterator[tuple[TestClient, Desk]]:
    chosen = Settings(data_dir=kept[0], reader="rules")
    with KnowledgeBase.open(kept[0], DemoEmbedder(), follow=False) as base:
        desk = Desk(chosen, base)
        application = build_application(desk, chosen)
        with application.state.original_pages:
            client = TestClient(
                application,
                base_url="http://127.0.0.1:8000",
                client=("127.0.0.1", 50000),
                raise_server_exceptions=False,
            )
            yield client, desk


@pytest.fixture
def client(reading: tuple[TestClient, Desk]) -> TestClient:
    return reading[0]


@pytest.fixture
def ids(kept: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return kept[1]


def document(reading: tuple[TestClient, Desk], document_id: str) -> Document:
    return reading[1].knowledge_base.document(document_id)


def quote_in(read: Document) -> dict[str, int]:
    start = read.text.index(QUOTE)
    return {"start": start, "end": start + len(QUOTE)}


@pytest.mark.parametrize("name", PAGED)
def test_the_pages_are_listed_with_their_text_and_the_place_of_the_quote(
    reading: tuple[TestClient, Desk], ids: dict[str, str], name: str
) -> None:
    client, read = reading[0], document(reading, ids[name])
    shown = DocumentShape.model_validate_json(client.get(f"/api/documents/{ids[name]}").content)
    assert shown.pages == f"/api/documents/{ids[name]}/pages"
    response = client.get(shown.pages, params=quote_in(read))
    listed = PageListShape.model_validate_json(response.content)
    assert [page.page for page in listed.pages] == list(range(1, listed.total + 1))
    texts = [page.text for page in listed.pages]
    assert all(text is not None for text in texts)
    assert texts[0] is not None
    assert texts[0].start == 0
    assert texts[-1] is not None
    assert texts[-1].end == len(read.text)
    [marked] = [page for page in listed.pages if page.quote]
    assert marked.page == read.page_at(quote_in(read)["start"])
    assert marked.boxes
    assert f"?start={quote_in(read)['start']}&" in marked.url
    assert all(
        page.boxes is None and "?" not in page.url for page in listed.pages if page != marked
    )


@pytest.mark.parametrize("name", PAGED)
def test_a_page_is_a_picture_in_which_the_quote_alone_is_marked(
    reading: tuple[TestClient, Desk], ids: dict[str, str], name: str
) -> None:
    client, read = reading[0], document(reading, ids[name])
    listed = client.get(f"/api/documents/{ids[name]}/pages", params=quote_in(read)).json()
    [marked] = [page for page in listed["pages"] if page["quote"]]
    response = client.get(marked["url"])
    assert response.headers["content-type"] == "image/png"
    picture = Image.open(io.BytesIO(response.content))
    assert abs(picture.width - marked["width"]) <= 1
    plain = Image.open(io.BytesIO(client.get(marked["url"].partition("?")[0]).content))
    [box] = marked["boxes"]
    left, top, right, bottom = (box[side] for side in ("left", "top", "right", "bottom"))
    assert ImageChops.difference(picture, plain).getbbox() == pytest.approx(
        (
            left * picture.width,
            top * picture.height,
            right * picture.width,
            bottom * picture.height,
        ),
        abs=2,
    )
    other = client.get(f"/api/documents/{ids[name]}/pages/1.png", params=quote_in(read))
    assert other.content == client.get(f"/api/documents/{ids[name]}/pages/1.png").content


def test_a_browser_keeps_a_page_and_asks_whether_it_still_may(
    reading: tuple[TestClient, Desk], ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = reading[0]
    url = f"/api/documents/{ids['pdf']}/pages/1.png"
    first = client.get(url)
    assert first.headers["cache-control"] == "private, no-cache"
    again = client.get(url, headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    marked = client.get(url, params={"start": 0, "end": 5})
    assert marked.headers["etag"] != first.headers["etag"]
    on_another = client.get(url, params={"start": 3000, "end": 3005})
    assert on_another.headers["etag"] == first.headers["etag"]  # nothing of it is on this page
    monkeypatch.setattr("service.original_pages.DRAWING", sought.DRAWING + 1)
    assert client.get(url).headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", ["", "/1.png"])
@pytest.mark.parametrize("room", ["/api/documents", "/documents"])
def test_what_is_not_public_has_no_pages_either(
    client: TestClient, ids: dict[str, str], room: str, path: str
) -> None:
    response = client.get(f"{room}/{ids['internal']}/pages{path}")
    check_problem(response, 404, "document_not_found")
    tag = {"if-none-match": "*"}
    assert client.get(f"{room}/{ids['internal']}/pages{path}", headers=tag).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "999", "99999999999999999999"])
def test_a_page_that_is_not_there_is_not_found(
    client: TestClient, ids: dict[str, str], page: str
) -> None:
    check_problem(
        client.get(f"/api/documents/{ids['pdf']}/pages/{page}.png"), 404, "page_not_found"
    )


@pytest.mark.parametrize("page", ["one", "1.5", "%20"])
def test_a_page_is_named_by_its_number(client: TestClient, ids: dict[str, str], page: str) -> None:
    response = client.get(f"/api/documents/{ids['pdf']}/pages/{page}.png")
    check_problem(response, 422, "invalid_field")


@pytest.mark.parametrize(
    "span",
    [{"start": 9, "end": 9}, {"start": 9, "end": 3}, {"start": 9}, {"end": 9},
     {"start": 0, "end": 9_999_999}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["", "/1.png"])
def test_a_span_that_is_none_of_the_text_is_refused(
    client: TestClient, ids: dict[str, str], span: dict[str, int], path: str
) -> None:
    response = client.get(f"/api/documents/{ids['pdf']}/pages{path}", params=span)
    check_problem(response, 422, "invalid_span")


@pytest.mark.parametrize("name", ["txt", "docx", "pptx"])
@pytest.mark.parametrize("path", ["", "/1.png"])
def test_a_format_without_pages_says_so(
    client: TestClient, ids: dict[str, str], name: str, path: str
) -> None:
    check_problem(client.get(f"/api/documents/{ids[name]}/pages{path}"), 404, "no_pages")
    assert client.get(f"/api/documents/{ids[name]}").json()["pages"] is None
    assert "原件页面" not in client.get(f"/documents/{ids[name]}").text


def test_a_missing_original_is_told_apart_from_a_missing_document(
    reading: tuple[TestClient, Desk], ids: dict[str, str]
) -> None:
    client = reading[0]
    read = document(reading, ids["lost"])
    reading[1].knowledge_base.originals.path(read.sha256).unlink()
    for path in ("", "/1.png"):
        response = client.get(f"/api/documents/{read.id}/pages{path}")
        check_problem(response, 404, "original_not_found")
    assert client.get(f"/api/documents/{read.id}").json()["pages"] is None
    page = client.get(f"/documents/{read.id}/pages", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "原始文件不在" in page.text


def test_too_many_at_a_time_are_told_to_come_again(
    reading: tuple[TestClient, Desk], ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> bytes:
        raise DrawerBusy("同时看原件页面的人太多，请稍等几秒再试。")

    monkeypatch.setattr(OriginalPages, "picture", busy)
    response = reading[0].get(f"/api/documents/{ids['pdf']}/pages/1.png")
    check_problem(response, 503, "drawer_busy")


def test_the_page_of_a_document_leads_to_its_original_and_back(
    reading: tuple[TestClient, Desk], ids: dict[str, str]
) -> None:
    client, read = reading[0], document(reading, ids["pdf"])
    span = "?start={start}&amp;end={end}".format(**quote_in(read))
    text = client.get(f"/documents/{read.id}", params=quote_in(read)).text
    assert f'href="/documents/{read.id}/pages{span}"' in text
    original = client.get(f"/documents/{read.id}/pages", params=quote_in(read)).text
    assert f'href="/documents/{read.id}{span}"' in original
    page = read.page_at(quote_in(read)["start"])
    assert f'src="/documents/{read.id}/pages/{page}.png{span}"' in original
    assert original.count('id="quote"') == 1
    assert original.count('loading="lazy"') == original.count("<img") - 1  # the seal's
    shown = client.get(f"/documents/{read.id}/pages/{page}.png", params=quote_in(read))
    assert shown.headers["content-type"] == "image/png"
    wrong = client.get(f"/documents/{read.id}/pages", params={"start": "9", "end": "x"})
    assert "不在这份文件里" in wrong.text


def test_a_listing_is_asked_for_once_and_again_when_the_text_was_read_anew(
    reading: tuple[TestClient, Desk], ids: dict[str, str]
) -> None:
    asked = []

    class Drawer:
        def survey(self, *given: object) -> sought.Survey:
            asked.append(given)
            return sought.Survey((sought.PageSize(1, 1),), {})

    pages = OriginalPages(reading[1].knowledge_base, Drawer())  # type: ignore[arg-type]  # counts
    read = document(reading, ids["pdf"])
    for _ in range(3):
        assert json.dumps(pages.listing(read, Span(0, 3)))
    assert len(asked) == 1
    pages.listing(read, Span(0, 4))
    assert len(asked) == 2
