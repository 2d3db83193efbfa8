"""A process that has what it takes loaded and forks a fresh child for each file.

Run as `python -m index.sandbox.nursery PURPOSE FOLDER`; requests come in on standard input, what
came of them goes out on standard output. The child alone touches the file's bytes: in a session
of its own, under limits, killed with all it started when it is over or has run too long.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import select
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from index.errors import ReadError
from index.formats.parts import NeedsPart
from index.sandbox.limits import die_with_parent, hold_to
from index.sandbox.wire import (
    DIED,
    MOST_BYTES,
    READY,
    TOO_LONG,
    TOO_MUCH,
    Broke,
    Failed,
    Needs,
    Outcome,
    Stopped,
    Task,
    framed,
    packed,
    receive,
)

IDLE_SECONDS = 60.0
PURPOSES = {"read": "index.sandbox.reading", "draw": "index.sandbox.drawing"}
_CHUNK = 1 << 16
_MOST_FILES = 1024  # that a child may have inherited


def main() -> None:
    """Serve requests until there are no more, or none has come for a while."""
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)  # libraries print what they like
    work = import_module(PURPOSES[sys.argv[1]])
    work.warm_up()
    folder = Path(sys.argv[2])
    gc.collect()
    gc.freeze()
    _write(answers, framed(packed(Stopped(READY))))
    while select.select([requests], [], [], IDLE_SECONDS)[0]:
        message = receive(lambda length: os.read(requests, length))
        if message is None:
            return
        request = pickle.loads(message)  # noqa: S301  from the worker that started us
        answer = _work_in_child(request, work.perform, folder, requests)
        if answer is None:
            return
        _write(answers, framed(answer))


def _work_in_child(
    request: Task, perform: Callable[[Task], Outcome], folder: Path, requests: int
) -> bytes | None:
    """Fork, and return what the child says, or how it ended; None where nobody waits for it."""
    own = tempfile.mkdtemp(dir=folder)
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _be_child(request, perform, writing, own)
    os.close(writing)
    try:
        return _attend(child, reading, time.monotonic() + request.limits.wall_seconds, requests)
    finally:
        os.close(reading)
        shutil.rmtree(own, ignore_errors=True)


def _attend(child: int, reading: int, deadline: float, requests: int) -> bytes | None:
    pieces: list[bytes] = []
    length, outcome = 0, ""
    while True:
        left = deadline - time.monotonic()
        ready, _, _ = select.select([reading, requests], [], [], max(left, 0))
        if requests in ready:  # nothing is sent before we answer: the worker is gone
            _kill(child)
            return None
        if left <= 0 or length > MOST_BYTES:
            outcome = TOO_LONG if left <= 0 else TOO_MUCH
            break
        piece = os.read(reading, _CHUNK)
        if not piece:
            break
        pieces.append(piece)
        length += len(piece)
    status = _kill(child)
    if outcome:
        return packed(Stopped(outcome))
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 and pieces:
        return b"".join(pieces)
    return packed(Stopped(_cause(status)))


def _kill(child: int) -> int:
    """End a child and what it left running; return how it ended, by itself where it had."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return status


def _cause(status: int) -> str:
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return TOO_LONG
    return DIED


def _be_child(request: Task, perform: Callable[[Task], Outcome], writing: int, own: str) -> None:
    """Work on the file, say what came of it, and end; never returns."""
    status = 1
    try:
        os.setsid()
        die_with_parent()
        os.dup2(0, 2)  # nothing to read, nowhere to write
        os.closerange(3, writing)
        os.closerange(writing + 1, _MOST_FILES)
        os.chdir(own)
        os.environ["TMPDIR"] = tempfile.tempdir = own
        hold_to(request.limits)
        _write(writing, packed(_outcome(request, perform)))
        status = 0
    except MemoryError:
        pass
    finally:
        os._exit(status)


def _outcome(request: Task, perform: Callable[[Task], Outcome]) -> Outcome:
    try:
        return perform(request)
    except NeedsPart as needs:
        return Needs(needs.part)
    except ReadError as error:
        return Failed(type(error).__name__, error.message)
    except MemoryError:
        return Stopped(TOO_MUCH)
    except RecursionError:
        return Stopped(DIED)
    except Exception:  # noqa: BLE001  a fault of ours, told to the worker
        return Broke(traceback.format_exc())


def _write(file: int, message: bytes) -> None:
    view = memoryview(message)
    while view:
        view = view[os.write(file, view) :]


if __name__ == "__main__":
    try:
        with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
            main()
    finally:  # nobody else does where the process that started us is gone
        shutil.rmtree(sys.argv[2], ignore_errors=True)
