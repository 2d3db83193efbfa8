"""The matrix that turns questions, and nothing else, towards their answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.embedding import query_adapter
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import DEFAULT_FOLDER, Prepared, read_description
from index.embedding.query_adapter import QueryAdapter, model_of, save

Maker = Callable[[str], Prepared]
drawn = np.random.default_rng(3)


def test_only_questions_are_turned(make_prepared: Maker) -> None:
    prepared = make_prepared("small")
    turn = drawn.normal(size=(8, 8)).astype(np.float32)
    plain, turned = OnnxEmbedder(prepared, 1), OnnxEmbedder(prepared, 1, QueryAdapter(turn))
    question = turned.embed_query("多少")
    expected = plain.embed_query("多少") @ (np.eye(8) + turn)
    assert np.allclose(question, expected / np.linalg.norm(expected), atol=1e-6)
    assert np.array_equal(turned.embed_passages(["多少"]), plain.embed_passages(["多少"]))


def test_a_matrix_serves_the_model_it_was_fitted_for_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_adapter, "FILE", tmp_path / "adapter.npz")
    query_adapter._shipped.cache_clear()
    save(tmp_path / "adapter.npz", "small@0/float32/onnxruntime", np.eye(8, dtype=np.float32))
    assert QueryAdapter.of_model("small@0/int8/onnxruntime") is not None
    assert QueryAdapter.of_model("small@1/int8/onnxruntime") is None
    query_adapter._shipped.cache_clear()


def test_the_default_model_comes_with_its_matrix() -> None:
    model, turn = query_adapter._shipped()
    assert model == model_of(read_description(DEFAULT_FOLDER).identity)
    assert turn.shape == (384, 384)
