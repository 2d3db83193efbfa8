"""Everyday words of a question, and the official ones they stand for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fold import fold
from service.answering.understanding.everyday import everyday_words, official_for
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import Inquiry, understand
from service.answering.understanding.segment import words_of
from service.answering.understanding.terms import presence

SHIPPED = Lexicon.bundled()


def found(question: str, lexicon: Lexicon = SHIPPED) -> list[str]:
    return [question[one.start : one.end] for one in everyday_words(question, lexicon)]


def inquire(question: str, lexicon: Lexicon = SHIPPED) -> Inquiry:
    return understand(question, date(2026, 11, 23), lexicon)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("五险一金怎么交", ["五险一金"]),  # the longest: no 五险
        ("低保户能领多少", ["低保户"]),
        ("最低保障是多少", []),  # 低 and 保 belong to other words
        ("办证件要多少钱", []),
        ("低保真音响", []),
        ("人社保障中心", []),
        ("黑户怎么上户口", ["黑户", "上户口"]),
        ("听说办证要找交警", ["办证", "交警"]),
    ],
)
def test_everyday_words_are_whole_words_the_longest_first(question: str, words: list[str]) -> None:
    assert found(question) == words


def test_nearly_every_shipped_word_is_found_wherever_it_stands() -> None:
    asked = [
        (word, frame.format(word))
        for word in SHIPPED.everyday
        for frame in ("{}", "怎么{}", "{}怎么办理", "我想问下{}的事", "申请{}的条件")
    ]
    missed = [question for word, question in asked if word not in found(question)]
    assert missed == []


def test_the_name_of_a_document_has_no_everyday_words() -> None:
    assert found("《低保办法》里低保怎么算") == ["低保"]
    assert inquire("《低保办法》第三条怎么说").official == ()


def test_what_is_searched_for_keeps_the_words_of_the_question() -> None:
    inquiry = inquire("低保怎么申请")
    assert inquiry.search_text == "低保怎么申请 最低生活保障"
    assert inquire("最低生活保障怎么申请").search_text == "最低生活保障怎么申请"
    assert official_for("低保就是最低生活保障吗", SHIPPED) == ()


def test_a_word_of_the_question_is_present_where_the_official_one_is() -> None:
    [term] = inquire("低保").terms
    assert presence(term, "申请最低生活保障") == presence(term, "申请最低生活保障的家庭") == 0.9
    assert presence(term, "低保家庭") == 1.0
    assert presence(term, "申请临时救助") == 0.0


def test_each_part_of_an_everyday_word_stands_for_it() -> None:
    terms = inquire("公司注销").terms
    assert [term.text for term in terms] == ["公司", "注销"]  # a text may have them apart
    assert all(presence(term, "申请注销登记") >= 0.9 for term in terms)


@pytest.mark.parametrize("question", ["低保戶幾多錢", "低保户几多钱", "低保户 多少钱"])
def test_script_and_cantonese_make_no_difference(question: str) -> None:
    assert "最低生活保障家庭" in inquire(question).official


def test_a_site_has_words_of_its_own_and_switches_off_others() -> None:
    own = SHIPPED.with_everyday({"搓圆子券": ("消费券",)})
    assert found("搓圆子券怎么领", own) == ["搓圆子券"]
    assert found("低保怎么领", own) == []
    assert found("搓圆子券怎么领") == []
    assert words_of("搓圆子券怎么领", own.own_words)[0] == "搓圆子券"


@given(st.text(max_size=60), st.sampled_from(sorted(SHIPPED.everyday)), st.text(max_size=60))
def test_what_is_found_stands_there_in_order_and_apart(before: str, word: str, after: str) -> None:
    question = fold(before + word + after)
    ends = 0
    for one in everyday_words(question, SHIPPED):
        assert one.start >= ends
        assert SHIPPED.everyday[question[one.start : one.end]] == one.official
        ends = one.end
