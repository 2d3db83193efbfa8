"""The worker beside a server: a process of its own, kept running, and gone with its server."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from types import TracebackType
from typing import Self

from service.settings import Settings

NICENESS = 10  # answering comes first
PATIENCE_SECONDS = 10  # to finish the batch in hand; being killed would lose only that
LONGEST_PAUSE_SECONDS = 60
log = logging.getLogger(__name__)


class WorkerProcess:
    """Runs the worker in a process, and again when that process dies."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("spawn")
        self._stopping = Event()
        self._lifeline, self._far_end = self._context.Pipe()
        self._process = self._start()
        self._keeper = Thread(target=self._keep, name="wenju-keeper", daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._lifeline.send("stop")
        self._keeper.join(PATIENCE_SECONDS)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    @property
    def pid(self) -> int | None:
        """Return the number of the process that works now."""
        return self._process.pid

    def _start(self) -> BaseProcess:
        process = self._context.Process(
            target=_work, args=(self._settings, self._far_end), name="wenju-worker", daemon=True
        )
        process.start()
        return process

    def _keep(self) -> None:
        pause = 1
        while True:
            self._process.join()
            if self._stopping.is_set():
                return
            log.error("the worker ended with %s, starting it again", self._process.exitcode)
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            self._process = self._start()


def _work(settings: Settings, lifeline: Connection) -> None:
    """Work until the server says stop, or is gone."""
    from service.bootstrap import make_worker  # noqa: PLC0415  in the new process only

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the server, which says stop
    os.nice(NICENESS)
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    Thread(target=_await_end, args=(lifeline, stop), daemon=True).start()
    make_worker(settings).run_forever(stop)


def _await_end(lifeline: Connection, stop: Event) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101  this runs only in a child
    multiprocessing.connection.wait([lifeline, parent.sentinel])
    stop.set()
