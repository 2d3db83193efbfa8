from datetime import timedelta

import pytest

from index.document import Span
from index.store.database import Database
from index.store.gaps import Gaps, Miss
from index.store.wording import Basis


@pytest.fixture
def gaps(database: Database) -> Gaps:
    return Gaps(database)


def test_the_same_question_is_counted_however_it_is_written(gaps: Gaps) -> None:
    nearest = (Basis("0123456789abcdef", Span(3, 9)),)
    gaps.record([Miss("停车费多少？", "no_basis", "web")])
    gaps.record([Miss("停車費 多少", "too_vague", "cli", nearest), Miss("别的", "no_basis", "web")])
    most, least = gaps.open()
    assert (most.times, least.times) == (2, 1)
    assert (most.question, most.reason, most.channel) == ("停車費 多少", "too_vague", "cli")
    assert most.nearest == nearest
    assert most.first_asked_at < most.last_asked_at


def test_a_dismissed_gap_is_gone(gaps: Gaps) -> None:
    gaps.record([Miss("今天天气", "out_of_scope", "web")])
    gaps.dismiss(gaps.open()[0].key)
    assert gaps.open() == []


def test_a_list_has_its_limit(gaps: Gaps) -> None:
    gaps.record([Miss(f"问题{number}", "no_basis", "web") for number in "一二三四五"])
    assert len(gaps.open(3)) == 3


def test_what_repeats_is_found_while_it_is_news(gaps: Gaps) -> None:
    for question, times in (("问题一", 3), ("问题二", 2), ("问题三", 9)):
        gaps.record([Miss(question, "no_basis", "web")] * times)
    last = gaps.open()[0].last_asked_at  # of 问题三, the latest
    before = last - timedelta(minutes=1)
    assert [one.question for one in gaps.repeated(3, before)] == ["问题三", "问题一"]
    assert [one.question for one in gaps.repeated(3, before, 1)] == ["问题三"]
    assert gaps.repeated(3, last) == []
