"""A document's status over time as an engine can store it: three stretches and two days.

Both engines filter by it, so a status is derived in one place only: `Metadata.status_on`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from index.document import Metadata, Status

NEVER = date.max.toordinal() + 1  # the day of a change that never comes


@dataclass(frozen=True, slots=True)
class Timeline:
    """The status until `first`, from there until `second`, and from there on.

    Days are ordinals (`date.toordinal`).
    """

    first: int
    second: int
    statuses: tuple[Status, Status, Status]

    @classmethod
    def of(cls, metadata: Metadata) -> Self:
        """Read the status off at each day on which it can change."""
        turns = [
            instant.date() for instant in (metadata.valid_from, metadata.valid_until) if instant
        ]
        days = [date.min, *sorted(turns)]
        statuses = [metadata.status_on(day) for day in days]
        statuses += statuses[-1:] * (3 - len(days))
        first, second, *_ = [*(day.toordinal() for day in days[1:]), NEVER, NEVER]
        return cls(first, second, (statuses[0], statuses[1], statuses[2]))

    def on(self, day: date) -> Status:
        """Return the status on `day`."""
        ordinal = day.toordinal()
        return self.statuses[(ordinal >= self.first) + (ordinal >= self.second)]
