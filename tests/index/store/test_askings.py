from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from index.store.askings import WINDOW, Asking, Askings, Frequent
from index.store.database import Database

TODAY = date(2026, 3, 1)


@pytest.fixture
def askings(database: Database) -> Askings:
    return Askings(database)


def asked(question: str, *people: str, on: date = TODAY) -> list[Asking]:
    return [Asking(question, person, on) for person in people]


def test_people_are_counted_not_how_often_they_ask(askings: Askings) -> None:
    askings.record(asked("停车费多少？", "甲", "甲", "甲", "甲"))
    askings.record(asked("几点下班？", "甲", "乙"))
    assert [(one.question, one.people) for one in askings.frequent(TODAY, 9)] == [
        ("几点下班？", 2),
        ("停车费多少？", 1),
    ]


def test_a_question_is_shown_in_the_words_of_most(askings: Askings) -> None:
    askings.record([*asked("几点下班", "甲"), *asked("几点下班？", "乙", "丙")])
    assert askings.frequent(TODAY, 1) == [Frequent("几点下班", "几点下班？", 3)]


def test_what_is_long_past_is_not_counted_and_then_forgotten(
    askings: Askings, database: Database
) -> None:
    askings.record(asked("旧问题", "甲", on=TODAY))
    later = TODAY + WINDOW
    assert len(askings.frequent(later, 9)) == 1
    assert askings.frequent(later + timedelta(days=1), 9) == []
    askings.record(asked("新问题", "甲", on=later + timedelta(days=1)))
    with database.reading() as connection:
        kept = connection.execute(text("SELECT question FROM askings")).scalars().all()
    assert kept == ["新问题"]


def test_who_asked_is_not_kept(askings: Askings, database: Database) -> None:
    askings.record(
        [*asked("问题一", "wechat:o6_bmjrPTlm6"), *asked("问题二", "wechat:o6_bmjrPTlm6")]
    )
    with database.reading() as connection:
        rows = connection.execute(text("SELECT * FROM askings")).all()
    assert "bmjr" not in str(rows)
    askers = {row.asker for row in rows}
    assert len(askers) == 2  # two questions of one person have nothing in common
    assert {len(one) for one in askers} == {4}
