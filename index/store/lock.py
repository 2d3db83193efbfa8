"""The lock that makes one process the writer of a data directory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from index.errors import WriterBusy
from index.store.files import reported

FILE_NAME = "writer.lock"


class WriterLock:
    """Held by the one process that works the queue; the system frees it when that one dies."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._lock = FileLock(self._path)

    def __enter__(self) -> Self:
        with reported(self._path):
            try:
                self._lock.acquire(blocking=False)
            except Timeout:  # an OSError itself, so it is caught before others are reported
                raise WriterBusy(
                    "另一个问据进程正在写入这个知识库，它会处理排队的文件；请稍候。"
                ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()
