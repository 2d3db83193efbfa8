"""The original's pages in a real browser: a switch, by mouse and by key, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from index.completion import complete
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from service.settings import Settings
from tests.index.formats.rendering import as_pdf, report_paragraphs
from tests.service.browsing import DESKTOP, PHONE, chromium, window
from tests.service.conftest import worker
from tests.service.running import running

QUOTE = "目前已实现"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def quoted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A running server, and the path to a quote in a document that came as PDF."""
    directory: Path = tmp_path_factory.mktemp("shown")
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        job = base.submit(as_pdf(report_paragraphs()), "报告.pdf")
        [done] = complete(worker(directory), [job.id])
        base.catch_up()
        document = base.document(str(done.document_id))
        start = document.text.index(QUOTE)
        chosen = Settings(data_dir=directory, reader="rules")
        application = build_application(Desk(chosen, base), chosen)
        with application.state.original_pages, running(configured(application)) as site:
            yield site, f"/documents/{document.id}?start={start}&end={start + len(QUOTE)}"


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(
    browser: Browser, quoted: tuple[str, str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    with window(browser, quoted[0], request.param) as page:
        yield page


def loaded(page: Page) -> int:
    """Count the pictures that the browser has fetched so far."""
    script = "[...document.querySelectorAll('.sheet img')].filter((i) => i.naturalWidth > 1).length"
    return int(page.evaluate(script))


def test_the_switch_shows_the_printed_page_at_the_quote(
    page: Page, quoted: tuple[str, str]
) -> None:
    page.goto(quoted[1])
    page.get_by_role("link", name="原件页面").click()
    expect(page.locator("rect#quote")).to_be_in_viewport()
    shown = page.locator("figure", has=page.locator("rect#quote")).locator("img")
    expect(shown).to_have_js_property("complete", True)
    assert shown.evaluate("(image) => image.naturalWidth") > 1000
    assert page.locator(".sheet img").count() == 8
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]  # it has one
    expect(page.get_by_role("link", name="原件页面")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="文字", exact=True).click()
    expect(page.locator("mark#quote")).to_have_text(QUOTE)


def test_pages_out_of_sight_are_not_fetched_until_one_comes_near(
    page: Page, quoted: tuple[str, str]
) -> None:
    path = quoted[1].partition("?")[0]
    page.goto(f"{path}/pages")
    expect(page.locator(".sheet img").first).to_have_js_property("complete", True)
    page.wait_for_load_state("networkidle")
    assert 1 <= loaded(page) < 8
    page.locator("#sheet8").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    last = page.locator("#sheet8 img")
    expect(last).to_have_js_property("complete", True)
    assert last.evaluate("(image) => image.naturalWidth") > 1


def test_by_keyboard_alone_one_goes_there_and_back_to_where_one_came_from(
    page: Page, quoted: tuple[str, str]
) -> None:
    page.goto("/documents")
    page.evaluate("(path) => { location.href = path; }", quoted[1])
    expect(page.locator("mark#quote")).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.locator("rect#quote")).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.locator("mark#quote")).to_be_in_viewport()
    page.keyboard.press("p")
    expect(page.locator("rect#quote")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".documents-list")).to_be_visible()
