"""A quick look at a reader under way: losses and a few scores on groups never trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch

from eval.metrics import auroc
from eval.training.examples import Group
from eval.training.loss import Batch, collate, encode, losses, read
from eval.training.model import Outputs, Reader
from service.answering.reading.tokens import ReaderTokens

_AT_ONCE = 6  # groups


def follow(reader: Reader, tokens: ReaderTokens, groups: Sequence[Group]) -> dict[str, float]:
    """Return mean losses, exact spans, right passages first, and the AUROC of answerability."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    answering: list[float] = []
    silent: list[float] = []
    for start in range(0, len(groups), _AT_ONCE):
        some = groups[start : start + _AT_ONCE]
        batch = collate(some, [encode(group, tokens) for group in some])
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            outputs = Outputs(*(part.float() for part in read(reader, batch)))
        for name, value in losses(outputs, batch).items():
            found[name].append(float(value))
        _spans(outputs, batch, some, found)
        answering += outputs.answerability[batch.answerable == 1].tolist()
        silent += outputs.answerability[batch.answerable == 0].tolist()
    means = {name: round(float(np.mean(values)), 4) for name, values in sorted(found.items())}
    return means | {"answerability_auroc": round(auroc(answering, silent), 4)}


def _spans(
    outputs: Outputs, batch: Batch, groups: Sequence[Group], found: defaultdict[str, list[float]]
) -> None:
    nowhere = torch.tensor(float("-inf"))
    starts = torch.where(batch.inside, outputs.start, nowhere)[:, 1:].argmax(dim=1) + 1
    ends = torch.where(batch.inside, outputs.end, nowhere)[:, 1:].argmax(dim=1) + 1
    for number, group in enumerate(groups):
        rows = torch.nonzero(batch.groups == number)[:, 0]
        first = int(rows[0])
        if batch.start[first] > 0:
            exact = starts[first] == batch.start[first] and ends[first] == batch.end[first]
            found[f"exact_{group.source}"].append(float(exact))
        if batch.relevant[first] == 1 and len(rows) > 1:
            best = int(outputs.relevance[rows].argmax())
            found[f"right_first_{group.source}"].append(float(best == 0))
