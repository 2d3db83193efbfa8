import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from index.completion import complete
from index.errors import ModelError
from index.store.database import Database
from index.store.jobs import Jobs
from index.store.lock import WriterLock
from index.store.readers import Readers
from index.store.revision import Served
from index.store.tables import JobState
from tests.index.store.children import processes
from tests.index.store.fakes import lines, make_worker, open_base

HOURS = lines("服务指南", "电话 0750-8888888")


def submit(directory: Path, content: bytes = HOURS) -> str:
    with open_base(directory) as base:
        return base.submit(content, "指南.txt").id


def test_where_nobody_works_one_works_oneself(tmp_path: Path) -> None:
    good, bad = submit(tmp_path), submit(tmp_path, b"")
    done = complete(make_worker(tmp_path), [good, bad])
    assert [job.state for job in done] == [JobState.DONE, JobState.FAILED]


def test_without_vectors_it_is_over_after_words(tmp_path: Path) -> None:
    [job] = complete(make_worker(tmp_path), [submit(tmp_path)], words_only=True)
    assert job.state is JobState.WORDS


def test_every_reader_is_waited_for(tmp_path: Path) -> None:
    job = submit(tmp_path)
    with closing(Database.open(tmp_path)) as database, ThreadPoolExecutor() as pool:
        readers = Readers(database)
        slow, quick = readers.enter(), readers.enter()
        readers.report(quick, Served(words=9, vectors=9))
        waiting = pool.submit(complete, make_worker(tmp_path), [job])
        while not Jobs(database).get(job).finished:
            time.sleep(0.02)
        assert not waiting.done()
        readers.report(slow, Served(words=2, vectors=1))
        time.sleep(0.3)
        assert not waiting.done()  # the vectors are still to be seen
        readers.report(slow, Served(words=2, vectors=2))
        [done] = waiting.result(timeout=30)
        assert done.state is JobState.DONE


def test_a_removal_is_waited_for_too(tmp_path: Path) -> None:
    complete(make_worker(tmp_path), [submit(tmp_path)])
    with open_base(tmp_path, follow=True) as base, open_base(tmp_path) as other:
        other.remove(other.documents()[0].id)
        assert complete(make_worker(tmp_path)) == []
        assert base.documents() == ()
        assert base.progress().served == Served(words=3, vectors=3)


def _hold(directory: Path, held: Event) -> None:
    with WriterLock(directory):
        held.set()
        time.sleep(600)


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    job, held = submit(tmp_path), processes.Event()
    child = processes.Process(target=_hold, args=(tmp_path, held), daemon=True)
    child.start()
    assert held.wait(60)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(complete, make_worker(tmp_path), [job])
        time.sleep(0.3)
        assert not waiting.done()
        child.kill()
        [done] = waiting.result(timeout=30)
    assert done.state is JobState.DONE


def test_why_another_worker_makes_no_vectors_is_told(tmp_path: Path) -> None:
    job = submit(tmp_path)
    complete(make_worker(tmp_path), [job], words_only=True)
    with closing(Database.open(tmp_path)) as database:
        Jobs(database).hold(ModelError("找不到模型。"))
    with WriterLock(tmp_path), pytest.raises(ModelError, match="找不到模型"):
        complete(make_worker(tmp_path), [job])
