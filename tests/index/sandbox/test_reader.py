import os
import pickle
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.document import Metadata
from index.errors import CorruptFile, ReadingStopped
from index.formats.parts import Part
from index.incoming import Unpacked
from index.intake import read_and_chunk
from index.sandbox import wire
from index.sandbox.limits import OF_PART, Limits
from index.sandbox.reader import SandboxedReader
from tests.index.formats.hostile import deflated, pdf_of
from tests.index.formats.rendering import as_docx, report_paragraphs, zipped
from tests.index.typesetting import report_bytes

MEBIBYTE = 1024 * 1024
LIMITS = Limits(memory_bytes=600 * MEBIBYTE, cpu_seconds=20, wall_seconds=60)
BOMB = pdf_of(deflated(b" " * MEBIBYTE, 1024))
SLOW = "\n".join("（一）" * 99 for _ in range(4_000)).encode()  # seconds of work


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(LIMITS) as reader:
        yield reader


def test_a_file_reads_as_it_does_without_the_sandbox(reader: SandboxedReader) -> None:
    known = Metadata("", issuer="某局")
    assert reader(report_bytes(), "r.txt", known) == read_and_chunk(report_bytes(), "r.txt", known)


def test_an_error_comes_back_as_itself(reader: SandboxedReader) -> None:
    with pytest.raises(CorruptFile, match="重新下载"):
        reader(b"PK\x03\x04broken", "x.docx", None)


def test_a_file_that_takes_its_process_down_is_stopped_and_the_next_is_read(
    reader: SandboxedReader,
) -> None:
    with pytest.raises(ReadingStopped) as stopped:
        reader(BOMB, "x.pdf", None)
    assert stopped.value.code == "reading_stopped"
    assert stopped.value.message.endswith("再添加。")
    assert reader(report_bytes(), "r.txt", None)


@pytest.mark.parametrize(
    "limits", [replace(LIMITS, wall_seconds=0.2), replace(LIMITS, cpu_seconds=1)]
)
def test_a_file_that_takes_too_long_is_stopped(
    reader: SandboxedReader, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_limits", limits)
    with pytest.raises(ReadingStopped, match="时间"):
        reader(SLOW * 4, "x.txt", None)


def test_an_archive_comes_back_as_its_members(reader: SandboxedReader) -> None:
    files = {"目录/通知.txt": b"one", "__MACOSX/._x": b"no", "层.zip": zipped({"内.txt": b"two"})}
    known = Metadata("总标题", document_number="某〔2022〕1号", issuer="某局")
    unpacked = reader(zipped(files), "一批.zip", known)
    assert isinstance(unpacked, Unpacked)
    assert {one.source: one.content for one in unpacked.members} == {
        "一批.zip/目录/通知.txt": b"one",
        "一批.zip/层.zip/内.txt": b"two",
    }
    assert {one.known for one in unpacked.members} == {Metadata("", issuer="某局")}


def test_nothing_is_left_when_the_reader_is_closed() -> None:
    def folders() -> set[Path]:
        return set(Path(tempfile.gettempdir()).glob("wenju-reading-*"))

    before = folders()
    with SandboxedReader(LIMITS) as own:
        own(as_docx(report_paragraphs()), "r.docx", None)
        with pytest.raises(ReadingStopped):
            own(BOMB, "x.pdf", None)
        [process] = [nursery.process for nursery in own.nurseries.idle]
    assert process.poll() is not None
    assert folders() <= before


def test_a_process_that_has_gone_is_replaced(reader: SandboxedReader) -> None:
    reader(report_bytes(), "r.txt", None)
    nursery = reader.nurseries.idle[-1]  # the next to be used
    nursery.process.send_signal(signal.SIGKILL)
    nursery.process.wait()
    assert reader(report_bytes(), "r.txt", None)


def test_a_process_killed_in_the_middle_takes_only_its_file(reader: SandboxedReader) -> None:
    reader(report_bytes(), "r.txt", None)
    nursery = reader.nurseries.idle[-1]  # the next to be used
    killer = threading.Timer(0.3, os.kill, (nursery.process.pid, signal.SIGKILL))
    killer.start()
    with pytest.raises(ReadingStopped):
        reader(SLOW * 4, "x.txt", None)
    killer.join()
    assert _children_of(nursery.process.pid) == []
    assert reader(report_bytes(), "r.txt", None)


def _children_of(pid: int) -> list[str]:
    for _ in range(50):  # the kernel takes a moment
        found = subprocess.run(
            ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        if not found:
            return []
        time.sleep(0.1)
    return found


def test_several_files_are_read_at_once(reader: SandboxedReader) -> None:
    done: list[object] = []
    threads = [
        threading.Thread(target=lambda: done.append(reader(report_bytes(), "r.txt", None)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
    assert len(reader.nurseries.idle) <= 2


@pytest.mark.parametrize(
    "forged",
    [
        pickle.dumps(os.getcwd),
        pickle.dumps({"not": "an outcome"}),
        pickle.dumps(threading.Event),
    ],
)
def test_only_our_own_kinds_of_answer_are_believed(forged: bytes) -> None:
    with pytest.raises(pickle.UnpicklingError):
        wire.outcome_of(forged)


class _Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return os.mkdir, (self.folder,)


def test_an_answer_that_would_run_something_does_not(tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError, match="not ours"):
        wire.outcome_of(pickle.dumps(_Trap(tmp_path / "sprung")))
    assert not (tmp_path / "sprung").exists()


def test_every_heavy_part_has_its_limits() -> None:
    assert OF_PART.keys() == set(Part)
