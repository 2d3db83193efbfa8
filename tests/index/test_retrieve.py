"""Fusion of words and vectors, over the real engines and the demo embedder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.document import Disclosure, Filter, Metadata
from index.embedding.demo import DemoEmbedder
from index.engine import Entry
from index.lexical import TantivyIndex
from index.retrieve import Engines, Ranked, retrieve
from index.vectors import FaissIndex

TEXTS = (
    "目前已实现56个事项两市通办。",
    "全市共布设了119台自助机。",
    "热线共受理有效事项45460宗，办结率达到98.68%。",
    "租赁期限不得超过二十年。",
)
TODAY = date(2026, 11, 23)


@pytest.fixture
def engines(tmp_path: Path) -> Engines:
    embedder = DemoEmbedder()
    known = Metadata("报告", issued_on=date(2022, 11, 21), disclosure=Disclosure.PUBLIC)
    entries = [Entry(n, f"d{n}", "报告", text, known) for n, text in enumerate(TEXTS, 1)]
    lexical = TantivyIndex.open(tmp_path / "words")
    lexical.put(entries)
    lexical.commit(1)
    vectors = FaissIndex.open(tmp_path / "vectors", embedder.dimension)
    vectors.put(entries, embedder.embed_passages(TEXTS))
    vectors.commit(1)
    return Engines(lexical, vectors, embedder)


def numbers(ranked: list[Ranked]) -> list[int]:
    return [one.number for one in ranked]


def test_the_passage_that_says_it_comes_first(engines: Engines) -> None:
    assert numbers(retrieve("有多少台自助机", Filter(TODAY), 3, engines))[0] == 2


def test_every_candidate_has_both_sides_and_a_score_between_nothing_and_one(
    engines: Engines,
) -> None:
    for one in retrieve("热线受理有效事项多少宗", Filter(TODAY), 4, engines):
        assert 0 <= one.words <= 1
        assert -1 <= one.vectors <= 1
        assert 0 <= one.score <= 1


def test_without_vectors_words_answer_alone(engines: Engines) -> None:
    ranked = retrieve("租赁期限", Filter(TODAY), 4, Engines(engines.lexical))
    assert numbers(ranked)[0] == 4
    assert all(one.vectors == 0 for one in ranked)


def test_what_the_filter_does_not_admit_is_never_ranked(engines: Engines) -> None:
    only = Filter(TODAY, documents=frozenset({"d1", "d4"}))
    assert set(numbers(retrieve("事项", only, 4, engines))) <= {1, 4}
    before = Filter(date(2020, 1, 1))
    assert retrieve("事项", before, 4, engines) == []


def test_no_more_passages_are_returned_than_asked_for(engines: Engines) -> None:
    assert len(retrieve("有多少", Filter(TODAY), 2, engines)) == 2
    assert retrieve("有多少", Filter(TODAY), 0, engines) == []
    assert retrieve("", Filter(TODAY), 5, Engines(engines.lexical)) == []


def test_a_passage_whose_vector_is_still_to_come_is_found_by_its_words(engines: Engines) -> None:
    late = Entry(9, "d9", "报告", "婚姻登记窗口周六开放。", Metadata("报告"))
    assert isinstance(engines.lexical, TantivyIndex)
    engines.lexical.put([late])
    engines.lexical.commit(2)
    first = retrieve("婚姻登记窗口周六开放吗", Filter(TODAY), 4, engines)[0]
    assert (first.number, first.vectors) == (9, 0)


def test_an_index_without_any_vector_yet_leaves_it_to_the_words(
    engines: Engines, tmp_path: Path
) -> None:
    assert engines.embedder is not None
    empty = FaissIndex.open(tmp_path / "none", engines.embedder.dimension)
    waiting = Engines(engines.lexical, empty, engines.embedder)
    by_words = Engines(engines.lexical)
    question = "热线受理多少宗", Filter(TODAY), 4
    assert retrieve(*question, waiting) == retrieve(*question, by_words)


def test_a_score_falls_from_rank_to_rank(engines: Engines) -> None:
    scores = [one.score for one in retrieve("办结率", Filter(TODAY), 4, engines)]
    assert scores == sorted(scores, reverse=True)
    assert np.isfinite(scores).all()
