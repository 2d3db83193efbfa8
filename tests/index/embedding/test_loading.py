"""A model is loaded while its server opens the rest."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import numpy as np
import pytest

from index.embedding import loading
from index.embedding.demo import DemoEmbedder
from index.embedding.loading import LoadingEmbedder
from index.engine import Embedder
from index.errors import ModelError


def test_it_says_which_model_it_is_before_the_model_is_there(monkeypatch: pytest.MonkeyPatch):
    go_on = Event()

    def load(model: str, model_dir: Path, threads: int) -> Embedder:
        del model, model_dir, threads
        go_on.wait(10)
        return DemoEmbedder()

    monkeypatch.setattr(loading, "load_embedder", load)
    embedder = LoadingEmbedder("demo", Path(), 1)
    assert embedder.identity == DemoEmbedder().identity
    assert embedder.dimension == DemoEmbedder().dimension
    go_on.set()
    assert np.array_equal(embedder.embed_query("甲"), DemoEmbedder().embed_query("甲"))
    assert np.array_equal(embedder.embed_passages(["乙"]), DemoEmbedder().embed_passages(["乙"]))


def test_a_model_that_was_never_prepared_is_reported_at_once(tmp_path: Path):
    with pytest.raises(ModelError, match="prepare-model"):
        LoadingEmbedder("multilingual-e5-small", tmp_path, 1)


def test_what_goes_wrong_in_loading_is_reported_by_waiting(monkeypatch: pytest.MonkeyPatch):
    def load(model: str, model_dir: Path, threads: int) -> Embedder:
        del model, model_dir, threads
        raise ModelError("坏了")

    monkeypatch.setattr(loading, "load_embedder", load)
    monkeypatch.setattr(loading, "_described", lambda *_: ("demo", 256))
    with pytest.raises(ModelError, match="坏了"):
        LoadingEmbedder("demo", Path(), 1).wait()
