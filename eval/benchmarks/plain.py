"""The plain way, to be measured beside: sentence-transformers and an exact FAISS index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.engine import Vectors


class PlainLoop:
    """What a first script would do: encode, search, take the text. No answers, no filters."""

    def __init__(self, model_folder: Path) -> None:
        # imported here: six seconds and torch, which the desk itself never loads
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415

        self._model = SentenceTransformer(str(model_folder), device="cpu")
        self._texts: Sequence[str] = ()
        self._index = faiss.IndexFlatIP(1)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages."""
        prefixed = [f"passage: {text}" for text in texts]
        vectors = self._model.encode(prefixed, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)

    def index(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Put passages and their vectors in."""
        self._texts = texts
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(vectors)

    def ask(self, question: str) -> list[str]:
        """Return the ten nearest passages."""
        vector = self._model.encode(
            [f"query: {question}"], normalize_embeddings=True, show_progress_bar=False
        )
        _, places = self._index.search(np.asarray(vector, np.float32), 10)
        return [self._texts[place] for place in places[0] if place >= 0]
