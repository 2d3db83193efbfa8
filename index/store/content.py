"""A document's text and structure as bytes, and its metadata as columns."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Row

from index.document import (
    Disclosure,
    Document,
    Kind,
    Metadata,
    OriginRun,
    Recognition,
    Removal,
    Section,
    SectionKind,
    Span,
    Status,
)

FORM = 1  # of the structure; a reader of a later form keeps reading the earlier ones
METADATA_FIELDS = tuple(field.name for field in fields(Metadata))


def pack_text(text: str) -> bytes:
    """Compress a text. Compressed, any character is allowed, NUL too."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def unpack_text(packed: bytes) -> str:
    """Undo `pack_text`."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def pack_structure(document: Document) -> bytes:
    """Write what a document has beside text and metadata."""
    structure = {
        "form": FORM,
        "root": _pack_section(document.root),
        "origin": [
            [run.span.start, run.span.end, run.source_start, run.page] for run in document.origin
        ],
        "removals": [
            [removal.source_start, removal.text, removal.reason] for removal in document.removals
        ],
        "evidence": {name: [span.start, span.end] for name, span in document.evidence.items()},
        "recognised": [[page.page, page.confidence] for page in document.recognised],
    }
    return pack_text(_json(structure))


def document_of(row: Row[Any]) -> Document:
    """Put a document together again, from a row with its columns, text and structure."""
    parts = json.loads(unpack_text(row.structure))
    return Document(
        id=row.id,
        source=row.source,
        sha256=row.sha256,
        text=unpack_text(row.text),
        metadata=metadata_of(row),
        root=_unpack_section(parts["root"]),
        origin=tuple(
            OriginRun(Span(start, end), source_start, page)
            for start, end, source_start, page in parts["origin"]
        ),
        removals=tuple(Removal(*removal) for removal in parts["removals"]),
        evidence={name: Span(*span) for name, span in parts["evidence"].items()},
        recognised=tuple(Recognition(*page) for page in parts.get("recognised", ())),
    )


def metadata_columns(metadata: Metadata) -> dict[str, Any]:
    """Return the metadata as values of the columns of the same names."""
    return {name: getattr(metadata, name) for name in METADATA_FIELDS}


def metadata_of(row: Row[Any]) -> Metadata:
    """Read the metadata off a row that holds its columns."""
    columns = row._mapping  # noqa: SLF001  its documented name
    return Metadata(**{name: columns[name] for name in METADATA_FIELDS})


def metadata_to_json(metadata: Metadata) -> str:
    """Write the metadata as JSON, without what is empty."""
    values = metadata_columns(metadata)
    return _json(
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in values.items()
            if value not in (None, ())
        }
    )


def metadata_from_json(packed: str) -> Metadata:
    """Undo `metadata_to_json`."""
    return Metadata(**{name: _from_json(name, value) for name, value in json.loads(packed).items()})


_READ_AS: Mapping[str, Any] = {
    "kind": Kind,
    "disclosure": Disclosure,
    "ended_by": Status,
    "issued_on": date.fromisoformat,
    "effective_on": date.fromisoformat,
    "expires_on": date.fromisoformat,
    "ended_on": date.fromisoformat,
    "review_by": date.fromisoformat,
}


def _from_json(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return _READ_AS.get(name, str)(value)


def _pack_section(section: Section) -> list[Any]:
    heading = [section.heading.start, section.heading.end] if section.heading is not None else None
    return [
        section.kind.value,
        section.level,
        section.span.start,
        section.span.end,
        heading,
        section.label,
        [_pack_section(child) for child in section.children],
    ]


def _unpack_section(packed: list[Any]) -> Section:
    kind, level, start, end, heading, label, children = packed
    return Section(
        kind=SectionKind(kind),
        level=level,
        span=Span(start, end),
        heading=None if heading is None else Span(*heading),
        label=label,
        children=tuple(_unpack_section(child) for child in children),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
