"""The shapes of what operators look at."""

from __future__ import annotations

from service.http.schemas.shape import Shape


class ProgressShape(Shape):
    """How far the base has come; `done` of `total` for a bar, `message` for a person."""

    documents: int
    chunks: int
    chunks_with_vectors: int
    jobs_waiting: int
    jobs_running: int
    jobs_failed: int
    done: int
    total: int
    message: str


class ReadyShape(Shape):
    """Whether questions may be sent here."""

    ready: bool
    progress: ProgressShape
