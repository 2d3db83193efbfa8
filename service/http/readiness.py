"""Whether the desk may be sent questions: once words and vectors are served, and from then on."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Any

from index.knowledge_base import KnowledgeBase
from index.store.progress import Progress

_READING_SHARE = 0.1  # reading is quick beside computing vectors


@dataclass(frozen=True, slots=True)
class Readiness:
    """What /readyz tells."""

    is_ready: bool
    progress: dict[str, Any]


class ReadinessWatch:
    """Remembers that this process was ready once: later documents only add to it.

    `filling` is set while somebody is still about to submit the first documents, so that the
    empty base in between is not taken for a finished one.
    """

    def __init__(self, filling: Event | None = None) -> None:
        self._filling = filling or Event()
        self._was_ready = False

    def look(self, base: KnowledgeBase) -> Readiness:
        """Look at the base and say how far it is."""
        is_filling = self._filling.is_set()  # asked first: what it submits is then counted
        progress = base.progress()
        self._was_ready = self._was_ready or (progress.ready and not is_filling)
        return Readiness(self._was_ready, _as_json(progress, is_filling=is_filling))


def _as_json(progress: Progress, *, is_filling: bool) -> dict[str, Any]:
    waiting = progress.jobs_queued + progress.jobs_running
    read = progress.documents / max(1, progress.documents + waiting)
    computed = progress.chunks_with_vectors / max(1, progress.chunks)
    done = read * (_READING_SHARE + (1 - _READING_SHARE) * computed)
    if is_filling:
        message = "正在准备随附的资料"
    else:
        message = (
            f"已读 {progress.documents} 份文件，还有 {waiting} 份；"
            f"向量 {progress.chunks_with_vectors}/{progress.chunks} 段"
        )
    return {
        "documents": progress.documents,
        "chunks": progress.chunks,
        "chunks_with_vectors": progress.chunks_with_vectors,
        "jobs_waiting": progress.jobs_queued,
        "jobs_running": progress.jobs_running + progress.jobs_words,
        "jobs_failed": progress.jobs_failed,
        "done": 100 if progress.ready and not is_filling else min(99, int(100 * done)),
        "total": 100,
        "message": message,
    }
