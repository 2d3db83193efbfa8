"""A passage is embedded once; what comes back is the same."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.vector_cache import CachedEmbedder
from index.engine import Vectors


class Counting:
    """Embeds a text as its length, and counts."""

    dimension = 2

    def __init__(self, identity: str = "one") -> None:
        self.identity = identity
        self.computed = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.computed += len(texts)
        return np.array([[len(text), 1] for text in texts], np.float32)

    def embed_query(self, text: str) -> Vectors:
        return self.embed_passages([text])[0]


def test_only_what_was_never_seen_is_computed(tmp_path: Path) -> None:
    model = Counting()
    first = CachedEmbedder(model, tmp_path / "vectors.sqlite")
    texts = ["字" * length for length in range(600)]
    computed = first.embed_passages(texts)
    first.close()
    again = CachedEmbedder(model, tmp_path / "vectors.sqlite")
    found = again.embed_passages([*reversed(texts), "新" * 700])
    again.close()
    assert model.computed == 2 + 601  # and a sample each time it is opened
    assert np.array_equal(found[:-1], computed[::-1])
    assert found[-1].tolist() == [700, 1]


def test_another_model_has_its_own_vectors(tmp_path: Path) -> None:
    for identity in ("one", "two"):
        model = Counting(identity)
        cached = CachedEmbedder(model, tmp_path / "vectors.sqlite")
        cached.embed_passages(["一"])
        cached.close()
        assert model.computed == 2


def test_a_model_changed_under_its_name_has_its_own_vectors(tmp_path: Path) -> None:
    class Changed(Counting):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            return super().embed_passages(texts) + 1

    for model in (Counting(), Changed()):
        cached = CachedEmbedder(model, tmp_path / "vectors.sqlite")
        assert np.array_equal(cached.embed_passages(["一"]), model.embed_passages(["一"]))
        cached.close()
