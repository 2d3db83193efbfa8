"""Facts about a document, as its own text or the catalogue states them."""

from __future__ import annotations

import re
from datetime import date

from index.document import Document, Metadata, SectionKind, Span
from index.numerals import dates
from service.answering.understanding.facts import Fact


def stated_fact(document: Document, fact: Fact) -> tuple[str, Span | None] | None:
    """Return a field's value as one would say it, and where the text states it.

    The value is the document's own wording where the text states it, else the catalogue's.
    None where nobody knows it.
    """
    if fact is Fact.PRINTED_ON:
        return _printed_on(document) or stated_fact(document, Fact.ISSUED_ON)
    value = rendered_fact(document.metadata, fact)
    if value is None:
        return None
    evidence = document.evidence.get(fact.value)
    if evidence is None or not len(evidence):
        return value, _find(document.text, value)
    stated = evidence.of(document.text).replace("\n", "")
    return (value if fact is Fact.TITLE else stated), evidence


def _printed_on(document: Document) -> tuple[str, Span] | None:
    for section in document.root.leaves():
        if section.kind is SectionKind.IMPRINT:
            for span, _ in dates(document.text, section.span.start, section.span.end):
                return span.of(document.text), span
    return None


def rendered_fact(metadata: Metadata, fact: Fact) -> str | None:
    """Return a field's value as the catalogue has it, or None."""
    value = getattr(metadata, "issued_on" if fact is Fact.PRINTED_ON else fact.value)
    if isinstance(value, tuple):
        return "、".join(value) or None
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return None if value is None else str(value)


def _find(text: str, value: str) -> Span | None:
    pattern = r"\s*".join(re.escape(char) for char in value)
    match = re.search(pattern, text)
    return Span(*match.span()) if match else None
