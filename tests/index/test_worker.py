import os
import random
import signal
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, event

from index.caches import LocalEngines
from index.completion import complete
from index.document import Chunk, Document, Filter, Metadata
from index.engine import Vectors
from index.errors import ModelError, ModelMismatch, StorageFull, WriterBusy
from index.knowledge_base import KnowledgeBase
from index.store.catalogue import Catalogue
from index.store.columns import now
from index.store.database import Database
from index.store.feedback import Answered, AnswerLog
from index.store.jobs import Jobs
from index.store.lock import WriterLock
from index.store.progress import Progress
from index.store.tables import JobState
from index.worker import Worker
from tests.index.store.children import processes
from tests.index.store.fakes import (
    FakeEmbedder,
    FakeEngines,
    fill,
    lines,
    make_worker,
    open_base,
    read_lines,
)

TODAY = Filter(date(2026, 1, 31))
HOURS = lines("服务指南", "周一至周五开放", "电话 0750-8888888")


def submit(directory: Path, *files: bytes) -> list[str]:
    with open_base(directory) as base:
        return [base.submit(content, f"{n}.txt").id for n, content in enumerate(files)]


def states(directory: Path) -> list[str]:
    with closing(Database.open(directory)) as database:
        return [job.state.value for job in reversed(Jobs(database).latest())]


def test_the_queue_is_worked_until_nothing_is_left(tmp_path: Path) -> None:
    submit(tmp_path, HOURS, lines("收费标准"))
    seen: list[Progress] = []
    make_worker(tmp_path).run_until_idle(seen.append)
    assert states(tmp_path) == ["done", "done"]
    assert seen[-1].ready
    assert [one.chunks_with_vectors for one in seen] == sorted(
        one.chunks_with_vectors for one in seen
    )


def test_a_rejected_file_keeps_its_reason_and_stops_no_other(tmp_path: Path) -> None:
    rejected, _ = submit(tmp_path, b" ", HOURS)
    make_worker(tmp_path).run_until_idle()
    assert states(tmp_path) == ["failed", "done"]
    with open_base(tmp_path) as base:
        job = base.job(rejected)
        assert (job.error_code, job.error_message) == ("empty_document", "文件是空的。")
        assert base.progress().ready
        assert base.retry(rejected).state is JobState.QUEUED


def test_a_reader_that_breaks_fails_its_file_alone(tmp_path: Path) -> None:
    submit(tmp_path, b"\xff\xfe not text", HOURS)
    make_worker(tmp_path).run_until_idle()
    assert states(tmp_path) == ["failed", "done"]
    with open_base(tmp_path) as base:
        assert base.jobs()[1].error_code == "corrupt_file"


def test_words_come_first_and_vectors_may_be_left_for_later(tmp_path: Path) -> None:
    submit(tmp_path, HOURS)
    make_worker(tmp_path).run_until_idle(words_only=True)
    assert states(tmp_path) == ["words"]
    with open_base(tmp_path) as base:
        assert base.retrieve("电话", TODAY, 1)
        assert base.progress().words_ready
        assert not base.progress().ready
    make_worker(tmp_path).run_until_idle()
    assert states(tmp_path) == ["done"]


def test_the_model_is_loaded_only_when_there_is_work_for_it(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)

    def no_model() -> FakeEmbedder:
        raise AssertionError("nobody needs the model")

    Worker(tmp_path, no_model, engines=FakeEngines(), reader=read_lines).run_until_idle()
    with open_base(tmp_path) as base:
        base.edit(base.documents()[0].id, {"issuer": "市政数局"})
    Worker(tmp_path, no_model, engines=FakeEngines(), reader=read_lines).run_until_idle()


def test_only_what_is_new_is_computed(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)
    submit(tmp_path, HOURS, lines("收费标准", "工本费"))
    model = FakeEmbedder()
    make_worker(tmp_path, model).run_until_idle()
    assert model.asked == 2


def test_without_the_model_words_are_brought_in_and_the_reason_is_told(tmp_path: Path) -> None:
    submit(tmp_path, HOURS)

    def no_model() -> FakeEmbedder:
        raise ModelError("找不到模型。")

    worker = Worker(tmp_path, no_model, engines=FakeEngines(), reader=read_lines)
    with pytest.raises(ModelError, match="找不到模型"):
        worker.run_until_idle()
    assert states(tmp_path) == ["words"]
    with open_base(tmp_path) as base:
        assert base.jobs()[0].error_code == "model_unavailable"
        assert base.retrieve("电话", TODAY, 1)
    make_worker(tmp_path).run_until_idle()
    with open_base(tmp_path) as base:
        [job] = base.jobs()
        assert (job.state, job.error_code) == (JobState.DONE, None)


def test_another_model_is_refused_until_the_base_is_reindexed(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)
    submit(tmp_path, lines("收费标准"))
    other = FakeEmbedder("other-2")
    with pytest.raises(ModelMismatch, match="wenju reindex"):
        make_worker(tmp_path, other).run_until_idle()
    assert states(tmp_path) == ["done", "words"]
    make_worker(tmp_path, other).reindex()
    assert states(tmp_path) == ["done", "done"]
    assert other.asked == 1 + 4
    with open_base(tmp_path, other) as base:
        assert base.progress().ready


def test_only_one_worker_works(tmp_path: Path) -> None:
    with WriterLock(tmp_path), pytest.raises(WriterBusy):
        make_worker(tmp_path).run_until_idle()


def test_a_worker_that_runs_for_ever_waits_for_its_turn_and_for_work(tmp_path: Path) -> None:
    stop = Event()
    running = Thread(target=make_worker(tmp_path).run_forever, args=(stop,))
    with WriterLock(tmp_path):
        running.start()
        jobs = submit(tmp_path, HOURS)
        assert states(tmp_path) == ["queued"]
    [done] = complete(make_worker(tmp_path), jobs)
    assert done.state is JobState.DONE
    [done] = complete(make_worker(tmp_path), submit(tmp_path, lines("收费标准")))
    assert done.state is JobState.DONE
    stop.set()
    running.join(30)
    assert not running.is_alive()


def test_a_document_removed_while_its_vectors_are_made_is_gone(tmp_path: Path) -> None:
    class Remover(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            with open_base(tmp_path) as base:
                for summary in base.documents():
                    base.remove(summary.id)
            return super().embed_passages(texts)

    submit(tmp_path, HOURS)
    make_worker(tmp_path, Remover()).run_until_idle()
    with open_base(tmp_path) as base:
        assert base.documents() == ()
        assert base.retrieve("电话", TODAY, 1) == []
        assert base.progress().ready
    assert states(tmp_path) == ["done"]


def test_a_disk_that_fills_up_costs_nothing_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, HOURS)
    submit(tmp_path, lines("收费标准"))
    with monkeypatch.context() as patch:
        patch.setattr("index.turn.put", _full)
        with pytest.raises(StorageFull):
            make_worker(tmp_path).run_until_idle()
    with open_base(tmp_path) as base:
        assert len(base.documents()) == 1
    make_worker(tmp_path).run_until_idle()
    assert states(tmp_path) == ["done", "done"]


def _full(*_: object) -> None:
    raise StorageFull("磁盘空间不足。")


FILES = [
    lines(f"文件{number}", *(f"第{number}号第{place}段" for place in range(number % 7)))
    for number in range(30)
]
POISON = lines("毒药")


def _read_or_die(
    content: bytes, source: str, known: Metadata | None
) -> tuple[Document, list[Chunk]]:
    if content == POISON:
        os.kill(os.getpid(), signal.SIGKILL)
    return read_lines(content, source, known)


def _work_until_killed(directory: Path, statements: int) -> None:
    """Work, but die without a word when about to execute that many statements."""
    left = iter(range(statements))

    def count(*_: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    Worker(directory, FakeEmbedder, engines=FakeEngines(), reader=_read_or_die).run_until_idle()


def _killed(directory: Path, statements: int = 10**9) -> bool:
    arguments = (directory, statements)
    child = processes.Process(target=_work_until_killed, args=arguments, daemon=True)
    child.start()
    child.join()
    return child.exitcode == -signal.SIGKILL


def _whole(directory: Path) -> int:
    """Check that every document is there with all its passages or not at all; count them."""
    with closing(Database.open(directory)) as database:
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        catalogue = Catalogue(database)
        summaries = catalogue.summaries()
        for summary in summaries:
            document, chunks = read_lines(FILES[int(summary.source[:-4])], summary.source)
            assert catalogue.document(summary.id) == document
            assert catalogue.chunks(summary.id) == chunks
    with open_base(directory) as base:
        for hit in base.retrieve("文件", TODAY, 100):
            assert hit.chunk in base.chunks(hit.chunk.document_id)
    return len(summaries)


def test_a_worker_killed_at_any_moment_loses_nothing_and_the_next_goes_on(tmp_path: Path) -> None:
    submit(tmp_path, *FILES)
    moments = random.Random(7)  # noqa: S311  for places to die at, not for secrets
    counts = [0]
    # Each finishes a file or so: a file over which three workers die is given up, rightly.
    while _killed(tmp_path, statements=moments.randrange(100, 400)):
        counts.append(_whole(tmp_path))
    assert len(counts) > 3
    assert counts == sorted(counts)
    assert _whole(tmp_path) == len(FILES)
    assert set(states(tmp_path)) == {"done"}
    with open_base(tmp_path) as base:
        assert base.progress().ready
        found = {hit.chunk.document_id for hit in base.retrieve("文件", TODAY, 1000)}
        assert len(found) == len(FILES)


def test_a_file_that_kills_its_reader_is_given_up_and_takes_no_other_with_it(
    tmp_path: Path,
) -> None:
    submit(tmp_path, FILES[0], POISON, FILES[1])
    assert [_killed(tmp_path) for _ in range(4)] == [True, True, True, False]
    assert states(tmp_path) == ["done", "failed", "done"]


def _work_with_real_engines(directory: Path, working: ProcessEvent) -> None:
    worker = Worker(directory, FakeEmbedder, engines=LocalEngines(), reader=read_lines)
    worker.run_until_idle(lambda _: working.set())


@pytest.mark.slow
def test_the_shipped_engines_survive_a_kill_in_the_middle_of_anything(tmp_path: Path) -> None:
    files = [lines(f"文件{n}", *(f"第{n}号第{m}段" for m in range(200))) for n in range(40)]
    submit(tmp_path, *files)
    moments = random.Random(8)  # noqa: S311  for moments to die at, not for secrets
    for _ in range(12):
        working = processes.Event()
        arguments = (tmp_path, working)
        child = processes.Process(target=_work_with_real_engines, args=arguments, daemon=True)
        child.start()
        working.wait(60)
        child.join(moments.uniform(0, 1))
        child.kill()
        child.join()
        with KnowledgeBase.open(tmp_path, FakeEmbedder(), follow=False) as base:
            for hit in base.retrieve("文件 第3号第7段", TODAY, 100):
                assert hit.chunk in base.chunks(hit.chunk.document_id)
    Worker(tmp_path, FakeEmbedder, reader=read_lines).run_until_idle()
    assert set(states(tmp_path)) == {"done"}
    with KnowledgeBase.open(tmp_path, FakeEmbedder(), follow=False) as base:
        assert base.progress().ready
        assert base.progress().chunks == 40 * 201
        found = base.retrieve(
            "第3号第7段", TODAY, 5
        )  # the vectors are of no language: words find it
        assert "文件3" in {base.document(hit.chunk.document_id).metadata.title for hit in found}


def test_answers_are_forgotten_after_the_time_the_site_keeps_them(tmp_path: Path) -> None:
    moment = now()
    given = {"old": moment - timedelta(days=91), "new": moment - timedelta(days=89)}
    with closing(Database.open(tmp_path)) as database:
        answers = AnswerLog(database)
        answers.record(
            [
                Answered(i, "几个？", "answered", "3 个", 0.9, (), "web", 1, at)
                for i, at in given.items()
            ]
        )
        Worker(tmp_path, FakeEmbedder).run_until_idle()
        assert [answers.get(one) is None for one in given] == [False, False]
        Worker(tmp_path, FakeEmbedder, answers_kept=timedelta(days=90)).run_until_idle()
        assert [answers.get(one) is None for one in given] == [True, False]
