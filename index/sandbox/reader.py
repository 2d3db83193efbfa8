"""The reader that the worker uses: every file in a child process, under limits."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from index.closing import Closing
from index.document import Metadata
from index.formats.parts import Part
from index.intake import Reading
from index.sandbox import wire
from index.sandbox.limits import OF_PART, PLAIN, Limits
from index.sandbox.processes import Nurseries, failure


class SandboxedReader(Closing):
    """Reads files in child processes. Safe for many threads; heavy parts work one at a time."""

    def __init__(
        self,
        limits: Limits = PLAIN,
        heavy: Mapping[Part, Limits] = OF_PART,
        *,
        files_at_once: int = 1,
    ) -> None:
        self.files_at_once = files_at_once
        self.nurseries = Nurseries("read")
        self._limits = limits
        self._heavy = heavy
        self._one_at_a_time = Lock()

    def __call__(self, content: bytes, source: str, known: Metadata | None) -> Reading:
        """Read a file, or unpack an archive. Raises ReadError."""
        parts: frozenset[Part] = frozenset()
        outcome = self.nurseries.ask(wire.Request(content, source, known, parts, self._limits))
        while isinstance(outcome, wire.Needs) and outcome.part not in parts:
            parts |= {outcome.part}
            limits = self._heavy[outcome.part]
            with self._one_at_a_time:
                outcome = self.nurseries.ask(wire.Request(content, source, known, parts, limits))
        if isinstance(outcome, wire.Read):
            return outcome.reading
        raise failure(outcome, source)

    def close(self) -> None:
        """End the processes that wait."""
        self.nurseries.close()
