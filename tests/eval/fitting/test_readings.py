"""The fit of the trained reader's order and confidence, on readings whose rightness is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval.fitting.readings import (
    Labelled,
    Sample,
    best_of_each,
    cross_fitted,
    fit_confidence,
    fit_logistic,
    fit_ranking,
)
from service.answering.confidence import Calibration
from service.answering.reading.reader import Evidence, Trained

drawn = np.random.default_rng(11)


def question(*, answered: bool = True, others: int = 4) -> list[Labelled]:
    """Draw a question of which the right reading has the most support, more or less."""
    readings = []
    for place in range(others + 1):
        right = answered and place == 0
        support = float(drawn.normal(0.3 if right else -0.3, 0.25))
        share = float(drawn.random())
        readings.append(Labelled({"support": support, "share": share}, f"值{place}", right))
    return readings


def test_the_order_follows_what_tells_right_from_wrong():
    ranking = fit_ranking([question() for _ in range(200)])
    assert ranking["support"] > 3
    assert ranking["support"] > 5 * abs(ranking["share"])


def test_no_weight_says_the_opposite_of_what_its_feature_means():
    upside_down = [
        [
            Labelled({**one.features, "support": -one.features["support"]}, one.stated, one.right)
            for one in readings
        ]
        for readings in (question() for _ in range(100))
    ]
    assert fit_ranking(upside_down)["support"] == 0


def test_confidence_is_the_share_that_is_right():
    asked = [question(answered=place % 3 > 0) for place in range(600)]
    ranking = fit_ranking(asked)
    weights = fit_confidence(asked, ranking)
    best = best_of_each(asked, ranking)
    said = [
        1 / (1 + math.exp(-weights["bias"] - sum(weights[name] * told[name] for name in told)))
        for told, _ in best
    ]
    right = [is_right for _, is_right in best]
    assert np.mean(said) == pytest.approx(np.mean(right), abs=0.02)
    assert np.corrcoef(said, right)[0, 1] > 0.3


def test_questions_without_a_right_reading_do_not_bend_the_order():
    asked = [question() for _ in range(50)]
    with_unanswered = fit_ranking([*asked, question(answered=False)])
    assert with_unanswered["support"] == pytest.approx(fit_ranking(asked)["support"], rel=0.05)


def test_what_is_fitted_is_what_the_calibration_weighs():
    weights = fit_confidence(
        [question() for _ in range(50)], fit_ranking([question() for _ in range(50)])
    )
    evidence = Evidence(0.5, 0.2, 0.5, 0.3, 0.8, trained=Trained(2.0, 1.0, 4.0, 1.0))
    calibration = Calibration({}, {}, 0.4, 0.4, trained_value=weights)
    assert calibration.of_value(evidence) > calibration.of_value(
        Evidence(0.5, 0.2, 0.5, 0.3, 0.8, trained=Trained(2.0, 1.0, -4.0, 1.0))
    )


def told(count: int, **weights: float) -> list[Sample]:
    """Draw samples of features from 0 to 1, right as often as the weights say."""
    samples = []
    for _ in range(count):
        named = {name: float(drawn.random()) for name in ("share", "words", "fit")}
        odds = weights["bias"] + sum(weights.get(name, 0) * value for name, value in named.items())
        samples.append((named, bool(drawn.random() < 1 / (1 + math.exp(-odds)))))
    return samples


def test_what_few_samples_say_little_of_stays_near_the_earlier_weights():
    earlier = {"bias": -1.0, "share": 2.0, "words": 1.5, "fit": 0.5}
    few = fit_logistic(("share", "words", "fit"), told(4, **earlier), earlier)
    assert all(abs(few[name] - earlier[name]) < 1.2 for name in ("share", "words", "fit"))


def test_many_samples_outweigh_the_earlier_weights():
    earlier = {"bias": 0.0, "share": 0.0, "words": 0.0, "fit": 4.0}
    true = {"bias": -2.0, "share": 4.0, "words": 0.0, "fit": 0.0}
    many = fit_logistic(("share", "words", "fit"), told(3000, **true), earlier)
    assert many["share"] == pytest.approx(4.0, abs=0.6)
    assert many["fit"] < 0.6


def test_features_that_rise_together_share_the_weight_they_had():
    earlier = {"bias": -1.0, "share": 1.5, "words": 1.5}
    alike = [
        ({"share": one["share"], "words": one["share"]}, right)
        for one, right in told(300, bias=-1.0, share=3.0)
    ]
    found = fit_logistic(("share", "words"), alike, earlier)
    assert found["share"] == pytest.approx(found["words"], rel=0.05)


def test_no_sample_has_a_say_in_its_own_confidence():
    samples = told(60, bias=0.0, share=1.0)
    folds = [place % 3 for place in range(60)]
    seen: list[int] = []

    def fitted(chosen: list[Sample]) -> dict[str, float]:
        seen.append(len(chosen))
        held_out = [place for place, one in enumerate(samples) if one not in chosen]
        assert len({folds[place] for place in held_out}) == 1
        return {"bias": float(len(seen))}

    sure = cross_fitted(samples, folds, fitted)
    assert seen == [40, 40, 40]
    assert len({sure[place] for place in range(60) if folds[place] == 0}) == 1
