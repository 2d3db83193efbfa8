"""Where the references of a document lead in the knowledge base, as of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from index.agencies import Agencies
from index.document import SHANGHAI, Document, Section, SectionKind, Span, Status
from index.errors import DocumentNotFound
from index.knowledge_base import KnowledgeBase
from index.named_texts import title_key
from index.references import Reference, ReferenceKind, place_in, references, section_at
from index.store.names import Bearer

_LONG_AGO = datetime.min.replace(tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to: a document, and the place in it where that was found.

    `span` is None where only the whole text is meant, or the place is not there.
    """

    document: Document
    span: Span | None
    locator: str


@dataclass(frozen=True, slots=True)
class Link:
    """A reference, and its target where the knowledge base has it."""

    reference: Reference
    target: Target | None


def links(
    base: KnowledgeBase,
    document: Document,
    on: date,
    sees: Callable[[Document], bool] = lambda _: True,
) -> list[Link]:
    """Return the references of a document with their targets in force on a day.

    Where none is in force, the latest that was: a repealed text is still what was meant. A
    reference that could mean several texts leads nowhere, nor does one to what `sees` denies.
    """
    found = references(document)
    keys = {title_key(one.title) for one in found if one.title}
    numbers = {one.document_number for one in found if one.document_number}
    named = base.bearers(keys, numbers)
    loaded: dict[str, Document | None] = {}

    def load(document_id: str) -> Document | None:
        if document_id not in loaded:
            other = _loaded(base, document_id)
            loaded[document_id] = other if other and sees(other) else None
        return loaded[document_id]

    agencies = base.agencies
    return [Link(one, _target(one, document, named, load, on, agencies)) for one in found]


def _loaded(base: KnowledgeBase, document_id: str) -> Document | None:
    try:
        return base.document(document_id)
    except DocumentNotFound:
        return None


def _target(  # noqa: PLR0913, PLR0917  all that a reference can depend on
    reference: Reference,
    document: Document,
    named: Sequence[Bearer],
    load: Callable[[str], Document | None],
    on: date,
    agencies: Agencies,
) -> Target | None:
    if reference.kind in {ReferenceKind.OWN, ReferenceKind.NEAR}:
        section = place_in(document, reference)
        return _to(document, section) if section else None
    by_number = [one for one in named if _same_number(one, reference)]
    key = title_key(reference.title) if reference.title else None
    bearing = by_number or [one for one in named if one.key == key]
    ids = dict.fromkeys(one.document_id for one in bearing)
    candidates = [other for one in ids if (other := load(one)) is not None]
    chosen = _chosen(candidates, document, on, agencies)
    if chosen is None:
        return None
    region = _region(chosen, key)
    return _to(
        chosen, section_at(chosen.text, region, reference.steps) if reference.steps else None
    )


def _same_number(bearer: Bearer, reference: Reference) -> bool:
    return bearer.document_number is not None and (
        bearer.document_number == reference.document_number
    )


def _chosen(
    candidates: Sequence[Document], document: Document, on: date, agencies: Agencies
) -> Document | None:
    """Return the one in force, of one agency; where there are several versions, the latest.

    An agency stays the one it was under another name.
    """
    for statuses in ({Status.IN_FORCE}, {Status.UNVERIFIED}, set(Status)):
        holding = [one for one in candidates if one.metadata.status_on(on) in statuses]
        issuers = {one.metadata.issuer for one in holding}
        if not all(agencies.are_one(one, other) for one, other in combinations(issuers, 2)):
            own = document.metadata.issuer
            holding = [one for one in holding if agencies.are_one(one.metadata.issuer, own)]
        if holding:
            return max(holding, key=lambda one: (one.metadata.valid_from or _LONG_AGO, one.id))
        if issuers:
            return None
    return None


def _region(document: Document, key: str | None) -> Section:
    """Return the annex that bears the name, as what a notice prints does, or all of it."""
    for annex in document.root.children:
        named = annex.kind is SectionKind.ANNEX and annex.heading is not None
        if named and annex.heading and title_key(annex.heading.of(document.text)) == key:
            return annex
    return document.root


def _to(document: Document, section: Section | None) -> Target:
    span = section.span if section else None
    return Target(document, span, document.locator(span) if span else "")
