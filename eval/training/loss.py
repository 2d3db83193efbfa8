"""What the reader is to learn of a batch of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from eval.training.examples import Example, Group
from eval.training.model import Outputs, Reader
from index.embedding.folded_tokens import PADDING
from service.answering.reading.tokens import Encoded, ReaderTokens

_UNKNOWN = -1.0  # of a label
_IGNORED = -100
_AT_ONCE = 6  # examples
_NULL_WEIGHT = 0.5  # of "no span here" beside the spans


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples as tensors; `groups` numbers the group of each."""

    input_ids: Tensor
    mask: Tensor
    inside: Tensor  # where a span may begin or end: the passage, or the first token for none
    groups: Tensor
    relevant: Tensor
    answerable: Tensor
    start: Tensor
    end: Tensor

    def __len__(self) -> int:
        return len(self.input_ids)


def encode(group: Group, tokens: ReaderTokens) -> list[Encoded]:
    """Return what the model reads of each example of a group."""
    return [
        tokens.encode(one.question, one.passage.heading, one.passage.text) for one in group.examples
    ]


def collate(groups: Sequence[Group], encoded: Sequence[Sequence[Encoded]]) -> Batch:
    """Put groups into one batch."""
    rows = [
        (number, example, read)
        for number, (group, texts) in enumerate(zip(groups, encoded, strict=True))
        for example, read in zip(group.examples, texts, strict=True)
    ]
    longest = max(len(read.numbers) for _, _, read in rows)
    input_ids = torch.full((len(rows), longest), PADDING)
    inside = torch.zeros((len(rows), longest), dtype=torch.bool)
    for row, (_, _, read) in enumerate(rows):
        input_ids[row, : len(read.numbers)] = torch.tensor(read.numbers)
        inside[row, 0] = True
        inside[row, read.first : len(read.numbers) - 1] = True
    spans = torch.tensor([_span(example, read) for _, example, read in rows])
    return Batch(
        input_ids,
        (input_ids != PADDING).long(),
        inside,
        torch.tensor([number for number, _, _ in rows]),
        torch.tensor([_label(example.relevant) for _, example, _ in rows]),
        torch.tensor([_label(example.answerable) for _, example, _ in rows]),
        spans[:, 0],
        spans[:, 1],
    )


def read(reader: Reader, batch: Batch) -> Outputs:
    """Run a reader over a batch, a part of like length at a time, so that little is padding."""
    lengths = batch.mask.sum(dim=1)
    order = lengths.argsort()
    parts = []
    for rows in order.tensor_split(max(1, len(batch) // _AT_ONCE)):
        longest = int(lengths[rows].max())
        outputs = reader(batch.input_ids[rows, :longest], batch.mask[rows, :longest])
        missing = (0, batch.input_ids.shape[1] - longest)
        parts.append(
            outputs._replace(
                start=functional.pad(outputs.start, missing),
                end=functional.pad(outputs.end, missing),
            )
        )
    back = order.argsort()
    return Outputs(*(torch.cat(column)[back] for column in zip(*parts, strict=True)))


def losses(outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
    """Return the parts of the loss; their sum is to become small."""
    relevance, answerability = outputs.relevance.float(), outputs.answerability.float()
    return {
        "ranking": _ranking(relevance, batch),
        "relevance": 0.5 * _binary(relevance, batch.relevant),
        "answerability": _binary(answerability, batch.answerable),
        "span": _spans(outputs, batch),
    }


def _ranking(relevance: Tensor, batch: Batch) -> Tensor:
    """Let the right passage of each group win over its wrong ones."""
    parts = []
    for number in range(int(batch.groups[-1]) + 1):
        known = (batch.groups == number) & (batch.relevant != _UNKNOWN)
        right = batch.relevant[known].argmax() if known.any() else None
        if right is not None and batch.relevant[known][right] == 1 and known.sum() > 1:
            parts.append(functional.cross_entropy(relevance[known][None], right[None]))
    return torch.stack(parts).mean() if parts else relevance.sum() * 0


def _binary(logits: Tensor, labels: Tensor) -> Tensor:
    known = labels != _UNKNOWN
    if not known.any():
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known], labels[known])


def _spans(outputs: Outputs, batch: Batch) -> Tensor:
    """Point at the answer, or at the first token where there is none."""
    none = torch.full_like(outputs.start, float("-inf"), dtype=torch.float32)
    total = outputs.start.sum().float() * 0
    for logits, places in ((outputs.start, batch.start), (outputs.end, batch.end)):
        masked = torch.where(batch.inside, logits.float(), none)
        each = functional.cross_entropy(masked, places, ignore_index=_IGNORED, reduction="none")
        for chosen, weight in ((places > 0, 1.0), (places == 0, _NULL_WEIGHT)):
            if chosen.any():
                total = total + 0.5 * weight * each[chosen].mean()
    return total


def _span(example: Example, read: Encoded) -> tuple[int, int]:
    if example.answerable is None:
        return _IGNORED, _IGNORED
    if example.span is None:
        return 0, 0
    return read.place(example.span.start, example.span.end) or (_IGNORED, _IGNORED)


def _label(known: bool | None) -> float:  # noqa: FBT001 - a label, not a switch
    return _UNKNOWN if known is None else float(known)
