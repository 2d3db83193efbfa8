"""What the command line puts on the screen: sentences, JSON, errors, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import typer

from index.errors import InvalidRequest, WenjuError


class Bar(Protocol):
    """Somewhere to show how far long work has come."""

    def update(self, done: float, total: float, words: str = "") -> None:
        """Show `done` of `total`."""


def say(text: str = "") -> None:
    """Write a line to standard output."""
    typer.echo(text)


def say_json(value: Any) -> None:
    """Write JSON to standard output for a program to read."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def warn(text: str) -> None:
    """Write a line to standard error."""
    typer.echo(text, err=True)


def fail(error: WenjuError) -> int:
    """Tell of an error in one sentence with its code; return the exit status it means."""
    warn(f"wenju: {error.message}（{error.code}）")
    return 2 if isinstance(error, InvalidRequest) else 1


@contextmanager
def progress(title: str) -> Iterator[Bar]:
    """Show a progress bar, where a person looks on; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield _Nothing()
        return
    from rich import progress as bars  # noqa: PLC0415  only long work needs it
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=None)

        class _Shown:
            def update(self, done: float, total: float, words: str = "") -> None:
                shown.update(task, completed=done, total=total or None, description=words or title)

        yield _Shown()


class _Nothing:
    def update(self, done: float, total: float, words: str = "") -> None:
        del done, total, words
