"""The pages in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from index.store.feedback import Feedback
from service.desk import Desk
from tests.service.browsing import DESKTOP, PHONE, chromium

QUESTION = "有多少个事项实现了两市通办？"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    """A fresh window that lets no script error and no request to elsewhere pass."""
    context = browser.new_context(base_url=site, viewport=DESKTOP)
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(site) else wrong.append(request.url),
    )
    page.on(
        "console", lambda line: wrong.append(line.text) if "Content Security" in line.text else None
    )
    yield page
    context.close()
    assert wrong == []


def ask(page: Page, question: str) -> None:
    page.get_by_label("要问的问题").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".answer:not(.loading) .asked")).to_have_text(question)


def test_a_question_typed_with_the_keyboard_alone_leads_to_the_marked_quote(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_label("要问的问题")).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".short")).to_have_text("56 个事项")
    expect(page.locator(".outcome")).to_have_text("已找到依据")
    expect(page.locator(".card .locator")).to_have_text("第一部分第（八）项")
    expect(page.locator(".card blockquote strong")).to_have_text("56 个事项")
    assert f"q={quote(QUESTION)}" in page.url
    page.keyboard.press("o")
    expect(page.locator("mark#quote")).to_contain_text("56 个事项")
    expect(page.locator("mark#quote")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator(".short")).to_have_text("56 个事项")


def test_several_things_asked_at_once_are_shown_each_with_its_basis(page: Page) -> None:
    page.goto("/")
    ask(page, "粤智助全市布设了多少台，由哪家公司生产？")
    expect(page.locator(".part .short")).to_have_text("119 台")
    expect(page.locator(".part .outcome")).to_have_text(["已找到依据", "未找到依据"])
    expect(page.locator(".part").first.locator("blockquote strong")).to_have_text("119 台")
    expect(page.locator(".part").last.locator(".card")).to_have_count(0)
    expect(page.get_by_role("button", name="复制依据")).to_be_visible()


def test_a_list_is_one_card_with_its_items_a_line_each(page: Page) -> None:
    page.goto("/")
    ask(page, "哪些情形不予受理？")
    expect(page.locator(".card")).to_have_count(1)
    quoted = page.locator(".card blockquote").inner_text().splitlines()
    assert [line[:3] for line in quoted[1:]] == ["（一）", "（二）", "（三）"]
    page.locator(".card .open").click()
    expect(page.locator("mark#quote").first).to_contain_text("不予受理")


def test_an_address_with_a_question_asks_at_once_and_nothing_in_it_runs(page: Page) -> None:
    hostile = "<img src=x onerror=\"document.title='hit'\">共有多少名志愿者？"
    page.goto(f"/?q={quote(hostile)}")
    expect(page.locator(".answer .asked")).to_have_text(hostile)
    assert "hit" not in page.title()[:3]
    assert page.locator("#result img").count() == 0
    ask(page, "火星上住了多少人？")
    expect(page.locator(".outcome")).to_have_text("未找到依据")
    expect(page.locator(".refusal .message")).not_to_be_empty()


@pytest.mark.slow
def test_the_keys_copy_the_script_and_the_basis(browser: Browser, site: str) -> None:
    context = browser.new_context(base_url=site, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"/?q={quote(QUESTION)}")
    script = page.locator(".script .words").inner_text()
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_have_text("已复制口径")
    assert page.evaluate("navigator.clipboard.readText()") == script
    page.keyboard.press("b")
    expect(page.locator("#toast")).to_have_text("已复制依据")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "（鹤政数〔2022〕17号）第一部分第（八）项：“" in copied
    assert f"{site}/documents/" in copied
    context.close()


@pytest.mark.slow
def test_without_a_clipboard_the_old_way_of_copying_is_taken(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(f"/?q={quote(QUESTION)}")
    expect(page.locator(".short")).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_have_text("已复制口径")


@pytest.mark.slow
def test_arrow_up_brings_earlier_questions_back_and_the_draft_is_kept(page: Page) -> None:
    page.goto("/")
    for question in ("签发人是谁？", QUESTION):
        ask(page, question)
        page.keyboard.press("/")
    box = page.get_by_label("要问的问题")
    box.fill("还没写完")
    for expected in (QUESTION, "签发人是谁？", "签发人是谁？"):
        page.keyboard.press("ArrowUp")
        expect(box).to_have_value(expected)
    for expected in (QUESTION, "还没写完"):
        page.keyboard.press("ArrowDown")
        expect(box).to_have_value(expected)
    page.keyboard.press("Escape")
    expect(box).to_have_value("")


@pytest.mark.slow
def test_back_and_forward_lead_through_the_questions(page: Page) -> None:
    page.goto("/")
    ask(page, "签发人是谁？")
    page.keyboard.press("/")
    ask(page, QUESTION)
    page.go_back()
    expect(page.locator(".asked")).to_have_text("签发人是谁？")
    page.go_back()
    expect(page.locator("#suggestions")).to_be_visible()
    page.go_forward()
    expect(page.locator(".asked")).to_have_text("签发人是谁？")


BATCH = "第一批事项共有多少项？"


def test_a_question_asked_on_is_answered_as_the_whole_and_can_be_asked_as_it_stands(
    page: Page,
) -> None:
    page.goto("/")
    ask(page, BATCH)
    expect(page.locator(".whole")).to_have_count(0)
    page.keyboard.press("/")
    ask(page, "那第二批呢？")
    whole = BATCH.replace("一", "二")
    expect(page.locator(".whole")).to_contain_text(f"按“{whole}”回答")
    assert f"q={quote(whole)}" in page.url
    page.get_by_role("button", name="照原话问").click()
    expect(page.locator(".whole")).to_have_count(0)
    expect(page.locator(".answer:not(.loading) .asked")).to_have_text("那第二批呢？")


@pytest.mark.slow
def test_what_was_answered_as_a_whole_question_stays_whole(page: Page) -> None:
    page.goto("/")
    whole = BATCH.replace("一", "二")
    for question in (BATCH, "那第二批呢？"):
        ask(page, question)
        page.keyboard.press("/")
    box = page.get_by_label("要问的问题")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value(whole)  # in the history
    page.reload()
    expect(page.locator(".answer:not(.loading) .asked")).to_have_text(whole)
    expect(page.locator(".whole")).to_have_count(0)


@pytest.mark.slow
def test_a_question_chosen_or_asked_afresh_leans_on_nothing(page: Page) -> None:
    sent: list[str] = []
    page.on(
        "request", lambda one: sent.append(one.post_data or "") if "answer" in one.url else None
    )
    page.goto("/")
    ask(page, BATCH)
    page.locator("header a").first.click()  # to the beginning
    page.locator("#history .chips button").first.click()
    expect(page.locator(".answer:not(.loading) .asked")).to_have_text(BATCH)
    assert len(sent) == 2
    assert not any("previous" in body for body in sent)


@pytest.mark.slow
def test_feedback_is_kept_and_the_answer_stays(page: Page, desk: Desk) -> None:
    page.goto(f"/?q={quote(QUESTION)}")
    page.get_by_role("button", name="有用").click()
    expect(page.locator(".thanks")).to_have_text("谢谢")
    page.get_by_role("button", name="纠错").click()
    page.get_by_label("哪里不对").fill("以最新通报为准 <b>")
    page.get_by_role("button", name="提交纠错").click()
    expect(page.locator(".thanks")).to_have_text("已记下，会有人核对")
    expect(page.locator(".short")).to_have_text("56 个事项")
    kept: list[Feedback] = desk.knowledge_base.feedback.latest(2)
    assert [(one.verdict, one.comment) for one in kept] == [
        ("wrong", "以最新通报为准 <b>"),
        ("useful", ""),
    ]


@pytest.mark.slow
def test_a_failure_is_told_and_can_be_tried_again(page: Page) -> None:
    failing = {"detail": "模型不可用，请稍后重试。", "code": "model_unavailable"}
    page.route("**/api/answer", lambda route: route.fulfill(status=503, json=failing))
    page.goto(f"/?q={quote(QUESTION)}")
    expect(page.locator(".failure .message")).to_have_text("模型不可用，请稍后重试。")
    page.unroute("**/api/answer")
    page.get_by_role("button", name="再试一次").click()
    expect(page.locator(".short")).to_have_text("56 个事项")
    page.route("**/api/answer", lambda route: route.abort())
    page.keyboard.press("/")
    page.keyboard.press("Enter")
    expect(page.locator(".failure .message")).to_contain_text("连不上服务")


@pytest.mark.slow
def test_a_newer_question_takes_over_from_one_on_its_way(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/answer", lambda route: held.append(route))  # noqa: PLW0108  its module looks at it
    page.goto("/")
    for question in ("签发人是谁？", QUESTION):
        page.get_by_label("要问的问题").fill(question)
        page.keyboard.press("Enter")
        expect(page.locator(".answer.loading")).to_be_visible()
    page.wait_for_timeout(300)  # long enough for the first to be told that it failed
    assert page.locator(".failure").count() == 0
    held[1].continue_()
    expect(page.locator(".short")).to_have_text("56 个事项")


@pytest.mark.slow
def test_the_day_asked_for_decides_which_text_answers(page: Page) -> None:
    page.goto(f"/?q={quote('示例市转办事项多少个工作日内办结？')}&as_of=2015-01-01")
    expect(page.locator(".card").first).to_contain_text("2012年7月1日起施行")
    expect(page.locator(".trace")).to_contain_text("2015年1月1日")
    page.get_by_label("按这一天的规定").fill("")
    expect(page.locator(".card").first).to_contain_text("2019年7月1日起施行")


@pytest.mark.slow
def test_progress_is_shown_until_the_base_is_ready(page: Page) -> None:
    progress = {"done": 40, "total": 100, "message": "已读 4 份文件"}
    page.route("**/readyz", lambda route: route.fulfill(status=503, json={"progress": progress}))
    page.goto("/")
    expect(page.get_by_text("资料正在装入")).to_be_visible()
    expect(page.get_by_text("已读 4 份文件")).to_be_visible()
    page.unroute("**/readyz")
    expect(page.get_by_text("资料正在装入")).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/", f"/?q={quote(QUESTION)}", "/documents", "report", "hostile"])
def test_no_page_is_wider_than_the_window(
    page: Page, ids: dict[str, str], size: dict[str, int], path: str
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(f"/documents/{ids[path]}?start=0&end=9" if path in ids else path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


CONTRAST = """() => {
  const channel = (c) => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const color = parse(getComputedStyle(element).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(style.color)), light(behind(element))].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24;
    const ratio = (a + .05) / (b + .05);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${ratio.toFixed(2)} ${element.textContent}`);
  }
  return poor;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    ["/", f"/?q={quote(QUESTION)}", f"/?q={quote('火星上住了多少人？')}", "/documents", "earlier"],
)
def test_all_text_has_the_contrast_that_wcag_aa_asks(
    page: Page, ids: dict[str, str], scheme: str, path: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"/documents/{ids[path]}?start=0&end=9" if path in ids else path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(CONTRAST) == []
