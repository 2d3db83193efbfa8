"""Processes that work on files for us, each in a child of its own; started, kept, replaced."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from index import errors
from index.errors import CorruptFile, ReadError, ReadingStopped
from index.sandbox import wire

_START_SECONDS = 120.0  # on a machine that is busy
_GRACE_SECONDS = 15.0  # after which the nursery itself counts as hung
_LEAVE_SECONDS = 5.0
_SENTENCES: Mapping[str, str] = {
    wire.TOO_LONG: "读这个文件用的时间超过了上限，已停止。请拆分，或用 Office、WPS 另存后再添加。",
    wire.TOO_MUCH: "读这个文件要用的内存超过了上限，已停止。"
    "请拆分，或用 Office、WPS 另存后再添加。",
    wire.DIED: "读这个文件时读取程序意外中止，文件很可能已损坏，或者展开后过大。"
    "请重新下载、导出或另存后再添加。",
}
log = logging.getLogger(__name__)


class Nurseries:
    """Processes of one purpose, as many as are asked at a time. Safe for many threads.

    They start with the first file, are used again, and end when nothing has come for a minute
    or all are closed.
    """

    def __init__(self, purpose: str) -> None:
        self.idle: list[Nursery] = []
        self._purpose = purpose
        self._lock = Lock()

    def ask(self, task: wire.Task) -> wire.Outcome:
        """Have a process do a task; a process that fails us is never used again."""
        nursery = self._take()
        try:
            outcome = nursery.ask(task)
        except BaseException:
            nursery.close()
            raise
        if outcome is None:
            nursery.close()
            return wire.Stopped(wire.DIED)
        with self._lock:
            self.idle.append(nursery)
        return outcome

    def close(self) -> None:
        """End the processes that wait."""
        with self._lock:
            idle, self.idle = self.idle, []
        for nursery in idle:
            nursery.close()

    def _take(self) -> Nursery:
        while True:
            with self._lock:
                nursery = self.idle.pop() if self.idle else None
            if nursery is None:
                return Nursery(self._purpose)
            if nursery.is_ready():
                return nursery
            nursery.close()


class Nursery:
    """One process that forks a child for each file."""

    def __init__(self, purpose: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wenju-reading-"))
        paths = os.pathsep.join(path for path in sys.path if path)
        self.process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "index.sandbox.nursery", purpose, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        )
        if self._receive(_START_SECONDS) is None:
            self.close()
            raise ReadError("读文件的进程启动不了。请运行 wenju doctor 检查安装，再重试。")

    def is_ready(self) -> bool:
        """Say whether it still waits for a file; it leaves by itself after a while."""
        return self.process.poll() is None

    def ask(self, task: wire.Task) -> wire.Outcome | None:
        """Return what came of a file; None where the process is of no more use."""
        assert self.process.stdin is not None  # noqa: S101  it was asked for
        try:
            message = memoryview(wire.framed(wire.packed(task)))
            while message:
                message = message[self.process.stdin.write(message) :]
            return self._receive(task.limits.wall_seconds + _GRACE_SECONDS)
        except (BrokenPipeError, pickle.UnpicklingError, ValueError, TypeError, AttributeError):
            log.exception("the reading process said what it must not")
            return None

    def _receive(self, seconds: float) -> wire.Outcome | None:
        assert self.process.stdout is not None  # noqa: S101  it was asked for
        file = self.process.stdout.fileno()
        deadline = time.monotonic() + seconds

        def read(length: int) -> bytes:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([file], [], [], left)[0]
            return os.read(file, length) if ready else b""

        message = wire.receive(read)
        return None if message is None else wire.outcome_of(message)

    def close(self) -> None:
        """End the process: it goes when nobody speaks to it, or is made to."""
        assert self.process.stdin is not None  # noqa: S101  it was asked for
        assert self.process.stdout is not None  # noqa: S101  it was asked for
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def failure(outcome: wire.Outcome, source: str) -> ReadError:
    """Return the error that an outcome without a result means, and log a fault of ours."""
    match outcome:
        case wire.Failed(name, message):
            return _error(name, message)
        case wire.Stopped(reason):
            return ReadingStopped(_SENTENCES.get(reason, _SENTENCES[wire.DIED]))
        case wire.Broke(traceback):
            log.error("reading %s failed in its process:\n%s", source, traceback)
    return CorruptFile("读取这个文件时程序出错，请检查文件，或另存为其他格式后再添加。")


def _error(name: str, message: str) -> ReadError:
    kind = getattr(errors, name, ReadError)
    is_ours = isinstance(kind, type) and issubclass(kind, ReadError)
    return kind(message) if is_ours else ReadError(message)
