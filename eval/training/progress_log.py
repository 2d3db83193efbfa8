"""Numbers of a training as it goes: one JSON object a line."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "log.jsonl"


class Log:
    """Adds up losses and writes their means now and then."""

    def __init__(self, folder: Path, every: int) -> None:
        self._path = folder / FILE_NAME
        self._every = every
        self._sums: defaultdict[str, float] = defaultdict(float)
        self._steps = self._examples = 0
        self._since = time.monotonic()

    def step(self, step: int, seen: int, examples: int, parts: Mapping[str, float]) -> None:
        """Take in a step's losses."""
        for name, value in parts.items():
            self._sums[name] += value
        self._steps += 1
        self._examples += examples
        if self._steps == self._every:
            means = {name: round(total / self._steps, 4) for name, total in self._sums.items()}
            speed = self._examples / max(time.monotonic() - self._since, 1e-9)
            row = {"step": step, "seen": seen, "loss": round(sum(means.values()), 4), **means}
            self.write({**row, "examples_a_second": round(speed, 2)})
            self._sums.clear()
            self._steps = self._examples = 0
            self._since = time.monotonic()

    def write(self, row: Mapping[str, object]) -> None:
        """Write a line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
