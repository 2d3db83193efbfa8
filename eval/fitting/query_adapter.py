"""Fit what turns a question's vector towards its answer: index/embedding/query_adapter.npz.

`python -m eval.fitting.query_adapter --data DIR` cuts and embeds the documents that may be
trained on as the product does. A question is to find its right passages among those of its set:
the loss is that of a softmax over them and a sample of the others. The matrix starts at nothing,
and few steps keep it small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch.nn import functional

from eval.commands import cache_folder
from eval.datasets import data_directory
from eval.fitting.training_sets import Embedded, training_sets
from eval.progress import Progress
from eval.training.written import QUESTIONS
from eval.vector_cache import CachedEmbedder
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import find_prepared
from index.embedding.query_adapter import FILE, save
from index.engine import Embedder, Vectors
from service.settings import load_configuration

_TEMPERATURE = 0.01
_RATE, _STEPS, _WARMING = 2e-4, 150, 10
_OTHERS = 6000  # wrong passages a step
_SEED = 2026
_BATCHES = {"手写题": 128, "STARD": 64, "NCP": 64}  # questions a step
_SAYS = {"手写题": 1.0, "STARD": 0.5, "NCP": 0.5}  # what their loss counts


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions and passages as unit vectors, and which passages answer which question.

    `batch` questions are drawn a step, and their loss counts `say`.
    """

    questions: Vectors
    passages: Vectors
    right: Sequence[Sequence[int]]
    batch: int
    say: float


def asked_of(sets: Sequence[Embedded], embedder: Embedder) -> list[Asked]:
    """Embed the questions of sets."""
    return [
        Asked(
            np.stack([embedder.embed_query(question) for question in one.questions]),
            one.passages,
            one.right,
            _BATCHES[one.name],
            _SAYS[one.name],
        )
        for one in sets
    ]


def fit(sets: Sequence[Asked], steps: int = _STEPS) -> Vectors:
    """Return the matrix, of shape (dimension, dimension); the same for the same sets."""
    draw = np.random.default_rng(_SEED)
    dimension = sets[0].questions.shape[1]
    turn = torch.zeros(dimension, dimension, requires_grad=True)
    optimiser = torch.optim.Adam([turn], lr=_RATE)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = (
            _RATE * min(1, (step + 1) / _WARMING) * (1 - step / (steps + 1))
        )
        optimiser.zero_grad()
        loss = torch.stack([one.say * _loss(turn, one, draw) for one in sets]).sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimiser.step()
    return np.asarray(turn.detach().numpy(), np.float32)


def _loss(turn: torch.Tensor, one: Asked, draw: np.random.Generator) -> torch.Tensor:
    """Return how unlikely some questions find their right passages among some wrong ones."""
    count, everything = len(one.questions), len(one.passages)
    asked = draw.choice(count, min(one.batch, count), replace=False)
    right = np.unique(np.concatenate([one.right[place] for place in asked]))
    wrong = draw.choice(everything, min(_OTHERS, everything), replace=False)
    places = np.concatenate([right, np.setdiff1d(wrong, right)])
    is_right = torch.tensor(np.stack([np.isin(places, one.right[place]) for place in asked]))
    questions = torch.tensor(one.questions[asked])
    turned = functional.normalize(questions + questions @ turn, dim=1)
    near = turned @ torch.tensor(one.passages[places]).T / _TEMPERATURE
    found = torch.logsumexp(near.masked_fill(~is_right, -torch.inf), dim=1)
    return (torch.logsumexp(near, dim=1) - found).mean()


def fit_across_folds(
    directory: Path, embedder: Embedder, progress: Progress
) -> tuple[Vectors, Vectors]:
    """Return two matrices, each fitted without the questions of the fold of its number."""
    sets = training_sets(directory, QUESTIONS, embedder, progress)
    first, second = (
        fit(asked_of([one.of_fold(fold) for one in sets], embedder)) for fold in (1, 0)
    )
    return first, second


def main(
    *,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    questions: Annotated[Path, typer.Option(help="手写问题的目录（*.jsonl）")] = QUESTIONS,
    cache: Annotated[Path | None, typer.Option(help="向量缓存目录")] = None,
    out: Annotated[Path, typer.Option(help="写到哪里")] = FILE,
) -> None:
    """Fit on all that may be trained on, and write the matrix."""
    settings, progress = load_configuration().settings, Progress(shown=True)
    prepared = find_prepared(settings.model, settings.model_dir)
    plain = OnnxEmbedder(prepared, settings.threads)
    embedder = CachedEmbedder(plain, cache_folder(cache) / "vectors.sqlite")
    sets = asked_of(training_sets(data_directory(data), questions, embedder, progress), embedder)
    embedder.close()
    turn = fit(sets)
    save(out, plain.identity, turn)
    asked = sum(len(one.questions) for one in sets)
    typer.echo(f"已按 {asked} 个问题拟合，矩阵大小 {float(np.linalg.norm(turn)):.2f}：{out}")


if __name__ == "__main__":
    typer.run(main)
