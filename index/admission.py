"""Which documents a filter admits, decided for all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.document import Filter, Metadata, Status
from index.timeline import Timeline

_STATUSES = tuple(Status)
_NAMES = ("issuer", "region", "kind", "disclosure")
_ROW = np.dtype(
    [("first", "i4"), ("second", "i4"), ("statuses", "u1", 3), *((name, "i4") for name in _NAMES)]
)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a filter may ask of a document, fit to be stored beside it."""

    document_id: str
    first: int
    second: int
    statuses: tuple[str, ...]
    issuer: str | None
    region: str | None
    kind: str | None
    disclosure: str | None

    @classmethod
    def of(cls, document_id: str, metadata: Metadata) -> Self:
        """Take from the metadata what a filter may ask for."""
        timeline = Timeline.of(metadata)
        return cls(
            document_id,
            timeline.first,
            timeline.second,
            timeline.statuses,
            metadata.issuer,
            metadata.region,
            metadata.kind,
            metadata.disclosure,
        )


class Admission:
    """The terms of numbered documents, in columns. Its rows never change; `with_` makes more."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, _ROW)
        # Both grow only, so that an older admission may share them.
        self._numbers: dict[str, int] = {}
        self._codes: dict[str, int] = {}  # of names; 0 stands for none

    def with_(self, documents: Mapping[int, Terms]) -> Admission:
        """Return the admission with these documents added or replaced."""
        more = Admission()
        more._numbers, more._codes = self._numbers, self._codes
        more._rows = np.zeros(max(len(self._rows), max(documents, default=-1) + 1), _ROW)
        more._rows[: len(self._rows)] = self._rows
        for number, terms in documents.items():
            self._numbers[terms.document_id] = number
            statuses = [_STATUSES.index(Status(status)) for status in terms.statuses]
            names = [self._code(getattr(terms, name)) for name in _NAMES]
            more._rows[number] = (terms.first, terms.second, statuses, *names)
        return more

    def admitted(self, filter_: Filter) -> Mask:
        """Say for each number whether `Filter.admits` the document."""
        rows, day = self._rows, filter_.as_of.toordinal()
        stretch = (day >= rows["first"]).astype(np.intp) + (day >= rows["second"])
        wanted = np.array([status in filter_.statuses for status in _STATUSES])
        mask: Mask = wanted[rows["statuses"][np.arange(len(rows)), stretch]]
        asked: Mapping[str, frozenset[str]] = {
            "issuer": filter_.issuers,
            "region": filter_.regions,
            "kind": frozenset(filter_.kinds),
            "disclosure": frozenset(filter_.disclosures),
        }
        for name, values in asked.items():
            if values:
                codes = [self._codes[value] for value in values if value in self._codes]
                mask &= np.isin(rows[name], codes)
        if filter_.documents:
            mask &= self._are(filter_.documents)
        return mask

    def _are(self, document_ids: Iterable[str]) -> Mask:
        named = [self._numbers[id_] for id_ in document_ids if id_ in self._numbers]
        return np.isin(np.arange(len(self._rows)), named)

    def _code(self, name: str | None) -> int:
        return 0 if name is None else self._codes.setdefault(name, len(self._codes) + 1)
