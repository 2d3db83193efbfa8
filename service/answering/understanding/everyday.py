"""Find the everyday words of a question that stand for official ones: 低保, 办证, 社保卡."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.segment import words_of

_SEARCHED_FOR = 3  # official words a word, beside the question's own: more would drown these
_NAMED = re.compile(r"《[^《》]*》?")


@dataclass(frozen=True, slots=True)
class Everyday:
    """An everyday word at its place in a text, and the official words for it."""

    start: int
    end: int
    official: tuple[str, ...]


def everyday_words(wording: str, lexicon: Lexicon) -> list[Everyday]:
    """Return the everyday words in a wording (folded), in their order.

    They are words of the wording as the segmenter cuts it, the longest it can make: no 低保 in
    最低保障, no 办证 in 办证件, no 五险 in 五险一金. The name of a document has none.
    """
    named = [match.span() for match in _NAMED.finditer(wording)]
    found = []
    start = 0
    for word in words_of(wording, lexicon.own_words):
        end = start + len(word)
        official = lexicon.everyday.get(word)
        if official and not any(begin < end and start < stop for begin, stop in named):
            found.append(Everyday(start, end, official))
        start = end
    return found


def official_for(wording: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the official words to search for beside a wording (folded): those it lacks."""
    official = (
        word for one in everyday_words(wording, lexicon) for word in one.official[:_SEARCHED_FOR]
    )
    return tuple(word for word in dict.fromkeys(official) if word not in wording)


def official_between(found: Sequence[Everyday], start: int, end: int) -> tuple[str, ...]:
    """Return the official words for what stands, at least in part, between two offsets."""
    return tuple(
        word for one in found if one.start < end and start < one.end for word in one.official
    )
