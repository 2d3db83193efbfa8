"""The fit of the fusion's weights, on questions made so that the right weights are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval.fitting.fusion import Asked, fit, fusion_of
from index.engine import WordEvidence
from index.fusion import Fusion

TRUE = Fusion(
    surroundings=0.5,
    vectors=2.0,
    vectors_for_other_words=4.0,
    surroundings_by_words_only=0.5,
)
drawn = np.random.default_rng(7)


def asked(count: int, sharpness: float = 40.0) -> list[Asked]:
    """Draw questions of which each finds its right passage as `TRUE` would have it."""
    questions = []
    for _ in range(count):
        scores, around, cosines = drawn.random((3, 30)).astype(np.float32)
        shares = (scores * drawn.random()).astype(np.float32)
        words = WordEvidence(scores, shares, around)
        fused = TRUE.scores(words, cosines).astype(np.float64)
        total = 1 + TRUE.surroundings + TRUE.vectors
        total += TRUE.vectors_for_other_words * (1 - float(shares.max()))
        odds = np.exp(sharpness / 4 * fused * total)
        right = np.arange(30) == drawn.choice(30, p=odds / odds.sum())
        questions.append(Asked(words, cosines.astype(np.float64), right))
    return questions


def test_the_fit_finds_the_weights_that_made_the_questions():
    found = fusion_of([asked(700), asked(700)])
    assert found.surroundings == pytest.approx(TRUE.surroundings, abs=0.15)
    assert found.vectors == pytest.approx(TRUE.vectors, rel=0.25)
    assert found.vectors_for_other_words == pytest.approx(TRUE.vectors_for_other_words, rel=0.25)


def test_a_question_without_a_right_candidate_has_no_say():
    questions = asked(50)
    none = replace(questions[0], right=np.zeros(30, bool))
    with_it = fit([[*questions, none]], with_vectors=True)
    without = fit([questions], with_vectors=True)
    assert with_it / with_it[0] == pytest.approx(without / without[0], rel=0.05)


def test_no_weight_is_below_nothing():
    upside_down = [replace(one, cosines=-one.cosines) for one in asked(100)]
    assert (fit([upside_down], with_vectors=True) >= 0).all()
