"""What a spreadsheet of questions and answers was read as: rows, and remarks on the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from index.document import Disclosure


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question with its answer, and the row it stands in, counted as Excel does.

    The moments are wall clock in Shanghai; it holds until just before `valid_until`.
    """

    sheet: str
    row: int
    question: str
    answer: str
    wordings: tuple[str, ...] = ()
    script: str | None = None
    basis: str | None = None
    agency: str | None = None
    phone: str | None = None
    region: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    disclosure: Disclosure = Disclosure.UNKNOWN


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of a row, or of a sheet where `row` is 0.

    A `rejected` row has not come in; another has, as `message` says.
    """

    sheet: str
    row: int
    question: str
    code: str
    message: str
    rejected: bool = True


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The rows of a file that are fit to come in, and remarks on these and the others."""

    rows: tuple[AnswerRow, ...]
    remarks: tuple[Remark, ...] = ()
