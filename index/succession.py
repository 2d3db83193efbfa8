"""Which text ends which, and from what day: versions of one text, and texts that are repealed.

Worked out anew from all that is known, so the order in which the texts came in plays no part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from index.agencies import Agencies
from index.document import Kind, Metadata, Span, Status
from index.named_texts import NamedText, Relation, title_key

OWN = {Relation.IS, Relation.PRINTS}
_REVISED = re.compile(r"[（(][^）)]*(?:修订|修正|修改)[^）)]*[）)]\s*$|(?:修订|修正)[版本]?$")
# What bears such a name is one text, kept up to date; a notice of the same title is another one.
_LASTING = re.compile(
    r"(?<!看)(?:法|法典|条例|办法|规定|细则|规则|准则|章程|规程|守则|制度|目录|清单|标准|规范)(?:\([试暂]行\))?$"
)
_NATIONAL = {Kind.LAW, Kind.ADMINISTRATIVE_REGULATION}


class Question(StrEnum):
    """Why it is left to the maintainer whether one text ends another."""

    DAYS_UNKNOWN = "days_unknown"
    ISSUER_DIFFERS = "issuer_differs"
    NOT_SAID = "not_said"  # same title, and nothing says that one takes the other's place
    AMENDED = "amended"  # by a decision, and the amended text is not there


@dataclass(frozen=True, slots=True)
class Member:
    """A text with the names it goes by and the texts it names."""

    id: str
    metadata: Metadata
    names: tuple[NamedText, ...]
    digest: str

    @property
    def begins_on(self) -> date | None:
        """Return the first day it holds."""
        begins = self.metadata.valid_from
        return begins.date() if begins else None

    @property
    def keys(self) -> frozenset[str]:
        """Return what it can be named by."""
        return frozenset(name.key for name in self.names if name.relation in OWN)

    def goes_by(self, name: NamedText) -> bool:
        """Say whether a name is this text's: by its 文号 where both have one, or its title."""
        number = self.metadata.document_number
        if number and name.document_number and _is_full(name.document_number):
            return number == name.document_number
        return name.key in self.keys


@dataclass(frozen=True, slots=True)
class Ending:
    """That a text is ended by another: from which day, how, and where that one says so.

    `question` says why it is not done but asked of the maintainer; then `on` may be unknown.
    """

    document_id: str
    by: str
    how: Status  # amended or repealed
    on: date | None
    span: Span  # in the text of the one that ends it
    question: Question | None = None


def endings_of(target: Member, others: Sequence[Member], agencies: Agencies) -> list[Ending]:
    """Return what ends a text, the one that counts first, and then what is to be asked.

    An agency speaks for what it was called before, as far as `agencies` is certain of it.
    """
    agencies = agencies.certain()
    found = [
        ending
        for other in others
        if other.id != target.id and other.digest != target.digest
        for ending in (*_repeals(target, other, agencies), *_replaces(target, other, agencies))
    ]
    begins = {other.id: other.begins_on or date.max for other in others}
    sure = [ending for ending in found if ending.question is None]
    sure.sort(
        key=lambda one: (
            one.on or date.max,
            one.how is not Status.REPEALED,
            begins[one.by],
            one.by,
        )
    )
    if sure:
        return sure[:1]
    asked = {(one.by, one.question): one for one in found}
    return sorted(asked.values(), key=lambda one: (one.by, str(one.question)))


def _repeals(target: Member, other: Member, agencies: Agencies) -> list[Ending]:
    """Return that `other` says in words that it repeals `target`."""
    named = [name for name in other.names if name.relation is Relation.REPEALS]
    return [
        ending
        for name in named
        if target.goes_by(name) and (ending := _repeal(target, other, name, agencies)) is not None
    ]


def _repeal(target: Member, other: Member, name: NamedText, agencies: Agencies) -> Ending | None:
    # An amended law still says what its first version repealed, from that version's day on.
    day = name.on or other.metadata.effective_on or other.begins_on
    if not _same_place(target.metadata, other.metadata):
        return None
    question = None
    by_number = bool(name.document_number) and (
        name.document_number == target.metadata.document_number
    )
    begun = target.begins_on
    if day is None or (begun is None and not by_number):
        question = Question.DAYS_UNKNOWN
    elif begun is not None and begun >= day:
        return None  # a later text of that name
    elif not by_number and not _speaks_for(other.metadata, target.metadata, name, agencies):
        question = Question.ISSUER_DIFFERS
    return Ending(target.id, other.id, Status.REPEALED, day, name.span, question)


def _speaks_for(other: Metadata, target: Metadata, name: NamedText, agencies: Agencies) -> bool:
    """Say whether a title is enough to know which text is meant."""
    if target.kind in _NATIONAL or _same_issuer(target, other, agencies):
        return True
    issuer, region = target.issuer or "", target.region or ""
    return bool(
        (issuer and issuer in name.said_of)
        or (region and region in name.title and not other.region)
    ) or bool(region and region == other.region)


def _replaces(target: Member, other: Member, agencies: Agencies) -> list[Ending]:
    """Return that `other` is a later version of `target`, or may be one."""
    shared = target.keys & other.keys
    numbers = {target.metadata.document_number, other.metadata.document_number}
    same_number = len(numbers) == 1 and _is_full(target.metadata.document_number or "")
    place = next((n.span for n in other.names if n.relation is Relation.IS), Span(0, 0))
    if not shared:
        if not (same_number and _REVISED.search(other.metadata.title)):
            return _amends(target, other)
    elif not _same_place(target.metadata, other.metadata):
        return []
    older, newer = target.begins_on, other.begins_on
    question = _whether_version(target, other, shared, agencies)
    if question is None and (older is None or newer is None):
        question = Question.DAYS_UNKNOWN
    if question is Question.NOT_SAID and not _may_be_version(other.metadata):
        return []
    if older is not None and newer is not None and older >= newer:
        return []
    if newer is None and older is not None:
        return []  # it is the one without a day that is asked about
    return [Ending(target.id, other.id, Status.AMENDED, newer, place, question)]


def _whether_version(
    target: Member, other: Member, shared: frozenset[str], agencies: Agencies
) -> Question | None:
    national = target.metadata.kind is Kind.LAW and other.metadata.kind is Kind.LAW
    if shared and not national and not _same_issuer(target.metadata, other.metadata, agencies):
        return Question.ISSUER_DIFFERS
    lasting = any(_LASTING.search(key) for key in shared)
    if not lasting and not _REVISED.search(other.metadata.title):
        return Question.NOT_SAID
    return None


def _may_be_version(metadata: Metadata) -> bool:
    return metadata.kind is Kind.SERVICE_GUIDE


def _amends(target: Member, other: Member) -> list[Ending]:
    """Return that a decision changed `target`; its own words did not take that in."""
    day, begun = other.begins_on, target.begins_on
    return [
        Ending(target.id, other.id, Status.AMENDED, day, name.span, Question.AMENDED)
        for name in other.names
        if name.relation is Relation.AMENDS
        and title_key(name.title) in target.keys
        and day is not None
        and begun is not None
        and begun < (other.metadata.issued_on or day)
    ]


def _same_issuer(earlier: Metadata, later: Metadata, agencies: Agencies) -> bool:
    """Say whether the texts have an issuer in common, renamed or not, or one of them names none."""
    if not earlier.issuer or not later.issuer:
        return True
    return any(
        agencies.is_or_became(former, now)
        for former in earlier.issuer.split("、")
        for now in later.issuer.split("、")
    )


def _same_place(one: Metadata, two: Metadata) -> bool:
    """Say whether nothing speaks against two texts being of the same place."""
    return not one.region or not two.region or one.region == two.region


def _is_full(number: str) -> bool:
    """Say whether a 文号 names one document in the country: with its agency and its year."""
    return re.match(r"[\u4e00-\u9fff]+〔\d{4}〕", number) is not None
