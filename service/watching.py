"""Watches folders beside whatever else runs: one process at a time for a data directory."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from index.document import SHANGHAI
from index.errors import WenjuError
from index.knowledge_base import KnowledgeBase
from index.watched_folder import Happening, Seen, WatchedFolder

_PAUSE_SECONDS = 2.0  # between two looks, at least
_SHARE = 10  # and this many times as long as the last look took: a share may be slow
_LEASE = "watched_folders"
_TERM = timedelta(seconds=60)
_PATIENCE_SECONDS = 10
Tell = Callable[[str], None]
log = logging.getLogger(__name__)


def watch(base: KnowledgeBase, folders: Sequence[Path], stop: Event, tell: Tell) -> None:
    """Look at the folders until told to stop, and tell of what happens, and what became of it."""
    watched = [WatchedFolder(base, folder.absolute()) for folder in folders]
    owner = uuid.uuid4().hex
    coming: dict[str, Path] = {}
    pause = 0.0
    try:
        while not stop.wait(pause):
            begun = time.monotonic()
            try:
                if base.leases.take(_LEASE, owner, _TERM, datetime.now(SHANGHAI)):
                    for folder in watched:
                        for seen in folder.look():
                            tell(_sentence(seen))
                            if seen.job_id is not None:
                                coming[seen.job_id] = seen.path
                _tell_finished(base, coming, tell)
            except WenjuError as error:  # such as a busy database: the next look does it
                log.warning("a look at the watched folders failed: %s", error.message)
            pause = max(_PAUSE_SECONDS, _SHARE * (time.monotonic() - begun))
    finally:
        base.leases.release(_LEASE, owner)


@contextmanager
def watching(base: KnowledgeBase, folders: Sequence[Path]) -> Iterator[None]:
    """Watch the folders in a thread of its own; nothing where there are none."""
    if not folders:
        yield
        return
    stop = Event()
    thread = Thread(
        target=watch, args=(base, folders, stop, log.info), name="wenju-watch", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE_SECONDS)


def _tell_finished(base: KnowledgeBase, coming: dict[str, Path], tell: Tell) -> None:
    for job_id, path in list(coming.items()):
        job = base.job(job_id)
        if not job.finished:
            continue
        del coming[job_id]
        if job.error_code and not job.document_id:
            tell(f"已隔离 {path}：{job.error_message}（{job.error_code}）")
        else:
            tell(f"已收进 {path}" + (f"　{job.document_id}" if job.document_id else ""))


def _sentence(seen: Seen) -> str:
    ids = "、".join(seen.documents)
    match seen.happening:
        case Happening.CAME_IN:
            return f"在读 {seen.path}"
        case Happening.CHANGED:
            still = f"；原来的内容（{ids}）仍在用，不要了请运行 wenju remove" if ids else ""
            return f"在读改过的 {seen.path}{still}"
        case Happening.GONE:
            still = f"；收进的文件（{ids}）仍在用，不要了请运行 wenju remove" if ids else ""
            return f"{seen.path} 不在了{still}"
        case Happening.BACK:
            return f"{seen.path} 又在了"
        case _:
            return f"{seen.path} {seen.message}"
