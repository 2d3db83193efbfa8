"""Few verdicts change little, many change what they should, and too few nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.confidence import Calibration, Correction, probability
from service.recalibration import (
    FEWEST,
    FEWEST_ASKED,
    Case,
    TooFewQuestions,
    TooFewVerdicts,
    at_most_wrong,
    choices,
    fit_correction,
    for_coverage,
    refit,
)

SHIPPED = Calibration({}, {}, 0.4, 0.4)


def verdicts(
    count: int, *, shift: float = 0.0, scale: float = 1.0, sort: str = "value"
) -> list[Case]:
    """Draw answers whose fitted log-odds are wrong by a shift and a stretch."""
    drawn = np.random.default_rng(count)
    odds = drawn.normal(0.5, 1.5, count)
    right = drawn.random(count) < 1 / (1 + np.exp(-(shift + scale * odds)))
    return [
        Case(sort, f"{n:08x}", float(one), bool(says), shown=True)
        for n, (one, says) in enumerate(zip(odds, right, strict=True))
    ]


def fitted(cases: list[Case]) -> Correction:
    return fit_correction(
        np.array([case.log_odds for case in cases]),
        np.array([case.right is True for case in cases]),
    )


def test_many_verdicts_find_the_correction_that_is_needed() -> None:
    found = fitted(verdicts(4000, shift=-1.0, scale=0.6))
    assert found.shift == pytest.approx(-1.0, abs=0.15)
    assert found.scale == pytest.approx(0.6, abs=0.08)


def test_no_verdicts_correct_nothing() -> None:
    assert fit_correction(np.zeros(0), np.zeros(0, bool)) == Correction(0.0, 1.0)


@given(st.lists(st.tuples(st.floats(-4, 4), st.booleans()), max_size=8))
def test_a_handful_of_verdicts_never_turns_the_order_round_nor_moves_far(
    told: list[tuple[float, bool]],
) -> None:
    found = fit_correction(
        np.array([odds for odds, _ in told]), np.array([right for _, right in told], bool)
    )
    assert found.scale > 0
    assert abs(found.shift) < 2


def test_a_refit_is_measured_on_what_it_was_not_fitted_on() -> None:
    (found,) = refit(verdicts(600, shift=-1.2), {})
    assert found.helps
    assert found.after.log_loss < found.before.log_loss - 0.05
    assert sum(one.count for one in found.after.bins) == found.verdicts == 600


def test_a_refit_that_is_not_needed_says_so() -> None:
    already = {"value": fitted(verdicts(300))}
    (found,) = refit(verdicts(300), already)
    assert not found.helps


def test_the_correction_in_force_is_what_a_new_one_is_compared_with() -> None:
    cases = verdicts(600, shift=-1.2)
    (fresh,) = refit(cases, {})
    (again,) = refit(cases, {"value": fresh.correction})
    assert again.before.log_loss < fresh.before.log_loss


def test_too_few_verdicts_are_refused_with_how_many_there_are() -> None:
    with pytest.raises(TooFewVerdicts) as refused:
        refit(verdicts(FEWEST - 1), {})
    assert f"{FEWEST - 1} 条" in refused.value.message
    assert refused.value.code == "too_few_verdicts"


def test_verdicts_all_alike_are_too_few() -> None:
    praised = [Case("value", f"{n:08x}", 1.0, right=True, shown=True) for n in range(200)]
    with pytest.raises(TooFewVerdicts):
        refit(praised, {})


def test_each_sort_of_answer_is_fitted_by_itself() -> None:
    cases = [*verdicts(200, shift=-1.0), *verdicts(10, sort="passage")]
    assert [one.sort for one in refit(cases, {})] == ["value"]


def test_what_nobody_judged_has_no_say_in_the_fit_but_in_the_threshold() -> None:
    silent = [Case("value", f"{n:08x}", -2.0, right=None, shown=False) for n in range(100)]
    judged = verdicts(200)
    assert refit([*judged, *silent], {})[0].correction == refit(judged, {})[0].correction
    curve = choices([*judged, *silent], SHIPPED)
    assert for_coverage(curve, 0.5).shown >= 0.5
    assert for_coverage(curve, 1.0).threshold <= probability(-2.0)


def test_thresholds_trade_what_is_shown_for_what_is_wrong() -> None:
    curve = choices(verdicts(500), SHIPPED)
    shown = [one.shown for one in curve]
    wrong = [one.expected_wrong for one in curve if one.shown]
    assert shown == sorted(shown, reverse=True)
    assert wrong == sorted(wrong, reverse=True)
    chosen = at_most_wrong(curve, 0.2)
    assert chosen.expected_wrong <= 0.2
    lower = [one for one in curve if one.threshold < chosen.threshold]
    assert all(one.expected_wrong > 0.2 for one in lower)
    said = for_coverage(curve, 0.7)
    assert said.said_wrong is not None
    assert math.isclose(said.judged, said.shown * 500)


def test_too_few_questions_choose_no_threshold() -> None:
    with pytest.raises(TooFewQuestions):
        choices(verdicts(FEWEST_ASKED - 1), SHIPPED)
