"""Answers that follow from several stated values: a sum, a difference, a remainder, a share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from index.document import Document, Hit, Span
from service.answering.reading.reader import Reader, Reading
from service.answering.understanding.asks import Asks, Operation, Request
from service.answering.understanding.numerals import format_number, parse_number
from service.answering.understanding.question import Inquiry
from service.answering.understanding.terms import Term, bare, presence

_GROUP = re.compile(r"(?P<number>[两二三四五六])(?P<unit>批|项|个|期|次|类|种)")
_TOTAL = re.compile(r"共(?!同)|合计|总计|总数")


@dataclass(frozen=True, slots=True)
class Operand:
    """A stated value, with the words of its sentence that belong to it."""

    reading: Reading
    number: Decimal
    own: str


@dataclass(frozen=True, slots=True)
class Computation:
    """A computed value, how it came about, and the readings it rests on."""

    value: str
    formula: str
    operands: tuple[Reading, ...]


def compute(
    inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]], reader: Reader
) -> Computation | None:
    """Work out what the question asks from values of one sentence; None where it cannot be."""
    if inquiry.operation is None:
        return None
    loose = replace(
        inquiry,
        request=_counting(inquiry.request),
        limits=replace(inquiry.limits, ordinals=(), negated=(), planned=False, loose=True),
    )
    readings = [reading for reading in reader.read(loose, hits) if not reading.objections]
    if not readings:
        return None
    best = readings[0].sentence
    operands = _operands([reading for reading in readings if reading.sentence == best])
    work = {
        Operation.SUM: _sum,
        Operation.DIFFERENCE: _difference,
        Operation.REMAINDER: _remainder,
        Operation.SHARE: _share,
    }[inquiry.operation]
    return work(inquiry, operands)


def _counting(request: Request) -> Request:
    """Return the request for the operands: a share of counts is worked out from counts."""
    if request.kind is Asks.RATE:
        return Request(Asks.COUNT)
    return replace(request, noun="")


def _operands(readings: Sequence[Reading]) -> list[Operand]:
    """Return the plainly stated values, in order; hedged ones (超, 余, 拟) compute nothing."""
    ordered = sorted(readings, key=lambda reading: reading.sentence.span.start + _start(reading))
    operands, previous = [], 0
    for reading in ordered:
        value = reading.value
        if value is None:
            continue
        own = reading.sentence.text[previous : value.span.end] + value.noun
        previous = value.span.end + len(value.noun)  # what one counts is not said of the next
        if value.number is not None and value.span == value.core:
            operands.append(Operand(reading, value.number, bare(own)))
    return operands


def _start(reading: Reading) -> int:
    return reading.value.span.start if reading.value else 0


def _named(inquiry: Inquiry, operands: Sequence[Operand], wording: str) -> list[Operand]:
    """Return the operands that the wording names, by batch or by a word of their own."""
    ordinals = [bare(ordinal) for ordinal in inquiry.limits.ordinals if ordinal in wording]
    if ordinals:
        return [o for ordinal in ordinals for o in operands if ordinal in o.own]
    group = _GROUP.search(wording)
    if group and group["unit"] in {"批", "期", "次"}:
        found = [
            o for o in operands if re.search(rf"第[一二三四五六七八九十\d]+{group['unit']}", o.own)
        ]
        return found if len(found) == parse_number(group["number"]) else []
    asked = [term for term in inquiry.terms if _asked(term, wording)]
    return [operand for operand in operands if _distinct(operand, operands, asked)]


def _asked(term: Term, wording: str) -> bool:
    return term.text in bare(wording)


def _distinct(operand: Operand, operands: Sequence[Operand], terms: Sequence[Term]) -> bool:
    near = operand.own[-24:]
    for term in terms:
        if len(term.text) > 1 and presence(term, near) >= 0.85:
            others = [other for other in operands if other is not operand]
            if not any(presence(term, other.own[-24:]) >= 0.85 for other in others):
                return True
    return False


def _is_total(operand: Operand, operands: Sequence[Operand]) -> bool:
    others = [other.number for other in operands if other is not operand]
    return len(others) >= 2 and operand.number == sum(others)


def _sum(inquiry: Inquiry, operands: Sequence[Operand]) -> Computation | None:
    named = _named(inquiry, operands, inquiry.wording)
    parts = [operand for operand in named if not _is_total(operand, operands)]
    if len(parts) < 2 or not _same_unit(parts):
        return None
    total = sum((part.number for part in parts), Decimal(0))
    formula = "加".join(_said(part) for part in parts) + f"，共{_written(total, parts[0])}"
    return Computation(_written(total, parts[0]), formula, _readings(parts))


def _difference(inquiry: Inquiry, operands: Sequence[Operand]) -> Computation | None:
    named = _named(inquiry, operands, inquiry.wording)
    parts = [operand for operand in named if not _is_total(operand, operands)] or named
    if len(parts) != 2 or not _same_unit(parts):
        return None
    more, less = sorted(parts, key=lambda part: -part.number)
    gap = more.number - less.number
    formula = f"{_said(more)}减{_said(less)}，差{_written(gap, more)}"
    return Computation(_written(gap, more), formula, _readings([more, less]))


def _remainder(inquiry: Inquiry, operands: Sequence[Operand]) -> Computation | None:
    if not inquiry.limits.negated:
        return None
    verb = inquiry.limits.negated[0]
    term = next((term for term in inquiry.terms if term.text == verb), Term(verb, 1.0))
    done = [operand for operand in operands if presence(term, operand.own[-16:]) >= 0.85]
    if len(done) != 1:
        return None
    wholes = [
        operand
        for operand in operands
        if operand is not done[0]
        and operand.number >= done[0].number
        and _same_unit([operand, done[0]])
    ]
    if not wholes:
        return None
    rest = wholes[0].number - done[0].number
    formula = f"{_said(wholes[0])}减{_said(done[0])}，余{_written(rest, done[0])}"
    return Computation(_written(rest, done[0]), formula, _readings([wholes[0], done[0]]))


def _share(inquiry: Inquiry, operands: Sequence[Operand]) -> Computation | None:
    before, _, after = inquiry.wording.partition("占")
    parts = _named(inquiry, operands, before)
    parts = [operand for operand in parts if not _is_total(operand, operands)]
    if len(parts) != 1:
        return None
    whole = next((o for o in operands if _is_total(o, operands)), None)
    if whole is not None:
        total, said, readings = whole.number, _said(whole), [parts[0], whole]
    else:
        unlimited = replace(inquiry, limits=replace(inquiry.limits, ordinals=()))
        group = _named(unlimited, operands, after)
        if len(group) < 2 or parts[0] not in group:
            return None
        total = sum((operand.number for operand in group), Decimal(0))
        said, readings = (
            "与".join(_said(o) for o in group) + f"之和{_written(total, group[0])}",
            group,
        )
    if not total:
        return None
    percent = (parts[0].number * 100 / total).quantize(Decimal("0.01"), ROUND_HALF_UP)
    value = f"{format_number(percent)}%"
    return Computation(value, f"{_said(parts[0])}除以{said}，约{value}", _readings(readings))


def _same_unit(parts: Sequence[Operand]) -> bool:
    return len({part.reading.value.unit for part in parts if part.reading.value}) == 1


def _said(part: Operand) -> str:
    value = part.reading.value
    return f"{format_number(part.number)}{value.unit if value else ''}"


def _written(number: Decimal, like: Operand) -> str:
    value = like.reading.value
    return f"{format_number(number)}{value.unit if value else ''}"


def _readings(parts: Sequence[Operand]) -> tuple[Reading, ...]:
    return tuple(part.reading for part in parts)


def operand_span(reading: Reading) -> Span:
    """Return where an operand is stated."""
    return reading.answer or reading.sentence.span
