"""Words for a place that reads markdown: shown as they are, links left whole."""

from __future__ import annotations

import re

_LINK = re.compile(r"https?://[^\s，。；、）》”]+")
_MARKS = re.compile(r"[\\`*_~\[<|]|(?m:^[#>])")


def as_markdown(text: str) -> str:
    """Return markdown that shows the text; a quote must not lose its stars and underlines."""
    pieces = []
    end = 0
    for link in _LINK.finditer(text):
        pieces += [_escaped(text[end : link.start()]), link.group()]
        end = link.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda mark: f"\\{mark.group()}", text)
