"""Mend slips of the keyboard by sound, against the words the passages really use.

粤知助 sounds like 粤智助 and the passages have only the latter, so that was meant.
"""

from __future__ import annotations

from collections.abc import Iterable

import rjieba

from service.answering.understanding.terms import bare, sounds

_QUESTION_WORDS = frozenset("几哪谁何多少是不有没的了吗吧呢在和与")
_WINDOW = 3  # characters that must sound alike; two would find too much


def mend(wording: str, texts: Iterable[str]) -> str:
    """Return the wording with slips replaced: a window of three with one character wrong."""
    known: dict[str, str] = {}
    written: set[str] = set()
    for text in texts:
        plain = bare(text)
        for start in range(len(plain) - _WINDOW + 1):
            window = plain[start : start + _WINDOW]
            if window not in written and _is_han(window):
                written.add(window)
                known.setdefault(sounds(window), window)
    places = {word for word, tag in rjieba.tag(wording) if tag == "ns"}
    for start in range(len(wording) - _WINDOW + 1):
        window = wording[start : start + _WINDOW]
        if window in written or not _is_han(window):
            continue
        meant = known.get(sounds(window))
        if meant is None or any(place in window for place in places):
            continue
        if _slips(window, meant) == 1 and not _is_meant(wording, start, meant):
            wording = wording[:start] + meant + wording[start + _WINDOW :]
    return wording


def _slips(window: str, meant: str) -> int:
    return sum(a != b for a, b in zip(window, meant, strict=True))


def _is_meant(wording: str, start: int, meant: str) -> bool:
    """Say whether the odd character is part of a word of its own right: 一般 is no slip."""
    odd = start + next(i for i in range(_WINDOW) if wording[start + i] != meant[i])
    offset = 0
    for word in rjieba.cut(wording):
        if offset <= odd < offset + len(word):
            return (len(word) > 1 and bool(rjieba.has_word(word))) or word in _QUESTION_WORDS
        offset += len(word)
    return False


def _is_han(text: str) -> bool:
    return all("\u4e00" <= char <= "\u9fff" for char in text)
