import os
import time
from pathlib import Path

import pytest

from index.errors import DocumentNotFound, StoreError
from index.store.files import write_durably
from index.store.originals import Originals, sha256_of
from tests.index.store.children import processes

CONTENT = "原件".encode()


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    sha256 = originals.keep(CONTENT)
    assert originals.keep(CONTENT) == sha256 == sha256_of(CONTENT)
    assert originals.read(sha256) == CONTENT
    assert [path.name for path in tmp_path.glob("originals/*/*")] == [sha256]


def test_an_original_that_is_gone_is_reported(tmp_path: Path) -> None:
    with pytest.raises(DocumentNotFound, match="originals"):
        Originals(tmp_path).read(sha256_of(CONTENT))


def test_an_original_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    originals.path(sha256_of(CONTENT)).mkdir(parents=True)
    with pytest.raises(StoreError, match=r"权限"):
        originals.read(sha256_of(CONTENT))


def test_a_sweep_takes_what_nobody_wants_and_what_broken_writes_left(tmp_path: Path) -> None:
    originals = Originals(tmp_path)
    wanted, unwanted = originals.keep(CONTENT), originals.keep(b"other")
    abandoned, current = tmp_path / "originals/ab/.old", tmp_path / "originals/ab/.new"
    abandoned.parent.mkdir()
    for path in (abandoned, current):
        path.write_bytes(b"half")
    yesterday = time.time() - 86_400
    os.utime(abandoned, (yesterday, yesterday))
    originals.sweep({wanted})
    assert originals.has(wanted)
    assert not originals.has(unwanted)
    assert not abandoned.exists()
    assert current.exists()  # somebody may be writing it


def _overwrite_for_ever(path: Path) -> None:
    for number in range(10**9):
        write_durably(path, b"%d" % (number % 10) * 1_000_000)


def test_a_file_whose_writer_is_killed_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_durably(path, b"0" * 1_000_000)
    for _ in range(5):
        child = processes.Process(daemon=True, target=_overwrite_for_ever, args=(path,))
        child.start()
        time.sleep(0.03)
        child.kill()
        child.join()
        content = path.read_bytes()
        assert content == content[:1] * 1_000_000
