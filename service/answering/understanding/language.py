"""Which language a question is in."""

from __future__ import annotations

import re

_LETTER = re.compile(r"[A-Za-z]")
_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_LEAST = 3  # letters; fewer are a name in a Chinese question


def is_english(text: str) -> bool:
    """Say whether a text is English, though a Chinese name may stand in it."""
    letters = len(_LETTER.findall(text))
    return letters > _LEAST and letters > 2 * len(_CHARACTER.findall(text))


def plain_quotes(text: str) -> str:
    """Return the text with the apostrophes of a phone's keyboard made plain, of the same length."""
    return text.replace("’", "'").replace("‘", "'")
