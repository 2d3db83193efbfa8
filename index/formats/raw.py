"""What a format's reader hands on: the text as it found it, and what it knows of the layout."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.document import Metadata, Removal


@dataclass(frozen=True, slots=True)
class LineBox:
    """Where a printed line stands, in em of the body type.

    `start` is the line's offset in `RawText.text`, `indent` its distance from the left edge of
    the body, `room` what it leaves free at the right edge.
    """

    start: int
    indent: float
    room: float


@dataclass(frozen=True, slots=True)
class OutlineHeading:
    """A heading that the format itself marks as one (# or a Word heading style)."""

    start: int
    level: int


@dataclass(frozen=True, slots=True)
class RawText:
    """A file's text before paragraphs are rejoined. Offsets count code points of `text`.

    `page_starts` is empty where pages are unknown. `removals` are markup the format's reader
    knows to be no text; their offsets, too, are into `text`. `paragraphs_known` says that every
    line is a paragraph, so that nothing is rejoined. `stated` is what the file says of itself
    outside its text (front matter).
    """

    text: str
    page_starts: tuple[int, ...] = ()
    boxes: tuple[LineBox, ...] = ()
    outline: tuple[OutlineHeading, ...] = ()
    removals: tuple[Removal, ...] = ()
    paragraphs_known: bool = False
    stated: Metadata | None = field(default=None)
