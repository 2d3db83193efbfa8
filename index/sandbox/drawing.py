"""What a drawing process does with an original: survey its pages, or draw one."""

from __future__ import annotations

from importlib import import_module

from index.pages.draw import draw, survey
from index.pages.fonts import find_font
from index.sandbox.wire import Drawn, Outcome, PageRequest, Surveyed, Task


def warm_up() -> None:
    """Load what drawing loads when it first needs it, so that no child has to."""
    for module in ("index.pages.pdf", "index.pages.picture", "index.pages.ofd"):
        import_module(module)
    find_font()


def perform(task: Task) -> Outcome:
    """Survey an original, or draw a page of it. Raises ReadError."""
    if not isinstance(task, PageRequest):
        raise TypeError(task)
    if task.page is None:
        return Surveyed(survey(task.content, task.source, task.sought))
    sought = next((one for one in task.sought if one.page == task.page), None)
    return Drawn(draw(task.content, task.source, task.page, sought))
