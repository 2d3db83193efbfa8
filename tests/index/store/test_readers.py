import os
from datetime import timedelta

import pytest
from sqlalchemy import update

from index.store.columns import now
from index.store.database import Database
from index.store.readers import SILENCE, Readers
from index.store.revision import Served
from index.store.tables import ReaderRow
from tests.index.store.children import processes


@pytest.fixture
def readers(database: Database) -> Readers:
    return Readers(database)


def test_without_readers_there_is_nobody_to_wait_for(readers: Readers) -> None:
    assert readers.served_by_all() is None


def test_the_slowest_reader_counts(readers: Readers) -> None:
    first, second = readers.enter(), readers.enter()
    readers.report(first, Served(words=5, vectors=3))
    assert readers.served_by_all() == Served(words=0, vectors=0)
    readers.report(second, Served(words=4, vectors=4))
    assert readers.served_by_all() == Served(words=4, vectors=3)
    readers.leave(first)
    assert readers.served_by_all() == Served(words=4, vectors=4)


def test_a_reader_that_fell_silent_is_struck_off(database: Database, readers: Readers) -> None:
    reader = readers.enter()
    silent = now() - SILENCE - timedelta(seconds=1)
    with database.writing() as connection:
        connection.execute(update(ReaderRow).values(heartbeat_at=silent, host="elsewhere"))
    assert readers.served_by_all() is None
    readers.report(reader, Served(words=2, vectors=2))  # it was only slow
    assert readers.served_by_all() == Served(words=2, vectors=2)


def test_a_reader_whose_process_died_is_struck_off_at_once(
    database: Database, readers: Readers
) -> None:
    child = processes.Process(daemon=True, target=os._exit, args=(0,))
    child.start()
    child.join()
    readers.enter()
    with database.writing() as connection:
        connection.execute(update(ReaderRow).values(pid=child.pid))
    assert readers.served_by_all() is None
    assert readers.count() == 0
