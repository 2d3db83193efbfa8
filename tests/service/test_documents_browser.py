"""Reading documents in a real browser: what two versions differ in, and where references lead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from index.completion import complete
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from service.settings import Settings
from tests.service.browsing import DESKTOP, PHONE, chromium, window
from tests.service.conftest import worker
from tests.service.running import running
from tests.service.test_web_browser import CONTRAST

HEAD = "示例市犬只管理办法\n\n（{day}示例市人民政府令第{number}号公布　自{day}起施行）\n\n"
OLD = (
    "为了规范养犬行为，维护公共秩序，制定本办法。",
    "本市行政区域内的养犬行为，适用本办法。",
    "公安机关是养犬管理的主管部门，负责养犬登记。",
    "养犬登记费每只每年为300元，由公安机关收取，逾期不缴的每日加收百分之三。",
    "携犬外出应当使用长度不超过1.5米的牵引绳。",
    "每户限养一只，超出部分由公安机关收容。",
    "携犬乘坐电梯的，应当避开高峰时间。",
    "违反本办法第五条规定的，处200元以下罚款。",
    "本办法自{day}起施行。",
)
NEW = (
    *OLD[:3],
    "养犬登记费每只每年为100元，由农业农村部门收取，\n逾期不缴的每日加收百分之一。",
    "禁止在学校、医院和少年儿童活动场所周边遛犬。",
    OLD[4],
    OLD[6],
    OLD[7].replace("第五条", "第六条"),
    OLD[8],
)
NUMERALS = "一二三四五六七八九"

pytestmark = pytest.mark.slow


def _law(articles: tuple[str, ...], day: str, number: int) -> bytes:
    lines = [
        f"第{NUMERALS[place]}条　{words.format(day=day)}\n" for place, words in enumerate(articles)
    ]
    return (HEAD.format(day=day, number=number) + "\n".join(lines)).encode()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """A running server, and the ids of an older and a newer version."""
    directory = tmp_path_factory.mktemp("versions")
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        jobs = [
            base.submit(_law(OLD, "2012年7月1日", 3), "旧.txt"),
            base.submit(_law(NEW, "2018年7月1日", 8), "新.txt"),
        ]
        done = complete(worker(directory), [job.id for job in jobs])
        base.catch_up()
        ids = {job.source: str(job.document_id) for job in done}
        chosen = Settings(data_dir=directory, reader="rules")
        application = build_application(Desk(chosen, base), chosen)
        with application.state.original_pages, running(configured(application)) as site:
            yield site, ids["旧.txt"], ids["新.txt"]


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(
    browser: Browser, shown: tuple[str, str, str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    with window(browser, shown[0], request.param) as page:
        yield page


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has the focus says `text`."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if text in (page.evaluate("document.activeElement.textContent") or ""):
            return
    raise AssertionError(f"no way by keyboard to {text}")


def test_what_differs_is_reached_and_walked_through_by_keyboard_alone(
    page: Page, shown: tuple[str, str, str]
) -> None:
    _, _, new = shown
    page.goto(f"/documents/{new}")
    tab_to(page, "上一版")
    page.keyboard.press("Enter")
    expect(page.locator(".counts")).to_contain_text("改动")
    told = page.locator(".difference .sort").all_inner_texts()
    assert told == ["未变", "改动", "新增", "移动", "删去", "未变", "改动", "改动"]
    assert page.locator("details[open]").count() == 0
    for number in (1, 2, 3):
        page.keyboard.press("j")
        expect(page.locator(f"#d{number}")).to_be_in_viewport()
        assert page.evaluate("document.activeElement.closest('.difference').id") == f"d{number}"
    expect(page.locator("#d3 .words")).to_be_hidden()
    page.keyboard.press("Enter")  # unfolds what only moved
    expect(page.locator("#d3 .words")).to_contain_text("原第五条")
    page.keyboard.press("k")
    page.keyboard.press("k")
    changed = page.locator("#d1 .words")
    assert changed.locator("del").all_inner_texts() == ["300", "公安机关", "三"]
    assert changed.locator("ins").all_inner_texts() == ["100", "农业农村部门", "一"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("mark#quote")).to_have_text("第四条")
    expect(page.locator("mark").last).to_contain_text("百分之一")


def test_what_was_removed_and_added_is_told_without_colour(
    page: Page, shown: tuple[str, str, str]
) -> None:
    page.goto(f"/documents/{shown[2]}/differences")
    for tag, line in (("del", "line-through"), ("ins", "underline")):
        mark = page.locator(f"#d1 .words {tag}").first
        assert line in mark.evaluate("(one) => getComputedStyle(one).textDecorationLine")
        assert mark.evaluate("(one) => getComputedStyle(one, '::before').content").strip('"') in {
            "［删去］",
            "［新增］",
        }


def test_the_page_is_no_wider_than_the_window_and_can_be_read(
    page: Page, shown: tuple[str, str, str]
) -> None:
    page.goto(f"/documents/{shown[1]}/differences?with={shown[2]}")
    expect(page.locator(".compared dd").first).to_contain_text("2012年7月1日起")
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  one of its literals
        assert page.evaluate(CONTRAST) == []


def test_the_references_of_a_text_are_reached_by_keyboard(
    page: Page, shown: tuple[str, str, str]
) -> None:
    page.goto(f"/documents/{shown[1]}")
    tab_to(page, "本办法第五条")
    assert page.evaluate("document.activeElement.title") == "本文件第五条"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(":target")).to_contain_text("牵引绳")
    expect(page.locator(":target")).to_be_in_viewport()
