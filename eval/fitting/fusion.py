"""Fit the weights of `index.fusion` on the tuning halves of NCP and STARD and our own questions.

`python -m eval.fitting.fusion --data DIR` reads, cuts and indexes the sets as the product does,
asks their questions and writes index/fusion.json. The weights are the likeliest where each
question draws one of its right passages from a softmax over all candidates. NCP holds policies
alone and STARD laws alone; only our own questions are asked of a report among laws, where laws
are near to everything. They are few, and have half the say of either.

The query adapter was fitted on the same halves, and would seem better on them than it is: every
question is asked with one fitted without the fold it is in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval.commands import cache_folder
from eval.datasets import data_directory, load_ncp, load_questions, load_stard
from eval.fitting import query_adapter
from eval.fitting.question_sets import (
    QuestionSet,
    Sought,
    legal_questions,
    own_questions,
    policy_questions,
)
from eval.progress import Progress
from eval.vector_cache import CachedEmbedder
from index.chunk import chunk
from index.document import Chunk, Document, Filter, Status
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import find_prepared
from index.embedding.query_adapter import QueryAdapter
from index.engine import Embedder, Entry, Vectors, WordEvidence
from index.fusion import FILE, Fusion
from index.lexical import TantivyIndex
from index.retrieve import CANDIDATES, Engines, candidates
from index.vectors import FaissIndex
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import understand
from service.bootstrap import corpus_files
from service.settings import load_configuration

QUESTIONS = Path(__file__).parents[1] / "questions" / "development.jsonl"
_SAYS = (1.0, 1.0, 0.5)  # of NCP, STARD and our own
_RIDGE = 1e-4  # keeps weights finite where questions agree
_EVERYTHING = Filter(date(2024, 1, 1), frozenset(Status))
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what is known of each candidate, and which of them are right."""

    words: WordEvidence
    cosines: Floats
    right: NDArray[np.bool_]

    def columns(self, *, with_vectors: bool) -> Floats:
        """Return a row a candidate: words, surroundings, cosines, and these where words fail."""
        by_words = [self.words.scores, self.words.surroundings]
        unfound = 1 - self.words.shares.max()
        more = [self.cosines, unfound * self.cosines] if with_vectors else []
        return np.stack([*by_words, *more], axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Base:
    """A set's passages by number, and the engines over them."""

    passages: Sequence[tuple[Document, Chunk]]
    engines: Engines

    def ask(self, sought: Sought) -> Asked:
        """Gather the candidates of a question and what is known of them."""
        numbers, cosines = candidates(sought.question, _EVERYTHING, CANDIDATES, self.engines)
        words = self.engines.lexical.evidence(sought.question, numbers)
        passages = [self.passages[number] for number in numbers.tolist()]
        right = np.array([sought.is_right(*passage) for passage in passages], bool)
        return Asked(words, cosines.astype(np.float64), right)


class TurningEmbedder:
    """Turns each question with what was fitted on the other fold, as if it were never seen."""

    def __init__(
        self, plain: Embedder, turns: Sequence[Vectors], questions: Iterable[Sought]
    ) -> None:
        self._plain = plain
        self._adapters = [QueryAdapter(turn) for turn in turns]
        self._folds = {sought.question: sought.fold for sought in questions}
        self.identity, self.dimension = plain.identity, plain.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage."""
        return self._plain.embed_passages(texts)

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of one of the questions."""
        return self._adapters[self._folds[text]].turned(self._plain.embed_query(text))


@contextmanager
def base_of(documents: Iterable[Document], embedder: Embedder) -> Iterator[Base]:
    """Index documents for as long as the context lasts."""
    with TemporaryDirectory(prefix="wenju-fusion-") as folder:
        lexical = TantivyIndex.open(Path(folder) / "lexical")
        vectors = FaissIndex.open(Path(folder) / "vectors", embedder.dimension)
        passages: list[tuple[Document, Chunk]] = []
        for document in documents:
            chunks, title = chunk(document), document.metadata.title
            entries = [
                Entry(
                    len(passages) + place,
                    document.id,
                    "\n".join((title, *one.path)),
                    one.span.of(document.text),
                    document.metadata,
                )
                for place, one in enumerate(chunks)
            ]
            texts = [one.embedding_input(title, document.text) for one in chunks]
            lexical.put(entries)
            vectors.put(entries, embedder.embed_passages(texts))
            passages += [(document, one) for one in chunks]
        lexical.commit(1)
        vectors.commit(1)
        yield Base(passages, Engines(lexical, vectors, embedder))
        lexical.close()
        vectors.close()


def ask(found: QuestionSet, embedder: Embedder, progress: Progress) -> list[Asked]:
    """Ask every question of a set."""
    with base_of(progress(found.documents, f"{found.name} 入库"), embedder) as base:
        return [base.ask(one) for one in progress(found.questions, f"{found.name} 提问")]


def fit(
    sets: Sequence[Sequence[Asked]], *, with_vectors: bool, says: Sequence[float] | None = None
) -> Floats:
    """Return the likeliest weight of each column; `says` is what each set counts."""
    questions = [
        (one.columns(with_vectors=with_vectors), one.right, say / len(asked))
        for asked, say in zip(sets, says or [1.0] * len(sets), strict=True)
        for one in asked
        if one.right.any()
    ]
    scale = np.concatenate([columns for columns, _, _ in questions]).std(axis=0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = _RIDGE * float(weights @ weights), 2 * _RIDGE * weights
        for columns, right, say in questions:
            scaled = columns / scale
            scores = scaled @ weights
            odds = np.exp(scores - scores.max())
            chance = odds / odds.sum()
            found = chance[right].sum()
            total -= say * float(np.log(found))
            slope = slope - say * scaled.T @ (np.where(right, chance / found, 0) - chance)
        return total, slope

    start = np.zeros(len(scale))
    result = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    return np.asarray(result.x / scale)


def fusion_of(sets: Sequence[Sequence[Asked]], says: Sequence[float] | None = None) -> Fusion:
    """Fit with vectors and without, and set the words of the passage itself to 1."""
    both = fit(sets, with_vectors=True, says=says)
    words = fit(sets, with_vectors=False, says=says)
    _, around, near, near_for_other_words = (float(weight) for weight in both / both[0])
    return Fusion(
        surroundings=round(around, 2),
        vectors=round(near, 2),
        vectors_for_other_words=round(near_for_other_words, 2),
        surroundings_by_words_only=round(float(words[1] / words[0]), 2),
    )


def main(
    *,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    cache: Annotated[Path | None, typer.Option(help="向量缓存目录")] = None,
    out: Annotated[Path, typer.Option(help="写到哪里")] = FILE,
) -> None:
    """Fit on both tuning halves and our own questions, and write the weights."""
    directory, progress = data_directory(data), Progress(shown=True)
    settings, lexicon = load_configuration().settings, Lexicon.bundled()
    model = OnnxEmbedder(find_prepared(settings.model, settings.model_dir), settings.threads)
    plain = CachedEmbedder(model, cache_folder(cache) / "vectors.sqlite")
    turns = query_adapter.fit_across_folds(directory, plain, progress)

    def worded(question: str) -> str:
        return understand(question, _EVERYTHING.as_of, lexicon).search_text

    found = (
        policy_questions(load_ncp(directory)),
        legal_questions(load_stard(directory)),
        own_questions(load_questions(QUESTIONS), corpus_files(), worded),
    )
    embedder = TurningEmbedder(plain, turns, chain.from_iterable(one.questions for one in found))
    sets = [ask(one, embedder, progress) for one in found]
    plain.close()
    fusion = fusion_of(sets, _SAYS)
    out.write_text(json.dumps(asdict(fusion), indent=2) + "\n", "utf-8")
    typer.echo(f"{fusion}")


if __name__ == "__main__":
    typer.run(main)
