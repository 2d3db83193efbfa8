"""What was asked for lately is not made again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.embedding.demo import DemoEmbedder
from index.engine import Vectors
from index.remembered import Remembered, RememberingEmbedder


@given(asked=st.lists(st.integers(0, 9)), room=st.integers(1, 5))
def test_what_was_asked_for_lately_is_not_made_again(asked: list[int], room: int) -> None:
    made: list[int] = []

    def make(key: int) -> int:
        made.append(key)
        return key * key

    remembered: Remembered[int, int] = Remembered(room)
    for place, key in enumerate(asked):
        before = len(made)
        assert remembered.get(key, lambda key=key: make(key)) == key * key
        lately = list(dict.fromkeys(reversed(asked[:place])))[:room]
        assert (len(made) == before) == (key in lately)


class _Counting(DemoEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.questions: list[str] = []
        self.passages: list[str] = []

    def embed_query(self, text: str) -> Vectors:
        self.questions.append(text)
        return super().embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages += texts
        return super().embed_passages(texts)


def test_a_question_asked_twice_is_embedded_once() -> None:
    counting = _Counting()
    remembering = RememberingEmbedder(counting)
    first, other, again = (remembering.embed_query(text) for text in ("甲", "乙", "甲"))
    assert counting.questions == ["甲", "乙"]
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_passes_for_the_embedder_behind_it() -> None:
    counting = _Counting()
    remembering = RememberingEmbedder(counting)
    assert remembering.identity == counting.identity
    assert remembering.dimension == counting.dimension
    assert remembering.embed_passages(["甲", "甲"]).shape == (2, counting.dimension)
    assert counting.passages == ["甲", "甲"]
