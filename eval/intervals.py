"""How sure a measured number is: intervals by resampling, whole documents at a time.

Questions about one document rise and fall together, so documents are drawn, not questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLES = 4000
SEED = 20220017
_NORMAL_975 = 1.959963984540054  # the 97.5th percentile of the standard normal distribution


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95% interval."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def share(successes: int, count: int) -> Interval:
    """Return a share with its Wilson interval, which stays honest near 0 and 1."""
    if not count:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean, z = successes / count, _NORMAL_975
    centre = (mean + z * z / (2 * count)) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * math.sqrt(mean * (1 - mean) / count + (z / (2 * count)) ** 2)
    return Interval(mean, max(0.0, centre - reach), min(1.0, centre + reach), count)


def share_of(flags: Iterable[bool]) -> Interval:
    """Return the share of those that are true."""
    found = list(flags)
    return share(sum(found), len(found))


def mean(
    values: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    samples: int = SAMPLES,
    seed: int = SEED,
) -> Interval:
    """Return the mean of `values` with its bootstrap interval.

    With `clusters`, one a value, whole clusters are drawn with replacement.
    """
    if not values:
        return Interval(math.nan, math.nan, math.nan, 0)
    numbers = np.asarray(values, float)
    sums, sizes = _by_cluster(numbers, clusters)
    drawn = _draw(len(sums), samples, seed)
    means = (drawn @ sums) / (drawn @ sizes)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(numbers.mean()), float(low), float(high), len(numbers))


def resampled(
    statistic: Callable[[NDArray[np.intp]], float],
    count: int,
    clusters: Sequence[Hashable] | None = None,
    samples: int = SAMPLES,
    seed: int = SEED,
) -> tuple[float, float]:
    """Return the 95% interval of what `statistic` makes of the places of `count` questions.

    Whole clusters are drawn with replacement, so that a place can come several times. Draws of
    which nothing can be said (NaN) are left out.
    """
    groups: dict[Hashable, list[int]] = {}
    for place, cluster in enumerate(range(count) if clusters is None else clusters):
        groups.setdefault(cluster, []).append(place)
    members = [np.array(group, np.intp) for group in groups.values()]
    generator = np.random.default_rng(seed)
    found = np.array(
        [
            statistic(np.concatenate([members[n] for n in drawn]))
            for drawn in generator.integers(len(members), size=(samples, len(members)))
        ]
    )
    found = found[~np.isnan(found)]
    if not len(found):
        return math.nan, math.nan
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def paired_difference(
    ours: Sequence[float],
    theirs: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    samples: int = SAMPLES,
    seed: int = SEED,
) -> Interval:
    """Return how much `ours` gains over `theirs`, question by question."""
    gains = [our - their for our, their in zip(ours, theirs, strict=True)]
    return mean(gains, clusters, samples, seed)


def _by_cluster(
    values: NDArray[np.float64], clusters: Sequence[Hashable] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if clusters is None:
        return values, np.ones_like(values)
    if len(clusters) != len(values):
        raise ValueError(f"{len(values)} values, {len(clusters)} clusters")
    places = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters))}
    members = np.array([places[cluster] for cluster in clusters])
    sums = np.bincount(members, values).astype(np.float64)
    return sums, np.bincount(members).astype(np.float64)


def _draw(count: int, samples: int, seed: int) -> NDArray[np.float64]:
    """Return how often each of `count` things is drawn, a row a sample."""
    generator = np.random.default_rng(seed)
    equal = np.full(count, 1 / count)
    return generator.multinomial(count, equal, size=samples).astype(float)
