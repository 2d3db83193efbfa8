"""Lays out what changed between two versions of a text, article by article, for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.comparison import Article, ArticleChange, Change, Comparison, Edit
from index.document import Document, Span

_UNNAMED = "无编号的一段"
_GATHERED = frozenset({Change.SAME, Change.MOVED})  # nothing in their words to be read


@dataclass(frozen=True, slots=True)
class Place:
    """An article of one of the two texts: how it is called, and where it is shown."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An article: where it stood, where it stands, and its words, each kept, added or removed."""

    before: Place | None
    after: Place | None
    words: tuple[tuple[Edit, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of an article, or of neighbours that stayed as they were or only moved.

    `number` counts the differences; it is 0 where there is none.
    """

    change: Change
    entries: tuple[Entry, ...]
    number: int

    @property
    def before(self) -> str:
        """Return what the articles were called in the old text."""
        return _from_to([entry.before.label for entry in self.entries if entry.before])

    @property
    def after(self) -> str:
        """Return what the articles are called in the new text."""
        return _from_to([entry.after.label for entry in self.entries if entry.after])


def differences(comparison: Comparison, before: Document, after: Document) -> list[Difference]:
    """Return everything in the order of the new text, what stayed and what moved gathered."""
    found: list[Difference] = []
    number = 0
    for change, group in groupby(comparison.in_order(), lambda one: one.change):
        entries = [_entry(one, before, after) for one in group]
        gathered = [entries] if change in _GATHERED else [[entry] for entry in entries]
        for several in gathered:
            number += change is not Change.SAME
            found.append(
                Difference(change, tuple(several), number if change is not Change.SAME else 0)
            )
    return found


def counts(comparison: Comparison) -> dict[Change, int]:
    """Count the articles by what became of them, in the order in which that is told."""
    told = [one.change for one in comparison.in_order()]
    order = (Change.CHANGED, Change.ADDED, Change.REMOVED, Change.MOVED, Change.SAME)
    return {change: told.count(change) for change in order if change in told}


def _entry(one: ArticleChange, before: Document, after: Document) -> Entry:
    return Entry(
        _place(one.before, before) if one.before else None,
        _place(one.after, after) if one.after else None,
        one.words or tuple(_whole(one, before, after)),
    )


def _place(article: Article, document: Document) -> Place:
    span = _trimmed(article.span, document.text)
    address = f"/documents/{document.id}?start={span.start}&end={span.end}#quote"
    return Place(article.label or _UNNAMED, address)


def _whole(one: ArticleChange, before: Document, after: Document) -> Iterator[tuple[Edit, str]]:
    """Yield the words of an article none of which changed by themselves."""
    if one.after is not None:
        edit = Edit.KEPT if one.before is not None else Edit.ADDED
        yield edit, one.after.words.of(after.text).strip()
    elif one.before is not None:
        yield Edit.REMOVED, one.before.words.of(before.text).strip()


def _trimmed(span: Span, text: str) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip())
    return Span(start, max(start, span.start + len(words.rstrip())))


def _from_to(labels: Sequence[str]) -> str:
    names = list(dict.fromkeys(labels))
    return names[0] if len(names) == 1 else f"{names[0]}至{names[-1]}" if names else ""
