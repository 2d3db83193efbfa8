"""Fit the weights of `index.fusion` on the tuning halves of NCP and STARD and our own questions.

`python -m eval.fitting.fusion --data DIR` reads, cuts and indexes the sets as the product does,
asks their questions and writes index/fusion.json. The weights are the likeliest where each
question draws one of its right passages from a softmax over all candidates. NCP holds policies
alone and STARD laws alone; only our own questions are asked of a report among laws, where laws
are near to everything. They are few, and have half the say of either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval import policies, statutes
from eval.commands import cache_folder
from eval.datasets import (
    Half,
    Policies,
    Question,
    Statutes,
    data_directory,
    load_ncp,
    load_questions,
    load_stard,
)
from eval.matching import squash
from eval.progress import Progress
from eval.vector_cache import CachedEmbedder
from eval.workbench import document_id_of
from index.chunk import chunk
from index.document import Chunk, Document, Filter, Status
from index.embedding import load_embedder
from index.engine import Embedder, Entry, WordEvidence
from index.fusion import FILE, Fusion
from index.incoming import Incoming
from index.lexical import TantivyIndex
from index.read import read_document
from index.retrieve import CANDIDATES, Engines, candidates
from index.vectors import FaissIndex
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import understand
from service.bootstrap import corpus_files
from service.settings import load_configuration

QUESTIONS = Path(__file__).parents[1] / "questions" / "development.jsonl"
_SAYS = (1.0, 1.0, 0.5)  # of NCP, STARD and our own
_RIDGE = 1e-4  # keeps weights finite where questions agree
_BEGINNING = 14  # characters of a quote by which its passage is known
_EVERYTHING = Filter(date(2024, 1, 1), frozenset(Status))
Floats = NDArray[np.float64]
IsRight = Callable[[Document, Chunk], bool]


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

    def ask(self, question: str, is_right: IsRight) -> Asked:
        """Gather the candidates of a question and what is known of them."""
        numbers, cosines = candidates(question, _EVERYTHING, CANDIDATES, self.engines)
        words = self.engines.lexical.evidence(question, numbers)
        right = np.array([is_right(*self.passages[number]) for number in numbers.tolist()], bool)
        return Asked(words, cosines.astype(np.float64), right)


@contextmanager
def base_of(files: Iterable[Incoming], embedder: Embedder, progress: Progress) -> Iterator[Base]:
    """Index files for as long as the context lasts."""
    with TemporaryDirectory(prefix="wenju-fusion-") as folder:
        lexical = TantivyIndex.open(Path(folder) / "lexical")
        vectors = FaissIndex.open(Path(folder) / "vectors", embedder.dimension)
        passages: list[tuple[Document, Chunk]] = []
        for file in progress(list(files), "入库"):
            document = read_document(file.content, file.source, file.known)
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


def ask_policies(found: Policies, embedder: Embedder, progress: Progress) -> list[Asked]:
    """Ask NCP's tuning half; right is a passage that holds the whole answer."""
    ids = {name: document_id_of(text.encode()) for name, text in found.documents.items()}
    with base_of(policies.files(found), embedder, progress) as base:
        asked = []
        for question in progress(found.half(Half.TUNING), "NCP"):
            documents = {ids[name] for name in question.documents}
            answer = squash(question.answer)

            def is_right(
                document: Document,
                one: Chunk,
                documents: set[str] = documents,
                answer: str = answer,
            ) -> bool:
                return document.id in documents and answer in squash(one.span.of(document.text))

            asked.append(base.ask(question.question, is_right))
        return asked


def ask_statutes(found: Statutes, embedder: Embedder, progress: Progress) -> list[Asked]:
    """Ask STARD's tuning half; right is a passage that begins in an article that answers."""
    laws = statutes.laws(found)
    by_document = {document_id_of(law.file.content): law for law in laws}
    with base_of((law.file for law in laws), embedder, progress) as base:
        asked = []
        for question in progress(found.half(Half.TUNING), "STARD"):
            articles = frozenset(question.articles)

            def is_right(
                document: Document, one: Chunk, articles: frozenset[int] = articles
            ) -> bool:
                first = statutes.source_place(document, one.span.start)
                last = statutes.source_place(document, one.span.end - 1)
                held = by_document[document.id].articles_in(first, last)[:1]
                return not articles.isdisjoint(held)

            asked.append(base.ask(question.question, is_right))
        return asked


def ask_own(asked: Sequence[Question], embedder: Embedder, progress: Progress) -> list[Asked]:
    """Ask our own questions of what the project ships; right is a passage that holds the quote."""
    lexicon = Lexicon.bundled()
    with base_of(corpus_files(), embedder, progress) as base:
        found = []
        for question in progress([one for one in asked if one.quote], "自有题"):
            quote = squash(question.quote or "")
            query = understand(question.question, _EVERYTHING.as_of, lexicon).search_text
            found.append(base.ask(query, partial(_shares, quote=quote)))
        return found


def _shares(document: Document, one: Chunk, *, quote: str) -> bool:
    """Say whether a passage holds a quote, or as much of it as it begins with."""
    text = squash(one.span.of(document.text))
    return quote[:_BEGINNING] in text or text in quote


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
    """Fit on both tuning halves and write the weights."""
    directory, progress = data_directory(data), Progress(shown=True)
    settings = load_configuration().settings
    model = load_embedder(settings.model, settings.model_dir, settings.threads)
    embedder = CachedEmbedder(model, cache_folder(cache) / "vectors.sqlite")
    sets = (
        ask_policies(load_ncp(directory), embedder, progress),
        ask_statutes(load_stard(directory), embedder, progress),
        ask_own(load_questions(QUESTIONS), embedder, progress),
    )
    embedder.close()
    fusion = fusion_of(sets, _SAYS)
    out.write_text(json.dumps(asdict(fusion), indent=2) + "\n", "utf-8")
    typer.echo(f"{fusion}")


if __name__ == "__main__":
    typer.run(main)
