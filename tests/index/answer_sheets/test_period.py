from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answer_sheets.period import (
    NotUnderstood,
    Period,
    begin_of,
    end_of,
    last_of,
    period_of,
)


def at(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-01-01至2026-12-31", "2026-01-01", "2027-01-01"),
        ("自2026年1月1日起至2026年12月31日止", "2026-01-01", "2027-01-01"),
        ("２０２６．７．１－２０２６．１２．３１", "2026-07-01", "2027-01-01"),
        ("2026/7/1 ~ 2026/7/5", "2026-07-01", "2026-07-06"),
        ("2026年7月1日至7月5日", "2026-07-01", "2026-07-06"),
        ("至2026-07-01 18:00", "", "2026-07-01T18:00"),
        ("有效期至2026年7月1日18时", "", "2026-07-01T18:00"),
        ("2026年7月1日（周三）下午6时30分", "", "2026-07-01T18:30"),
        ("2026年7月1日8:00至18:00", "2026-07-01T08:00", "2026-07-01T18:00"),
        ("2026-07-01 08:00-18:00", "2026-07-01T08:00", "2026-07-01T18:00"),
        ("2026-07-01 24:00", "", "2026-07-02"),
        ("2026-12-31", "", "2027-01-01"),
        ("2026-12-31前", "", "2026-12-31"),
        ("20260701", "", "2026-07-02"),
        ("2026年7月", "", "2026-08-01"),
        ("2026年1月1日起", "2026-01-01", ""),
        ("2026年1月1日起长期有效", "2026-01-01", ""),
        ("2026-01-01至长期", "2026-01-01", ""),
        ("长期有效", "", ""),
        ("无", "", ""),
        ("", "", ""),
    ],
)
def test_a_period_is_read_as_it_is_written(text: str, begins: str, ends: str) -> None:
    assert period_of(text) == Period(at(begins), at(ends))


@pytest.mark.parametrize(
    "text", ["待定", "7月1日", "2026-02-30", "46204", "三个月", "2026-07-01 25:00", "18:00", "尽快"]
)
def test_what_names_no_moment_for_sure_is_not_guessed(text: str) -> None:
    with pytest.raises(NotUnderstood):
        period_of(text)


def test_a_last_day_counts_and_an_end_does_not() -> None:
    assert last_of("2026-07-01").ends == at("2026-07-02")
    assert end_of("2026-07-01").ends == at("2026-07-01")
    assert begin_of("2026-07-01").begins == at("2026-07-01")
    assert last_of("2026-07-01 18:00") == end_of("2026-07-01 18:00")


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_not_understood(text: str) -> None:
    with suppress(NotUnderstood):
        period_of(text)


@given(st.datetimes(datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2100-01-01")))
def test_a_moment_is_read_back_to_the_minute(moment: datetime) -> None:
    exact = moment.replace(second=0, microsecond=0)
    for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y年%m月%d日%H时%M分"):
        assert period_of(exact.strftime(form)).ends == exact
