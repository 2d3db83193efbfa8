"""Take a question apart that asks several things: 一共办了多少件，满意率是多少.

Only where each part is plainly a question of its own; otherwise a question stays whole, as
数据和政务服务 is no two things. What the first part names goes into those that name nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.answering.understanding.english_parts import english_parts_of
from service.answering.understanding.follow_up import completed, property_asked
from service.answering.understanding.language import is_english
from service.answering.understanding.predicates import (
    counts_what_it_names,
    is_question,
    subject_of,
)
from service.answering.understanding.shared import distributed, without_quoted

_MOST = 6  # parts; more is a story, not a list of questions
_SENTENCE = re.compile(r"[^？?；;。\n]+[？?；;。\n]*")
_JOINT = re.compile(r"[，,、]+|(?<=[\u4e00-\u9fff])(?=以及|还有|并且|另外)")
_CONJUNCTION = re.compile(r"^(?:以及|还有|并且|而且|另外|同时|和|及|又|那么|那)+")
_END = " \t，,、；;。？?！!~～"
_WHETHER = re.compile(r"[吗么没]$")
_ASKS_WHETHER = re.compile(r".{2,}吗$")  # 收费吗
_TAG = re.compile(r"(?:是|对|行|好|真的|没错|知道|明白|清楚|晓得|记得|^可以|^有)吗$")
_LEANS = re.compile(r"[^多几什哪谁何怎如]{2,12}呢")  # 第二批呢
_POLITE = re.compile(
    r"^(?:请问一下|请问|你好|您好|麻烦问下|想问一下|我想问一下|我想知道)?[，,、\s]*"
)


@dataclass(frozen=True, slots=True)
class AskedPart:
    """One of the questions asked; `about` is what those before it name, where it names its own."""

    question: str
    about: str = ""


def parts_of(question: str) -> tuple[AskedPart, ...]:
    """Return the questions that a question asks, in order; empty where it is one."""
    if is_english(question):
        english = tuple(AskedPart(*part) for part in english_parts_of(question))
        return english if len(english) <= _MOST else ()
    pieces = _pieces(question)
    carried = _carried(pieces) if pieces else [AskedPart(_POLITE.sub("", question))]
    if carried is None:
        return ()
    parts = [
        AskedPart(whole, part.about)
        for part in carried
        for whole in distributed(part.question) or (part.question,)
    ]
    return tuple(parts) if 1 < len(parts) <= _MOST else ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A clause that asks, and the clauses before it that only tell."""

    told: str
    asks: str


def _pieces(question: str) -> list[_Piece] | None:
    """Cut a question into what asks; None where it cannot be cut with surety."""
    found: list[_Piece] = []
    told = ""
    for sentence in _SENTENCE.findall(question):
        clauses = list(_clauses(sentence))
        asking = [clause for clause in clauses if _asks(clause)]
        if len(asking) < 2:
            ends = sentence.rstrip()[-1:] in {"？", "?"}
            if asking or (ends and _WHETHER.search(sentence.rstrip(_END))):
                found.append(_Piece(told, sentence.strip(_END)))
                told = ""
            elif found:
                found[-1] = _Piece(found[-1].told, f"{found[-1].asks}，{sentence.strip(_END)}")
            else:
                told += sentence
            continue
        for clause in clauses:
            if clause in asking:
                found.append(_Piece(told, clause))
                told = ""
            elif found and clause is clauses[-1]:
                found[-1] = _Piece(found[-1].told, f"{found[-1].asks}，{clause}")
            else:
                told += f"{clause}，"
    return found or None


def _asks(clause: str) -> bool:
    if is_question(without_quoted(clause)) or _LEANS.fullmatch(clause):
        return True
    return _ASKS_WHETHER.match(clause) is not None and _TAG.search(clause) is None


def _clauses(sentence: str) -> Iterator[str]:
    """Yield the clauses of a sentence, cut only between two that are each a question."""
    blank = without_quoted(sentence)
    cuts = [0, *(match.start() for match in _JOINT.finditer(blank)), len(sentence)]
    pieces = [sentence[a:b] for a, b in itertools.pairwise(cuts)]
    joined = [pieces[0]]
    for piece in pieces[1:]:
        if piece.startswith("、") and not (
            is_question(without_quoted(_bare(piece)), strict=True)
            and is_question(without_quoted(_bare(joined[-1])), strict=True)
        ):
            joined[-1] += piece
        else:
            joined.append(piece)
    yield from filter(None, map(_bare, joined))


def _bare(clause: str) -> str:
    return _CONJUNCTION.sub("", clause.strip(_END)) or clause.strip(_END)


def _carried(pieces: Sequence[_Piece]) -> list[AskedPart] | None:
    """Give each part what those before it name: in its words where it has no subject of its own.

    None where one leans on the part before (第二批呢) and it is not plain how.
    """
    found: list[AskedPart] = []
    first = latest = ""
    for piece in pieces:
        asks = piece.asks if found else _POLITE.sub("", piece.asks)
        asked = property_asked(asks) if _LEANS.fullmatch(asks) and found else None
        if asked is not None:  # 满意率呢, of what was named before
            found.append(AskedPart(f"{latest}{asked}", "" if latest == first else first))
            continue
        if _LEANS.fullmatch(asks):
            whole = completed(asks, found[-1].question) if found else None
            if whole is None:
                return None
            found.append(AskedPart(whole))
            continue
        own = f"{piece.told}{subject_of(_POLITE.sub('', asks))}"
        if own or not found:
            found.append(AskedPart(f"{piece.told}{asks}", first))
            latest = own
        elif counts_what_it_names(asks):  # it may be counted of something else
            found.append(AskedPart(asks, latest))
        else:
            found.append(AskedPart(f"{latest}{asks}", "" if latest == first else first))
        first = first or own
    return found
