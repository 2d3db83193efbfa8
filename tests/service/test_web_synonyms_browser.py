"""Keeping synonyms in a real browser, by keyboard, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from tests.service.browsing import DESKTOP, PHONE, chromium, window
from tests.service.running import running
from tests.service.test_web_browser import CONTRAST

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(browser: Browser, own_desk: Desk, request: pytest.FixtureRequest) -> Iterator[Page]:
    application = build_application(own_desk, own_desk.settings)
    with running(configured(application)) as site, window(browser, site, request.param) as page:
        yield page


def test_one_is_added_changed_and_deleted_by_keyboard_alone(page: Page, own_desk: Desk) -> None:
    page.goto("/synonyms")
    page.get_by_label("口语词", exact=True).focus()
    page.keyboard.type("夜市")
    page.keyboard.press("Tab")
    page.keyboard.type("夜间经济集聚区")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("已保存：夜市")
    row = page.get_by_role("listitem").filter(has_text="夜间经济集聚区")
    expect(row).to_contain_text("本站")
    row.get_by_role("link", name="修改“夜市”").press("Enter")
    expect(page.get_by_label("规范用语", exact=True)).to_be_focused()
    expect(page.get_by_label("口语词", exact=True)).not_to_be_editable()
    page.get_by_label("规范用语", exact=True).fill("夜间市场；夜间经济集聚区")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="夜间市场")).to_be_visible()
    assert own_desk.lexicon.everyday["夜市"] == ("夜间市场", "夜间经济集聚区")
    page.get_by_role("button", name="删除“夜市”").press("Enter")
    expect(page.get_by_role("status")).to_have_text("已删除：夜市")
    assert "夜市" not in own_desk.lexicon.everyday


def test_a_shipped_one_is_found_switched_off_and_on(page: Page, own_desk: Desk) -> None:
    page.goto("/synonyms")
    page.get_by_label("按口语词、规范用语或说明查找").fill("无户口")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="停用“黑户”").click()
    expect(page.get_by_role("listitem").filter(has_text="本站改过")).to_contain_text("停用")
    assert "黑户" not in own_desk.lexicon.everyday
    page.get_by_role("button", name="启用“黑户”").click()
    expect(page.get_by_text("本站改过", exact=True)).to_have_count(0)
    assert "黑户" in own_desk.lexicon.everyday


def test_a_table_goes_out_and_comes_in_again(page: Page, own_desk: Desk) -> None:
    page.goto("/synonyms")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="全部（csv）").click()
    table = downloading.value.path().read_bytes() + "夜市,夜间经济集聚区,,启用,,\n".encode()
    for button, told in (("先看会怎样", "预览"), ("收进", "收进")):
        upload = {"name": "表.csv", "mimeType": "text/csv", "buffer": table}
        page.get_by_label("同义词表").set_input_files([upload])
        page.get_by_role("button", name=button).click()
        expect(page.locator("#brought")).to_contain_text(f"{told}“表.csv”：新增 1 条，更新 0 条")
    assert own_desk.lexicon.everyday["夜市"] == ("夜间经济集聚区",)


def test_the_page_is_no_wider_than_the_window_and_can_be_read(page: Page) -> None:
    page.goto("/synonyms?q=低保&edit=低保")
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  one of its literals
        assert page.evaluate(CONTRAST) == []
    unnamed = "(all) => all.filter((one) => !one.labels?.length && one.type !== 'hidden').length"
    assert page.locator("main input").evaluate_all(unnamed) == 0
