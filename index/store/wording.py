"""When two questions are the same question, and how places in documents are written down."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.document import Span
from index.fold import fold

_MARKS = re.compile(r"[。?!,、;:…—~“”‘’「」『』《》〈〉\"'\s]+")


@dataclass(frozen=True, slots=True)
class Basis:
    """A place in a document that something rests on, or came near to."""

    document_id: str
    span: Span


def wording_key(question: str) -> str:
    """Return what two questions share if they differ in width, case, spaces and marks alone."""
    folded = fold(question)
    return _MARKS.sub("", folded) or folded


def pack_places(places: Sequence[Basis]) -> str:
    """Write places as JSON."""
    return json.dumps([[one.document_id, one.span.start, one.span.end] for one in places])


def unpack_places(packed: str) -> tuple[Basis, ...]:
    """Undo `pack_places`."""
    return tuple(
        Basis(document_id, Span(start, end)) for document_id, start, end in json.loads(packed)
    )
