from multiprocessing.synchronize import Event
from pathlib import Path
from time import sleep

import pytest

from index.errors import WriterBusy
from index.store.lock import WriterLock
from tests.index.store.children import processes


def _hold(directory: Path, held: Event) -> None:
    with WriterLock(directory):
        held.set()
        sleep(600)


def test_only_one_process_is_the_writer_and_its_death_frees_the_lock(tmp_path: Path) -> None:
    held = processes.Event()
    child = processes.Process(daemon=True, target=_hold, args=(tmp_path, held))
    child.start()
    assert held.wait(30)
    with pytest.raises(WriterBusy), WriterLock(tmp_path):
        pass
    child.kill()
    child.join()
    with WriterLock(tmp_path):
        pass


def test_the_lock_is_free_after_use(tmp_path: Path) -> None:
    for _ in range(2):
        with WriterLock(tmp_path):
            pass
