"""Text to vectors: a model is prepared once, with torch, and then served without it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding.demo import MODEL_NAME as DEMO
from index.embedding.demo import DemoEmbedder

if TYPE_CHECKING:
    from index.embedding.preparation import Progress
    from index.engine import Embedder


def load_embedder(model: str, model_dir: Path, threads: int) -> Embedder:
    """Load a prepared model; raises ModelError where it was not prepared or is damaged.

    `model` is the default's name, a sentence-transformers folder, a name in the local
    Hugging Face cache, or demo. `threads` passages are embedded at once.
    """
    if model == DEMO:
        return DemoEmbedder()
    from index.embedding.onnx_embedder import OnnxEmbedder  # noqa: PLC0415  loads the runtime
    from index.embedding.prepared import find_prepared  # noqa: PLC0415  with it
    from index.embedding.query_adapter import QueryAdapter  # noqa: PLC0415

    prepared = find_prepared(model, model_dir)
    adapter = QueryAdapter.of_model(prepared.description.identity)
    return OnnxEmbedder(prepared, threads, adapter)


def prepare(model: str, model_dir: Path, progress: Progress | None = None) -> Path:
    """Make a model ready to be served and return its folder.

    Never downloads. Does nothing where it was done before, or for the model that ships.
    `progress` hears how many of how many steps are done, and which is next.
    """
    if model == DEMO:
        return model_dir
    from index.embedding.preparation import prepare_model  # noqa: PLC0415  loads the runtime

    return prepare_model(model, model_dir, progress or _silent)


def _silent(done: float, total: float, words: str) -> None:
    del done, total, words
