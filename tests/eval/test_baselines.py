"""The baseline is BM25 as others compute it."""

import bm25s
import numpy as np

from eval.baselines import BM25

PASSAGES = [
    "鹤山市政务服务事项清单共258项",
    "第二批事项清单共543项，两市通办",
    "热线办结率达到98.68%",
    "服务满意率为99.86%",
]


def test_the_passage_that_shares_the_most_comes_first() -> None:
    baseline = BM25(PASSAGES)
    assert baseline.search("办结率是多少", 4)[0] == 2
    assert baseline.search("ABC", 4) == []
    assert len(baseline.search("率", 1)) == 1


def test_scores_agree_with_an_independent_implementation() -> None:
    def grams(text: str) -> list[str]:
        squashed = "".join(text.lower().split())
        return [*squashed, *(squashed[i : i + 2] for i in range(len(squashed) - 1))]

    reference = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    reference.index([grams(passage) for passage in PASSAGES], show_progress=False)
    query = "两市通办事项清单"
    theirs = reference.get_scores(grams(query))
    ours = BM25(PASSAGES).scores(query)
    assert np.allclose(ours, theirs * (1.2 + 1), atol=1e-4)  # they leave the constant factor out
