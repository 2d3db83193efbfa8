"""The report this project ships, and a typesetter that breaks lines as print does."""

from __future__ import annotations

import re
from pathlib import Path

from index.lines import width
from index.markers import CLOSING, OPENING

REPORT = next((Path(__file__).parents[2] / "corpus" / "reports").glob("*2022年法治*.txt"))

_TOKEN = re.compile(r"[A-Za-z0-9.,%+\-/:@_]+|.", re.DOTALL)


def report_bytes() -> bytes:
    """Return the report as it was given."""
    return REPORT.read_bytes()


def typeset(paragraph: str, em: float, indent: float = 2) -> list[str]:
    """Break a paragraph into lines of `em`; no line begins with 。 or ends with （."""
    words: list[str] = []
    for word in _TOKEN.findall(paragraph):
        if words and (word[0] in CLOSING or words[-1][-1] in OPENING):
            words[-1] += word
        else:
            words.append(word)
    lines, line, reach = [], "", indent
    for word in words:
        if line and reach + width(word) > em:
            lines.append(line)
            line, reach = "", 0
        line += word
        reach += width(word)
    return [*lines, line] if line else lines


def without_space(text: str) -> str:
    """Return a text without any white space, for comparing what was printed."""
    return re.sub(r"\s", "", text)
