"""Cut Chinese text into words, with the words of our own field known to the segmenter."""

from __future__ import annotations

from functools import cache

import rjieba

from service.answering.understanding.lexicon import Lexicon

_FREQUENCY = 20_000  # high enough to hold a word together against its parts


def tagged(text: str) -> list[tuple[str, str]]:
    """Return the words of a text with their part of speech (the ICTCLAS tags that jieba uses)."""
    words: list[tuple[str, str]] = _segmenter().tag(text)
    return words


@cache
def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    lexicon = Lexicon.bundled()
    known = {word for word in lexicon.ignored if len(word) > 1}
    for word in known:
        segmenter.add_word(word, _FREQUENCY, "r")
    for word in {*lexicon.synonyms, *lexicon.agencies.values()}:
        if len(word) > 1 and word not in known and not word.endswith("了"):
            segmenter.add_word(word, _FREQUENCY, "n")
    return segmenter
