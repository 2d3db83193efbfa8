from datetime import datetime, timedelta

import pytest

from index.document import SHANGHAI, Span
from index.errors import StorageFull
from index.store.api_keys import ApiKeys
from index.store.askings import Askings
from index.store.database import Database
from index.store.feedback import Answered, AnswerLog, FeedbackBook
from index.store.gaps import Gaps, Miss
from index.store.journal import Journal
from index.store.wording import Basis

NOON = datetime(2026, 1, 31, 12, tzinfo=SHANGHAI)


def answered(answer_id: str, at: datetime = NOON) -> Answered:
    basis = (Basis("0123456789abcdef", Span(3, 9)),)
    return Answered(answer_id, "几个？", "answered", "56 个", 0.9, basis, "web", 7, at)


@pytest.fixture
def answers(database: Database) -> AnswerLog:
    return AnswerLog(database)


def test_an_answer_is_remembered(answers: AnswerLog) -> None:
    answers.record([answered("a"), answered("b")])
    assert answers.get("a") == answered("a")
    assert answers.get("c") is None


def test_feedback_shows_what_it_is_about(database: Database, answers: AnswerLog) -> None:
    answers.record([answered("a")])
    book = FeedbackBook(database)
    book.add("a", "wrong", "应为 57 个", "web")
    book.add("forgotten", "useful", "", "wechat")
    newest, oldest = book.latest()
    assert (newest.verdict, newest.answered) == ("useful", None)
    assert (oldest.verdict, oldest.comment) == ("wrong", "应为 57 个")
    assert oldest.answered == answered("a")


def test_old_answers_are_forgotten_and_what_was_said_of_them_is_not(
    database: Database, answers: AnswerLog
) -> None:
    answers.record([answered("old", NOON - timedelta(days=400)), answered("new")])
    FeedbackBook(database).add("old", "wrong", "", "web")
    assert answers.forget_before(NOON - timedelta(days=365)) == 1
    assert answers.get("old") is None
    assert answers.get("new") is not None
    assert len(FeedbackBook(database).latest()) == 1


def test_the_journal_writes_what_it_was_given_before_it_closes(
    database: Database, answers: AnswerLog
) -> None:
    journal = Journal(answers, Gaps(database), Askings(database), ApiKeys(database))
    for number in range(200):
        journal.put(answered(str(number)))
        journal.put(Miss("停车费多少？", "no_basis", "web"))
    journal.close()
    assert all(answers.get(str(number)) for number in range(200))
    assert Gaps(database).open()[0].times == 200


def test_a_journal_that_was_never_used_closes(database: Database, answers: AnswerLog) -> None:
    Journal(answers, Gaps(database), Askings(database), ApiKeys(database)).close()


def test_a_full_disk_costs_entries_and_nothing_else(
    database: Database,
    answers: AnswerLog,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise StorageFull("磁盘空间不足。")

    monkeypatch.setattr(AnswerLog, "record", full)
    journal = Journal(answers, Gaps(database), Askings(database), ApiKeys(database))
    journal.put(answered("a"))
    journal.close()
    assert "磁盘空间不足" in caplog.text
