"""Vectors kept between evaluations, so that an unchanged passage is embedded once ever."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from index.engine import Embedder, Vectors

_BATCH = 256
_SAMPLE = "第十二条　申请人应当自收到通知之日起30日内提出。"


def fingerprint(embedder: Embedder) -> bytes:
    """Name a model by its identity and by what it makes of a sample.

    A model under work may change under the same identity.
    """
    return embedder.identity.encode() + embedder.embed_passages([_SAMPLE]).tobytes()


class CachedEmbedder:
    """An embedder that remembers passages in a file, by model and text."""

    def __init__(self, embedder: Embedder, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._model = fingerprint(embedder)
        self._lock = Lock()
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=NORMAL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID"
        )

    @property
    def identity(self) -> str:
        """Name the embedder behind this one."""
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._embedder.dimension

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, never from the cache."""
        return self._embedder.embed_query(text)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage, computing only those never seen."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        keys = [self._key(text) for text in texts]
        with self._lock:
            for start in range(0, len(texts), _BATCH):
                self._fill(keys, texts, range(start, min(start + _BATCH, len(texts))), vectors)
        return vectors

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _fill(
        self, keys: Sequence[bytes], texts: Sequence[str], rows: range, vectors: Vectors
    ) -> None:
        marks = ",".join("?" * len(rows))
        known = dict(
            self._file.execute(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks})",  # noqa: S608  # only ?s
                [keys[row] for row in rows],
            )
        )
        missing = [row for row in rows if keys[row] not in known]
        if missing:
            computed = self._embedder.embed_passages([texts[row] for row in missing])
            vectors[missing] = computed
            self._file.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [
                    (keys[row], vector.astype(np.float32).tobytes())
                    for row, vector in zip(missing, computed, strict=True)
                ],
            )
            self._file.commit()
        for row in rows:
            if keys[row] in known:
                vectors[row] = np.frombuffer(known[keys[row]], np.float32)

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(self._model + b"\0" + text.encode()).digest()
