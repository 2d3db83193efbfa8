from __future__ import annotations

import numpy as np

from index.engine import WordEvidence
from index.fusion import Fusion, fitted


def evidence(scores: list[float], shares: list[float], around: list[float]) -> WordEvidence:
    return WordEvidence(*(np.array(side, np.float32) for side in (scores, shares, around)))


def test_the_weights_that_are_shipped_can_be_read():
    fusion = fitted()
    assert isinstance(fusion, Fusion)
    assert min(fusion.surroundings, fusion.vectors, fusion.vectors_for_other_words) >= 0


def test_scores_lie_between_nothing_and_one():
    everything = evidence([0, 1], [0, 1], [0, 1])
    cosines = np.array([0, 1], np.float32)
    assert fitted().scores(everything, cosines).round(5).tolist() == [0, 1]
    assert fitted().scores(everything, None).round(5).tolist() == [0, 1]


def test_vectors_weigh_more_where_words_find_little():
    fusion = Fusion(0.0, 1.0, 4.0, 0.0)
    cosines = np.array([0.8, 0.9], np.float32)  # the vectors prefer the second, words the first
    own_words = fusion.scores(evidence([0.6, 0.4], [1.0, 0.7], [0, 0]), cosines)
    other_words = fusion.scores(evidence([0.6, 0.4], [0.3, 0.2], [0, 0]), cosines)
    assert own_words[0] - own_words[1] > other_words[0] - other_words[1]


def test_surroundings_count_where_passages_are_alike():
    alike = evidence([0.3, 0.3], [0.5, 0.5], [0.5, 0.9])
    near = np.array([0.85, 0.85], np.float32)
    for cosines in (near, None):
        below, above = fitted().scores(alike, cosines)
        assert below < above
