"""Intervals cover what they should, and clusters widen them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap

from eval.intervals import mean, paired_difference, share


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_agrees_with_scipy(pair: tuple[int, int]) -> None:
    successes, count = pair
    expected = binomtest(successes, count).proportion_ci(method="wilson")
    found = share(successes, count)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_bootstrap_agrees_with_scipy() -> None:
    values = np.random.default_rng(1).beta(2, 3, 200)
    expected = bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    found = mean(values.tolist())
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.004)


def test_questions_that_rise_and_fall_together_widen_the_interval() -> None:
    values = [1.0] * 50 + [0.0] * 50
    alone = mean(values)
    together = mean(values, clusters=[place // 10 for place in range(100)])
    assert together.high - together.low > 2 * (alone.high - alone.low)
    assert alone.mean == together.mean == 0.5


def test_clusters_of_one_question_each_change_nothing() -> None:
    values = [float(v) for v in np.random.default_rng(3).integers(0, 2, 80)]
    assert mean(values) == mean(values, clusters=list(range(80)))


def test_pairing_sees_a_small_steady_gain_that_two_intervals_hide() -> None:
    theirs = np.random.default_rng(4).random(200)
    gain = paired_difference((theirs + 0.01).tolist(), theirs.tolist())
    assert gain.low > 0
    assert mean(theirs.tolist()).high - mean(theirs.tolist()).low > 0.05


def test_the_same_values_give_the_same_interval() -> None:
    assert mean([0.1, 0.7, 0.3]) == mean([0.1, 0.7, 0.3])


def test_nothing_measured_is_not_zero() -> None:
    assert share(0, 0).count == mean([]).count == 0
    assert np.isnan(mean([]).mean)


def test_a_cluster_for_every_value_is_demanded() -> None:
    with pytest.raises(ValueError, match="2 values, 1 clusters"):
        mean([1.0, 0.0], clusters=["a"])
