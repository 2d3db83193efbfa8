from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.understanding.asks import Asks, Operation
from service.answering.understanding.facts import Fact
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import Inquiry, understand

TODAY = date(2026, 11, 23)


def inquire(question: str) -> Inquiry:
    return understand(question, TODAY, Lexicon.bundled())


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("有多少个事项两市通办？", Asks.COUNT),
        ("粤智助有几多部呀", Asks.COUNT),
        ("粤智助 台数", Asks.COUNT),
        ("热线办结率是多少", Asks.RATE),
        ("预留份额是多少", Asks.RATE),
        ("价格扣除多少", Asks.RATE),
        ("价格扣除多少元", Asks.MONEY),
        ("甲级和乙级的期限各是多久", Asks.PASSAGE),
        ("货物和工程分别是多少万元以下", Asks.PASSAGE),
        ("罚款最高多少钱", Asks.MONEY),
        ("多少天内作出决定", Asks.PERIOD),
        ("协议几时签嘅", Asks.DATE),
        ("联系电话是多少", Asks.PHONE),
        ("由哪个部门负责", Asks.WHO),
        ("上线了哪个小程序", Asks.WHICH),
        ("为什么要推行这项改革", Asks.PASSAGE),
        ("点解要办证", Asks.PASSAGE),
        ("How many items are there?", Asks.COUNT),
        ("When was the agreement signed?", Asks.DATE),
        ("What is the completion rate?", Asks.RATE),
    ],
)
def test_the_kind_of_answer_is_understood(question: str, asks: Asks) -> None:
    assert inquire(question).asks is asks


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("粤智助业务量刚好是78000宗吧？", "78000"),
        ("粤智助业务量刚好是七万八千宗吧？", "78000"),
        ("粤智助业务量是不是7.8万？", "78000"),
        ("粤智助业务量是７．８万宗吗", "78000"),
        ("粤智助业务量係七點八萬宗嘛", "78000"),
        ("粤智助业务量有7万8千多宗对不对", "78000"),
        ("办结率是99.86%吧？", "99.86"),
        ("办结率是百分之九十九点八六吧？", "99.86"),
        ("标准是1千零80元吗", "1080"),
        ("经费金额是2300万吗", "23000000"),
    ],
)
def test_a_confirmation_asks_for_the_value_and_remembers_the_claim(
    question: str, claim: str
) -> None:
    inquiry = inquire(question)
    assert inquiry.request.claim == Decimal(claim)
    assert not any(set("0123456789七八九万千") & set(term.text) for term in inquiry.terms)


def test_limits_are_read_from_the_question() -> None:
    limits = inquire("2021年恩平市第２批事项清单已经有多少项？").limits
    assert limits.years == (2021,)
    assert limits.places == ("恩平市",)
    assert limits.ordinals == ("第二批",)
    assert limits.done


def test_this_year_and_last_year_are_those_of_the_day_of_asking() -> None:
    assert inquire("今年受理了多少宗").limits.years == (2026,)
    assert inquire("去年受理了多少宗").limits.years == (2025,)


def test_what_is_denied_is_remembered() -> None:
    assert inquire("热线还有多少宗没有办结？").limits.negated == ("办结",)
    assert inquire("有没有一个百分比").limits.negated == ()


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("这份报告的文号是什么", Fact.DOCUMENT_NUMBER),
        ("呢份报告系边个签发㗎", Fact.SIGNER),
        ("报告抄送给哪些单位", Fact.COPIED_TO),
        ("数据安全法什么时候开始施行", Fact.EFFECTIVE_ON),
        ("Who signed the report?", Fact.SIGNER),
        ("协议是什么时候签的", None),
        ("法治政府年度报告 成纹日期", Fact.ISSUED_ON),  # slips of the keyboard
        ("主送机观是谁", Fact.RECIPIENTS),
        ("商品的生产日期", None),
    ],
)
def test_facts_about_a_document_are_told_from_what_it_says(
    question: str, fact: Fact | None
) -> None:
    assert inquire(question).fact is fact


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("两批事项清单一共多少项", Operation.SUM),
        ("第二批比第一批多多少项", Operation.DIFFERENCE),
        ("还有多少宗没有办结", Operation.REMAINDER),
        ("镇街占试点单位的比例是多少", Operation.SHARE),
        ("有多少个事项", None),
        ("罚单拖着没交，每天要多加多少？", None),
        ("定金的比例最高是多少", None),
        ("第二批比第一批多了多少", Operation.DIFFERENCE),
    ],
)
def test_arithmetic_is_recognised(question: str, operation: Operation | None) -> None:
    assert inquire(question).operation is operation


@pytest.mark.parametrize(
    "written",
    ["鹤政数〔2022〕17号", "鹤政数[2022]17号", "鹤政数（2022）第17号", "鹤政数2022年17号"],
)
def test_a_document_number_is_understood_in_any_brackets(written: str) -> None:
    assert inquire(f"{written}的签发人是谁").document_number == "鹤政数〔2022〕17号"


@pytest.mark.parametrize("question", ["多少？", "那个是几时的", "???", "吗"])
def test_a_question_about_nothing_is_vague(question: str) -> None:
    assert inquire(question).vague


def test_traditional_characters_and_wide_digits_ask_the_same() -> None:
    plain, other = inquire("第2批事项清单有多少项"), inquire("第２批事項清單有多少項")
    assert plain.limits == other.limits
    assert [t.text for t in plain.terms] == [t.text for t in other.terms]


@given(st.text(max_size=200))
def test_any_text_can_be_asked(question: str) -> None:
    assert inquire(question).question == question
