import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from index.completion import complete
from index.document import Disclosure, Filter, Metadata, Status
from index.errors import DamagedIndex, DocumentNotFound, InvalidRequest, ModelMismatch, StoreError
from index.knowledge_base import KnowledgeBase
from index.store.columns import now
from index.store.feedback import Answered
from index.store.tables import JobState
from tests.index.store.fakes import (
    FakeEmbedder,
    FakeEngines,
    FakeLexical,
    fill,
    lines,
    make_worker,
    open_base,
)

TODAY = Filter(date(2026, 1, 31))
HOURS = lines("服务指南", "周一至周五开放", "电话 0750-8888888")
FEES = lines("收费标准", "工本费 10 元")


def found(base: KnowledgeBase, query: str, filter_: Filter = TODAY) -> list[str]:
    return [
        hit.chunk.span.of(base.document(hit.chunk.document_id).text).strip()
        for hit in base.retrieve(query, filter_, 3)
    ]


def eventually(happens: Callable[[], bool]) -> bool:
    """Give other threads and processes time; only a failure takes that long."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if happens():
            return True
        time.sleep(0.02)
    return False


def test_a_new_directory_is_an_empty_base_that_is_ready(tmp_path: Path) -> None:
    with open_base(tmp_path / "new") as base:
        assert base.revision == 0
        assert base.progress().ready
        assert base.retrieve("电话", TODAY, 3) == []
        assert base.documents() == ()
        assert base.jobs() == []


def test_what_was_brought_in_is_found(tmp_path: Path) -> None:
    [hours, _] = fill(tmp_path, HOURS, FEES)
    with open_base(tmp_path) as base:
        assert "电话 0750-8888888" in found(base, "电话")  # where, fake vectors cannot say
        assert base.document(hours).source == "0.txt"
        assert [chunk.path for chunk in base.chunks(hours)] == [("第1条",), ("第2条",), ("第3条",)]
        assert base.original(hours) == HOURS
        assert [summary.metadata.title for summary in base.documents()] == ["服务指南", "收费标准"]
        progress = base.progress()
        assert progress.ready
        assert (progress.documents, progress.chunks, progress.chunks_with_vectors) == (2, 5, 5)


def test_a_submitted_file_waits_for_the_worker(tmp_path: Path) -> None:
    with open_base(tmp_path) as base:
        job = base.submit(HOURS, "指南.txt")
        assert job.state is JobState.QUEUED
        assert not base.progress().ready
        assert base.job(job.id) == job
        assert base.jobs() == [job]


def test_the_same_bytes_are_done_at_once(tmp_path: Path) -> None:
    [hours] = fill(tmp_path, HOURS)
    with open_base(tmp_path) as base:
        job = base.submit(HOURS, "副本.txt")
        assert (job.state, job.document_id) == (JobState.DONE, hours)
        assert len(base.documents()) == 1
        assert base.progress().ready


def test_the_same_bytes_twice_in_the_queue_make_one_document(tmp_path: Path) -> None:
    assert len(set(fill(tmp_path, HOURS, HOURS))) == 1
    with open_base(tmp_path) as base:
        assert len(base.documents()) == 1


def test_what_is_known_wins(tmp_path: Path) -> None:
    with open_base(tmp_path) as base:
        job = base.submit(HOURS, "指南.txt", Metadata("已知标题", issuer="市政数局"))
        [done] = complete(make_worker(tmp_path), [job.id])
        base.catch_up()
        metadata = base.document(str(done.document_id)).metadata
        assert (metadata.title, metadata.issuer) == ("已知标题", "市政数局")


def test_a_source_name_in_no_known_encoding_is_taken(tmp_path: Path) -> None:
    with open_base(tmp_path) as base:
        assert base.submit(HOURS, "\udcb8\udca1.txt").source == "??.txt"


def test_a_repealed_document_is_gone_at_once_and_comes_back(tmp_path: Path) -> None:
    [hours] = fill(tmp_path, HOURS)
    with open_base(tmp_path) as base:
        base.edit(hours, {"ended_on": "2020-01-01", "ended_by": "repealed"})
        assert found(base, "电话") == []  # though no index has caught up yet
        assert base.document(hours).metadata.status_on(TODAY.as_of) is Status.REPEALED
        complete(make_worker(tmp_path))
        base.catch_up()
        assert found(base, "电话") == []
        base.edit(hours, {"ended_on": None, "ended_by": None})
        complete(make_worker(tmp_path))
        base.catch_up()
        assert "电话 0750-8888888" in found(base, "电话")


def test_an_edited_attribute_reaches_the_filter(tmp_path: Path) -> None:
    hours, _ = fill(tmp_path, HOURS, FEES)
    public = Filter(TODAY.as_of, disclosures=frozenset({Disclosure.PUBLIC}))
    with open_base(tmp_path) as base:
        assert found(base, "电话", public) == []
        base.edit(hours, {"disclosure": "public"})
        complete(make_worker(tmp_path))
        base.catch_up()
        assert found(base, "电话费", public) != []
        assert {hit.chunk.document_id for hit in base.retrieve("电话费", public, 9)} == {hours}


def test_a_bad_edit_is_refused(tmp_path: Path) -> None:
    [hours] = fill(tmp_path, HOURS)
    with open_base(tmp_path) as base:
        with pytest.raises(InvalidRequest):
            base.edit(hours, {"kind": "novel"})
        with pytest.raises(DocumentNotFound):
            base.edit("0" * 16, {"kind": "rule"})


def test_a_removed_document_is_gone_at_once_and_its_original_soon(tmp_path: Path) -> None:
    hours, fees = fill(tmp_path, HOURS, FEES)
    with open_base(tmp_path) as base:
        base.remove(hours)
        assert "电话 0750-8888888" not in found(base, "电话")
        for ask in (base.document, base.chunks, base.original, base.remove):
            with pytest.raises(DocumentNotFound):
                ask(hours)
        complete(make_worker(tmp_path))
        assert len(list(tmp_path.glob("originals/*/*"))) == 1
        assert base.original(fees) == FEES
        base.submit(HOURS, "指南.txt")
        complete(make_worker(tmp_path))
        base.catch_up()
        assert "电话 0750-8888888" in found(base, "电话")


def test_another_model_is_refused_and_words_still_answer(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)
    with pytest.raises(ModelMismatch, match="wenju reindex"):
        open_base(tmp_path, FakeEmbedder("other-2"))
    with KnowledgeBase.open(tmp_path, None, engines=FakeEngines(), follow=False) as base:
        assert base.by_words_only
        assert "电话 0750-8888888" in found(base, "电话")  # where, fake vectors cannot say
        assert base.progress().ready


def test_a_server_sees_what_others_bring_in(tmp_path: Path) -> None:
    with open_base(tmp_path, follow=True) as base, open_base(tmp_path) as other:
        job = other.submit(HOURS, "指南.txt")
        complete(make_worker(tmp_path), [job.id])
        assert base.revision == 2  # waited for, so it is there already
        assert "电话 0750-8888888" in found(base, "电话")  # where, fake vectors cannot say
        [summary] = base.documents()
        other.remove(summary.id)
        assert eventually(lambda: not base.documents())


def test_a_reindexed_base_is_served_by_words_to_those_with_the_old_model(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)
    with open_base(tmp_path, follow=True) as base:
        assert not base.by_words_only
        make_worker(tmp_path, FakeEmbedder("other-2")).reindex()
        complete(make_worker(tmp_path, FakeEmbedder("other-2")))
        assert base.by_words_only
        assert "电话 0750-8888888" in found(base, "电话")  # where, fake vectors cannot say
    with open_base(tmp_path, FakeEmbedder("other-2")) as base:
        assert base.progress().ready


def test_a_damaged_index_is_asked_for_anew_and_served_again(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)
    for index in tmp_path.glob("indexes/*/index.pickle"):
        index.write_bytes(b"no index")
    with open_base(tmp_path, follow=True) as base:
        assert base.retrieve("电话", TODAY, 3) == []
        assert not base.progress().ready
        complete(make_worker(tmp_path))
        assert eventually(lambda: found(base, "电话") != [])
        assert base.progress().ready


def test_an_index_that_proves_damaged_in_use_is_asked_for_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*_: object) -> None:
        raise DamagedIndex("索引已损坏。")

    fill(tmp_path, HOURS)
    with open_base(tmp_path) as base:
        with monkeypatch.context() as patch:
            patch.setattr(FakeLexical, "search", search)
            with pytest.raises(DamagedIndex):
                base.retrieve("电话", TODAY, 3)
        complete(make_worker(tmp_path))
        base.catch_up()
        assert found(base, "电话") != []
    assert len(list(tmp_path.glob("indexes/*"))) == 2


def test_lost_indexes_are_served_again(tmp_path: Path) -> None:
    fill(tmp_path, HOURS)
    shutil.rmtree(tmp_path / "indexes")
    with open_base(tmp_path, follow=True) as base:
        complete(make_worker(tmp_path))
        assert eventually(lambda: found(base, "电话") != [])


def test_a_closed_server_is_not_waited_for(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with open_base(tmp_path, follow=True):
        pass
    fill(tmp_path, HOURS)
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not [name for name in left if name.startswith("wenju")]


def test_many_threads_may_ask_while_documents_come_and_go(tmp_path: Path) -> None:
    stay, _ = fill(tmp_path, HOURS, FEES)
    stop = threading.Event()

    def ask(base: KnowledgeBase) -> int:
        asked = 0
        while not stop.is_set():
            for hit in base.retrieve("电话 10 元", TODAY, 5):
                try:
                    text = base.document(hit.chunk.document_id).text
                except DocumentNotFound:
                    continue  # removed in between
                assert hit.chunk.span.of(text).endswith("\n")
            assert base.document(stay).text
            asked += 1
        return asked

    with open_base(tmp_path, follow=True) as base, ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask, base) for _ in range(2)]
        for number in range(2):
            [document_id] = fill(tmp_path, lines(f"临时{number}", "电话 10 元"))
            base.remove(document_id)
        stop.set()
        assert all(one.result() > 0 for one in asking)


def test_a_document_is_read_once_and_anew_when_edited(tmp_path: Path) -> None:
    [hours] = fill(tmp_path, HOURS)
    with open_base(tmp_path) as base:
        first = base.document(hours)
        assert base.document(hours) is first
        base.edit(hours, {"issuer": "市政数局"})
        assert base.document(hours).metadata.issuer == "市政数局"


def test_the_repositories_share_the_catalogue(tmp_path: Path) -> None:
    with open_base(tmp_path) as base:
        base.journal.put(Answered("a", "几个？", "answered", "56", 0.9, (), "web", 0, now()))
    with open_base(tmp_path) as base:
        assert base.answers.get("a") is not None
        assert base.gaps.open() == []
        assert base.curated.all() == []
        assert base.feedback.latest() == []


def test_a_directory_that_cannot_be_used_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="WENJU_DATA_DIR"):
        open_base(tmp_path / "file" / "data")
