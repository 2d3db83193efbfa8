"""The page of what two versions differ in: who sees it, and what it tells."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from index.comparison import Change, Edit, compare
from index.document import Disclosure, Metadata
from service.desk import Desk
from service.web.differences import differences
from tests.index.test_comparison import ARTICLES, law
from tests.index.test_succession import FIRST, SECOND
from tests.service.conftest import local_client
from tests.service.test_web_pages import BROWSER, page

Submit = Callable[..., str]


@pytest.fixture
def submit(own_desk: Desk, work: Callable[[], None]) -> Submit:
    def run(text: str, name: str, known: Metadata | None = None) -> str:
        job = own_desk.knowledge_base.submit(text.encode(), name, known)
        work()
        return str(own_desk.knowledge_base.job(job.id).document_id)

    return run


def test_neighbours_that_stayed_or_moved_are_gathered() -> None:
    before = law(*ARTICLES)
    after = law(*ARTICLES[:2], "禁止在学校周边遛犬。", *ARTICLES[2:])
    told = differences(compare(before, after), before, after)
    assert [(one.change, one.before, one.after, one.number) for one in told] == [
        (Change.SAME, "第一条至第二条", "第一条至第二条", 0),
        (Change.ADDED, "", "第三条", 1),
        (Change.MOVED, "第三条至第五条", "第四条至第六条", 2),
    ]
    assert told[1].entries[0].words == ((Edit.ADDED, "禁止在学校周边遛犬。"),)


@given(
    some.lists(some.sampled_from(ARTICLES), max_size=6),
    some.lists(some.sampled_from(ARTICLES), max_size=6),
)
@example([ARTICLES[4], ARTICLES[3], ARTICLES[3], ARTICLES[0]], [ARTICLES[0], ARTICLES[3]])
def test_every_article_of_both_texts_is_told_once_and_the_new_ones_in_order(
    old: list[str], new: list[str]
) -> None:
    before, after = law(*old), law(*new)
    comparison = compare(before, after)
    told = list(comparison.in_order())
    assert len(told) == len(comparison.changes) + comparison.unchanged
    places = [one.after.span.start for one in told if one.after]
    assert places == sorted(places)


def test_the_page_tells_what_changed_since_the_version_before(
    own_desk: Desk, submit: Submit
) -> None:
    old, new = submit(FIRST, "旧.txt"), submit(SECOND, "新.txt")
    client = local_client(own_desk)
    source = client.get(f"/documents/{new}/differences", headers=BROWSER).text
    assert "<del>300</del><ins>200</ins>" in source
    backwards = client.get(f"/documents/{old}/differences?with={new}", headers=BROWSER).text
    assert "<del>300</del><ins>200</ins>" in backwards
    for here, name in ((new, "上一版"), (old, "下一版")):
        assert name in client.get(f"/documents/{here}", headers=BROWSER).text


def test_without_an_earlier_version_the_page_says_so(own_desk: Desk, submit: Submit) -> None:
    old = submit(FIRST, "旧.txt")
    client = local_client(own_desk)
    assert "与别的版本比较" not in client.get(f"/documents/{old}", headers=BROWSER).text
    page(client, f"/documents/{old}/differences", 404)


def test_a_hidden_version_is_neither_shown_nor_betrayed(own_desk: Desk, submit: Submit) -> None:
    old = submit(FIRST, "旧.txt", Metadata("", disclosure=Disclosure.INTERNAL))
    new = submit(SECOND, "新.txt")
    client = local_client(own_desk)
    assert "上一版" not in client.get(f"/documents/{new}", headers=BROWSER).text
    for path in (f"/documents/{new}/differences", f"/documents/{new}/differences?with={old}"):
        shown = client.get(path, headers=BROWSER)
        assert shown.status_code == 404
        assert "300" not in shown.text
    missing = client.get(f"/api/documents/{new}/changes")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_earlier_version")


def test_the_words_of_a_text_are_escaped(own_desk: Desk, submit: Submit) -> None:
    submit(FIRST, "旧.txt")
    new = submit(SECOND.replace("200", "<script>alert(1)</script>"), "新.txt")
    source = local_client(own_desk).get(f"/documents/{new}/differences", headers=BROWSER).text
    assert "<script>alert" not in source
    assert "&lt;script&gt;" in source or "&lt;" in source
