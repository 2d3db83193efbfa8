"""Whether two texts in force state different values for the same thing."""

from __future__ import annotations

import re

from index.document import Kind
from service.answering.reading.identity import LEGISLATION
from service.answering.reading.reader import Reading
from service.answering.scope import years_of
from service.answering.understanding.terms import bare

_LASTING = LEGISLATION | {Kind.NORMATIVE_DOCUMENT, Kind.SERVICE_GUIDE, Kind.FAQ}
_ALIKE = 0.4  # share of the pairs of characters that two rules on the same thing have in common
_AS_WELL_COVERED = 0.1
_AS_OF = re.compile(r"截(?:至|止)([^，。；]{2,16}(?:年|月|日|底|末))")


def contradict(one: Reading, other: Reading) -> bool:
    """Say whether two readings cannot both be right: of one place and time, of one thing.

    Reports speak of their year, the later of a day not named by the earlier; rules hold until
    they end, so that two on the same thing are at odds whatever their years.
    """
    mine, theirs = one.sentence.document, other.sentence.document
    if mine.id == theirs.id or bare(one.stated) == bare(other.stated):
        return False
    if mine.metadata.region != theirs.metadata.region or not _of_one_kind(one, other):
        return False
    if mine.metadata.kind in _LASTING and theirs.metadata.kind in _LASTING:
        return _alike(one, other) >= _ALIKE
    days = [_AS_OF.findall(reading.sentence.text) for reading in (one, other)]
    if days[0] != days[1] and all(days):
        return False
    return bool(years_of(mine.metadata) & years_of(theirs.metadata))


def _of_one_kind(one: Reading, other: Reading) -> bool:
    mine, theirs = one.value, other.value
    if mine is None or theirs is None or mine.kind is not theirs.kind:
        return False
    covered = abs(one.evidence.share - other.evidence.share) <= _AS_WELL_COVERED
    return covered and mine.unit == theirs.unit and mine.planned == theirs.planned


def _alike(one: Reading, other: Reading) -> float:
    """Return the share of pairs of characters that the two sentences have in common."""
    mine, theirs = (_pairs(bare(reading.sentence.text)) for reading in (one, other))
    return 2 * len(mine & theirs) / max(1, len(mine) + len(theirs))


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
