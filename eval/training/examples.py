"""What the reader learns from: a question's passages, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.training.passages import Located, Passage
from index.document import Span


@dataclass(frozen=True, slots=True)
class Example:
    """A question beside one passage; None where something is not known of it.

    `relevant`: the right passage; `answerable`: the answer stands in it; `span`: where.
    """

    question: str
    passage: Passage
    relevant: bool | None
    answerable: bool | None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One question with its passages, the right one first where there is one."""

    source: str
    examples: tuple[Example, ...]


def answered(source: str, question: str, right: Located, wrong: Sequence[Passage]) -> Group:
    """Return the group of a question whose answer is known."""
    first = Example(question, right.passage, relevant=True, answerable=True, span=right.span)
    return Group(source, (first, *_wrong(question, wrong)))


def unanswered(
    source: str, question: str, wrong: Sequence[Passage], tempting: Passage | None = None
) -> Group:
    """Return the group of a question without an answer; `tempting` may well be relevant."""
    tempted = [] if tempting is None else [Example(question, tempting, None, answerable=False)]
    return Group(source, (*tempted, *_wrong(question, wrong)))


def _wrong(question: str, passages: Sequence[Passage]) -> list[Example]:
    return [Example(question, one, relevant=False, answerable=False) for one in passages]
