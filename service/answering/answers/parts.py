"""Put the answers to the parts of a question together, each with its own basis."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from service.answering import compose
from service.answering.answer import Answer, Notice, Outcome, Part, Reason, Refusal
from service.answering.case import refusal_of
from service.answering.verify import unsupported

_WITHOUT_BASIS = "part_without_basis"
_AS_GRAVE = (Reason.NO_BASIS, Reason.OUT_OF_SCOPE, Reason.TOO_VAGUE)


def joined(question: str, answers: Sequence[Answer]) -> Answer:
    """Return the one answer to a question of several parts; refused where all of them are."""
    parts = tuple(_part(answer) for answer in answers)
    given = [part for part in parts if part.refusal is None]
    said = [part for part in given if part.answer is not None]
    if not given:
        return Answer(
            question, uuid.uuid4().hex, Outcome.REFUSED, 0.0, refusal=_refusal(parts), parts=parts
        )
    return Answer(
        question,
        uuid.uuid4().hex,
        _outcome(said),
        min(part.confidence for part in given),
        _answer(said),
        _script(parts) if said else None,
        tuple(dict.fromkeys(citation for part in given for citation in part.citations)),
        tuple(dict.fromkeys(_notices(parts))),
        parts=parts,
    )


def _part(answer: Answer) -> Part:
    return Part(
        answer.question,
        answer.outcome,
        answer.confidence,
        answer.answer,
        answer.script,
        answer.citations,
        answer.notices,
        answer.refusal,
    )


def _answer(said: Sequence[Part]) -> str | None:
    answers = [part.answer.strip() for part in said if part.answer]
    between = "\n" if any("\n" in answer for answer in answers) else "；"
    return between.join(answers) or None


def _outcome(said: Sequence[Part]) -> Outcome:
    """Return what the whole is; a computed part makes it one that says so."""
    if not said:
        return Outcome.PASSAGES
    computed = any(part.outcome is Outcome.COMPUTED for part in said)
    return Outcome.COMPUTED if computed else Outcome.ANSWERED


def _refusal(parts: Sequence[Part]) -> Refusal:
    reasons = {part.refusal.reason for part in parts if part.refusal}
    reason = next(one for one in _AS_GRAVE if one in reasons)
    near = (one for part in parts if part.refusal for one in part.refusal.nearest)
    return refusal_of(reason, tuple(dict.fromkeys(near)))


def _notices(parts: Sequence[Part]) -> Iterator[Notice]:
    for part in parts:
        yield from part.notices
        if part.refusal is not None:
            yield Notice(_WITHOUT_BASIS, f"没有找到依据：{part.question}")


def _script(parts: Sequence[Part]) -> str:
    """Return what to read aloud: each answer in turn, and what there is no answer to."""
    scripts = [part.script for part in parts if part.script]
    missing = [compose.without_basis(part.question) for part in parts if part.refusal]
    citations = [citation for part in parts for citation in part.citations]
    named = [said for said in missing if not unsupported("", said, citations)]
    unnamed = [compose.WITHOUT_BASIS] if len(named) < len(missing) else []
    return " ".join([*compose.said_in_turn(scripts), *named, *unnamed])
