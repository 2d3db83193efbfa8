"""An embedder that is still being loaded, so that a server can open its base meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from index.embedding import load_embedder
from index.embedding.demo import MODEL_NAME as DEMO
from index.embedding.demo import DemoEmbedder
from index.engine import Embedder, Vectors


class LoadingEmbedder:
    """Loads a prepared model in a thread; says at once which it is, and waits when it is used.

    Raises ModelError at once where nothing was prepared; what else is wrong, `wait` raises.
    """

    def __init__(self, model: str, model_dir: Path, threads: int) -> None:
        self.identity, self.dimension = _described(model, model_dir)
        loader = ThreadPoolExecutor(1, "wenju-model")
        self._loaded = loader.submit(load_embedder, model, model_dir, threads)
        loader.shutdown(wait=False)

    def wait(self) -> Embedder:
        """Return the embedder once it is loaded."""
        return self._loaded.result()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage."""
        return self.wait().embed_passages(texts)

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        return self.wait().embed_query(text)


def _described(model: str, model_dir: Path) -> tuple[str, int]:
    if model == DEMO:
        return DemoEmbedder().identity, DemoEmbedder().dimension
    from index.embedding.prepared import find_prepared  # noqa: PLC0415  not needed for demo

    description = find_prepared(model, model_dir).description
    return description.identity, description.dimension
