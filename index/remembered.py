"""The answers last asked for, kept for the next who asks the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

from index.engine import Embedder, Vectors

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """So many values at most, those last asked for. Safe for many threads."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._held: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value, made now where it is not held; two may make it at the same time."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = make()
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._room:
                self._held.popitem(last=False)
        return value


class RememberingEmbedder:
    """An embedder that computes a question once: one answer may search for it several times.

    The vectors it gives out are not to be written to.
    """

    def __init__(self, embedder: Embedder, room: int = 256) -> None:
        self._embedder = embedder
        self._questions: Remembered[str, Vectors] = Remembered(room)

    @property
    def identity(self) -> str:
        """Name the embedder behind this one."""
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._embedder.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage, computed anew."""
        return self._embedder.embed_passages(texts)

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        return self._questions.get(text, lambda: self._embedder.embed_query(text))
