"""Cut Chinese text into words, with the words of our own field known to the segmenter."""

from __future__ import annotations

from functools import cache, lru_cache

import rjieba

from service.answering.understanding.lexicon import Lexicon

_FREQUENCY = 20_000  # high enough to hold a word together against its parts
_EVERYDAY_FREQUENCY = 500  # holds 社保卡 together, and leaves 办证件 as 办|证件


def tagged(text: str) -> list[tuple[str, str]]:
    """Return the words of a text with their part of speech (the ICTCLAS tags that jieba uses).

    Everyday words are in the parts that a text may have apart: 公司|注销.
    """
    words: list[tuple[str, str]] = _segmenter().tag(text)
    return words


def words_of(text: str, own: frozenset[str] = frozenset()) -> list[str]:
    """Return the words of a text, everyday ones whole; `own` are those of this site."""
    words: list[str] = _with_everyday(own).cut(text)
    return words


@cache
def _segmenter() -> rjieba.Jieba:
    return _made()


@lru_cache(maxsize=1)  # each takes 25 MB
def _with_everyday(own: frozenset[str]) -> rjieba.Jieba:
    segmenter = _made()
    for word in sorted(own.union(Lexicon.bundled().everyday)):
        frequency = max(_EVERYDAY_FREQUENCY, segmenter.suggest_freq(word))  # no less than it has
        segmenter.add_word(word, frequency, "n")
    return segmenter


def _made() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    lexicon = Lexicon.bundled()
    known = {word for word in lexicon.ignored if len(word) > 1}
    for word in known:
        segmenter.add_word(word, _FREQUENCY, "r")
    for word in {*lexicon.synonyms, *lexicon.agencies.values()}:
        if len(word) > 1 and word not in known and not word.endswith("了"):
            segmenter.add_word(word, _FREQUENCY, "n")
    return segmenter
