"""What becomes of a file when it is read: passages, curated answers, or an archive's files."""

from __future__ import annotations

from index.answer_sheets.rows import answers_in
from index.answer_sheets.sheet import AnswerSheet
from index.chunk import chunk
from index.document import Chunk, Document, Metadata
from index.formats import MAX_BYTES, open_workbook
from index.formats.archive import members
from index.formats.identify import Format, identify
from index.formats.parts import EVERY_PART, Part
from index.incoming import Unpacked, member_of
from index.read import read_document

Reading = tuple[Document, list[Chunk]] | AnswerSheet | Unpacked


def read_and_chunk(
    content: bytes,
    source: str,
    known: Metadata | None,
    parts: frozenset[Part] = EVERY_PART,
) -> Reading:
    """Read a file in this process and cut it into passages, or unpack it. Raises ReadError.

    A spreadsheet of questions and answers becomes those and no document.

    `index.sandbox` does the same in a process of its own, which strangers' files need. `parts`
    are the heavy parts that may be used; NeedsPart is raised where another is needed.
    """
    if len(content) <= MAX_BYTES and identify(content, source) is Format.ARCHIVE:
        unpacked = members(content)
        return Unpacked(tuple(member_of(source, one.name, one.content, known) for one in unpacked))
    workbook = open_workbook(content, source)
    answers = answers_in(workbook, known) if workbook is not None else None
    if answers is not None:
        return answers
    document = read_document(content, source, known, parts, workbook)
    return document, chunk(document)
