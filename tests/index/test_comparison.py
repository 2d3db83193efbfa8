import pytest
from hypothesis import given
from hypothesis import strategies as some

from index.comparison import Change, Edit, changed_words, compare
from index.document import Document, Span
from index.read import read_document

TITLE = "示例市养犬管理办法\n\n"
ARTICLES = (
    "为了规范养犬行为，制定本办法。",
    "养犬登记费每年为300元，由公安机关收取。",
    "携犬外出应当使用长度不超过1.5米的牵引绳。",
    "违反本办法第三条规定的，处200元以下罚款。",
    "本办法自2020年1月1日起施行。",
)
NUMERALS = "一二三四五六七八九十"


def law(*articles: str) -> Document:
    body = "\n\n".join(f"第{NUMERALS[number]}条　{words}" for number, words in enumerate(articles))
    return read_document(f"{TITLE}{body}\n".encode(), "办法.txt")


def labels(document: Document, *articles: str) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.change.value, one.before and one.before.label, one.after and one.after.label)
        for one in compare(document, law(*articles)).changes
    ]


def test_a_text_does_not_differ_from_itself() -> None:
    comparison = compare(law(*ARTICLES), law(*ARTICLES))
    assert comparison.changes == ()
    assert comparison.unchanged == 5


def test_the_changed_words_of_a_changed_article_are_marked() -> None:
    changed = ARTICLES[1].replace("300元", "100元").replace("公安机关", "农业农村部门")
    [change] = compare(law(*ARTICLES), law(ARTICLES[0], changed, *ARTICLES[2:])).changes
    assert change.change is Change.CHANGED
    assert change.words == (
        (Edit.KEPT, "养犬登记费每年为"),
        (Edit.REMOVED, "300"),
        (Edit.ADDED, "100"),
        (Edit.KEPT, "元，由"),
        (Edit.REMOVED, "公安机关"),
        (Edit.ADDED, "农业农村部门"),
        (Edit.KEPT, "收取。"),
    )


def test_an_inserted_article_is_added_and_those_behind_it_are_moved() -> None:
    new = (*ARTICLES[:2], "禁止在学校周边遛犬。", *ARTICLES[2:])
    assert labels(law(*ARTICLES), *new) == [
        ("added", None, "第三条"),
        ("moved", "第三条", "第四条"),
        ("moved", "第四条", "第五条"),
        ("moved", "第五条", "第六条"),
    ]


def test_a_removed_article_stands_where_it_was() -> None:
    assert labels(law(*ARTICLES), ARTICLES[0], *ARTICLES[2:])[0] == ("removed", "第二条", None)


def test_an_article_that_changed_its_place_and_its_words_is_one_changed_article() -> None:
    moved = ARTICLES[2].replace("1.5米", "2米")
    changes = labels(law(*ARTICLES), ARTICLES[0], ARTICLES[1], ARTICLES[3], moved, ARTICLES[4])
    assert ("changed", "第三条", "第四条") in changes
    assert not any(change in {"added", "removed"} for change, _, _ in changes)


def test_white_space_and_the_width_of_signs_are_no_change() -> None:
    spaced = law(*ARTICLES[:3], ARTICLES[3].replace("，处200元", ",处 ２００ 元"), ARTICLES[4])
    assert compare(law(*ARTICLES), spaced).changes == ()


def test_a_text_without_articles_is_compared_by_paragraphs() -> None:
    one = read_document("关于值班的通知\n\n值班电话为111。\n\n请遵照执行。\n".encode(), "a.txt")
    two = read_document("关于值班的通知\n\n值班电话为222。\n\n请遵照执行。\n".encode(), "b.txt")
    [change] = compare(one, two).changes
    assert change.words == (
        (Edit.KEPT, "值班电话为"),
        (Edit.REMOVED, "111"),
        (Edit.ADDED, "222"),
        (Edit.KEPT, "。"),
    )


def test_the_changes_at_a_place_are_those_of_its_article() -> None:
    old = law(*ARTICLES)
    comparison = compare(old, law(*ARTICLES[:3], "罚款500元。", ARTICLES[4]))
    place = old.text.index("处200元")
    assert [one.change for one in comparison.of(Span(place, place + 3))] == [Change.REMOVED]
    assert comparison.of(Span(0, 5)) == ()


@given(some.text("甲乙丙1 ab。\n", max_size=40), some.text("甲乙丙1 ab。\n", max_size=40))
def test_old_and_new_can_be_read_off_the_changed_words(before: str, after: str) -> None:
    row = list(changed_words(before, after))
    bare = "".join
    old = bare(words for edit, words in row if edit is not Edit.ADDED).split()
    new = bare(words for edit, words in row if edit is not Edit.REMOVED).split()
    assert bare(old) == bare(before.split())
    assert bare(new) == bare(after.split())


@given(some.permutations(ARTICLES), some.integers(0, 5))
def test_every_article_is_accounted_for_once(shuffled: list[str], count: int) -> None:
    old, new = law(*ARTICLES), law(*shuffled[: max(count, 2)])
    comparison = compare(old, new)
    before = [one.before.label for one in comparison.changes if one.before]
    after = [one.after.label for one in comparison.changes if one.after]
    assert len(set(before)) == len(before) == 5 - comparison.unchanged
    assert len(set(after)) == len(after) == max(count, 2) - comparison.unchanged


@pytest.mark.parametrize("empty", ["", " "])
def test_nothing_against_nothing_is_no_change(empty: str) -> None:
    assert list(changed_words(empty, empty)) == []
