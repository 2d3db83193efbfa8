"""Times of single calls, and what is said of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
WARM = 20


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many calls."""

    count: int
    p50: float
    p95: float
    longest: float

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Times:
        """Sum up single times."""
        p50, p95 = np.quantile(milliseconds, [0.5, 0.95])
        return cls(len(milliseconds), float(p50), float(p95), max(milliseconds))

    @property
    def a_second(self) -> float:
        """Return how many such calls, one after the other, fit into a second at the median."""
        return 1000 / self.p50

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


def each(call: Callable[[Item], object], items: Sequence[Item], warm: int = WARM) -> Times:
    """Time `call` on every item but the first `warm`, which it warms up on."""
    return in_turn([call], items, warm)[0]


def in_turn(
    calls: Sequence[Callable[[Item], object]], items: Sequence[Item], warm: int = WARM
) -> list[Times]:
    """Time several calls on every item but the first `warm`, one call after the other.

    Whatever else the computer is busy with meets all of them alike, so their ratios hold. No
    item is used twice: what is remembered of it would make it quick. Few items warm up less.
    """
    warm = min(warm, len(items) // 4)
    for item in items[:warm]:
        for call in calls:
            call(item)
    milliseconds: list[list[float]] = [[] for _ in calls]
    for item in items[warm:]:
        for place, call in enumerate(calls):
            began = time.perf_counter()
            call(item)
            milliseconds[place].append((time.perf_counter() - began) * 1000)
    return [Times.of(of_one) for of_one in milliseconds]


def rate(call: Callable[[], object], amount: int) -> float:
    """Return how much a second `call` gets through, when once is `amount`."""
    began = time.perf_counter()
    call()
    return amount / (time.perf_counter() - began)
