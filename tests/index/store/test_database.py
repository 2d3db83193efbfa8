import os
import resource
import sqlite3
from contextlib import closing
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text

from index.errors import CorruptCatalogue, StoreError, WenjuError, WriterBusy
from index.store.catalogue import Catalogue
from index.store.database import FILE_NAME, Database
from index.store.files import prepare_directory
from index.store.originals import Originals
from tests.index.store.children import processes
from tests.index.store.fakes import lines, read_lines


def test_sqlite_is_told_what_a_crash_must_not_cost(tmp_path: Path) -> None:
    with closing(Database.open(tmp_path)) as database, database.reading() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_only_what_says_so_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    asking = text("PRAGMA synchronous")
    with closing(Database.open(tmp_path)) as database:
        for is_durable in (True, False, True):
            with database.writing(is_durable=is_durable) as connection:
                level = connection.execute(asking).scalar_one()
            assert level == (2 if is_durable else 1)  # FULL, NORMAL


def test_a_reader_sees_one_state_while_others_write(tmp_path: Path) -> None:
    with closing(Database.open(tmp_path)) as database:
        counting = text("SELECT count(*) FROM documents")
        with database.reading() as connection:
            assert connection.execute(counting).scalar_one() == 0
            Catalogue(database).put(*read_lines(lines("甲"), "甲.txt"))
            assert connection.execute(counting).scalar_one() == 0
        with database.reading() as connection:
            assert connection.execute(counting).scalar_one() == 1


def test_two_writers_take_turns(tmp_path: Path) -> None:
    with closing(Database.open(tmp_path)) as database:
        begun, read = Event(), text("SELECT next_chunk FROM catalogue")
        raised = text("UPDATE catalogue SET next_chunk = :next")

        def add(*, wait: bool) -> None:
            with database.writing() as connection:
                number = connection.execute(read).scalar_one()
                begun.set()
                if wait:
                    other.start()
                connection.execute(raised, {"next": number + 1})

        other = Thread(target=add, kwargs={"wait": False})
        add(wait=True)
        other.join()
        with database.reading() as connection:
            assert connection.execute(read).scalar_one() == 3


@pytest.mark.parametrize("content", [b"this is no database" * 500, os.urandom(20_000)])
def test_a_file_that_is_no_catalogue_is_reported_as_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(CorruptCatalogue, match="wenju restore"):
        Database.open(tmp_path)


def test_a_catalogue_damaged_in_the_middle_is_reported(tmp_path: Path) -> None:
    with closing(Database.open(tmp_path)) as database:
        for number in range(50):
            Catalogue(database).put(*read_lines(lines(f"甲{number}", *"乙丙丁" * 20), "甲.txt"))
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 100] = b"\xff" * 100
    path.write_bytes(content)
    with pytest.raises(CorruptCatalogue), closing(Database.open(tmp_path)) as database:
        Catalogue(database).summaries()


def _until_full(directory: Path, told: Pipe) -> None:
    """Fill a disk that may hold a few hundred KiB in each file, and say what is heard of it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    heard: list[str] = []
    with closing(Database.open(directory)) as database:
        kept = 0
        try:
            for number in range(2000):
                passages = (os.urandom(200).hex() for _ in range(20))
                Catalogue(database).put(*read_lines(lines(f"甲{number}", *passages), "甲.txt"))
                kept += 1
        except WenjuError as error:
            heard.append(error.code)
        heard.append(str(kept == len(Catalogue(database).summaries())))
    try:
        Originals(directory).keep(b"x" * 500_000)
    except WenjuError as error:
        heard.append(error.code)
    heard.append(str(len(list(directory.glob("originals/*/*")))))
    told.send(heard)


def test_a_full_disk_is_reported_and_what_was_there_stays(tmp_path: Path) -> None:
    """A limit on the size of a file fails a write as a full disk does."""
    here, there = processes.Pipe()
    child = processes.Process(daemon=True, target=_until_full, args=(tmp_path, there))
    child.start()
    assert here.poll(60)
    assert here.recv() == ["storage_full", "True", "storage_full", "0"]
    child.join()


def test_a_directory_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="WENJU_DATA_DIR"):
        prepare_directory(tmp_path / "file" / "data")


def test_a_catalogue_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(StoreError, match="权限"):
        Database.open(tmp_path)


def test_a_locked_catalogue_says_so_after_a_while(tmp_path: Path) -> None:
    Database.open(tmp_path).close()
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with closing(Database.open(tmp_path)) as database:
        with database.reading() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        with pytest.raises(WriterBusy), database.writing():
            pass
    other.close()
