"""A question is judged by outcome, by what is said, and by what is cited."""

from dataclasses import replace
from datetime import date

import pytest

from eval.datasets import Question
from eval.scoring import Judge, Judgement, contains, is_short, says
from index.document import Document, Metadata, Section, SectionKind, Span
from service.answering.answer import Answer, Citation, Outcome

TEXT = "两地行政服务中心设置了专窗，目前已实现56个事项两市通办。业务办理量超78000宗。"
DOCUMENT = Document(
    id="a",
    source="report.txt",
    sha256="",
    text=TEXT,
    metadata=Metadata("鹤山市年度工作报告"),
    root=Section(SectionKind.DOCUMENT, 0, Span(0, len(TEXT))),
)
QUESTION = Question(
    "d1",
    "多少个事项？",
    "value",
    ("answered",),
    ("56个事项", "56个"),
    ("56",),
    "目前已实现56个事项两市通办",
    "report",
)
JUDGE = Judge(lambda _: TEXT, frozenset({"report.txt"}))
REFUSED = Question("d2", "多少个部门？", "refuse", ("refused",))


def citation(words: str) -> Citation:
    start = TEXT.index(words)
    return Citation.of(DOCUMENT, Span(start, start + len(words)), date(2026, 1, 1))


def answer(outcome: Outcome, said: str | None = None, quote: str | None = None) -> Answer:
    citations = (citation(quote),) if quote else ()
    return Answer("？", "1", outcome, 0.9, said, said, citations)


def judged(question: Question, given: Answer) -> Judgement:
    return JUDGE(question, given)


def test_the_right_value_with_the_right_quote_is_right() -> None:
    found = judged(QUESTION, answer(Outcome.ANSWERED, "56 个", "目前已实现56个事项两市通办。"))
    assert found.right
    assert found.exact
    assert found.short
    assert not found.wrong


def test_what_follows_from_stated_values_answers_as_well_as_a_stated_one() -> None:
    given = answer(Outcome.COMPUTED, "56个", "目前已实现56个事项两市通办。")
    assert judged(QUESTION, given).right
    assert not judged(replace(QUESTION, outcome=("passages",)), given).right


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("57个", "目前已实现56个事项两市通办。"),
        ("56个", "业务办理量超78000宗。"),
        ("超78000宗", "业务办理量超78000宗。"),
    ],
)
def test_a_wrong_value_or_a_wrong_quote_misleads(said: str, quote: str) -> None:
    found = judged(QUESTION, answer(Outcome.ANSWERED, said, quote))
    assert not found.right
    assert found.wrong


def test_a_quote_from_another_document_is_wrong() -> None:
    given = answer(Outcome.ANSWERED, "56个", "目前已实现56个事项两市通办。")
    assert not Judge(lambda _: TEXT, frozenset({"other.txt"}))(QUESTION, given).right
    law = replace(QUESTION, document="鹤山市年度工作报告（2022）")
    assert JUDGE(law, given).right
    assert not JUDGE(replace(law, document="行政许可法"), given).right


def test_holding_back_is_not_right_but_does_not_mislead() -> None:
    found = judged(QUESTION, answer(Outcome.REFUSED))
    assert not found.right
    assert not found.wrong
    assert found.value is None
    shown = judged(QUESTION, answer(Outcome.PASSAGES, None, "目前已实现56个事项两市通办。"))
    assert not shown.right
    assert not shown.wrong


def test_an_answer_to_what_should_be_refused_misleads() -> None:
    assert judged(REFUSED, answer(Outcome.REFUSED)).right
    assert judged(REFUSED, answer(Outcome.ANSWERED, "56个", "目前已实现56个事项两市通办。")).wrong
    assert judged(REFUSED, answer(Outcome.PASSAGES, None, "业务办理量超78000宗。")).wrong


def test_passages_are_right_when_they_hold_the_quote() -> None:
    why = replace(QUESTION, outcome=("passages",), answers=(), must_contain=())
    assert judged(why, answer(Outcome.PASSAGES, None, TEXT)).right
    assert judged(why, answer(Outcome.PASSAGES, None, "业务办理量超78000宗。")).wrong


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("共56个", "56", True),
        ("共156个", "56", False),
        ("56.5%", "56", False),
        ("二十日内", "十日", False),
        ("十日内", "十日", True),
        ("7,000余条", "7000余", True),
        ("办理超 78000 宗。", "78000", True),
        ("占56。", "56", True),
    ],
)
def test_a_number_is_contained_only_whole(text: str, words: str, found: bool) -> None:
    assert contains(text, words) is found


def test_other_words_are_right_but_other_figures_are_not() -> None:
    assert says("不是285项，是258项", ["258项"], ["258"]) is False
    assert says("截至2022年11月共有258项", ["258项"], ["258"])
    assert says("258项和543项", ["258项"], ["258"]) is False
    assert says("78000宗", ["超78000宗"], ["超", "78000"]) is False
    assert says("约66.7%", ["66.67%", "66.7%"], []) is False
    assert says("66.7%", ["66.67%", "66.7%"], [])


def test_a_sentence_is_not_a_short_answer() -> None:
    assert is_short("56个事项", ["56个事项"])
    assert not is_short(TEXT, ["56个事项"])
