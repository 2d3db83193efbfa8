from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.numerals import numeral
from service.answering.understanding.numerals import format_number, parse_number


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
