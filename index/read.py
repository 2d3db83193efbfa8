"""The whole way from a file's bytes to a document, in order."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import PurePath

from index.document import Document, Metadata
from index.formats import extract
from index.formats.parts import EVERY_PART, Part
from index.formats.raw import RawText
from index.formats.sheets import Workbook
from index.metadata import read_metadata
from index.paragraphs import rejoin
from index.sections import parse

_DAY = re.compile(r"[（(]((?:19|20)\d\d-\d\d-\d\d)[）)]$")
# A title among a file's properties that can be one: not 文档1, Microsoft Word - 1.doc, PowerPoint.
_TITLE = re.compile(
    r"(?!.*\.\w{2,4}$)(?!文档|演示文稿|工作簿|新建).*[\u4e00-\u9fff].*[\u4e00-\u9fff].*[\u4e00-\u9fff].*"
)


def read_document(
    content: bytes,
    source: str,
    known: Metadata | None = None,
    parts: frozenset[Part] = EVERY_PART,
    workbook: Workbook | None = None,
) -> Document:
    """Read a file: extract its text, rejoin its lines, find its sections and its metadata.

    `source` is its original name. What `known` states wins over what is read. Raises ReadError.
    The result depends on the arguments alone. `parts` are the heavy parts that may be used;
    NeedsPart is raised where another is needed. A `workbook` opened before is not read again.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    raw = extract(content, source, parts, workbook)
    paragraphs = rejoin(raw)
    root = parse(paragraphs.text, paragraphs.outline)
    metadata, evidence = read_metadata(
        paragraphs.text,
        root,
        _last_resort(raw, source),
        known=(known, raw.stated),
        named_on=day_in_name(source),
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
        recognised=raw.recognised,
    )


def day_in_name(source: str) -> date | None:
    """Return the day that a file's name ends with, as in 某条例(2019-03-02).md."""
    match = _DAY.search(PurePath(source).stem)
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _last_resort(raw: RawText, source: str) -> str:
    """Return what to call a document whose text shows no title."""
    embedded = raw.embedded.title if raw.embedded is not None else None
    return embedded if embedded and _TITLE.fullmatch(embedded) else PurePath(source).stem
