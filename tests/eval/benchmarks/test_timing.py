"""Single times are summed up as they should be."""

import pytest

from eval.benchmarks.timing import Times, each, in_turn


def test_the_middle_and_the_tail_are_told() -> None:
    times = Times.of([float(n) for n in range(1, 102)])
    assert (times.count, times.p50, times.p95, times.longest) == (101, 51, 96, 101)
    assert times.a_second == pytest.approx(1000 / 51)


def test_the_first_items_warm_up_and_none_is_used_twice() -> None:
    called: list[int] = []
    times = each(called.append, list(range(8)), warm=2)
    assert called == list(range(8))
    assert times.count == 6


def test_few_items_are_timed_all_the_same() -> None:
    assert each(lambda _: None, [1, 2, 3], warm=20).count == 3


def test_calls_take_turns_on_every_item() -> None:
    called: list[str] = []
    first, second = in_turn(
        [lambda n: called.append(f"a{n}"), lambda n: called.append(f"b{n}")], [1, 2], warm=0
    )
    assert called == ["a1", "b1", "a2", "b2"]
    assert first.count == second.count == 2
