"""The drawer that servers use: pages of originals, drawn in child processes under limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from index.closing import Closing
from index.errors import DrawerBusy, ReadError, ReadingStopped
from index.pages.sought import Sought, Survey
from index.sandbox import wire
from index.sandbox.limits import DRAWING, Limits
from index.sandbox.processes import Nurseries, failure

_MOST_WAITING = 12  # a reader scrolls past some pages at once; more would keep questions waiting


class SandboxedDrawer(Closing):
    """Shows the pages of originals. Safe for many threads; a few files at a time."""

    def __init__(self, limits: Limits = DRAWING, *, at_once: int = 2) -> None:
        self._nurseries = Nurseries("draw")
        self._limits = limits
        self._free = BoundedSemaphore(at_once)
        self._places = at_once + _MOST_WAITING
        self._lock = Lock()

    def survey(self, content: bytes, source: str, sought: Sequence[Sought] = ()) -> Survey:
        """Return how large the pages are, and where something stands. Raises ReadError."""
        outcome = self._ask(wire.PageRequest(content, source, None, tuple(sought), self._limits))
        if isinstance(outcome, wire.Surveyed):
            return outcome.survey
        raise _failure(outcome, source)

    def draw(self, content: bytes, source: str, page: int, sought: Sought | None = None) -> bytes:
        """Return a page as PNG, with what is sought marked on it. Raises ReadError."""
        wanted = (sought,) if sought is not None else ()
        outcome = self._ask(wire.PageRequest(content, source, page, wanted, self._limits))
        if isinstance(outcome, wire.Drawn):
            return outcome.png
        raise _failure(outcome, source)

    def close(self) -> None:
        """End the processes that wait."""
        self._nurseries.close()

    def _ask(self, request: wire.PageRequest) -> wire.Outcome:
        with self._turn(), self._free:
            return self._nurseries.ask(request)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock:
            if not self._places:
                raise DrawerBusy("同时看原件页面的人太多，请稍等几秒再试。")
            self._places -= 1
        try:
            yield
        finally:
            with self._lock:
                self._places += 1


def _failure(outcome: wire.Outcome, source: str) -> ReadError:
    if isinstance(outcome, wire.Stopped):
        return ReadingStopped(
            "这份原件的页面画不出来：用的时间或内存超过了上限，或者文件已损坏。请看全文。"
        )
    return failure(outcome, source)
