from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from index.document import SHANGHAI
from index.store.chat_exchanges import ChatExchanges, Exchange
from index.store.chat_tasks import KEPT, LEASE, ChatTasks, Claim, Incoming
from index.store.database import Database
from index.store.tables import Delivery

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
LATE = NOW + LEASE + timedelta(seconds=1)
ASKED = Incoming("k1", "p1", "几天办结？", NOW)


@pytest.fixture
def tasks(database: Database) -> ChatTasks:
    return ChatTasks(database)


@pytest.fixture
def elsewhere(tmp_path: Path, tasks: ChatTasks) -> Iterator[ChatTasks]:
    """The same tasks as another process sees them."""
    with closing(Database.open(tmp_path)) as database:
        yield ChatTasks(database)


def claimed(tasks: ChatTasks, incoming: Incoming = ASKED, now: datetime = NOW) -> Claim:
    claim = tasks.claim(incoming, "here", now)
    assert claim is not None
    return claim


def message(key: str, person: str = "p1", sent_at: datetime = NOW) -> Incoming:
    return Incoming(key, person, f"问{key}", sent_at)


def exchange(sent_at: datetime = NOW, question: str = "几天办结？") -> Exchange:
    expires_at = sent_at + timedelta(minutes=30)
    return Exchange("p1", question, "a1", "五天", "“…”", ("甲？", "乙？"), sent_at, expires_at)


def promised(tasks: ChatTasks, key: str, delivery: Delivery = Delivery.LATER) -> None:
    claimed(tasks, message(key))
    tasks.promise(key, delivery, "1234")


def test_all_copies_of_a_message_meet_in_one_task(tasks: ChatTasks, elsewhere: ChatTasks) -> None:
    first, second, third = (claimed(one) for one in (tasks, elsewhere, tasks))
    assert [first.is_ours, second.is_ours, third.is_ours] == [True, False, False]
    assert [one.task.tries for one in (first, second, third)] == [1, 2, 3]


def test_another_question_of_the_same_person_is_a_task_of_its_own(tasks: ChatTasks) -> None:
    assert claimed(tasks).is_ours
    assert claimed(tasks, message("k2")).is_ours


def test_a_copy_takes_over_from_a_process_that_is_gone(
    tasks: ChatTasks, elsewhere: ChatTasks
) -> None:
    claimed(tasks)
    assert not claimed(elsewhere, now=NOW + LEASE).is_ours
    assert claimed(elsewhere, now=LATE).is_ours


def test_who_goes_on_working_keeps_the_task(tasks: ChatTasks, elsewhere: ChatTasks) -> None:
    claimed(tasks)
    tasks.renew("k1", "here", NOW + LEASE)
    tasks.renew("k1", "another", LATE + LEASE)
    assert not claimed(elsewhere, now=LATE).is_ours
    assert claimed(elsewhere, now=LATE + LEASE).is_ours


def test_the_first_reply_counts(tasks: ChatTasks, elsewhere: ChatTasks) -> None:
    claimed(tasks)
    assert elsewhere.finish("k1", "五天", NOW) is not None
    assert tasks.finish("k1", "六天", NOW) is None
    task = tasks.look("k1")
    assert task is not None
    assert (task.is_done, task.reply) == (True, "五天")


def test_an_answer_that_is_there_is_not_promised(tasks: ChatTasks) -> None:
    claimed(tasks)
    tasks.finish("k1", "五天", NOW)
    task = tasks.promise("k1", Delivery.LATER, "1234")
    assert task is not None
    assert (task.delivery, task.reply) == (Delivery.REPLY, "五天")


def test_what_was_promised_once_stays_promised_so(tasks: ChatTasks) -> None:
    promised(tasks, "k1", Delivery.MESSAGE)
    task = tasks.promise("k1", Delivery.LATER, "9999")
    assert task is not None
    assert (task.delivery, task.code) == (Delivery.MESSAGE, "1234")


def test_answers_are_fetched_once_the_oldest_first(tasks: ChatTasks, elsewhere: ChatTasks) -> None:
    for number, key in enumerate(("k2", "k1")):
        claimed(tasks, message(key, sent_at=NOW + timedelta(seconds=number)))
        tasks.promise(key, Delivery.LATER, "1234")
    assert tasks.waiting("p1") == (0, 2)
    assert tasks.fetch("f0", "p1") is None
    for key in ("k1", "k2"):
        tasks.finish(key, f"答{key}", NOW)
    assert tasks.waiting("p1") == (2, 0)
    fetched = [one.fetch(f"f{n}", "p1") for n, one in enumerate((tasks, elsewhere, tasks), 1)]
    assert [task and task.reply for task in fetched] == ["答k2", "答k1", None]
    again = elsewhere.fetch("f1", "p1")
    assert again is not None
    assert again.reply == "答k2"


def test_an_answer_is_fetched_by_its_code_and_by_nobody_else(tasks: ChatTasks) -> None:
    promised(tasks, "k1")
    tasks.finish("k1", "五天", NOW)
    assert tasks.fetch("f1", "p1", "4321") is None
    assert tasks.fetch("f1", "p2", "1234") is None
    assert tasks.waiting("p1", "4321") == (0, 0)
    found = tasks.fetch("f1", "p1", "1234")
    assert found is not None
    assert found.reply == "五天"


def test_a_promised_message_is_sent_by_one_and_can_be_fetched_where_it_failed(
    tasks: ChatTasks, elsewhere: ChatTasks
) -> None:
    promised(tasks, "k1", Delivery.MESSAGE)
    assert not tasks.begin_sending("k1", NOW)
    tasks.finish("k1", "五天", NOW)
    assert [tasks.begin_sending("k1", NOW), elsewhere.begin_sending("k1", NOW)] == [True, False]
    tasks.end_sending("k1", was_sent=False)
    assert tasks.waiting("p1") == (1, 0)


def test_a_message_that_was_sent_is_not_fetched(tasks: ChatTasks) -> None:
    promised(tasks, "k1", Delivery.MESSAGE)
    tasks.finish("k1", "五天", NOW)
    tasks.begin_sending("k1", NOW)
    tasks.end_sending("k1", was_sent=True)
    assert tasks.fetch("f1", "p1") is None


def test_what_a_process_that_is_gone_has_promised_is_taken_over_once(
    tasks: ChatTasks, elsewhere: ChatTasks
) -> None:
    promised(tasks, "unfinished")
    promised(tasks, "unsent", Delivery.MESSAGE)
    promised(tasks, "sending", Delivery.MESSAGE)
    claimed(tasks, message("retried"))  # WeChat's next try takes it over
    for key in ("unsent", "sending"):
        tasks.finish(key, "五天", NOW)
    tasks.begin_sending("sending", NOW)
    assert elsewhere.abandoned("there", "", NOW) == []
    much_later = NOW + 20 * LEASE
    assert {task.key for task in elsewhere.abandoned("there", "", much_later)} == {
        "unfinished",
        "unsent",
    }
    assert elsewhere.abandoned("there", "", much_later) == []
    sending = tasks.look("sending")
    assert sending is not None
    assert sending.delivery is Delivery.LATER


def test_each_channel_takes_over_its_own(tasks: ChatTasks, elsewhere: ChatTasks) -> None:
    for key in ("wecom:1", "wecom_bot:1", "wecomX1"):
        promised(tasks, key, Delivery.MESSAGE)
    later = NOW + 20 * LEASE
    assert [task.key for task in elsewhere.abandoned("there", "wecom:", later)] == ["wecom:1"]
    taken = elsewhere.abandoned("there", "wecom_bot:", later)
    assert [task.key for task in taken] == ["wecom_bot:1"]


def test_an_answer_is_known_by_its_task(tasks: ChatTasks) -> None:
    claimed(tasks, message("k1"))
    exchange = Exchange("p1", "几天？", "answer-1", "五天", "", (), NOW, NOW + LEASE)
    finished = tasks.finish("k1", "五天", NOW, exchange)
    assert finished is not None
    assert finished.answer_id == "answer-1"


def test_the_last_exchange_is_remembered_until_it_expires(
    tasks: ChatTasks, database: Database
) -> None:
    exchanges = ChatExchanges(database)
    for key, sent_at, question in (("k1", NOW, "一"), ("k2", LATE, "二"), ("k3", NOW, "迟到")):
        claimed(tasks, message(key))
        tasks.finish(key, "答", NOW, exchange(sent_at, question))
    last = exchanges.last("p1", LATE)
    assert last == exchange(LATE, "二")
    assert exchanges.last("p2", LATE) is None
    assert exchanges.last("p1", LATE + timedelta(minutes=30)) is None


def test_nothing_is_left_of_a_person_who_has_left(tasks: ChatTasks, database: Database) -> None:
    claimed(tasks)
    tasks.finish("k1", "五天", NOW, exchange())
    claimed(tasks, message("working"))
    claimed(tasks, message("other", "p2"))
    tasks.forget("p1", NOW, NOW)
    with database.reading() as connection:
        kept = connection.execute(text("SELECT * FROM chat_tasks")).all()
        exchanges = connection.execute(text("SELECT * FROM chat_exchanges")).all()
    assert "p1" not in str(kept)
    assert exchanges == []
    assert tasks.finish("working", "答", NOW, exchange()) is None
    assert ChatExchanges(database).last("p1", NOW) is None
    assert tasks.look("other") is not None


def test_what_comes_late_of_a_person_who_has_left_is_not_taken_but_a_return_is(
    tasks: ChatTasks,
) -> None:
    tasks.forget("p1", NOW, NOW)
    tasks.forget("p1", NOW - timedelta(seconds=9), NOW)  # an earlier leaving, come late
    assert tasks.claim(ASKED, "here", NOW) is None
    back = message("k2", sent_at=NOW + timedelta(seconds=1))
    assert claimed(tasks, back).is_ours
    tasks.forget("p1", NOW, NOW)  # a copy of the event, after the return
    assert tasks.look("k2") is not None
    tasks.forget("p1", NOW + timedelta(seconds=1), NOW)
    assert tasks.claim(back, "here", NOW) is None


def test_what_is_past_its_time_is_deleted(tasks: ChatTasks, database: Database) -> None:
    claimed(tasks)
    tasks.finish("k1", "五天", NOW, exchange())
    assert tasks.purge(NOW + KEPT) == 0
    assert tasks.purge(NOW + KEPT + timedelta(seconds=1)) == 1
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM chat_exchanges")).scalar() == 0
