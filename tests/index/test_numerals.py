from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.numerals import dates, is_date, number, numeral


@given(st.integers(1, 9_999))
def test_a_number_written_in_chinese_reads_as_itself(value: int) -> None:
    assert number(numeral(value)) == value


@pytest.mark.parametrize(
    ("words", "value"),
    [("二〇二二", 2022), ("两", 2), ("一百零三", 103), ("十", 10), ("12", 12), ("三百二十", 320)],
)
def test_numbers_read_as_official_texts_write_them(words: str, value: int) -> None:
    assert number(words) == value


@pytest.mark.parametrize("words", ["", "若干", "第三", "3.5", "一是"])
def test_what_is_no_number_is_none(words: str) -> None:
    assert number(words) is None


@pytest.mark.parametrize(
    "text",
    ["2022年11月21日", "2022 年 11 月 21 日", "二〇二二年十一月二十一日", "二○二二年十一月二十一日",
     "２０２２年１１月２１日"],
)  # fmt: skip
def test_a_day_reads_alike_in_every_hand(text: str) -> None:
    assert [day for _, day in dates(f"于{text}印发")] == [date(2022, 11, 21)]
    assert is_date(text)


def test_the_span_of_a_date_holds_its_words_only() -> None:
    text = "自 2021 年 1 月 1 日起施行"
    (span, _), *_ = dates(text)
    assert span.of(text) == "2021 年 1 月 1 日"


def test_a_day_that_does_not_exist_is_no_date() -> None:
    assert list(dates("2022年2月30日")) == []


def test_a_month_without_a_day_is_no_date() -> None:
    assert list(dates("截至 2022 年 10 月，共办理")) == []
