"""Two versions of a text held against each other, article by article."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from index.document import Document, Section, SectionKind, Span

_ALIKE = 0.5  # share of pairs of characters in common from which two articles are one, changed
_LEAST_KEPT = 2  # characters between two changes that are worth telling apart from them
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[A-Za-z]+|\s+|.", re.DOTALL)


class Change(StrEnum):
    """What became of an article."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # its words, and perhaps its number
    MOVED = "moved"  # the same words under another number
    SAME = "same"  # stayed as it was; only where all articles are told in order


class Edit(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Article:
    """An article, or a paragraph of a text without articles. `words` are without its number."""

    label: str
    span: Span
    words: Span


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """What became of one article. `words` are old and new in one row; only where it changed."""

    change: Change
    before: Article | None
    after: Article | None
    words: tuple[tuple[Edit, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed, in the order of the new text, and which articles stayed as they were."""

    changes: tuple[ArticleChange, ...]
    same: tuple[tuple[Article, Article], ...]  # before and after

    @property
    def unchanged(self) -> int:
        """Return how many articles stayed as they were."""
        return len(self.same)

    def in_order(self) -> Iterator[ArticleChange]:
        """Yield every article in the order of the new text, those that stayed among them."""
        same = deque(self.same)
        for place, one in enumerate(self.changes):
            following = next((c.after for c in self.changes[place:] if c.after is not None), None)
            side = 1 if one.after is not None else 0
            article = one.after or one.before
            while same and article and same[0][side].span.start < article.span.start:
                if following is not None and same[0][1].span.start > following.span.start:
                    break  # what was taken out stood behind an article that has moved on
                yield ArticleChange(Change.SAME, *same.popleft())
            yield one
        for before, after in same:
            yield ArticleChange(Change.SAME, before, after)

    def of(self, place: Span) -> tuple[ArticleChange, ...]:
        """Return the changes that touch a place in the old text."""
        return tuple(
            one
            for one in self.changes
            if one.before is not None and one.before.span.overlaps(place)
        )

    def unchanged_at(self, place: Span) -> Article | None:
        """Return the article of the new text that a place in the old one is in, unchanged."""
        return next((after for before, after in self.same if before.span.overlaps(place)), None)


def compare(before: Document, after: Document) -> Comparison:
    """Hold two texts against each other; white space and width play no part."""
    old, new = articles(before), articles(after)
    pairs = _pairs(before, old, after, new)
    gone = {index: ArticleChange(Change.REMOVED, old[index], None) for index in range(len(old))}
    changes: list[ArticleChange] = []
    same: list[tuple[Article, Article]] = []
    told = 0
    by_new = {right: left for left, right in pairs}
    for left, _ in pairs:
        del gone[left]
    for right, article in enumerate(new):
        if right not in by_new:
            changes.append(ArticleChange(Change.ADDED, None, article))
            continue
        left = by_new[right]
        changes += [gone.pop(index) for index in sorted(gone) if told <= index < left]
        told = max(told, left)
        change = _change(before, old[left], after, article)
        if change is None:
            same.append((old[left], article))
        else:
            changes.append(change)
    changes += [gone[index] for index in sorted(gone)]
    return Comparison(tuple(changes), tuple(same))


def articles(document: Document) -> list[Article]:
    """Return the articles of a text, or its paragraphs where it has none."""
    found = [one for one in document.root.walk() if one.kind is SectionKind.ARTICLE]
    if found:
        return [_article(one) for one in found]
    return [
        Article(document.locator(span), span, span)
        for match in re.finditer(r"\S[^\n]*", document.text)
        for span in (Span(match.start(), match.start() + len(match[0].rstrip())),)
    ]


def _article(section: Section) -> Article:
    start = section.heading.end if section.heading else section.span.start
    return Article(
        section.label, section.span, Span(min(start, section.span.end), section.span.end)
    )


def _change(before: Document, old: Article, after: Document, new: Article) -> ArticleChange | None:
    was, now = old.words.of(before.text), new.words.of(after.text)
    if _bare(was) != _bare(now):
        return ArticleChange(Change.CHANGED, old, new, tuple(changed_words(was, now)))
    return ArticleChange(Change.MOVED, old, new) if old.label != new.label else None


def _bare(words: str) -> str:
    """Return words as they are compared: without white space, of one width."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", words))


def _pairs(
    before: Document, old: Sequence[Article], after: Document, new: Sequence[Article]
) -> list[tuple[int, int]]:
    """Say which article became which: first those of the same words, then those most alike."""
    was = [_bare(one.words.of(before.text)) for one in old]
    now = [_bare(one.words.of(after.text)) for one in new]
    pairs = list(_same(was, now))
    lefts, rights = {left for left, _ in pairs}, {right for _, right in pairs}
    left_over = [index for index in range(len(old)) if index not in lefts]
    right_over = [index for index in range(len(new)) if index not in rights]
    for _, left, right in sorted(_likenesses(was, left_over, now, right_over)):
        if left not in lefts and right not in rights:
            pairs.append((left, right))
            lefts.add(left)
            rights.add(right)
    return sorted(pairs)


def _same(was: Sequence[str], now: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pair the same words, those in the same order first."""
    taken: set[int] = set()
    paired: set[int] = set()
    for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            taken.add(block.b + step)
            paired.add(block.a + step)
            yield block.a + step, block.b + step
    places: dict[str, list[int]] = {}
    for right, words in enumerate(now):
        if right not in taken:
            places.setdefault(words, []).append(right)
    for left, words in enumerate(was):
        if left not in paired and places.get(words):
            yield left, places[words].pop(0)


def _likenesses(
    was: Sequence[str], lefts: Sequence[int], now: Sequence[str], rights: Sequence[int]
) -> Iterator[tuple[float, int, int]]:
    """Yield how unlike the articles are that are left, where they are alike enough."""
    places: dict[str, list[tuple[int, int]]] = {}  # of each couple, and how often it stands there
    totals: dict[int, int] = {}
    for right in rights:
        couples = _couples(now[right])
        totals[right] = couples.total()
        for couple, count in couples.items():
            places.setdefault(couple, []).append((right, count))
    for left in lefts:
        couples, shared = _couples(was[left]), Counter[int]()
        for couple, count in couples.items():
            for right, others in places.get(couple, ()):
                shared[right] += min(count, others)
        for right, common in shared.items():
            total = couples.total() + totals[right]
            if 2 * common >= _ALIKE * total:
                yield 1 - 2 * common / total, left, right


def _couples(words: str) -> Counter[str]:
    return Counter(words[index : index + 2] for index in range(len(words) - 1))


def changed_words(before: str, after: str) -> Iterator[tuple[Edit, str]]:
    """Yield the words of two texts in one row: kept, removed and added."""
    old, new = _TOKEN.findall(before.strip()), _TOKEN.findall(after.strip())
    removed, added = "", ""
    was_alike, now_alike = ([_bare(token) or " " for token in tokens] for tokens in (old, new))
    opcodes = SequenceMatcher(None, was_alike, now_alike, autojunk=False).get_opcodes()
    for number, (kind, start, end, begin, stop) in enumerate(opcodes):
        was, now = "".join(old[start:end]), "".join(new[begin:stop])
        inside = 0 < number < len(opcodes) - 1
        if kind != "equal" or (inside and len(was.strip()) < _LEAST_KEPT):
            removed, added = removed + was, added + now
            continue
        yield from _told(removed, added)
        removed = added = ""
        yield Edit.KEPT, now
    yield from _told(removed, added)


def _told(removed: str, added: str) -> Iterator[tuple[Edit, str]]:
    if _bare(removed) == _bare(added):
        if added:
            yield Edit.KEPT, added
        return
    if removed:
        yield Edit.REMOVED, removed
    if added:
        yield Edit.ADDED, added
