"""Train the reader: seeded, stopped and resumed at will, useful whenever it is stopped."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from eval.progress import Progress
from eval.training import averaging, model
from eval.training.averaging import STATE_NAME
from eval.training.examples import Group
from eval.training.following import follow
from eval.training.library import Library
from eval.training.loss import Batch, collate, encode, losses, read
from eval.training.mixture import Mixture, in_batches
from eval.training.negatives import PassageIndex
from eval.training.pools import Pools
from eval.training.progress_log import Log
from eval.training.written import PlacedQuestion, load_written, place, trains
from service.answering.reading.tokens import ReaderTokens

CHECKPOINT = "checkpoint"
_EVERY = 25  # steps between lines of the log
_WARMING = 0.04  # of the plan, while the rate of learning rises
_LONGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How a training goes; the rate of learning falls to nothing over `examples`."""

    examples: int = 26_000
    rate: float = 1.6e-4
    tokens: int = 4_096  # of a batch, padding included
    dropout: float = 0.1  # of the states; in attention it takes as long as attention itself
    averaging: float = 0.999  # of the weights' running mean that a step leaves
    compiled: bool = False  # takes a minute and a C++ compiler, then a fifth less time a step
    seed: int = 2026
    keep_every: float = 300.0  # seconds between checkpoints
    follow_every: float = 1800.0  # seconds between looks at what is not trained on


@dataclass(slots=True)
class Place:
    """How far a training has come."""

    round: int = 0
    batch: int = 0  # of this round
    step: int = 0
    seen: int = 0  # examples


class Source:
    """Yields the groups of one round after the other."""

    def __init__(self, data: Path, questions: Path, output: Path, plan: Plan) -> None:
        self._data, self._questions, self._output = data, questions, output
        self._library = Library(data)
        self._pools = Pools(data, self._library, build_indexes(self._library, output / "indexes"))
        self._mixture = Mixture(plan.seed, plan.examples)
        self._written: dict[str, PlacedQuestion] = {}

    def round(self, number: int) -> list[Group]:
        """Return a round's groups, with the written questions that were there when it began."""
        known = self._output / "questions" / f"{number:03}"
        if not known.exists():
            partial = known.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            for path in sorted(self._questions.glob("*.jsonl")):
                shutil.copyfile(path, partial / path.name)
            partial.rename(known)
        asked = [one for one in load_written(known) if trains(one, self._library)]
        placed = place(asked, self._library)
        trains_passage = self._library.halves.trains_passage
        self._written |= {
            one.asked.id: one for one in placed if trains_passage(one.located.passage.text)
        }
        return self._mixture.round(number, self._pools.makers(list(self._written.values())))

    def development(self) -> list[Group]:
        """Return groups that are never trained on."""
        asked = [one for one in load_written(self._questions) if not trains(one, self._library)]
        return self._pools.development(self._data, list(place(asked, self._library)))


class Trainer:
    """Takes the steps."""

    def __init__(self, reader: model.Reader, plan: Plan) -> None:
        reader.encoder.embeddings.word_embeddings.weight.requires_grad_(requires_grad=False)
        # On a processor, attention over short texts spends most of its time in the fused kernel.
        reader.encoder.set_attn_implementation("eager")
        reader.drop(plan.dropout)
        moving: Any = get_ema_multi_avg_fn(plan.averaging)  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.averaged = AveragedModel(reader, multi_avg_fn=moving)
        if plan.compiled:
            reader.encoder.encoder.compile(dynamic=True)
        self.reader = reader.train()
        self._plan = plan
        parameters = [one for one in reader.parameters() if one.requires_grad]
        self._parameters = parameters
        self.optimiser = torch.optim.AdamW(
            [
                {"params": [one for one in parameters if one.ndim > 1], "weight_decay": 0.01},
                {"params": [one for one in parameters if one.ndim < 2], "weight_decay": 0.0},
            ],
            lr=plan.rate,
        )

    @property
    def mean(self) -> model.Reader:
        """Return the reader with the running mean of the weights."""
        return cast("model.Reader", self.averaged.module)

    def step(self, batch: Batch, seen: int) -> dict[str, float]:
        """Learn from one batch; return the parts of the loss."""
        done = seen / self._plan.examples
        for group in self.optimiser.param_groups:
            group["lr"] = self._plan.rate * max(min(done / _WARMING, 1 - done), 0.002)
        with torch.autocast("cpu", torch.bfloat16):
            outputs = read(self.reader, batch)
        parts = losses(outputs, batch)
        self.optimiser.zero_grad(set_to_none=True)
        total = torch.stack(list(parts.values())).sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        torch.nn.utils.clip_grad_norm_(self._parameters, _LONGEST_GRADIENT)
        self.optimiser.step()
        self.averaged.update_parameters(self.reader)
        return {name: float(value.detach()) for name, value in parts.items()}


def train(  # noqa: PLR0913 - what is trained, from where to where, and how
    source: Source, start: Path, output: Path, *, plan: Plan, minutes: float, progress: Progress
) -> Place:
    """Train until the plan is done or `minutes` are over, from the last checkpoint if any."""
    torch.manual_seed(plan.seed)
    output.mkdir(parents=True, exist_ok=True)
    folder = output / CHECKPOINT
    resumed = (folder / STATE_NAME).exists()
    reader, tokens = model.begin(folder if resumed else start)
    trainer, at = Trainer(reader, plan), Place()
    if resumed:
        at = _resume(trainer, folder)
    log = Log(output, _EVERY)
    log.write({"plan": asdict(plan), "from": asdict(at), "begun_from": averaging.made_of(start)})
    development = source.development()
    began = kept = followed = time.monotonic()
    with progress.meter("训练") as meter:
        for batch in _batches(source, tokens, plan, at):
            parts = trainer.step(batch, at.seen)
            at.step += 1
            at.batch += 1
            at.seen += len(batch)
            log.step(at.step, at.seen, len(batch), parts)
            meter(at.seen, plan.examples)
            now = time.monotonic()
            over = now - began > 60 * minutes
            if now - kept > plan.keep_every or over:
                keep(trainer, tokens, at, output)
                kept = now
            if now - followed > plan.follow_every:
                log.write(
                    {"step": at.step, "seen": at.seen, **_follow(trainer, tokens, development)}
                )
                followed = time.monotonic()
            if over:
                break
    keep(trainer, tokens, at, output)
    log.write({"step": at.step, "seen": at.seen, **_follow(trainer, tokens, development)})
    return at


def keep(trainer: Trainer, tokens: ReaderTokens, at: Place, output: Path) -> None:
    """Write a checkpoint, all of it or nothing; its weights are the running mean."""
    partial, whole, old = (output / name for name in ("checkpoint.partial", CHECKPOINT, "old"))
    shutil.rmtree(partial, ignore_errors=True)
    model.save(trainer.mean, tokens, partial)
    state = {
        "reader": trainer.reader.state_dict(),
        "optimiser": trainer.optimiser.state_dict(),
        "drawing": torch.get_rng_state(),
        "at": asdict(at),
    }
    torch.save(state, partial / STATE_NAME)
    shutil.rmtree(old, ignore_errors=True)
    if whole.exists():
        whole.rename(old)
    partial.rename(whole)
    shutil.rmtree(old, ignore_errors=True)


def build_indexes(library: Library, folder: Path) -> dict[str, PassageIndex]:
    """Index what may be trained on, for wrong passages to be found in."""
    policies = [one for text in library.policy_texts(training=True) for one in text.passages]
    laws = list(library.law_passages(training=True))
    return {
        name: PassageIndex.build(folder / name, passages)
        for name, passages in (("policies", policies), ("laws", laws))
    }


def _batches(source: Source, tokens: ReaderTokens, plan: Plan, at: Place) -> Iterator[Batch]:
    """Yield batches from a place on; earlier rounds are drawn again, so that later ones agree."""
    begun = at.round
    for number in range(begun):
        source.round(number)
    while at.seen < plan.examples:
        groups = source.round(at.round)
        encoded = [encode(group, tokens) for group in groups]
        lengths = [[len(read.numbers) for read in texts] for texts in encoded]
        batches = in_batches(groups, lengths, plan.tokens, f"{plan.seed}/{at.round}")
        for places in batches[at.batch :]:
            if at.seen >= plan.examples:
                return
            yield _collated(places, groups, encoded)
        at.round += 1
        at.batch = 0


def _collated(places: Sequence[int], groups: Sequence[Group], encoded: Sequence[Any]) -> Batch:
    return collate([groups[place] for place in places], [encoded[place] for place in places])


def _resume(trainer: Trainer, folder: Path) -> Place:
    state = torch.load(folder / STATE_NAME, map_location="cpu", weights_only=True)
    trainer.reader.load_state_dict(state["reader"])
    trainer.optimiser.load_state_dict(state["optimiser"])
    at = Place(**state["at"])
    trainer.averaged.n_averaged.fill_(at.step)
    torch.set_rng_state(state["drawing"])
    return at


def _follow(
    trainer: Trainer, tokens: ReaderTokens, development: Sequence[Group]
) -> dict[str, float]:
    return follow(trainer.mean.eval(), tokens, development)
