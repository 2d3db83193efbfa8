"""What a document refers to, as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from index.document import Document, Span, Status
from index.knowledge_base import KnowledgeBase
from index.linking import Link, Target, links
from service.presentation import STATUSES

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Leading:
    """Words of a document that lead somewhere: an address, and what one finds there."""

    span: Span
    address: str
    says: str


def shown_references(
    base: KnowledgeBase,
    document: Document,
    on: date,
    sees: Callable[[Document], bool] = lambda _: True,
) -> Json:
    """Return the references of a document with what they lead to of what the reader `sees`."""
    found = links(base, document, on, sees)
    return {"references": [_link_json(one, document, on) for one in found]}


def leading(
    base: KnowledgeBase,
    document: Document,
    on: date,
    sees: Callable[[Document], bool] = lambda _: True,
) -> list[Leading]:
    """Return the references of a document that lead to what the reader `sees`, in order."""
    found: list[Leading] = []
    for link in links(base, document, on, sees):
        span = link.reference.span
        if link.target is None or (found and span.start < found[-1].span.end):
            continue
        address = _address(link.target, document, span)
        if address is not None:
            found.append(Leading(span, address, _says(link.target, document, on)))
    return found


def _address(target: Target, document: Document, here: Span) -> str | None:
    """Return where a target is shown; None where it is the line that refers to it."""
    place = target.span
    if target.document.id != document.id:
        quoted = f"?start={place.start}&end={place.end}#quote" if place else ""
        return f"/documents/{target.document.id}{quoted}"
    line = _line_start(document.text, place.start) if place else None
    return None if line is None or line == _line_start(document.text, here.start) else f"#p{line}"


def _line_start(text: str, offset: int) -> int:
    """Return where the words begin of the line that holds `offset`."""
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : end if end >= 0 else len(text)]
    return start + len(line) - len(line.lstrip())


def _says(target: Target, document: Document, on: date) -> str:
    if target.document.id == document.id:
        return f"本文件{target.locator}"
    status = target.document.metadata.status_on(on)
    holds = "" if status is Status.IN_FORCE else f"（{STATUSES[status]}）"
    return f"《{target.document.metadata.title}》{target.locator}{holds}"


def _link_json(link: Link, document: Document, on: date) -> Json:
    reference = link.reference
    return {
        "start": reference.span.start,
        "end": reference.span.end,
        "quote": reference.span.of(document.text),
        "kind": reference.kind.value,
        "title": reference.title,
        "document_number": reference.document_number,
        "steps": list(reference.steps),
        "until": list(reference.until),
        "target": link.target and _target_json(link.target, on),
    }


def _target_json(target: Target, on: date) -> Json:
    document, span = target.document, target.span
    return {
        "document_id": document.id,
        "title": document.metadata.title,
        "status": document.metadata.status_on(on).value,
        "start": span.start if span else None,
        "end": span.end if span else None,
        "locator": target.locator,
        "url": f"/documents/{document.id}",
    }


def reference_line(link: Link, document: Document) -> str:
    """Say in a line what is referred to, and where that is."""
    quote = link.reference.span.of(document.text).replace("\n", "")
    target = link.target
    if target is None:
        return f"{quote}　→　知识库里没有找到"
    own = target.document.id == document.id
    where = "本文件" if own else f"《{target.document.metadata.title}》（{target.document.id}）"
    return f"{quote}　→　{where}{target.locator}"
