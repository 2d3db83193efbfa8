"""Words of refused questions that no document has: what a maintainer might give synonyms for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.knowledge_base import KnowledgeBase
from index.store.gaps import Gap
from service.answering.answer import Reason
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import understand
from service.answering.understanding.terms import Term
from service.presentation import today

MOST_GAPS = 1000  # the most asked
_WORD = re.compile(r"(?!.*(?:[几哪谁怎何]|什么|多少))[\u4e00-\u9fffa-z][\u4e00-\u9fffa-z0-9]+")
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class WantedWord:
    """A word, how often it was asked with in vain, and questions that have it."""

    word: str
    times: int
    questions: tuple[str, ...]


def wanted_words(base: KnowledgeBase, lexicon: Lexicon, limit: int) -> list[WantedWord]:
    """Return the words that no document has, the most asked first."""
    asked: dict[str, list[Gap]] = {}
    meant: dict[str, tuple[str, ...]] = {}
    for gap in base.gaps.open(MOST_GAPS):
        if gap.reason == Reason.TOO_VAGUE:
            continue
        for term in _terms(gap, lexicon):
            asked.setdefault(term.text, []).append(gap)
            meant[term.text] = (*term.alternatives, *term.official)
    there = base.words_there({*asked, *(other for others in meant.values() for other in others)})
    found = [
        WantedWord(word, sum(gap.times for gap in gaps), _questions(gaps))
        for word, gaps in asked.items()
        if not there.intersection((word, *meant[word]))
    ]
    return sorted(found, key=lambda one: (-one.times, one.word))[:limit]


def _terms(gap: Gap, lexicon: Lexicon) -> Iterable[Term]:
    inquiry = understand(gap.question, today(), lexicon)
    if inquiry.english:
        return []
    places = "".join(inquiry.limits.places)
    found = {term.text: term for term in inquiry.terms}
    return [term for text, term in found.items() if _WORD.fullmatch(text) and text not in places]


def _questions(gaps: Sequence[Gap]) -> tuple[str, ...]:
    return tuple(gap.question for gap in gaps[:_EXAMPLES])
