"""Serves a prepared model: onnxruntime and a tokenizer, nothing else.

A text is run by itself, never beside others: its vector cannot depend on them, nothing is
padded, and on a processor one text fills the caches better than a batch. Several texts run
at once, one a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.embedding.prepared import GRAPH_NAME, Prepared
from index.embedding.query_adapter import QueryAdapter
from index.embedding.tokens import load_tokens
from index.engine import Vectors
from index.errors import ModelError
from index.graphs import open_graph

AGREEMENT = 0.98  # with the unquantised model's vector of the probe


class OnnxEmbedder:
    """Turns text into unit vectors with a prepared model. Safe to share between threads.

    A text longer than the model reads is never cut short: it is embedded in equal parts, and
    its vector is their mean, weighted by their tokens.
    """

    def __init__(
        self, prepared: Prepared, threads: int, adapter: QueryAdapter | None = None
    ) -> None:
        self._description = prepared.description
        self._threads = threads
        self._adapter = adapter
        try:
            self._tokens = load_tokens(prepared.folder)
            self._session = open_graph(prepared.folder / GRAPH_NAME)
            probe = self.embed_passages([self._description.probe])[0]
        except Exception as error:  # whatever either library raises on a damaged file
            raise ModelError(
                f"向量模型文件 {prepared.folder} 打不开（{error}），{prepared.remedy}。"
            ) from error
        self._check(probe, prepared.remedy)

    @property
    def identity(self) -> str:
        """Name model, quantisation and runtime."""
        return self._description.identity

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._description.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage."""
        prompt = self._description.passage_prompt
        # the longest first, so that no thread is left with a long one at the end
        order = sorted(range(len(texts)), key=lambda place: -len(texts[place]))
        vectors = np.empty((len(texts), self.dimension), np.float32)

        def embed(place: int) -> None:
            vectors[place] = self._embed(prompt, texts[place])

        if self._threads == 1 or len(texts) < 2:
            for place in order:
                embed(place)
        else:
            with ThreadPoolExecutor(self._threads, "embed") as pool:
                list(pool.map(embed, order))
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, turned towards answers where that was fitted."""
        vector = self._embed(self._description.query_prompt, text)
        return self._adapter.turned(vector) if self._adapter else vector

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the model reads for a passage, prompt and marks included."""
        return len(self._numbers(self._description.passage_prompt, text))

    def _embed(self, prompt: str, text: str) -> Vectors:
        parts = self._parts(prompt, text)
        vectors = [self._run(numbers) for numbers in parts]
        if len(vectors) == 1:
            return vectors[0]
        mean = np.average(vectors, axis=0, weights=[len(numbers) for numbers in parts])
        return _unit(mean.astype(np.float32))

    def _parts(self, prompt: str, text: str) -> list[list[int]]:
        """Return the text's tokens, in as many equal parts as it takes for each to fit."""
        limit = self._description.maximum_tokens
        numbers = self._numbers(prompt, text)
        parts = [numbers]
        while max(map(len, parts)) > limit and len(parts) < len(text):
            count = max(len(parts) + 1, -(-len(numbers) // limit))
            edges = [len(text) * part // count for part in range(count + 1)]
            parts = [self._numbers(prompt, text[start:end]) for start, end in pairwise(edges)]
        return parts

    def _numbers(self, prompt: str, text: str) -> list[int]:
        whole = (prompt + text).encode("utf-8", "replace").decode()  # no lone surrogates
        return self._tokens.numbers(whole)

    def _run(self, numbers: Sequence[int]) -> Vectors:
        limited = np.array([numbers[: self._description.maximum_tokens]], np.int64)
        (vectors,) = self._session.run(None, {"input_ids": limited})
        return _unit(vectors[0])

    def _check(self, probe: Vectors, remedy: str) -> None:
        """Refuse a graph that does not compute what was exported."""
        expected = np.array(self._description.probe_vector, np.float32)
        if probe.shape != expected.shape or not float(probe @ expected) >= AGREEMENT:
            raise ModelError(f"向量模型算出的结果与准备时不一致，文件可能已损坏，{remedy}。")


def _unit(vector: NDArray[np.float32]) -> Vectors:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
