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
    Box,
    Disclosure,
    Document,
    Kind,
    Metadata,
    OriginRun,
    PrintedRun,
    Recognition,
    Removal,
    Section,
    SectionKind,
    Span,
    Status,
)

FORM = 1  # of the structure; a reader of a later form keeps reading the earlier ones
_GRID = 10_000
METADATA_FIELDS = tuple(field.name for field in fields(Metadata))


def pack_text(text: str) -> bytes:
    """Compress a text. Compressed, any character is allowed, NUL too."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def unpack_text(packed: bytes) -> str:
    """Undo `pack_text`."""
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def pack_structure(document: Document) -> bytes:
    """Write what a document has beside text and metadata."""
    return pack_text(_json(structure_json(document)))


def structure_json(document: Document) -> dict[str, Any]:
    """Return what a document has beside text and metadata, as JSON takes it."""
    return {
        "form": FORM,
        "root": _pack_section(document.root),
        "origin": [
            [run.span.start, run.span.end, run.source_start, run.page] for run in document.origin
        ],
        "removals": [
            [removal.source_start, removal.text, removal.reason] for removal in document.removals
        ],
        "evidence": {name: [span.start, span.end] for name, span in document.evidence.items()},
        "recognised": [_pack_recognition(page) for page in document.recognised],
    }


def document_of(row: Row[Any]) -> Document:
    """Put a document together again, from a row with its columns, text and structure."""
    text, structure = unpack_text(row.text), json.loads(unpack_text(row.structure))
    return document_from(
        row.source, row.sha256, text, metadata_of(row), structure, document_id=row.id
    )


def document_from(  # noqa: PLR0913  a document's parts
    source: str,
    sha256: str,
    text: str,
    metadata: Metadata,
    structure: Mapping[str, Any],
    *,
    document_id: str,
) -> Document:
    """Put a document together from its parts; `structure` is what `structure_json` gave."""
    return Document(
        id=document_id,
        source=source,
        sha256=sha256,
        text=text,
        metadata=metadata,
        root=_unpack_section(structure["root"]),
        origin=tuple(
            OriginRun(Span(start, end), source_start, page)
            for start, end, source_start, page in structure["origin"]
        ),
        removals=tuple(Removal(*removal) for removal in structure["removals"]),
        evidence={name: Span(*span) for name, span in structure["evidence"].items()},
        recognised=tuple(_unpack_recognition(page) for page in structure.get("recognised", ())),
    )


def metadata_columns(metadata: Metadata) -> dict[str, Any]:
    """Return the metadata as values of the columns of the same names."""
    return {name: getattr(metadata, name) for name in METADATA_FIELDS}


def metadata_of(row: Row[Any]) -> Metadata:
    """Read the metadata off a row that holds its columns."""
    columns = row._mapping  # noqa: SLF001  its documented name
    return Metadata(**{name: columns[name] for name in METADATA_FIELDS})


def set_fields(metadata: Metadata) -> tuple[str, ...]:
    """Name the fields that state something."""
    nothing = Metadata("")
    return tuple(
        name for name in METADATA_FIELDS if getattr(metadata, name) != getattr(nothing, name)
    )


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


def _pack_recognition(page: Recognition) -> list[Any]:
    """Write a page with its runs, their boxes in ten-thousandths of the page."""
    runs = [
        [
            run.source_start,
            run.length,
            *(
                round(share * _GRID)
                for share in (run.box.left, run.box.top, run.box.right, run.box.bottom)
            ),
        ]
        for run in page.runs
    ]
    return [page.page, page.confidence, runs]


def _unpack_recognition(packed: list[Any]) -> Recognition:
    page, confidence, *rest = packed
    runs = rest[0] if rest else []  # earlier versions kept none
    return Recognition(
        page,
        confidence,
        tuple(
            PrintedRun(start, length, Box(*(share / _GRID for share in shares)))
            for start, length, *shares in runs
        ),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
