"""A filter as tantivy asks it: what `Filter.admits` says, before anything is ranked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import tantivy
from tantivy import FieldType, Occur, Query

from index.document import Disclosure, Filter, Kind, Status
from index.lexical_records import STRETCHES

Clauses = list[tuple[Occur, Query]]  # of a boolean query
_Days = tuple[str, int | None, int | None]  # a field, the first day and the last it may hold


def general(filter_: Filter) -> Filter:
    """Return the filter without what differs from question to question."""
    return replace(filter_, issuers=frozenset(), regions=frozenset(), documents=frozenset())


class FilterQueries:
    """Builds queries over one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def named(self, filter_: Filter) -> Clauses:
        """Build what a filter asks of few passages: the documents, issuers or regions it names."""
        wanted = {
            "issuer": filter_.issuers,
            "region": filter_.regions,
            "document": filter_.documents,
        }
        return [
            (Occur.Must, Query.const_score_query(self._any_of(name, values), 0.0))
            for name, values in wanted.items()
            if values
        ]

    def standing(self, searcher: tantivy.Searcher, filter_: Filter) -> Clauses | None:
        """Build what a filter asks of every passage alike: status, disclosure, kind.

        None where nothing is admitted. Most filters leave out little or nothing, so that it is
        quicker to name what is left out, if any of it is there; others are asked as they are.
        """
        admitted = self._admitted(filter_)
        others = self._stretches(set(Status) - filter_.statuses, filter_)
        if filter_.kinds:
            others.append(self._any_of("kind", set(Kind) - filter_.kinds))
        if filter_.disclosures:
            others.append(self._any_of("disclosure", set(Disclosure) - filter_.disclosures))
        found = [query for query in others if _count(searcher, query)]
        count = _count(searcher, admitted)
        if not count:
            return None
        if count < sum(_count(searcher, query) for query in found):
            return [(Occur.Must, Query.const_score_query(admitted, 0.0))]
        return [(Occur.MustNot, query) for query in found]

    def _admitted(self, filter_: Filter) -> Query:
        stretches = self._stretches(filter_.statuses, filter_)
        conditions = [Query.boolean_query([(Occur.Should, stretch) for stretch in stretches])]
        named = {"kind": filter_.kinds, "disclosure": filter_.disclosures}
        conditions += [self._any_of(name, values) for name, values in named.items() if values]
        return Query.boolean_query([(Occur.Must, condition) for condition in conditions])

    def _stretches(self, statuses: Iterable[str], filter_: Filter) -> list[Query]:
        """Build the queries for these statuses, in each of a Timeline's three stretches."""
        day = filter_.as_of.toordinal()
        days: dict[str, list[_Days]] = {  # the field, and the days it holds on
            "before": [("first", day + 1, None)],
            "between": [("first", None, day), ("second", day + 1, None)],
            "after": [("second", None, day)],
        }
        return [
            Query.boolean_query(
                [
                    (Occur.Must, self._any_of(stretch, statuses)),
                    *((Occur.Must, self._between(*bounds)) for bounds in days[stretch]),
                ]
            )
            for stretch in STRETCHES
        ]

    def _any_of(self, field: str, values: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, field, sorted(map(str, values)))

    def _between(self, field: str, low: int | None, high: int | None) -> Query:
        return Query.range_query(self._schema, field, FieldType.Integer, low, high)


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    result = searcher.search(query, 1, count=True)
    return int(result.count)  # type: ignore[attr-defined]  # its stub forgets it
