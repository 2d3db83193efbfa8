"""The whole way from a file's bytes to a document, in order."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from index.document import Document, Metadata
from index.formats import extract
from index.metadata import read_metadata
from index.paragraphs import rejoin
from index.sections import parse


def read_document(content: bytes, source: str, known: Metadata | None = None) -> Document:
    """Read a file: extract its text, rejoin its lines, find its sections and its metadata.

    `source` is its original name. What `known` states wins over what is read. Raises ReadError.
    The result depends on the arguments alone.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    raw = extract(content, source)
    paragraphs = rejoin(raw)
    root = parse(paragraphs.text, paragraphs.outline)
    metadata, evidence = read_metadata(
        paragraphs.text, root, PurePath(source).stem, known=(known, raw.stated)
    )
    return Document(
        id=sha256[:16],
        source=source,
        sha256=sha256,
        text=paragraphs.text,
        metadata=metadata,
        root=root,
        origin=paragraphs.origin,
        removals=paragraphs.removals,
        evidence=evidence,
    )
