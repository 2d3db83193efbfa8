"""A file on its way into the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass, replace

from index.document import Metadata


@dataclass(frozen=True, slots=True)
class Incoming:
    """The name, the bytes and what is known of a file before it is read.

    `known` states only what it sets; an empty title is left to the reading.
    """

    source: str
    content: bytes
    known: Metadata


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What an archive turned out to hold: files to be brought in, each by itself."""

    members: tuple[Incoming, ...]


def member_of(archive: str, name: str, content: bytes, known: Metadata | None) -> Incoming:
    """Return a member of an archive; what is known of the archive holds for it, but its names."""
    passed_on = replace(known or Metadata(""), title="", document_number=None)
    return Incoming(f"{archive}/{name}", content, passed_on)
