"""Answers that follow from several stated values: a sum, a difference, a remainder, a share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from index.document import Document, Hit
from service.answering.reading.reader import Reader, Reading
from service.answering.understanding.asks import Asks, Operation, Request
from service.answering.understanding.limits import ordinals_in
from service.answering.understanding.numerals import format_number, parse_number
from service.answering.understanding.question import Inquiry
from service.answering.understanding.terms import Term, bare, presence

_GROUP = re.compile(r"(?P<number>[两二三四五六])(?P<unit>批|项|个|期|次|类|种|回)")
_IN_TURN = frozenset({"批", "期", "次", "回"})  # what official texts number, and say as 批 or 期
_PERCENT = Decimal(100)
_NEAR = 24  # characters before a value, and its noun, that say what it counts
_PRESENT = 0.85
_WHOLE = re.compile(r"100\s?[%％]|百分之百|百分百")


@dataclass(frozen=True, slots=True)
class Operand:
    """A stated value, with the words of its sentence that belong to it."""

    reading: Reading
    number: Decimal
    own: str

    @property
    def unit(self) -> str:
        """The unit the value is stated in."""
        return self.reading.value.unit if self.reading.value else ""


@dataclass(frozen=True, slots=True)
class Computation:
    """A computed value, how it came about, and the readings it rests on."""

    value: str
    formula: str
    operands: tuple[Reading, ...]


def compute(
    inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]], rules: Reader
) -> Computation | None:
    """Work out what the question asks from values of one sentence; None where it cannot be."""
    if inquiry.operation is None:
        return None
    to_whole = inquiry.operation is Operation.DIFFERENCE and _WHOLE.search(inquiry.wording)
    loose = replace(
        inquiry,
        request=Request(Asks.RATE, "%") if to_whole else _counting(inquiry.request),
        limits=replace(inquiry.limits, ordinals=(), negated=(), planned=False, loose=True),
    )
    readings = [reading for reading in rules.read(loose, hits) if not reading.objections]
    if not readings:
        return None
    best = readings[0].sentence
    operands = _operands([reading for reading in readings if reading.sentence == best])
    if to_whole:
        return _short_of_whole([operand for operand in operands if operand.reading == readings[0]])
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
    ordinals = [bare(ordinal) for ordinal in ordinals_in(wording)]
    if ordinals:
        return [o for ordinal in ordinals for o in operands if ordinal in o.own]
    if any(group["unit"] in _IN_TURN for group in _GROUP.finditer(wording)):
        return _in_turn(wording, operands)
    asked = [term for term in inquiry.terms if _asked(term, wording)]
    return [operand for operand in operands if _distinct(operand, operands, asked)]


def _in_turn(wording: str, operands: Sequence[Operand]) -> list[Operand]:
    """Return the numbered operands (第一批, 第二批) if there are as many as the wording says."""
    for group in _GROUP.finditer(wording):
        units = "批期次轮" if group["unit"] == "回" else group["unit"]
        numbered = re.compile(rf"第[一二三四五六七八九十\d]+[{units}]")
        found = [operand for operand in operands if numbered.search(operand.own)]
        if len(found) == parse_number(group["number"]):
            return found
    return []


def _asked(term: Term, wording: str) -> bool:
    return term.text in bare(wording)


def _distinct(operand: Operand, operands: Sequence[Operand], terms: Sequence[Term]) -> bool:
    """Say whether a word stands with this operand alone: itself, or else what means the same."""
    near = operand.own[-_NEAR:]
    others = [other.own[-_NEAR:] for other in operands if other is not operand]
    for term in terms:
        if len(term.text) > 1 and presence(term, near) >= _PRESENT:
            if term.text in near and not any(term.text in other for other in others):
                return True
            if not any(presence(term, other) >= _PRESENT for other in others):
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


def _short_of_whole(operands: Sequence[Operand]) -> Computation | None:
    """Work out how far a rate stays behind 100%."""
    if not operands or operands[0].number > _PERCENT:
        return None
    gap = f"{format_number(_PERCENT - operands[0].number)}%"
    return Computation(gap, f"100%减{_said(operands[0])}，差{gap}", _readings(operands))


def _remainder(inquiry: Inquiry, operands: Sequence[Operand]) -> Computation | None:
    found = _whole_and_done(inquiry, operands)
    if found is None:
        return None
    whole, done = found
    rest = whole.number - done.number
    formula = f"{_said(whole)}减{_said(done)}，余{_written(rest, done)}"
    return Computation(_written(rest, done), formula, _readings(found))


def _whole_and_done(
    inquiry: Inquiry, operands: Sequence[Operand]
) -> tuple[Operand, Operand] | None:
    """Return what there was, and how much of it is done, where the question denies the doing."""
    if not inquiry.limits.negated:
        return None
    verb = inquiry.limits.negated[0]
    term = next((term for term in inquiry.terms if term.text == verb), Term(verb, 1.0))
    done = [operand for operand in operands if presence(term, operand.own[-16:]) >= _PRESENT]
    if len(done) != 1:
        return None
    wholes = [
        operand
        for operand in operands
        if operand is not done[0]
        and operand.number >= done[0].number
        and _same_unit([operand, done[0]])
    ]
    return (wholes[0], done[0]) if wholes else None


def _share(inquiry: Inquiry, operands: Sequence[Operand]) -> Computation | None:
    undone = _whole_and_done(inquiry, operands)
    if undone is not None:
        whole, done = undone
        rest = whole.number - done.number
        said = f"{_said(whole)}减{_said(done)}，余{_written(rest, done)}"
        return _percentage(rest, whole.number, f"{said}，除以{_said(whole)}", undone)
    before, _, after = inquiry.wording.partition("占")
    parts = [o for o in _named(inquiry, operands, before) if not _is_total(o, operands)]
    if len(parts) != 1:
        return None
    total = next((operand for operand in operands if _is_total(operand, operands)), None)
    if total is not None:
        said = f"{_said(parts[0])}除以{_said(total)}"
        return _percentage(parts[0].number, total.number, said, [parts[0], total])
    group = _named(inquiry, operands, after)
    if not group:  # 两批加起来算，第二批占百分之几
        group = _in_turn(before, operands)
    if len(group) < 2 or parts[0] not in group:
        return None
    together = sum((operand.number for operand in group), Decimal(0))
    said = "与".join(map(_said, group)) + f"之和{_written(together, group[0])}"
    return _percentage(parts[0].number, together, f"{_said(parts[0])}除以{said}", group)


def _percentage(
    part: Decimal, whole: Decimal, formula: str, operands: Sequence[Operand]
) -> Computation | None:
    if not whole:
        return None
    percent = (part * _PERCENT / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    value = f"{format_number(percent)}%"
    return Computation(value, f"{formula}，约{value}", _readings(operands))


def _same_unit(parts: Sequence[Operand]) -> bool:
    return len({part.unit for part in parts}) == 1


def _said(part: Operand) -> str:
    return f"{format_number(part.number)}{part.unit}"


def _written(number: Decimal, like: Operand) -> str:
    return f"{format_number(number)}{like.unit}"


def _readings(parts: Sequence[Operand]) -> tuple[Reading, ...]:
    return tuple(part.reading for part in parts)
