"""Turns a question's vector towards the passages that answer it.

A model trained on the web at large puts everyday words beside everyday texts. A matrix fitted
on questions to officials turns the vector of a question, and of nothing else, so that stored
vectors stay as they are. `python -m eval.fitting.query_adapter --data DIR` fits it anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np

from index.engine import Vectors

FILE = Path(__file__).with_name("query_adapter.npz")


@dataclass(frozen=True, slots=True, eq=False)
class QueryAdapter:
    """What is added to a question's unit vector: the vector times `turn`, a square matrix."""

    turn: Vectors

    @classmethod
    def of_model(cls, identity: str) -> Self | None:
        """Return what was fitted for a model; None for a model that nothing was fitted for."""
        model, adapter = _shipped()
        return cls(adapter) if model == model_of(identity) else None

    def turned(self, vector: Vectors) -> Vectors:
        """Return the unit vector to search with."""
        turned = vector + vector @ self.turn
        return np.asarray(turned / max(float(np.linalg.norm(turned)), 1e-12), np.float32)


def model_of(identity: str) -> str:
    """Return a model's name and digest, however it was exported."""
    return identity.partition("/")[0]


def save(path: Path, identity: str, turn: Vectors) -> None:
    """Write what was fitted for a model, in half precision, which changes no rank."""
    np.savez_compressed(path, model=np.array(model_of(identity)), turn=turn.astype(np.float16))


@cache
def _shipped() -> tuple[str, Vectors]:
    with np.load(FILE, allow_pickle=False) as stored:
        return str(stored["model"]), stored["turn"].astype(np.float32)
