from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from eval.training.examples import Example, Group
from eval.training.mixture import ROUND, SHARES, Mixture, Queue, in_batches
from eval.training.passages import Passage

CHOOSE = random.Random(1)  # noqa: S311 - a choice, no secret


def group(name: str) -> Group:
    passage = Passage(name, (), "文")
    return Group(name, (Example(name, passage, relevant=True, answerable=True),) * 3)


def maker(name: str) -> Callable[[random.Random], Group]:
    return lambda choose: group(f"{name}{choose.random():.6f}")


def test_every_question_of_a_pool_comes_once_before_any_comes_again() -> None:
    makers = [lambda _, name=str(number): group(name) for number in range(20)]
    queue = Queue("seed", makers[:10])
    queue.grow(makers[:10])
    first = [queue.next()(CHOOSE).source for _ in range(4)]
    queue.grow(makers)
    rest = [queue.next()(CHOOSE).source for _ in range(16)]
    assert Counter(first + rest) == Counter(str(number) for number in range(20))


def test_a_round_is_the_same_whenever_it_is_made() -> None:
    pools = {name: [maker(name)] * 50 for name in SHARES}
    one, other = Mixture(1, 5000), Mixture(1, 5000)
    assert [one.round(number, pools) for number in range(3)] == [
        other.round(number, pools) for number in range(3)
    ]
    assert Mixture(2, 5000).round(0, pools) != Mixture(1, 5000).round(0, pools)


def test_late_rounds_hold_more_of_what_was_written_for_us() -> None:
    pools = {name: [lambda _, name=name: group(name)] * 50 for name in SHARES}
    mixture = Mixture(1, 4 * ROUND)
    rounds = [Counter(one.source for one in mixture.round(n, pools)) for n in range(5)]
    assert rounds[4]["written"] > rounds[0]["written"]
    assert rounds[4]["cjrc"] < rounds[0]["cjrc"]


@given(st.lists(st.lists(st.integers(5, 288), min_size=1, max_size=4), max_size=60))
def test_batches_hold_every_group_once_and_no_more_than_fits(lengths: list[list[int]]) -> None:
    groups = [group(str(number)) for number in range(len(lengths))]
    batches = in_batches(groups, lengths, 2048, "seed")
    assert sorted(place for batch in batches for place in batch) == list(range(len(groups)))
    for batch in batches:
        texts = [length for place in batch for length in lengths[place]]
        assert len(batch) == 1 or max(texts) * len(texts) <= 2048
