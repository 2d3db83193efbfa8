"""A watched folder: files come in once settled, changes come in again, nothing is removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.knowledge_base import KnowledgeBase
from index.watched_folder import SETTLED_SECONDS, Happening, Seen, WatchedFolder
from tests.index.store.fakes import lines, make_worker, open_base

FIRST, SECOND = lines("服务指南", "周一至周五开放"), lines("服务指南", "每天开放", "周末也开放")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Place:
    """A folder, who watches it, and the time."""

    def __init__(self, base: KnowledgeBase, data: Path, folder: Path) -> None:
        self.base = base
        self.data = data
        self.folder = folder
        self.clock = Clock()
        self.watched = WatchedFolder(base, folder, self.clock)

    def look(self, after: float = SETTLED_SECONDS) -> list[Seen]:
        self.clock.now += after
        return list(self.watched.look())

    def settle(self) -> list[Seen]:
        """Look, and look again when what was new has settled."""
        return [*self.look(), *self.look()]

    def happenings(self) -> list[tuple[Happening, str]]:
        return [(seen.happening, seen.path.name) for seen in self.settle()]

    def work(self) -> None:
        make_worker(self.data).run_until_idle()
        self.base.catch_up()

    def restart(self) -> None:
        self.watched = WatchedFolder(self.base, self.folder, self.clock)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    data, folder = tmp_path / "data", tmp_path / "收件"
    data.mkdir()
    (folder / "市里").mkdir(parents=True)
    with open_base(data) as base:
        yield Place(base, data, folder)


def test_a_file_comes_in_once_it_has_stopped_growing(place: Place) -> None:
    path = place.folder / "市里" / "指南.txt"
    path.write_bytes(FIRST[:10])
    assert place.look() == []
    path.write_bytes(FIRST)  # it goes on
    assert place.look() == []
    assert place.look(SETTLED_SECONDS / 2) == []
    assert place.watched.waits()
    [seen] = place.look()
    assert (seen.happening, seen.path) == (Happening.CAME_IN, path)
    assert place.settle() == []
    place.work()
    assert [one.source for one in place.base.documents()] == ["指南.txt"]


def test_what_office_and_downloads_leave_behind_is_no_file(place: Place) -> None:
    for name in ("~$指南.docx", ".hidden.txt", "指南.txt.part", "Thumbs.db"):
        (place.folder / name).write_bytes(FIRST)
    (place.folder / "link.txt").symlink_to(place.data / "wenju.db")
    assert place.settle() == []


def test_a_restart_begins_nothing_anew(place: Place) -> None:
    (place.folder / "指南.txt").write_bytes(FIRST)
    assert len(place.settle()) == 1
    place.restart()
    assert place.settle() == []
    assert len(place.base.jobs()) == 1


def test_a_changed_file_comes_in_and_the_earlier_document_is_reported_not_removed(
    place: Place,
) -> None:
    path = place.folder / "指南.txt"
    path.write_bytes(FIRST)
    place.settle()
    place.work()
    [earlier] = place.base.documents()
    path.write_bytes(SECOND)
    [seen] = place.settle()
    assert (seen.happening, seen.documents) == (Happening.CHANGED, (earlier.id,))
    place.work()
    assert len(place.base.documents()) == 2
    [kept] = place.base.watched_files.of(str(place.folder)).values()
    assert kept.earlier == (earlier.id,)
    place.base.remove(earlier.id)
    [kept] = place.base.watched_files.of(str(place.folder)).values()
    assert kept.earlier == ()


def test_a_file_that_is_gone_is_reported_once_and_its_document_stays(place: Place) -> None:
    path = place.folder / "指南.txt"
    path.write_bytes(FIRST)
    place.settle()
    place.work()
    [document] = place.base.documents()
    path.unlink()
    [seen] = place.settle()
    assert (seen.happening, seen.documents) == (Happening.GONE, (document.id,))
    place.restart()
    assert place.settle() == []
    assert len(place.base.documents()) == 1
    path.write_bytes(FIRST)
    assert Happening.BACK in dict(place.happenings())


def test_what_a_person_removed_does_not_come_back(place: Place) -> None:
    (place.folder / "指南.txt").write_bytes(FIRST)
    place.settle()
    place.work()
    [document] = place.base.documents()
    place.base.remove(document.id)
    place.restart()
    assert place.settle() == []
    assert len(place.base.documents()) == 0


def test_a_bad_file_is_set_aside_and_the_others_come_in(place: Place) -> None:
    (place.folder / "坏.txt").write_bytes(b" ")
    (place.folder / "指南.txt").write_bytes(FIRST)
    assert len(place.settle()) == 2
    place.work()
    jobs = {job.source: job.error_code for job in place.base.jobs()}
    assert jobs == {"坏.txt": "empty_document", "指南.txt": None}


def test_a_folder_that_is_not_connected_loses_nothing(place: Place) -> None:
    (place.folder / "指南.txt").write_bytes(FIRST)
    place.settle()
    away = place.folder.rename(place.folder.with_name("断开"))
    assert [seen.happening for seen in place.settle()] == [Happening.NO_FOLDER]
    away.rename(place.folder)
    assert place.settle() == []


def test_a_file_too_large_is_told_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.watched_folder._MOST_BYTES", 10)
    (place.folder / "指南.txt").write_bytes(FIRST)
    assert place.happenings() == [(Happening.UNREADABLE, "指南.txt")]
    assert place.settle() == []
