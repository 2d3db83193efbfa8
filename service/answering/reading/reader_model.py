"""A trained cross-encoder, served: how relevant a passage is, whether it answers, and where.

onnxruntime and a tokenizer, nothing else. A passage is read by itself, never beside others, so
that what is made of it cannot depend on them; several are read at once, one a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.document import Chunk, Document, Span
from index.errors import ModelError
from index.graphs import open_graph
from index.remembered import Remembered
from service.answering.reading.tokens import ReaderTokens

GRAPH_NAME = "reader.onnx"
_REMEMBERED = 512  # judgements; reading values and reading passages ask for the same ones
_LONGEST = 160  # tokens of an answer
_EDGE = 2  # tokens at either end of a span in which its edge may lie

Floats = NDArray[np.float32]


class Asked(NamedTuple):
    """A question and a passage under its headings, outermost first."""

    question: str
    headings: tuple[str, ...]
    passage: str

    @classmethod
    def of(cls, question: str, document: Document, chunk: Chunk) -> Self:
        """Return a question beside a passage of a document, under title and headings."""
        headings = (document.metadata.title, *chunk.path)
        return cls(question, headings, chunk.span.of(document.text))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model makes of a passage, in log-odds.

    `starts` and `ends` are those of each token against there being no answer, `places` where
    the token stands in the passage.
    """

    relevance: float
    answerability: float
    starts: Floats
    ends: Floats
    places: tuple[Span, ...]

    def support(self, span: Span) -> float:
        """Return how surely the answer is `span` of the passage, its edges give or take a token."""
        inside = [n for n, place in enumerate(self.places) if place.overlaps(span)]
        if not inside:
            return float(self.starts.min(initial=0) + self.ends.min(initial=0))
        start = self.starts[inside[0] : inside[0] + _EDGE].max()
        return float(start + self.ends[max(inside[-1] - _EDGE + 1, 0) : inside[-1] + 1].max())

    def best(self, count: int) -> list[tuple[Span, float]]:
        """Return the likeliest spans that do not overlap, best first."""
        if not self.places:
            return []
        scores = self.starts[:, None] + self.ends[None, :]
        scores = np.where(np.tril(np.ones_like(scores), -1) > 0, -np.inf, scores)
        scores = np.where(np.triu(np.ones_like(scores), _LONGEST) > 0, -np.inf, scores)
        found: list[tuple[Span, float]] = []
        for place in np.argsort(-scores, axis=None)[: 20 * count]:
            first, last = divmod(int(place), len(self.places))
            if not np.isfinite(scores[first, last]):
                break
            span = Span(self.places[first].start, self.places[last].end)
            free = not any(span.overlaps(taken) for taken, _ in found)
            if len(span) and free:
                found.append((span, float(scores[first, last])))
            if len(found) == count:
                break
        return found


class ReaderModel:
    """Judges passages. Safe to share between threads."""

    def __init__(self, folder: Path, threads: int) -> None:
        try:
            self._tokens = ReaderTokens.load(folder)
            self._session = open_graph(folder / GRAPH_NAME)
        except Exception as error:  # whatever either library raises on a damaged file
            raise ModelError(
                f"阅读模型文件 {folder} 打不开（{error}），请重新安装本程序。"
            ) from error
        self._threads = threads
        self._remembered: Remembered[Asked, Judgement] = Remembered(_REMEMBERED)

    def judge(self, asked: Sequence[Asked]) -> list[Judgement]:
        """Judge passages, each by itself."""
        new = list(dict.fromkeys(asked))
        if self._threads == 1 or len(new) < 2:
            found = [self._remember(one) for one in new]
        else:
            with ThreadPoolExecutor(self._threads, "read") as pool:
                found = list(pool.map(self._remember, new))
        judged = dict(zip(new, found, strict=True))
        return [judged[one] for one in asked]

    def _remember(self, asked: Asked) -> Judgement:
        return self._remembered.get(asked, lambda: self._judge(asked))

    def _judge(self, asked: Asked) -> Judgement:
        read = self._tokens.encode(asked.question, asked.headings, asked.passage)
        numbers = np.array([read.numbers], np.int64)
        relevance, answerability, start, end = self._session.run(
            ["relevance", "answerability", "start", "end"], {"input_ids": numbers}
        )
        inside = slice(read.first, len(read.numbers) - 1)
        return Judgement(
            float(relevance[0]),
            float(answerability[0]),
            start[0][inside] - start[0][0],
            end[0][inside] - end[0][0],
            tuple(map(Span, read.starts, read.ends)),
        )
