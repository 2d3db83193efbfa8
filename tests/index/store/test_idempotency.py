from datetime import datetime

import pytest

from index.document import SHANGHAI
from index.store.database import Database
from index.store.idempotency import KEPT, LEASE, Begun, IdempotentWrites, KeptAnswer, Write

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
WRITE = Write("wenju_1", "k", "f")
ANSWER = KeptAnswer(202, {"location": "/api/jobs/1"}, '{"状态": 1}'.encode())


@pytest.fixture
def writes(database: Database) -> IdempotentWrites:
    return IdempotentWrites(database)


def test_a_write_is_done_by_one_and_answered_to_all(writes: IdempotentWrites) -> None:
    assert writes.begin(WRITE, NOW) is Begun.OURS
    assert writes.begin(WRITE, NOW) is Begun.GOING_ON
    writes.finish(WRITE, ANSWER)
    assert writes.begin(WRITE, NOW + LEASE) == ANSWER
    writes.abandon(WRITE)  # too late: it is done
    assert writes.begin(WRITE, NOW) == ANSWER


def test_a_key_is_its_owners_and_for_one_write(writes: IdempotentWrites) -> None:
    writes.begin(WRITE, NOW)
    writes.finish(WRITE, ANSWER)
    assert writes.begin(Write("wenju_1", "k", "other"), NOW) is Begun.DIFFERENT
    assert writes.begin(Write("wenju_2", "k", "f"), NOW) is Begun.OURS
    assert writes.begin(Write("wenju_1", "k2", "f"), NOW) is Begun.OURS


def test_what_failed_or_was_broken_off_is_done_again(writes: IdempotentWrites) -> None:
    writes.begin(WRITE, NOW)
    writes.abandon(WRITE)
    assert writes.begin(WRITE, NOW) is Begun.OURS
    assert writes.begin(WRITE, NOW + LEASE) is Begun.OURS
    assert writes.begin(WRITE, NOW + LEASE) is Begun.GOING_ON


def test_an_answer_is_forgotten_after_a_day(writes: IdempotentWrites) -> None:
    writes.begin(WRITE, NOW)
    writes.finish(WRITE, ANSWER)
    assert writes.begin(Write("wenju_1", "k", "other"), NOW + KEPT) is Begun.OURS
