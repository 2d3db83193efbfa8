"""What rests on a text that changed or ended: curated answers, and questions of an evaluation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from index.comparison import Article, Change, Comparison, compare
from index.document import Document, Span, Status
from index.knowledge_base import KnowledgeBase
from index.named_texts import title_key


class Fate(StrEnum):
    """What became of the words that something rests on."""

    KEPT = "kept"  # word for word in the version that followed, under the same number
    MOVED = "moved"
    CHANGED = "changed"
    REMOVED = "removed"
    ENDED = "ended"  # with the whole text, and no version followed


@dataclass(frozen=True, slots=True)
class RestingQuestion:
    """A question of an evaluation: the document it is about, by title, id or file, and a quote."""

    question: str
    document: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Affected:
    """A curated answer (with its id) or a question, and what became of its basis.

    `locator` and `place` are in the old text; `now` is the article that took its place.
    """

    question: str
    curated_id: str | None
    document_id: str
    locator: str
    place: Span
    fate: Fate
    ended_on: date | None
    now: Article | None = None
    now_in: str | None = None


def impact(
    base: KnowledgeBase, document_id: str, questions: Sequence[RestingQuestion] = ()
) -> list[Affected]:
    """Return what rests on the texts that this document ended, and on itself if it has ended."""
    document, lineage = base.document(document_id), base.lineage(document_id)
    found: list[Affected] = []
    for ended in lineage.ended:
        after = document if ended.how is Status.AMENDED else None
        found += _resting(base, base.document(ended.document_id), after, questions)
    metadata = document.metadata
    if metadata.valid_until is not None or metadata.ended_by is not None:
        by = lineage.ended_by
        after = base.document(by.by) if by is not None and by.how is Status.AMENDED else None
        found += _resting(base, document, after, questions)
    return found


def _resting(
    base: KnowledgeBase,
    before: Document,
    after: Document | None,
    questions: Sequence[RestingQuestion],
) -> Iterator[Affected]:
    comparison = compare(before, after) if after is not None else None
    for kept in base.curated.resting_on(before.id):
        if kept.draft.basis is not None:
            question, place = kept.draft.question, kept.draft.basis.span
            yield _affected(question, kept.id, place, before, comparison, after)
    for asked in questions:
        if _is_about(asked.document, before):
            found = _place(asked.quote, before.text)
            if found is not None:
                yield _affected(asked.question, None, found, before, comparison, after)


def _affected(  # noqa: PLR0913, PLR0917  what is asked, where, and what became of it
    question: str,
    curated_id: str | None,
    place: Span,
    before: Document,
    comparison: Comparison | None,
    after: Document | None,
) -> Affected:
    until = before.metadata.valid_until
    fate, now = _fate(place, comparison)
    return Affected(
        question=question,
        curated_id=curated_id,
        document_id=before.id,
        locator=before.locator(place),
        place=place,
        fate=fate,
        ended_on=until.date() if until else None,
        now=now,
        now_in=after.id if after is not None and now is not None else None,
    )


def _fate(place: Span, comparison: Comparison | None) -> tuple[Fate, Article | None]:
    """Return the worst that became of the articles at a place."""
    if comparison is None:
        return Fate.ENDED, None
    changes = comparison.of(place)
    for change, fate in (
        (Change.REMOVED, Fate.REMOVED),
        (Change.CHANGED, Fate.CHANGED),
        (Change.MOVED, Fate.MOVED),
    ):
        found = next((one for one in changes if one.change is change), None)
        if found is not None:
            return fate, found.after
    return Fate.KEPT, comparison.unchanged_at(place)


def _is_about(name: str, document: Document) -> bool:
    """Say whether a name is the document's: its id, its file, its number or its title."""
    metadata = document.metadata
    source = document.source.rsplit(".", 1)[0]
    exact = {document.id, document.source, source, metadata.document_number}
    return name in exact or title_key(name) == title_key(metadata.title)


def _place(quote: str | None, text: str) -> Span | None:
    """Find a quote, white space aside; without one the whole text is meant."""
    if not quote or not quote.strip():
        return Span(0, len(text))
    pattern = r"\s*".join(re.escape(sign) for sign in re.sub(r"\s", "", quote))
    match = re.search(pattern, text)
    return Span(*match.span()) if match else None
