"""Values with what belongs to them, and values that documents disagree on."""

from __future__ import annotations

import pytest

from index.chunk import chunk
from index.document import Chunk, Document, Hit, Metadata, Span
from index.read import read_document
from service.answering.answer import Answer, Outcome
from service.answering.answers.values import as_good, says_nothing
from service.answering.reading.reader import Evidence, Reading, Trained
from service.answering.reading.sentences import sentence_around
from service.desk import Channel, Desk


def ask(desk: Desk, question: str) -> Answer:
    return desk.ask(question, channel=Channel.WEB)


def test_a_proviso_after_the_sentence_is_cited_and_read_aloud_with_it(counter: Desk) -> None:
    given = ask(counter, "街道办事处应当在多少个工作日内提出审核意见？")
    assert given.answer == "二十个工作日内"
    assert given.citations[1].quote == "但是需要入户调查两次以上的除外。"
    assert "除外" in (given.script or "")
    assert "read_with" in {notice.kind for notice in given.notices}


def test_a_later_paragraph_that_takes_back_the_one_quoted_is_cited_beside_it(
    counter: Desk,
) -> None:
    given = ask(counter, "民政部门应当在多少个工作日内作出决定？")
    assert given.answer == "十个工作日内"
    assert [citation.locator for citation in given.citations] == ["第六条第一款", "第六条第二款"]


def test_a_value_that_leans_on_the_paragraph_before_is_cited_with_it(counter: Desk) -> None:
    given = ask(counter, "情况复杂的，最低生活保障的决定期限可以延长多少个工作日？")
    assert given.answer == "五个工作日"
    assert "第六条第一款" in [citation.locator for citation in given.citations]


def test_a_value_that_stands_by_itself_is_cited_alone(desk: Desk) -> None:
    given = ask(desk, "粤智助全市布设了多少台")
    assert len(given.citations) == 1
    assert given.notices == ()


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("公共自行车站点有多少个？", ("312 个", "298 个")),
        ("2022年示例市公共自行车站点有多少个？", ("312 个", "298 个")),
        ("养犬登记要在取得犬只之日起多少日内办理？", ("三十日内", "十五日内")),
    ],
)
def test_texts_in_force_that_disagree_are_shown_side_by_side(
    counter: Desk, question: str, values: tuple[str, ...]
) -> None:
    given = ask(counter, question)
    assert given.outcome is Outcome.PASSAGES
    assert given.answer is None
    assert given.notices[0].kind == "conflict"
    assert len({citation.document_id for citation in given.citations}) == 2
    quotes = "".join(citation.quote for citation in given.citations)
    assert all(value in quotes for value in values)


def test_what_only_one_of_them_states_is_answered_from_it(counter: Desk) -> None:
    given = ask(counter, "全市投放了多少辆公共自行车？")
    assert given.answer == "8000 辆"
    assert "conflict" not in {notice.kind for notice in given.notices}


@pytest.mark.parametrize(
    "stated", ["有关材料", "其他规定", "公开招标；\n（二）邀请招标；（三）询价"]
)
def test_words_that_name_nothing_are_no_answer(stated: str) -> None:
    assert says_nothing(stated)


@pytest.mark.parametrize(
    "stated", ["有关部门出具的收入证明", "户口簿", "警告；罚款", "（二）户口簿"]
)
def test_words_that_name_something_are(stated: str) -> None:
    assert not says_nothing(stated)


def read(document: Document, words: str, score: float, *, trained: bool = True) -> Reading:
    """Return a reading of words of a document that a model, or rules alone, scored so."""
    start = document.text.index(words)
    span = Span(start, start + len(words))
    hit = Hit(chunk_of(document), 0.9, 0.9, 0.9)
    judged = Trained(5.0, 4.0, 9.0, ruled=0.0) if trained else None
    evidence = Evidence(1.0, 0.0, 1.0, words=0.9, vectors=0.9, trained=judged)
    return Reading(sentence_around(document, span, hit), span, None, score, evidence)


def chunk_of(document: Document) -> Chunk:
    return next(iter(chunk(document)))


HERE, THERE = (
    read_document(text.encode(), "通知.txt", Metadata(title="通知"))
    for text in ("逾期不申报的，不加收滞纳金。", "逾期不申报的，限期改正，并加收滞纳金。")
)


def test_scores_near_one_are_rivals_only_where_the_model_thinks_them_as_likely() -> None:
    best = read(HERE, "不加收滞纳金", 0.995)
    assert as_good(read(THERE, "加收滞纳金", 0.99), best)
    assert not as_good(read(THERE, "加收滞纳金", 0.945), best)
    ruled = read(HERE, "不加收滞纳金", 0.995, trained=False)
    assert as_good(read(THERE, "加收滞纳金", 0.945, trained=False), ruled)
