"""What goes between the worker and the processes that read for it.

The worker does not trust what comes back: only plain data and our own dataclasses are unpickled.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from index.document import Metadata
from index.formats.parts import Part
from index.pages.sought import Sought, Survey
from index.sandbox.limits import Limits

if TYPE_CHECKING:  # a server draws pages and reads no files
    from index.intake import Reading

HEADER = struct.Struct(">Q")
MOST_BYTES = 1024 * 1024 * 1024  # of one message
TOO_LONG, TOO_MUCH, DIED = "time", "memory", "died"  # what a `Stopped` says
READY = "ready"
_OURS: dict[str, frozenset[str]] = {
    "index.document": frozenset(
        {
            "Box",
            "Chunk",
            "Disclosure",
            "Document",
            "Kind",
            "Metadata",
            "OriginRun",
            "PrintedRun",
            "Recognition",
            "Removal",
            "Section",
            "SectionKind",
            "Span",
            "Status",
        }
    ),
    "index.answer_sheets.sheet": frozenset({"AnswerRow", "AnswerSheet", "Remark"}),
    "index.incoming": frozenset({"Incoming", "Unpacked"}),
    "index.formats.parts": frozenset({"Part"}),
    "index.pages.sought": frozenset({"PageSize", "Survey"}),
    "index.sandbox.wire": frozenset(
        {"Broke", "Drawn", "Failed", "Needs", "Read", "Stopped", "Surveyed"}
    ),
    "datetime": frozenset({"date", "datetime"}),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A file to read, with which parts and within which limits."""

    content: bytes
    source: str
    known: Metadata | None
    parts: frozenset[Part]
    limits: Limits


@dataclass(frozen=True, slots=True)
class PageRequest:
    """An original whose pages to survey or, where one is named, to draw."""

    content: bytes
    source: str
    page: int | None
    sought: tuple[Sought, ...]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Surveyed:
    """How large the pages of an original are, and where on them stands what was sought."""

    survey: Survey


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as PNG."""

    png: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """A file was read, or unpacked."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Needs:
    """A file can be read with a heavy part only."""

    part: Part


@dataclass(frozen=True, slots=True)
class Failed:
    """A file could not be read; the name of the error's class and its sentence."""

    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Broke:
    """The reader has a fault."""

    traceback: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The reader died: by what."""

    reason: str


Task = Request | PageRequest
Outcome = Read | Surveyed | Drawn | Needs | Failed | Broke | Stopped


class _Pickler(pickle.Pickler):
    """Writes members of an enumeration by their value: Python 3.11.0 to 3.11.3 use getattr."""

    def reducer_override(self, obj: Any) -> Any:
        """Return how a member is made again, and leave everything else as it is."""
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if name not in _OURS.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} is not ours")
        return super().find_class(module, name)


def outcome_of(message: bytes) -> Outcome:
    """Return what a message from a reading process says. Raises UnpicklingError, ValueError."""
    outcome = _Unpickler(io.BytesIO(message)).load()
    if not isinstance(outcome, Outcome):
        raise pickle.UnpicklingError("not an outcome")
    return outcome


def packed(message: Task | Outcome) -> bytes:
    """Return a message as bytes."""
    written = io.BytesIO()
    _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(message)
    return written.getvalue()


def framed(message: bytes) -> bytes:
    """Return a message with its length before it."""
    return HEADER.pack(len(message)) + message


def receive(read: Callable[[int], bytes]) -> bytes | None:
    """Read one framed message; None where the other side is gone. Raises ValueError if too long."""
    header = _exactly(read, HEADER.size)
    if header is None:
        return None
    (length,) = HEADER.unpack(header)
    if length > MOST_BYTES:
        raise ValueError("a message too long")
    return _exactly(read, length)


def _exactly(read: Callable[[int], bytes], length: int) -> bytes | None:
    pieces: list[bytes] = []
    while length:
        piece = read(min(length, 1 << 20))
        if not piece:
            return None
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)
