"""A file on its way into the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass

from index.document import Metadata


@dataclass(frozen=True, slots=True)
class Incoming:
    """The name, the bytes and what is known of a file before it is read.

    `known` states only what it sets; an empty title is left to the reading.
    """

    source: str
    content: bytes
    known: Metadata
