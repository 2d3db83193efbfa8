"""An answer as server-sent events: what is being done is told while it is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import Any

from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event

from service.answering.answer import Answer
from service.answering.answering import Hear
from service.http.problems import judged, problem_json
from service.presentation import answer_json

EVENTS = {"understand": "understood", "retrieve": "retrieved", "read": "read"}
UNBUFFERED = {"x-accel-buffering": "no"}  # nginx would hold events back
_MEDIA_TYPES = ("text/event-stream", "application/json", "application/*", "*/*")

Told = tuple[str, dict[str, Any]]


def wants_events(request: Request) -> bool:
    """Say whether, of what the client accepts, events come before JSON."""
    accepted = request.headers.get("accept", "").lower().split(",")
    named = [one.partition(";")[0].strip() for one in accepted]
    known = [name for name in named if name in _MEDIA_TYPES]
    return known[:1] == ["text/event-stream"]


def event(name: str | None, content: object) -> bytes:
    """Return one event with JSON in it."""
    return format_sse_event(event=name, data_str=json.dumps(content, ensure_ascii=False))


def answer_events(question: str, path: str, ask: Callable[[Hear], Answer]) -> EventSourceResponse:
    """Return the events of an answer that `ask` will give, the last one the answer itself."""
    return EventSourceResponse(_events(question, path, ask), headers=UNBUFFERED)


def _events(question: str, path: str, ask: Callable[[Hear], Answer]) -> Iterator[bytes]:
    told: SimpleQueue[Told | None] = SimpleQueue()

    def hear(step: str, milliseconds: float) -> None:
        told.put((EVENTS.get(step, step), {"elapsed_ms": milliseconds}))

    def work() -> None:
        try:
            told.put(("answer", answer_json(ask(hear))))
        except Exception as error:  # noqa: BLE001  the status has been sent: only an event can tell
            told.put(("problem", problem_json(path, *judged(error, path))))
        finally:
            told.put(None)

    yield event("received", {"question": question})
    Thread(target=work, name="wenju-answer", daemon=True).start()
    for name, content in iter(told.get, None):
        yield event(name, content)
