"""What a reading process does with a file: read it whole, or unpack it."""

from __future__ import annotations

from index.formats import load_readers
from index.intake import read_and_chunk
from index.sandbox.wire import Outcome, Read, Request, Task


def warm_up() -> None:
    """Load what reading loads when it first needs it, so that no child has to."""
    load_readers()
    sample = "关于工作的通知\n\n第一条　" + "有关事项通知如下，请认真贯彻执行。" * 200
    read_and_chunk(sample.encode(), "通知.txt", None)


def perform(task: Task) -> Outcome:
    """Read a file. Raises ReadError, NeedsPart."""
    if not isinstance(task, Request):
        raise TypeError(task)
    return Read(read_and_chunk(task.content, task.source, task.known, task.parts))
