"""Train the embedding model that ships: index/embedding/default_model/.

`python -m eval.fitting.embedder --data DIR` begins with multilingual-e5-small, its vocabulary
pruned as the reader's. It cuts and embeds the documents of the written questions that may be
trained on as the product does. A question is to find its right passages among all of these, whose
vectors stay as they were: the loss is that of a softmax over them. What is kept is half way
between where the model began and where it came to (WiSE-FT, arXiv 2109.01903): that finds what is
asked in other words as well as the end does, and loses nothing elsewhere. It then embeds passages
too: they move little, and towards what is asked of them.

NCP and STARD are not learnt from: their tuning halves fit the query adapter and the fusion, which
weighs a model by questions that it has not seen.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from eval.commands import cache_folder
from eval.datasets import data_directory
from eval.fitting.training_sets import Embedded, written_set
from eval.progress import Progress
from eval.training import model
from eval.training.base_model import base_folder
from eval.training.library import Library
from eval.training.written import QUESTIONS as WRITTEN
from eval.vector_cache import CachedEmbedder
from index.embedding.export import Samples, quiet, trace_module, write_graph
from index.embedding.folded_tokens import END, PADDING, FoldedTokens
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import (
    DEFAULT_FOLDER,
    DEFAULT_MODEL,
    Prepared,
    read_description,
)
from index.embedding.samples import PASSAGES, QUESTIONS
from service.settings import load_configuration

_QUERY, _PASSAGE = "query: ", "passage: "  # as the model that it begins as was trained
_POSITIONS = 512
_MOST_OF_QUESTION = 256  # tokens in training
_TEMPERATURE = 0.02
_SHARE = 0.5  # of the way from where it began to where it came to
_DROPOUT = 0.1
_STEEPEST = 1.0  # norm of a step's slope
_MICRO = 16  # questions of like length run at once
_SEED = 2026
_BATCH = 64  # questions a step


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to train, and how fast: the rate rises over a tenth of the steps, then falls."""

    steps: int = 260
    rate: float = 1e-4


class Encoder(torch.nn.Module):
    """A transformer over texts, the mean of its states, of length one."""

    def __init__(self, transformer: Any, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.transformer = transformer
        self.tokens = FoldedTokens(tokenizer)

    def forward(self, input_ids: Tensor) -> Tensor:
        """Return the vector of one text that is run by itself."""
        states = self.transformer(input_ids=input_ids).last_hidden_state
        return functional.normalize(states.mean(dim=1), dim=-1)

    def question_inputs(self, question: str) -> list[int]:
        """Return what is read of a question in training."""
        numbers = self.tokens.numbers(_QUERY + question)
        return [*numbers[: min(len(numbers), _MOST_OF_QUESTION) - 1], END]

    def vectors(self, inputs: Sequence[Sequence[int]]) -> Tensor:
        """Return a row a text, run beside others of like length."""
        order = sorted(range(len(inputs)), key=lambda place: len(inputs[place]))
        rows = [
            self._beside([inputs[place] for place in order[start : start + _MICRO]])
            for start in range(0, len(order), _MICRO)
        ]
        return torch.cat(rows)[torch.tensor(order).argsort()]

    def _beside(self, inputs: Sequence[Sequence[int]]) -> Tensor:
        parts = [torch.tensor(numbers) for numbers in inputs]
        ids = torch.nn.utils.rnn.pad_sequence(parts, batch_first=True, padding_value=PADDING)
        lengths = torch.tensor([len(numbers) for numbers in inputs])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).float()
        with torch.autocast("cpu", torch.bfloat16):
            states = self.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        return functional.normalize((states.float() * mask[..., None]).sum(dim=1), dim=-1)


def begin(base: Path) -> Encoder:
    """Return the model of a sentence-transformers folder, its vocabulary pruned."""
    with quiet():
        return Encoder(*model.pruned(base)).eval()


def train(encoder: Encoder, found: Embedded, plan: Plan, progress: Progress) -> None:
    """Train an encoder in place; the same for the same questions."""
    torch.manual_seed(_SEED)
    began = {name: value.clone() for name, value in encoder.state_dict().items()}
    # the words stay: most of them no question trains, and they would be left behind
    encoder.transformer.embeddings.word_embeddings.weight.requires_grad_(False)  # noqa: FBT003
    learning = [value for value in encoder.parameters() if value.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=plan.rate, weight_decay=0.01)
    draw = _Draw(found, encoder)
    _drop(encoder, _DROPOUT)
    for step in progress(range(plan.steps), "训练"):
        rising, falling = (step + 1) / (0.1 * plan.steps), 1 - step / plan.steps
        optimiser.param_groups[0]["lr"] = plan.rate * min(1, rising) * falling
        optimiser.zero_grad()
        draw.loss(encoder).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(learning, _STEEPEST)
        optimiser.step()
    _drop(encoder, 0.0)
    came = encoder.state_dict()
    encoder.load_state_dict(
        {name: torch.lerp(value, came[name], _SHARE) for name, value in began.items()}
    )


class _Draw:
    """Draws questions, each once before any comes again."""

    def __init__(self, found: Embedded, encoder: Encoder) -> None:
        self._right = found.right
        self._passages = torch.tensor(found.passages)
        self._inputs = [encoder.question_inputs(question) for question in found.questions]
        self._places = self._endless(np.random.default_rng(_SEED))

    def loss(self, encoder: Encoder) -> Tensor:
        """Return how unlikely the questions drawn find their right passages among all."""
        drawn = [next(self._places) for _ in range(_BATCH)]
        vectors = encoder.vectors([self._inputs[place] for place in drawn])
        near = vectors @ self._passages.T / _TEMPERATURE
        wrong = torch.ones_like(near, dtype=torch.bool)
        for row, place in enumerate(drawn):
            wrong[row, list(self._right[place])] = False
        found = torch.logsumexp(near.masked_fill(wrong, -torch.inf), dim=1)
        return (torch.logsumexp(near, dim=1) - found).mean()

    def _endless(self, draw: np.random.Generator) -> Iterator[int]:
        while True:
            yield from draw.permutation(len(self._inputs)).tolist()


def _drop(encoder: Encoder, share: float) -> None:
    """Leave out a share of the states in training, attention aside; none where it is nought."""
    encoder.train(share > 0)
    for module in encoder.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share
    for layer in encoder.transformer.encoder.layer:
        layer.attention.self.dropout.p = 0.0


def export(encoder: Encoder, folder: Path) -> Prepared:
    """Write what is served of an encoder, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    encoder.tokens.save(folder)
    texts = [_QUERY + text for text in QUESTIONS] + [_PASSAGE + text for text in PASSAGES]
    numbers = [encoder.tokens.numbers(text) for text in texts]
    with torch.no_grad():
        vectors = torch.cat([encoder(torch.tensor([one])) for one in numbers])
    samples = Samples(_QUERY, _PASSAGE, texts, numbers, np.asarray(vectors.numpy(), np.float32))
    with quiet():
        graph = trace_module(encoder, ["sentence_embedding"])
    write_graph(graph, samples, f"{DEFAULT_MODEL}@{_digest(encoder)[:12]}", _POSITIONS, folder)
    return Prepared(folder, read_description(folder))


def _digest(encoder: Encoder) -> str:
    total = hashlib.sha256()
    for name, value in sorted(encoder.state_dict().items()):
        total.update(name.encode() + value.numpy().tobytes())
    return total.hexdigest()


def main(
    *,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    questions: Annotated[Path, typer.Option(help="手写问题的目录（*.jsonl）")] = WRITTEN,
    cache: Annotated[Path | None, typer.Option(help="向量缓存目录")] = None,
    out: Annotated[Path, typer.Option(help="写到哪里")] = DEFAULT_FOLDER,
) -> None:
    """Train on all that may be trained on, and write what is served."""
    settings, progress = load_configuration().settings, Progress(shown=True)
    encoder = begin(base_folder(settings.model_dir))
    with tempfile.TemporaryDirectory() as work:
        plain = OnnxEmbedder(export(encoder, Path(work, "begin")), settings.threads)
        embedder = CachedEmbedder(plain, cache_folder(cache) / "vectors.sqlite")
        library = Library(data_directory(data))
        found = written_set(library, questions, embedder, progress)
        embedder.close()
    train(encoder, found, Plan(), progress)
    size = sum(path.stat().st_size for path in export(encoder, out).folder.iterdir())
    typer.echo(f"已用 {len(found.questions)} 个问题训练：{out}（{size / 1e6:.1f} MB）")


if __name__ == "__main__":
    typer.run(main)
