"""Times of single calls, and what is said of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


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


def each(call: Callable[[Item], object], items: Sequence[Item], warm: int = 20) -> Times:
    """Time `call` on every item, after the first `warm` of them have been through it once."""
    for item in items[:warm]:
        call(item)
    milliseconds = []
    for item in items:
        began = time.perf_counter()
        call(item)
        milliseconds.append((time.perf_counter() - began) * 1000)
    return Times.of(milliseconds)


def rate(call: Callable[[], object], amount: int) -> float:
    """Return how much a second `call` gets through, when once is `amount`."""
    began = time.perf_counter()
    call()
    return amount / (time.perf_counter() - began)
