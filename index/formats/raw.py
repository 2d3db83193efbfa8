"""What a format's reader hands on: the text as it found it, and what it knows of the layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from index.document import Metadata, Recognition, Removal


@dataclass(frozen=True, slots=True)
class LineBox:
    """Where a printed line stands, in em of the body type.

    `start` is the line's offset in `RawText.text`, `indent` its distance from the left edge of
    the body, `room` what it leaves free at the right edge. A table's row is a line.
    """

    start: int
    indent: float
    room: float
    is_row: bool = False


@dataclass(frozen=True, slots=True)
class OutlineHeading:
    """A heading that the format itself marks as one (# or a Word heading style)."""

    start: int
    level: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a file's own properties say of it: hints, often wrong, never taken over the text.

    `title` serves where the text has none; the days are the file's, not the document's.
    """

    title: str | None = None
    created_on: date | None = None
    modified_on: date | None = None


@dataclass(frozen=True, slots=True)
class RawText:
    """A file's text before paragraphs are rejoined. Offsets count code points of `text`.

    `page_starts` is empty where pages are unknown; a slide is a page. A table is a line for
    every row, each value behind its column's heading (`index.formats.tables`). `removals` are
    what the format's reader knows to be no text (markup, a web page's navigation); their
    offsets, too, are into `text`. `paragraphs_known` says that every line is a paragraph, so
    that nothing is rejoined. `stated` is what the file says of itself outside its text (front
    matter) and outranks what is read, `embedded` does not. `recognised` says how surely each
    page was read that is only a picture.
    """

    text: str
    page_starts: tuple[int, ...] = ()
    boxes: tuple[LineBox, ...] = ()
    outline: tuple[OutlineHeading, ...] = ()
    removals: tuple[Removal, ...] = ()
    paragraphs_known: bool = False
    stated: Metadata | None = field(default=None)
    embedded: Embedded | None = None
    recognised: tuple[Recognition, ...] = ()


class FormatReader(Protocol):
    """Reads the bytes of one format. Raises ReadError."""

    def __call__(self, content: bytes, /) -> RawText:
        """Return the text and what is known of its layout."""
        ...
