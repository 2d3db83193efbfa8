"""Progress bars for long work, on the error stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Item = TypeVar("Item")
Meter = Callable[[int, int], None]  # done, of how many


class Progress:
    """Shows how far long work has come, or works in silence."""

    def __init__(self, *, shown: bool = False) -> None:
        self._shown = shown

    def __call__(self, items: Sequence[Item], label: str) -> Iterator[Item]:
        """Yield the items, counting."""
        with self.meter(label) as meter:
            for done, item in enumerate(items):
                meter(done, len(items))
                yield item

    @contextmanager
    def meter(self, label: str) -> Iterator[Meter]:
        """Show a bar that the work itself moves on."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Bars(
            *columns,
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not (self._shown and console.is_terminal),
        ) as bars:
            task = bars.add_task(label, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)
