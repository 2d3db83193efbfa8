"""What the embedding model and the query adapter learn from, cut and embedded as in the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eval.fitting.question_sets import (
    QuestionSet,
    legal_questions,
    policy_questions,
    right_places,
    trains_policy,
    written_questions,
)
from eval.progress import Progress
from eval.training.library import Library
from eval.training.written import load_written
from index.chunk import chunk
from index.engine import Embedder, Vectors

_MOST_WRONG = 9000  # passages of a set that answer none of its questions
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Embedded:
    """A set's questions, its passages as unit vectors, and which of them answer which question."""

    name: str
    folds: Sequence[int]
    questions: Sequence[str]
    passages: Vectors
    right: Sequence[Sequence[int]]

    def of_fold(self, fold: int) -> Embedded:
        """Return the set with the questions of a fold alone, and all its passages."""
        kept = [place for place, one in enumerate(self.folds) if one == fold]
        return replace(
            self,
            folds=[self.folds[place] for place in kept],
            questions=[self.questions[place] for place in kept],
            right=[self.right[place] for place in kept],
        )


def training_sets(
    directory: Path, questions: Path, embedder: Embedder, progress: Progress
) -> list[Embedded]:
    """Return what may be trained on: written questions first, then STARD and NCP, half each."""
    library = Library(directory)
    statutes = legal_questions(library.statutes, library.trains_legal)
    policies = policy_questions(library.policies, trains_policy(library))
    return [
        written_set(library, questions, embedder, progress),
        *(embedded(found, embedder, progress) for found in (statutes, policies)),
    ]


def written_set(
    library: Library, questions: Path, embedder: Embedder, progress: Progress
) -> Embedded:
    """Return the questions written for training, over those of their documents that train."""
    return embedded(written_questions(load_written(questions), library), embedder, progress)


def embedded(found: QuestionSet, embedder: Embedder, progress: Progress) -> Embedded:
    """Cut and embed a set; a question of which no passage is right has no say."""
    passages = [
        (document, one)
        for document in progress(found.documents, f"{found.name} 切分")
        for one in chunk(document)
    ]
    asked = progress(found.questions, f"{found.name} 提问")
    right = dict(enumerate(right_places(asked, passages)))
    answered = [place for place, places in right.items() if places]
    kept = _drawn(len(passages), {place for places in right.values() for place in places})
    new = {place: number for number, place in enumerate(kept)}
    texts = [
        one.embedding_input(document.metadata.title, document.text)
        for document, one in (passages[place] for place in kept)
    ]
    return Embedded(
        found.name,
        [found.questions[place].fold for place in answered],
        [found.questions[place].question for place in answered],
        embedder.embed_passages(texts),
        [[new[one] for one in right[place]] for place in answered],
    )


def _drawn(count: int, right: set[int]) -> list[int]:
    """Return the passages to keep: what is right, and as many others as are worth their time."""
    wrong = np.array(sorted(set(range(count)) - right), np.int64)
    draw = np.random.default_rng(_SEED)
    if len(wrong) > _MOST_WRONG:
        wrong = draw.choice(wrong, _MOST_WRONG, replace=False)
    return sorted([*right, *wrong.tolist()])
