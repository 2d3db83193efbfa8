"""The fit of the query adapter, on vectors made so that the right turn is known."""

from __future__ import annotations

import numpy as np

from eval.fitting.fusion import TurningEmbedder
from eval.fitting.query_adapter import Asked, fit
from eval.fitting.question_sets import Sought
from index.embedding.demo import DemoEmbedder
from index.embedding.query_adapter import QueryAdapter

DIMENSION = 32
drawn = np.random.default_rng(5)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


DIRECTION = unit(drawn.normal(size=(1, DIMENSION)))


def shifted(count: int) -> Asked:
    """Make questions that all lie off their passages in the same direction."""
    passages = unit(drawn.normal(size=(400, DIMENSION)) + 3 * DIRECTION)
    right = drawn.choice(400, count)
    noise = 0.06 * drawn.normal(size=(count, DIMENSION))
    questions = unit(0.8 * passages[right] - 2 * DIRECTION + noise)
    return Asked(questions, passages, [[place] for place in right], 64, 1.0)


def found_first(asked: Asked, adapter: QueryAdapter | None) -> float:
    questions = asked.questions
    if adapter is not None:
        questions = np.stack([adapter.turned(one) for one in questions])
    best = (questions @ asked.passages.T).argmax(axis=1)
    return float(np.mean([place in right for place, right in zip(best, asked.right, strict=True)]))


def test_questions_never_seen_are_turned_towards_their_passages() -> None:
    adapter = QueryAdapter(fit([shifted(300)], steps=500))
    unseen = shifted(200)
    assert found_first(unseen, adapter) > found_first(unseen, None) + 0.3


def test_the_same_questions_give_the_same_matrix() -> None:
    asked = shifted(50)
    assert np.array_equal(fit([asked], steps=5), fit([asked], steps=5))


def test_a_question_is_turned_by_what_never_saw_its_documents() -> None:
    questions = [Sought(f"第{n}问", f"文件{n // 3}", lambda *_: False) for n in range(30)]
    assert {one.fold for one in questions} == {0, 1}
    assert len({(one.group, one.fold) for one in questions}) == 10
    plain = DemoEmbedder()
    still = np.zeros((plain.dimension, plain.dimension), np.float32)
    ahead = np.eye(plain.dimension, k=1, dtype=np.float32)
    embedder = TurningEmbedder(plain, [still, ahead], questions)
    for one in questions:
        same = np.allclose(embedder.embed_query(one.question), plain.embed_query(one.question))
        assert same == (one.fold == 0)
