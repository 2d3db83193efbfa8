"""An embedder without weights: hashed character n-grams, for tests and for trying things out."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from index.engine import Vectors

MODEL_NAME = "demo"
_DIMENSION = 256
_LENGTHS = (1, 2, 3)


class DemoEmbedder:
    """Texts that share characters in the same order lie near each other; no more is promised."""

    @property
    def identity(self) -> str:
        """Name model, quantisation and runtime."""
        return f"{MODEL_NAME}/{_DIMENSION}"

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return _DIMENSION

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage."""
        return np.array([self.embed_query(text) for text in texts], np.float32).reshape(
            len(texts), _DIMENSION
        )

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        folded = f"\n{text.casefold()}\n"
        vector = np.zeros(_DIMENSION, np.float32)
        for length in _LENGTHS:
            for start in range(len(folded) - length + 1):
                number = zlib.crc32(folded[start : start + length].encode("utf-8", "replace"))
                vector[number % _DIMENSION] += 1.0 if number & 0x10000 else -1.0
        norm = np.linalg.norm(vector)
        if norm == 0:
            vector[0] = norm = np.float32(1)
        return vector / norm
