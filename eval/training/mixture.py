"""What is read in which order: rounds, each a mixture of all sources, late ones nearer to use."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

from eval.training.examples import Group
from eval.training.pools import Maker

ROUND = 1200  # examples
# The share of the examples, at the beginning and at the end of the plan.
SHARES: Mapping[str, tuple[float, float]] = {
    "written": (0.40, 0.60),
    "ncp": (0.10, 0.09),
    "ncp_unanswerable": (0.03, 0.04),
    "stard": (0.08, 0.08),
    "drcd": (0.14, 0.06),
    "cmrc": (0.06, 0.06),
    "dureader": (0.09, 0.03),
    "cjrc": (0.07, 0.02),
    "counterfactual": (0.03, 0.06),
}


class Queue:
    """Hands out a pool's makers in a drawn order, each once before any comes again."""

    def __init__(self, seed: str, makers: Sequence[Maker]) -> None:
        self._choose = random.Random(seed)  # noqa: S311 - an order, no secret
        self._makers = makers
        self._waiting: list[int] = []
        self._known = 0

    def grow(self, makers: Sequence[Maker]) -> None:
        """Take over a pool that may have grown at its end; what is new waits with the rest."""
        if len(makers) > self._known:
            self._waiting += range(self._known, len(makers))
            self._choose.shuffle(self._waiting)
        self._makers, self._known = makers, len(makers)

    def next(self) -> Maker:
        """Return the next maker."""
        if not self._waiting:
            self._waiting = list(range(len(self._makers)))
            self._choose.shuffle(self._waiting)
        return self._makers[self._waiting.pop()]


class Mixture:
    """Makes the groups of one round after the other, from the seed alone."""

    def __init__(self, seed: int, planned: int) -> None:
        self._seed = seed
        self._planned = planned
        self._queues: dict[str, Queue] = {}

    def round(self, number: int, pools: Mapping[str, Sequence[Maker]]) -> list[Group]:
        """Return the groups of a round; rounds must be asked for in order, from 0."""
        choose = random.Random(f"{self._seed}/{number}")  # noqa: S311 - a choice, no secret
        groups: list[Group] = []
        for source, count in _counts(number * ROUND / self._planned).items():
            makers = pools.get(source, ())
            if not makers:
                continue
            queue = self._queues.setdefault(source, Queue(f"{self._seed}/{source}", makers))
            queue.grow(makers)
            groups += _draw(queue, count, choose)
        choose.shuffle(groups)
        return groups


def _draw(queue: Queue, count: int, choose: random.Random) -> list[Group]:
    """Draw groups until they hold `count` examples; some makers have nothing to give."""
    groups: list[Group] = []
    drawn = tries = 0
    while drawn < count and tries < 4 * count:
        tries += 1
        group = queue.next()(choose)
        if group is not None:
            groups.append(group)
            drawn += len(group.examples)
    return groups


def _counts(done: float) -> dict[str, int]:
    share = {
        name: first + (last - first) * min(done, 1.0) for name, (first, last) in SHARES.items()
    }
    total = sum(share.values())
    return {name: round(ROUND * part / total) for name, part in share.items()}


def in_batches(
    groups: Sequence[Group], lengths: Sequence[Sequence[int]], tokens: int, seed: str
) -> list[list[int]]:
    """Put groups of like length together, at most `tokens` with their padding; drawn order.

    `lengths` holds the token count of each example of each group; returns places of groups.
    """
    order = sorted(range(len(groups)), key=lambda place: max(lengths[place]))
    edges, size = [0], 0
    for position, place in enumerate(order):
        size += len(lengths[place])
        if size * max(lengths[place]) > tokens and position > edges[-1]:
            edges.append(position)
            size = len(lengths[place])
    batches = [order[start:end] for start, end in pairwise([*edges, len(order)]) if start < end]
    random.Random(seed).shuffle(batches)  # noqa: S311 - an order, no secret
    return batches
