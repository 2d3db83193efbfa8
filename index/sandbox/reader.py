"""The reader that the worker uses: every file in a child process, under limits."""

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
from types import TracebackType
from typing import Self

from index import errors
from index.document import Metadata
from index.errors import CorruptFile, ReadError, ReadingStopped
from index.formats.parts import Part
from index.intake import Reading
from index.sandbox import wire
from index.sandbox.limits import OF_PART, PLAIN, Limits
from index.sandbox.nursery import DIED, TOO_LONG, TOO_MUCH

_START_SECONDS = 120.0  # on a machine that is busy
_GRACE_SECONDS = 15.0  # after which the nursery itself counts as hung
_LEAVE_SECONDS = 5.0
_SENTENCES: Mapping[str, str] = {
    TOO_LONG: "读这个文件用的时间超过了上限，已停止。请拆分，或用 Office、WPS 另存后再添加。",
    TOO_MUCH: "读这个文件要用的内存超过了上限，已停止。请拆分，或用 Office、WPS 另存后再添加。",
    DIED: "读这个文件时读取程序意外中止，文件很可能已损坏，或者展开后过大。"
    "请重新下载、导出或另存后再添加。",
}
log = logging.getLogger(__name__)


class SandboxedReader:
    """Reads files in child processes. Safe for many threads; heavy parts work one at a time.

    Processes start with the first file, are used again, and end when nothing has come for a
    minute or the reader is closed.
    """

    def __init__(
        self,
        limits: Limits = PLAIN,
        heavy: Mapping[Part, Limits] = OF_PART,
        *,
        files_at_once: int = 1,
    ) -> None:
        self.files_at_once = files_at_once
        self._limits = limits
        self._heavy = heavy
        self._idle: list[_Nursery] = []
        self._lock = Lock()
        self._one_at_a_time = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __call__(self, content: bytes, source: str, known: Metadata | None) -> Reading:
        """Read a file, or unpack an archive. Raises ReadError."""
        parts: frozenset[Part] = frozenset()
        outcome = self._ask(wire.Request(content, source, known, parts, self._limits))
        while isinstance(outcome, wire.Needs) and outcome.part not in parts:
            parts |= {outcome.part}
            limits = self._heavy[outcome.part]
            with self._one_at_a_time:
                outcome = self._ask(wire.Request(content, source, known, parts, limits))
        match outcome:
            case wire.Read(reading):
                return reading
            case wire.Failed(name, message):
                raise _error(name, message)
            case wire.Stopped(reason):
                raise ReadingStopped(_SENTENCES.get(reason, _SENTENCES[DIED]))
            case wire.Broke(traceback):
                log.error("reading %s failed in its process:\n%s", source, traceback)
        raise CorruptFile("读取这个文件时程序出错，请检查文件，或另存为其他格式后再添加。")

    def close(self) -> None:
        """End the processes that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for nursery in idle:
            nursery.close()

    def _ask(self, request: wire.Request) -> wire.Outcome:
        """Have a process read the file; a process that fails us is never used again."""
        nursery = self._take()
        try:
            outcome = nursery.ask(request)
        except BaseException:
            nursery.close()
            raise
        if outcome is None:
            nursery.close()
            return wire.Stopped(DIED)
        with self._lock:
            self._idle.append(nursery)
        return outcome

    def _take(self) -> _Nursery:
        while True:
            with self._lock:
                nursery = self._idle.pop() if self._idle else None
            if nursery is None:
                return _Nursery()
            if nursery.is_ready():
                return nursery
            nursery.close()


class _Nursery:
    """One process that forks a child for each file."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wenju-reading-"))
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(  # noqa: S603  our own module
            [sys.executable, "-m", "index.sandbox.nursery", str(self._folder)],
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
        return self._process.poll() is None

    def ask(self, request: wire.Request) -> wire.Outcome | None:
        """Return what came of a file; None where the process is of no more use."""
        assert self._process.stdin is not None  # noqa: S101  it was asked for
        try:
            message = memoryview(wire.framed(wire.packed(request)))
            while message:
                message = message[self._process.stdin.write(message) :]
            return self._receive(request.limits.wall_seconds + _GRACE_SECONDS)
        except (BrokenPipeError, pickle.UnpicklingError, ValueError, TypeError, AttributeError):
            log.exception("the reading process said what it must not")
            return None

    def _receive(self, seconds: float) -> wire.Outcome | None:
        assert self._process.stdout is not None  # noqa: S101  it was asked for
        file = self._process.stdout.fileno()
        deadline = time.monotonic() + seconds

        def read(length: int) -> bytes:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([file], [], [], left)[0]
            return os.read(file, length) if ready else b""

        message = wire.receive(read)
        return None if message is None else wire.outcome_of(message)

    def close(self) -> None:
        """End the process: it goes when nobody speaks to it, or is made to."""
        assert self._process.stdin is not None  # noqa: S101  it was asked for
        assert self._process.stdout is not None  # noqa: S101  it was asked for
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _error(name: str, message: str) -> ReadError:
    kind = getattr(errors, name, ReadError)
    is_ours = isinstance(kind, type) and issubclass(kind, ReadError)
    return kind(message) if is_ours else ReadError(message)
