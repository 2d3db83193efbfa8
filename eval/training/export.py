"""A trained reader as it is served: one int8 graph, its tokenizer, and a card that says what it is.

`python -m eval.training.export CHECKPOINT FOLDER`. One question with one passage is run at a time:
nothing is padded, so that a score cannot depend on what else is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import onnx_ir as ir
import torch
import typer
from torch import Tensor

from eval.training import averaging, model, sources
from eval.training.progress_log import FILE_NAME as LOG_NAME
from index.embedding import quantise
from index.embedding.export import listen, quiet, save_graph, trace_module
from index.embedding.folded_tokens import FILE_NAME
from index.embedding.samples import PASSAGES, QUESTIONS
from service.answering.reading.tokens import Encoded, ReaderTokens

GRAPH_NAME = "reader.onnx"
CARD_NAME = "card.json"
OUTPUTS = ("relevance", "answerability", "start", "end")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the files of an export are, in bytes."""

    graph: int
    tokenizer: int


class _OnePassage(torch.nn.Module):
    """The reader for one question and one passage: no padding, so no mask."""

    def __init__(self, reader: model.Reader) -> None:
        super().__init__()
        self._reader = reader

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        states = self._reader.encoder(input_ids=input_ids).last_hidden_state[0]
        # of two dimensions from here on: the heads are small, and stay in float32
        pooled = torch.cat([states[:1], states.mean(dim=0, keepdim=True)], dim=-1)
        judged = self._reader.judge(torch.nn.functional.gelu(self._reader.pool(pooled)))[0]
        spans = self._reader.span(states)
        return judged[None, 0], judged[None, 1], spans[None, :, 0], spans[None, :, 1]


def export(checkpoint: Path, folder: Path, *, quantised: bool = True) -> Sizes:
    """Write graph and tokenizer of a checkpoint into a folder; in float32 where not quantised."""
    folder.mkdir(parents=True, exist_ok=True)
    with quiet():
        reader, tokens = model.load(checkpoint)
        graph = trace(reader)
    if quantised:
        loudest = listen(graph, [one.numbers for one in samples(tokens)])
        quantise.quantise_products(graph.graph, loudest)
        quantise.quantise_tables(graph.graph)
    size = save_graph(graph, folder / GRAPH_NAME)
    tokens.save(folder)
    return Sizes(size, (folder / FILE_NAME).stat().st_size)


def trace(reader: model.Reader) -> ir.Model:
    """Return the graph of a reader for one question and one passage at a time."""
    return trace_module(_OnePassage(reader), OUTPUTS)


def samples(tokens: ReaderTokens) -> list[Encoded]:
    """Return questions beside passages, to see how loud the channels become."""
    pairs = [(question, passage) for question in QUESTIONS for passage in PASSAGES]
    return [tokens.encode(question, ("工作报告",), passage) for question, passage in pairs]


def write_card(checkpoint: Path, folder: Path, sizes: Sizes, scores: Mapping[str, object]) -> None:
    """Say what the model is made of, how it was trained, and how good it is."""
    card = {
        "name": "wenju-reader",
        "base": "intfloat/multilingual-e5-small (MIT), vocabulary pruned",
        "parameters": _parameters(checkpoint),
        "graph_bytes": sizes.graph,
        "trained": averaging.trained_so_far(checkpoint),
        "plans": _plans(checkpoint.parent),
        "sources": sources.described(),
        "scores": scores,
    }
    (folder / CARD_NAME).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _parameters(checkpoint: Path) -> int:
    weights = torch.load(checkpoint / model.WEIGHTS_NAME, map_location="cpu", weights_only=True)
    return sum(one.numel() for one in weights.values())


def _plans(output: Path) -> list[dict[str, object]]:
    """Return every plan that the training followed, and from which example on."""
    log = output / LOG_NAME
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    rows: Sequence[Any] = [json.loads(line) for line in lines]
    followed = {row["from"]["seen"]: row for row in rows if "plan" in row}
    return [
        {"from": seen, **row["plan"], "begun_from": row.get("begun_from", [])}
        for seen, row in followed.items()
    ]


def main(
    checkpoint: Annotated[Path, typer.Argument(help="训练输出目录中的 checkpoint")],
    folder: Annotated[Path, typer.Argument(help="写到哪里")],
    scores: Annotated[Path | None, typer.Option(help="评测结果（JSON），写进说明")] = None,
) -> None:
    """Write what is served."""
    sizes = export(checkpoint, folder)
    measured = json.loads(scores.read_text("utf-8")) if scores else {}
    write_card(checkpoint, folder, sizes, measured)
    typer.echo(f"{folder}: {sizes.graph / 1e6:.1f} MB")


if __name__ == "__main__":
    typer.run(main)
