"""Measures agree with known values and, where it has them, with scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from eval.metrics import (
    Passage,
    answer_in_characters,
    answer_in_passages,
    auroc,
    brier_score,
    citation_right,
    confident_wrong,
    detection,
    expected_calibration_error,
    hit,
    ndcg,
    recall,
    reciprocal_rank,
    reliability,
    risk_coverage,
)
from index.document import Span

TEXT = "第一批共258项，第二批共543项。 截至十月，收到570条留言。"
scores = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=30)


def passage(start: int, end: int, document: str = "a") -> Passage:
    return Passage(document, Span(start, end), TEXT[start:end])


def test_the_answer_is_found_in_the_first_passage_that_holds_it_whole() -> None:
    passages = [passage(0, 6), passage(4, 20), passage(0, 20)]
    assert answer_in_passages(passages, "共 258 项", {"a"}) == 3
    assert answer_in_passages(passages, "543项", {"a"}) == 2
    assert answer_in_passages(passages, "543项", {"b"}) is None


def test_characters_are_counted_in_rank_order_and_white_space_is_free() -> None:
    whole = [passage(0, len(TEXT))]
    needed = len(TEXT[: TEXT.index("570条") + 4].replace(" ", ""))
    assert answer_in_characters(whole, "570条", {"a"}, needed)
    assert not answer_in_characters(whole, "570条", {"a"}, needed - 1)


def test_an_overlap_is_counted_once() -> None:
    overlapping = [passage(0, 12), passage(6, 20)]
    needed = len(TEXT[:20].replace(" ", ""))
    assert answer_in_characters(overlapping, TEXT[12:19], {"a"}, needed)
    apart = [passage(0, 12), passage(0, 12, "b"), passage(6, 20)]
    assert not answer_in_characters(apart, TEXT[12:19], {"a"}, needed)


def test_an_answer_across_two_passages_is_found_where_they_follow_each_other() -> None:
    assert answer_in_characters([passage(0, 5), passage(5, 20)], "共258项", {"a"}, 100)
    assert not answer_in_characters([passage(5, 20), passage(0, 5)], "共258项", {"a"}, 100)
    between = [passage(0, 5), passage(0, 20, "b"), passage(5, 20)]
    assert not answer_in_characters(between, "共258项", {"a"}, 100)


def test_characters_of_another_document_use_up_the_room() -> None:
    passages = [passage(0, 20, "b"), passage(0, 20)]
    assert not answer_in_characters(passages, "258项", {"a"}, 20)
    assert answer_in_characters(passages, "258项", {"a"}, 40)


def test_a_citation_is_right_where_the_expected_quote_stands() -> None:
    expected = [Span(10, 20), Span(50, 60)]
    assert citation_right(Span(0, 100), expected)
    assert citation_right(Span(12, 14), expected)
    assert citation_right(Span(55, 80), expected)
    assert not citation_right(Span(56, 80), expected)
    assert not citation_right(Span(20, 50), expected)
    assert not citation_right(Span(0, 100), [])


def test_known_rankings_have_their_known_values() -> None:
    ranked = ["x", "a", "y", "b"]
    assert recall(ranked, {"a", "b", "c"}, 4) == pytest.approx(2 / 3)
    assert hit(ranked, {"a"}, 1) == 0
    assert hit(ranked, {"a"}, 2) == 1
    assert reciprocal_rank(ranked, {"a", "b"}) == 0.5
    assert reciprocal_rank(ranked, {"c"}) == 0
    ideal = 1 + 1 / math.log2(3)
    assert ndcg(ranked, {"a", "b"}, 10) == pytest.approx(
        (1 / math.log2(3) + 1 / math.log2(5)) / ideal
    )


@given(st.lists(st.booleans(), min_size=2, max_size=20).filter(any), st.integers(1, 20))
def test_ndcg_agrees_with_scikit_learn(relevance: list[bool], k: int) -> None:
    ranked = list(range(len(relevance)))
    relevant = {item for item in ranked if relevance[item]}
    falling = [[float(-item) for item in ranked]]
    expected = reference.ndcg_score([[float(r) for r in relevance]], falling, k=k)
    assert ndcg(ranked, relevant, k) == pytest.approx(expected)


@given(scores, scores)
def test_auroc_agrees_with_scikit_learn(positive: list[float], negative: list[float]) -> None:
    labels = [1] * len(positive) + [0] * len(negative)
    expected = reference.roc_auc_score(labels, positive + negative)
    assert auroc(positive, negative) == pytest.approx(expected)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1))
def test_detection_agrees_with_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    named, right = [p[0] for p in pairs], [p[1] for p in pairs]
    found = detection(named, right)
    if any(named):
        assert found.precision == pytest.approx(reference.precision_score(right, named))
    if any(right):
        assert found.recall == pytest.approx(reference.recall_score(right, named))
    if any(named) and any(right):
        assert found.f1 == pytest.approx(reference.f1_score(right, named))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_brier_score_agrees_with_scikit_learn(answers: list[tuple[float, bool]]) -> None:
    sure, right = [a[0] for a in answers], [a[1] for a in answers]
    if len(set(right)) == 2:
        assert brier_score(sure, right) == pytest.approx(reference.brier_score_loss(right, sure))
    assert sum(b.count for b in reliability(sure, right)) == len(answers)
    assert 0 <= expected_calibration_error(sure, right) <= 1


def test_calibration_has_its_known_value() -> None:
    sure = [0.95] * 10 + [0.55] * 10
    right = [True] * 9 + [False] + [True] * 5 + [False] * 5
    assert expected_calibration_error(sure, right) == pytest.approx(0.05)
    bins = reliability(sure, right)
    assert [(b.low, b.count, b.accuracy) for b in bins] == [(0.5, 10, 0.5), (0.9, 10, 0.9)]
    assert reliability([1.0], [True])[0].high == 1


def test_confident_and_wrong_is_counted_above_the_threshold_only() -> None:
    assert confident_wrong([0.81, 0.8, 0.99, 0.9], [False, False, True, False]) == 2


def test_risk_grows_over_coverage_as_less_sure_answers_come_in() -> None:
    coverage, risk = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert coverage == [0.25, 0.75, 1.0]
    assert risk == pytest.approx([0, 1 / 3, 1 / 2])
    assert risk_coverage([], []) == ([], [])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_at_full_coverage_risk_is_the_error(answers: list[tuple[float, bool]]) -> None:
    coverage, risk = risk_coverage([a[0] for a in answers], [a[1] for a in answers])
    assert coverage[-1] == 1
    assert risk[-1] == pytest.approx(1 - np.mean([a[1] for a in answers]))
