"""Calibration is told from what chance alone would show at so many answers."""

from __future__ import annotations

import numpy as np
import pytest

from eval.calibration import brier, calibrated, calibration_measures, equal_bins


def answers(count: int, *, too_sure: float = 0.0, seed: int = 5) -> tuple[list[float], list[bool]]:
    """Draw answers that are right as often as they are sure, or less by a fixed share."""
    drawn = np.random.default_rng(seed)
    sure = drawn.uniform(0.3, 1.0, count)
    right = drawn.random(count) < sure - too_sure
    return sure.tolist(), right.tolist()


def test_a_calibrated_desk_scores_no_worse_than_chance_alone_would() -> None:
    found = calibrated(*answers(400))
    assert found is not None
    assert found.perfect.low <= found.error.mean <= found.perfect.high
    assert found.exceeds > 0.05


def test_a_desk_too_sure_of_itself_scores_worse_than_chance_ever_would() -> None:
    found = calibrated(*answers(400, too_sure=0.2))
    assert found is not None
    assert found.error.mean > found.perfect.high
    assert found.exceeds < 0.01
    assert found.error.low > found.perfect.mean


def test_fewer_answers_leave_a_perfect_desk_a_larger_error() -> None:
    few, many = calibrated(*answers(40)), calibrated(*answers(2000))
    assert few is not None
    assert many is not None
    assert few.perfect.mean > 2 * many.perfect.mean


def test_bins_hold_as_many_answers_each_and_all_of_them() -> None:
    bins = equal_bins(*answers(203))
    counts = [one.right.count for one in bins]
    assert sum(counts) == 203
    assert max(counts) - min(counts) <= 1
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    assert all(one.lowest <= one.confidence <= one.highest for one in bins)


def test_the_parts_of_the_brier_score_add_up_to_it() -> None:
    sure = [0.25] * 48 + [0.75] * 48
    right = [n % 4 == 0 for n in range(48)] + [n % 2 == 0 for n in range(48)]
    found = brier(sure, right)
    parts = found.miscalibration - found.resolution + found.uncertainty
    assert found.score == pytest.approx(parts)
    assert found.miscalibration == pytest.approx(0.25**2 / 2)


def test_what_was_never_answered_has_no_calibration() -> None:
    assert calibrated([], []) is None
    assert calibration_measures(None) == []
