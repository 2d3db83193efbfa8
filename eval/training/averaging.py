"""The mean of several checkpoints of one training, to ship or to train on from.

`python -m eval.training.averaging FOLDER CHECKPOINT…`. Where the rate of learning fell and rose
again, each fall ends beside another solution of the same kind; between them lies one that holds
better on what was not read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import torch
import typer

from eval.training import model
from index.embedding.folded_tokens import FILE_NAME

STATE_NAME = "state.pt"  # of a checkpoint; a mean has none
MADE_OF_NAME = "made_of.json"


def average(checkpoints: Sequence[Path], folder: Path) -> None:
    """Write the mean of the weights of checkpoints with one vocabulary, and what it is made of.

    Raises ValueError where vocabularies differ.
    """
    if len({(checkpoint / FILE_NAME).read_bytes() for checkpoint in checkpoints}) > 1:
        raise ValueError("这些检查点的词表不同，不能取平均。")
    readers = [model.load(checkpoint) for checkpoint in checkpoints]
    states: list[Any] = [reader.state_dict() for reader, _ in readers]
    mean, tokens = readers[0]
    mean.load_state_dict(
        {name: torch.stack([state[name] for state in states]).mean(dim=0) for name in states[0]}
    )
    model.save(mean, tokens, folder)
    trained = [each for checkpoint in checkpoints for each in trained_so_far(checkpoint)]
    (folder / MADE_OF_NAME).write_text(json.dumps(trained) + "\n", "utf-8")


def made_of(folder: Path) -> list[object]:
    """Return how far each checkpoint was trained that a reader is the mean of; mostly none."""
    path = folder / MADE_OF_NAME
    return list(json.loads(path.read_text("utf-8"))) if path.exists() else []


def trained_so_far(folder: Path) -> list[object]:
    """Return how far a checkpoint was trained, or each of those that a mean is made of."""
    path = folder / STATE_NAME
    if not path.exists():
        return made_of(folder)
    state: Any = torch.load(path, map_location="cpu", weights_only=True)
    return [state["at"]]


def main(
    folder: Annotated[Path, typer.Argument(help="写到哪里")],
    checkpoints: Annotated[list[Path], typer.Argument(help="要取平均的检查点")],
) -> None:
    """Average checkpoints."""
    average(checkpoints, folder)


if __name__ == "__main__":
    typer.run(main)
