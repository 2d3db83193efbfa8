from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.embedding import load_embedder, prepare
from index.embedding.demo import DemoEmbedder

TEXTS = st.text(max_size=60)


@given(texts=st.lists(TEXTS, max_size=5))
def test_every_text_has_a_unit_vector_of_its_own(texts: list[str]) -> None:
    embedder = DemoEmbedder()
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (len(texts), embedder.dimension)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        assert np.linalg.norm(vector) == np.float32(1).item() or np.isclose(
            np.linalg.norm(vector), 1
        )
        assert np.array_equal(vector, embedder.embed_query(text))


def test_texts_that_share_words_are_nearer() -> None:
    embedder = DemoEmbedder()
    question = embedder.embed_query("居住证怎么办理")
    near, far = embedder.embed_passages(["居住证办理指南：所需材料", "政府采购促进中小企业发展"])
    assert question @ near > question @ far + 0.1


def test_the_demo_needs_no_preparing(tmp_path: Path) -> None:
    assert prepare("demo", tmp_path) == tmp_path
    assert isinstance(load_embedder("demo", tmp_path / "absent", threads=1), DemoEmbedder)


def test_vectors_are_the_same_on_every_computer() -> None:
    vector = DemoEmbedder().embed_query("条")
    assert np.flatnonzero(vector).tolist() == [41, 67, 77, 147, 237]
