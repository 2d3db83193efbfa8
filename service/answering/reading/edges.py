"""Where the edges of an answer belong that a model has pointed at."""

from __future__ import annotations

import re

from index.document import Span

_OPENING, _CLOSING = "“‘（《", "”’）》"
_AT_EDGES = "，。；：、！？,;"  # belong to what is round an answer
_LONGEST_NAME = 24  # characters between quotation marks that name something
_NO_NAME = re.compile(r"[，。；：！？“”\n]")


def tidied(text: str, span: Span) -> Span:
    """Return a span without marks at its ends that are no part of it, with brackets in pairs."""
    start, end = span.start, span.end
    while start < end and (text[start].isspace() or text[start] in _AT_EDGES):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in _AT_EDGES):
        end -= 1
    words = text[start:end]
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        if words.count(opening) > words.count(closing) and text[end : end + 1] == closing:
            end += 1
        if words.count(closing) > words.count(opening) and text[start - 1 : start] == opening:
            start -= 1
    return Span(start, end)


def whole_name(text: str, span: Span) -> Span:
    """Return the whole of a name in quotation marks where a span is a part of it."""
    start = text.rfind("“", max(0, span.start - _LONGEST_NAME), span.start + 1)
    end = text.find("”", span.end - 1, span.end + _LONGEST_NAME) + 1
    if start < 0 or not end or not len(span):
        return span
    name = text[start + 1 : end - 1]
    if len(name) > _LONGEST_NAME or _NO_NAME.search(name):
        return span
    return Span(start, end)
