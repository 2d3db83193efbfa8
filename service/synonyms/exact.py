"""Which everyday words mean exactly their official one, and where both stand in a question.

A synonym is made for searching, where 学位房 may well find 招生范围. Only few are so exact that a
question asked with the one is the same question with the other: see `exact_terms`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from index.fold import fold
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.places import find_places
from service.answering.understanding.segment import words_of
from service.synonyms.checking import LONGEST_OFFICIAL

_NAMED = re.compile(r"《[^《》]*》?")
_COUNTED = re.compile(r"[0-9零〇一二两三四五六七八九十百千万亿半首]")
_DENIED = re.compile(r"[不没未无非免禁拒停]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # characters that mean nothing to anybody
FIRST_MARK = 0xE000


@dataclass(frozen=True, slots=True)
class Marked:
    """A question (folded) with a private character for each exact term, and what these stand for.

    `everyday` and `official` are the question with all of them in the one or the other wording.
    """

    wording: str
    terms: tuple[str, ...]
    everyday: str
    official: str


@dataclass(frozen=True, slots=True)
class ExactTerms:
    """Official words by the one everyday word that means exactly that; all folded.

    `official` is the same the other way round: made once, as every near wording is marked.
    """

    everyday: Mapping[str, str] = field(default_factory=dict)
    official: Mapping[str, str] = field(default_factory=dict)
    own_words: frozenset[str] = frozenset()

    def marked(self, question: str) -> Marked | None:
        """Mark the terms of a question; None where there is none, or one is there twice."""
        wording = fold(Lexicon.bundled().standard_wording(question))
        if not self.everyday or _PRIVATE.search(wording):
            return None
        found = list(self._found(wording))
        if not found or len({term for _, _, term in found}) < len(found):
            return None
        terms = tuple(sorted(term for _, _, term in found))
        marks = {term: chr(FIRST_MARK + number) for number, term in enumerate(terms)}

        def written(as_words: Mapping[str, str]) -> str:
            pieces, end = [], 0
            for start, stop, term in found:
                pieces += [wording[end:start], as_words[term]]
                end = stop
            return "".join((*pieces, wording[end:]))

        as_official = {term: term for term in terms}
        return Marked(written(marks), terms, written(self.official), written(as_official))

    def _found(self, wording: str) -> Iterator[tuple[int, int, str]]:
        """Yield start, end and official word of each exact term that stands there as a whole.

        Whole is what the segmenter cuts off: no 低保 in 低保户, no 收养 in 回收养老金, and of two
        official words the longer. Inside the name of a document there is none.
        """
        named = [match.span() for match in _NAMED.finditer(wording)]
        words = words_of(wording, self.own_words)
        ends = list(itertools.accumulate(map(len, words)))
        passed = 0
        for number, word in enumerate(words):
            start = ends[number] - len(word)
            if start < passed or any(begin <= start < stop for begin, stop in named):
                continue
            longest = next(
                (
                    end
                    for end in reversed(ends[number : number + LONGEST_OFFICIAL])
                    if wording[start:end] in self.official
                ),
                None,
            )
            if longest is not None:
                yield start, longest, wording[start:longest]
            elif word in self.everyday:
                longest = ends[number]
                yield start, longest, self.everyday[word]
            passed = longest or passed


def exact_terms(lexicon: Lexicon) -> ExactTerms:
    """Return the terms of a lexicon that may stand for one another in a whole question.

    A word is one that stands for this one official word alone; no other word stands for that
    alone, and it is no everyday word itself. Nothing that counts, denies or names a place may be
    in one of the two only. What comes with the desk must also be its official word shortened
    (低保, 最低生活保障), as that table was made for searching; what the site set, it has vouched
    for.
    """
    shipped = {fold(word): to for word, to in Lexicon.bundled().everyday.items()}
    single = {
        word: fold(to[0])
        for word, to in lexicon.everyday.items()
        if len(to) == 1 and lexicon.standard_wording(word) == word
    }
    bearers = Counter(single.values())
    exact = {
        word: official
        for word, official in single.items()
        if bearers[official] == 1
        and official not in lexicon.everyday
        and _say_as_much(word, official)
        and (shipped.get(word) != lexicon.everyday[word] or _is_shortened(word, official))
    }
    return ExactTerms(exact, {to: word for word, to in exact.items()}, lexicon.own_words)


def _say_as_much(word: str, official: str) -> bool:
    """Say whether both count, deny and name the same places."""
    return (
        Counter(_COUNTED.findall(word)) == Counter(_COUNTED.findall(official))
        and Counter(_DENIED.findall(word)) == Counter(_DENIED.findall(official))
        and set(find_places(word)) == set(find_places(official))
    )


def _is_shortened(word: str, official: str) -> bool:
    """Say whether a word's characters stand in the official one, in this order."""
    rest = iter(official)
    return all(letter in rest for letter in word)
