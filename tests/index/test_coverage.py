from dataclasses import replace

from index.chunk import chunk
from index.coverage import check
from index.document import Document, OriginRun, Removal, Span
from index.read import read_document
from tests.index.typesetting import report_bytes

LAW = "某市条例\n第一条 甲的规定。\n第二条 乙的规定。\n第三条 丙的规定。\n第四条 丁的规定。\n"


def report() -> Document:
    return read_document(report_bytes(), "r.txt")


def test_the_report_is_covered_to_the_last_character() -> None:
    coverage = check(report(), chunk(report()))
    assert coverage.complete
    assert coverage.characters == coverage.in_chunks
    assert coverage.problems == coverage.left_out == ()


def test_what_was_removed_is_counted_by_reason() -> None:
    removed = check(report(), chunk(report())).removed
    assert set(removed) == {"行末换行", "段间空白", "分页"}
    assert sum(removed.values()) == sum(len(removal.text) for removal in report().removals)


def test_a_missing_passage_is_reported() -> None:
    passages = chunk(report())
    coverage = check(report(), [*passages[:3], *passages[4:]])
    assert coverage.left_out == (passages[3].span,)
    assert "不在任何片段中" in coverage.problems[0]
    assert not coverage.complete


def test_overlapping_and_foreign_passages_are_reported() -> None:
    first, *rest = chunk(report())
    wide = replace(first, span=Span(0, first.span.end + 5))
    alien = replace(rest[0], document_id="another")
    problems = check(report(), [wide, alien, *rest[1:]]).problems
    assert any("重叠" in problem for problem in problems)
    assert any("另一份文件" in problem for problem in problems)


def test_source_characters_without_account_are_reported() -> None:
    document = report()
    lost = replace(document, removals=document.removals[1:])
    assert any("没有列为略去" in problem for problem in check(lost, chunk(lost)).problems)


def test_source_characters_counted_twice_are_reported() -> None:
    document = report()
    doubled = replace(document, removals=(*document.removals, Removal(5, "政", "错")))
    assert any("计入两次" in problem for problem in check(doubled, chunk(doubled)).problems)


def test_words_that_are_not_in_the_source_are_reported() -> None:
    document = report()
    first, *runs = document.origin
    holed = replace(
        document, origin=(OriginRun(Span(3, first.span.end), 4, first.page), *runs)
    )  # fmt: skip
    assert any("原文没有的文字" in problem for problem in check(holed, chunk(holed)).problems)


def test_articles_that_run_on_are_no_problem() -> None:
    document = read_document(LAW.encode(), "l.txt")
    coverage = check(document, chunk(document))
    assert coverage.articles == 4
    assert coverage.article_gaps == ()


def test_a_gap_among_the_articles_is_reported_and_is_no_loss() -> None:
    document = read_document(LAW.replace("第三条 丙的规定。\n", "").encode(), "l.txt")
    coverage = check(document, chunk(document))
    assert coverage.article_gaps == ("第二条与第四条之间的条文缺失或未能识别。",)
    assert coverage.complete


def test_an_article_that_comes_twice_is_reported() -> None:
    document = read_document(LAW.replace("第三条", "第二条").encode(), "l.txt")
    assert "重复或倒退" in check(document, chunk(document)).article_gaps[0]


def test_inserted_articles_run_on() -> None:
    text = LAW.replace("第三条 丙", "第二条之一 己的规定。\n第二条之二 庚的规定。\n第三条 丙")
    document = read_document(text.encode(), "l.txt")
    assert check(document, chunk(document)).article_gaps == ()


def test_a_page_without_text_is_reported() -> None:
    document = report()
    scanned = replace(
        document, removals=(*document.removals, Removal(0, "", "第 3 页没有文字层，未读入"))
    )
    assert any("第 3 页" in problem for problem in check(scanned, chunk(scanned)).problems)
