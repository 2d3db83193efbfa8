from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.numerals import numeral
from service.answering.understanding.numerals import (
    format_number,
    parse_number,
    plain_numbers,
    without_number,
)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("56", "56"),
        ("45,460", "45460"),
        ("45，460", "45460"),
        ("98.68", "98.68"),
        ("7.8万", "78000"),
        ("七万八千", "78000"),
        ("二十", "20"),
        ("十五", "15"),
        ("一百零三", "103"),
        ("两千", "2000"),
        ("二〇二二", "2022"),
        ("１１９", "119"),
        ("3亿", "300000000"),
        ("七万八", "78000"),  # as people say it
        ("一百二", "120"),
        ("七万零八", "70008"),
        ("一亿三千五百万", "135000000"),
    ],
)
def test_numbers_are_read_however_they_are_written(written: str, value: str) -> None:
    assert parse_number(written) == Decimal(value)


@pytest.mark.parametrize("text", ["", "事项", "第二", "12a", "一站式"])
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(min_value=1, max_value=9999))
def test_chinese_and_arabic_numerals_are_equals(value: int) -> None:
    assert parse_number(numeral(value)) == parse_number(str(value)) == value


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_number_written_out_reads_back_the_same(value: Decimal) -> None:
    assert parse_number(format_number(value)) == value


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("业务量是七点八万宗", "业务量是7.8万宗"),
        ("办结率百分之九十八点六八", "办结率98.68%"),
        ("提高了一点五个百分点", "提高了1.5个百分点"),
        ("7万8千宗", "78000宗"),
        ("1千零80元", "1080元"),
        ("3亿5000万元", "350000000元"),
        ("下午三点五十分", "下午三点五十分"),
        ("早上八点三刻", "早上八点三刻"),
        ("2022年5万宗", "2022年5万宗"),
        ("百分之二十", "百分之二十"),  # as laws write it
        ("七万八千", "七万八千"),
    ],
)
def test_numbers_as_speech_mixes_them_are_written_in_digits(said: str, plain: str) -> None:
    assert plain_numbers(said) == plain


@pytest.mark.parametrize(
    ("wording", "value", "left"),
    [
        ("超7.8万人吗", "78000", "超 人吗"),
        ("七万八千多宗吧", "78000", " 宗吧"),
        ("是百分之98.68吧", "98.68", "是 吧"),
        ("一站式窗口有1个吗", "1", "一站式窗口有 个吗"),
        ("第二批有543项吗", "543", "第二批有 项吗"),
    ],
)
def test_a_number_is_taken_out_however_it_is_written(wording: str, value: str, left: str) -> None:
    assert without_number(wording, Decimal(value)) == left


@given(st.text(max_size=100))
def test_numbers_written_plainly_stay_so(text: str) -> None:
    assert plain_numbers(plain_numbers(text)) == plain_numbers(text)
