"""A knowledge base of any size: laws, and copies of them whose vectors differ a little."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from eval import statutes
from eval.datasets import load_stard
from eval.workbench import text_file
from index.corpus import Laws, packaged
from index.engine import Embedder, Vectors
from index.incoming import Incoming
from index.read import read_document

_COPY = re.compile("（副本[0-9]+）")
_NOISE = 0.02  # a coordinate; cosine to the original about .93 at 384 dimensions


class CopyingEmbedder:
    """Gives a copied passage its original's vector, a little aside; any other its own."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def identity(self) -> str:
        """Name the model behind it, so that a server may open what it made."""
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._embedder.dimension

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage."""
        vectors = self._embedder.embed_passages([_COPY.sub("", text) for text in texts])
        for row, text in enumerate(texts):
            if _COPY.search(text):
                vectors[row] += _aside(text, self.dimension)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _aside(text: str, dimension: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    noise = np.random.default_rng(seed).normal(0, _NOISE, dimension)
    return noise.astype(np.float32)


def laws_of(data: Path | None, catalogue: Path) -> list[Incoming]:
    """Return the laws of STARD, or without data those of the installed packages, as texts."""
    if data is not None:
        return [law.file for law in statutes.laws(load_stard(data))]
    return [
        text_file(f"{law.source}.txt", read_document(law.content, law.source, law.known).text)
        for law in packaged(catalogue, Laws.ALL)
    ]


def base_of(laws: Sequence[Incoming], passages: int) -> Iterator[Incoming]:
    """Yield laws until they make about as many passages, then copies of them.

    An article is counted as a passage. Each copy's title says that it is one.
    """
    counted = copy = 0
    while counted < passages:
        for law in laws:
            text = law.content.decode()
            if copy:
                title, rest = text.split("\n", 1)
                yield text_file(f"{copy}-{law.source}", f"{title}（副本{copy}）\n{rest}")
            else:
                yield law
            counted += max(1, len(re.findall("^第.{1,9}条", text, re.MULTILINE)))
            if counted >= passages:
                return
        copy += 1
