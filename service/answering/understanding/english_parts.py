"""Take an English question apart that asks several things, as parts.py does a Chinese one.

Only where each part is plainly a question: it asks in its own words, or leaves out no more than
what an English question leaves out that leans on the one before (and how many in the second?).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.answering.understanding.english_clauses import (
    HowMany,
    asking_words,
    has_predicate,
    how_many,
    owner_of,
    properties_of,
    said_of,
    starts_asking,
    subject_and_limits,
)
from service.answering.understanding.english_follow_up import asked_of_each, completed_in_english
from service.answering.understanding.language import plain_quotes

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|《[^》]*》|\([^)]*\)|(?<!\w)'[^']*'(?!\w)")
_SENTENCE = re.compile(r"(?:[^?!;.\n]|\.(?=\w))+[?!;.\n]*")
_JOINT = re.compile(
    r"\s*[,;:]\s*(?:(?:and|but|also|plus|so|then)\s+)*|(?:\s+(?:and|also|but|plus|as\s+well\s+as))+\s+",
    re.IGNORECASE,
)
_RESUMES = re.compile(r"\s*,\s*(?:and|but)\s+(?=(?:in|for|at|during)\s[^,]*$)", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|good\s+(?:morning|afternoon|evening)|please|thanks|thank\s+you|excuse\s+me"
    r"|sorry|and|also|but|so|ok|okay|then)\b[\s,.!]*)+",
    re.IGNORECASE,
)
_TELL_ME = re.compile(
    r"^(?:(?:(?:can|could|would|will)\s+you\s+)?(?:please\s+)?(?:tell|let)\s+(?:me|us)(?:\s+know)?"
    r"|(?:I|we)(?:'d|\s+would)?\s+(?:want|wish|like)\s+to\s+(?:know|ask))\s*[:,]?\s+",
    re.IGNORECASE,
)
_ALL_TOGETHER = re.compile(
    r"\b(?:total|altogether|combined|together|sum|both|overall|difference|compared?|versus|than)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:what|how)\s+about\b", re.IGNORECASE)
_END = " \t\n,.;:?!"


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause that asks, and the clauses before it that only tell."""

    told: str
    asks: str


def english_parts_of(question: str) -> tuple[tuple[str, str], ...]:
    """Return the questions that a question asks, each with what those before it name.

    Empty where it is one, or where it cannot be cut with surety.
    """
    pieces = _pieces(plain_quotes(question))
    carried = _carried(pieces) if pieces else None
    if carried is None:
        return ()
    parts = [
        (f"{whole[:1].upper()}{whole[1:]}", named)
        for asks, named in carried
        for whole in properties_of(asks) or asked_of_each(asks) or (asks,)
    ]
    return tuple(parts) if len(parts) > 1 else ()


def _pieces(question: str) -> list[_Piece] | None:
    """Cut a question into what asks; None where it cannot be cut with surety."""
    clauses = [clause for sentence in _sentences(question) for clause in _clauses(sentence)]
    adds_up = _ALL_TOGETHER.search(question) is not None
    found: list[_Piece] = []
    told = ""
    for clause, following in itertools.zip_longest(clauses, clauses[1:], fillvalue=""):
        asks = starts_asking(clause)
        if not asks and not found:
            told = f"{told}, {clause}" if told else clause
            continue
        whole: str | None = clause
        if not asks or not has_predicate(clause):
            whole = None if adds_up else _completed(clause, found[-1:], following)
        if whole is None or asking_words(whole) > 1:
            return None
        found.append(_Piece(told, whole))
        told = ""
    return found or None


def _sentences(question: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(_blank(question)):
        sentence = _LEAD.sub("", question[match.start() : match.end()].strip(), count=1)
        sentence = _TELL_ME.sub("", sentence, count=1).strip(_END)
        if sentence:
            yield sentence


def _clauses(sentence: str) -> Iterator[str]:
    """Yield the clauses of a sentence, cut where the next one asks anew or leans on it."""
    blank, start = _blank(sentence), 0
    for joint in _JOINT.finditer(blank):
        resumes = _RESUMES.match(blank, joint.start()) is not None
        if joint.start() > start and (starts_asking(sentence[joint.end() :]) or resumes):
            yield sentence[start : joint.start()].strip(_END)
            start = joint.end()
    yield sentence[start:].strip(_END)


def _blank(text: str) -> str:
    return _QUOTED.sub(lambda match: "_" * len(match[0]), text)


def _completed(clause: str, before: Sequence[_Piece], following: str) -> str | None:
    """Make whole a clause that is the rest of another: how many in the second, in 2021."""
    if not before:
        return _with_the_predicate_of(following, clause)
    previous, counted = before[-1].asks, how_many(clause)
    if counted is not None:
        return _counted(counted, previous)
    about = _ABOUT.match(clause)
    if about is not None and owner_of(clause):
        return f"what is {clause[about.end() :].strip()}"
    whole = completed_in_english(clause if about else f"and {clause}", previous)
    return whole and whole.rstrip(_END)


def _with_the_predicate_of(following: str, clause: str) -> str | None:
    """Make whole: how many items, before: and how many windows are there."""
    counted, other = how_many(clause), how_many(following)
    if counted is None or other is None or not (counted.noun and other.noun) or counted.rest:
        return None
    return f"{clause} {other.rest}"


def _counted(counted: HowMany, previous: str) -> str | None:
    """Make whole a clause that counts what the one before counts, or counts it there."""
    other = how_many(previous)
    if other is None or not (counted.noun or counted.rest):
        return None
    noun = counted.noun or other.noun
    closed = f"{counted.asks} {noun} {counted.rest}"
    if has_predicate(closed):  # and how many were closed
        return closed if other.is_plain else None
    asked = f"{counted.asks} {noun} {other.rest}"
    return completed_in_english(f"and {counted.rest}", asked) if counted.rest else asked


def _carried(pieces: Sequence[_Piece]) -> list[tuple[str, str]] | None:
    """Give each part what those before it name; None where it is not plain what one leans on."""
    found: list[tuple[str, str]] = []
    before = owner = named = ""
    for piece in pieces:
        whole = said_of(piece.asks, before, owner) if found else piece.asks
        if whole is None:
            return None
        found.append((f"{piece.told}, {whole}" if piece.told else whole, named))
        owner = owner_of(whole) or owner
        before = before or piece.asks
        named = named or ", ".join(filter(None, (piece.told, subject_and_limits(whole))))
    return found
