"""Ranks passages by words: BM25 over the terms of `index.fold`, kept by tantivy.

Three sorts of record share one tantivy index, so that one commit holds them all:

- a *passage*, with its number, its terms and what a filter may ask for;
- a *page*: neighbouring passages of one document together, which tells whether what a passage
  leaves unsaid is said around it;
- the *stamp*: the catalogue's revision that the index has caught up with.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Self

import numpy as np
import tantivy
from tantivy import FieldType, Occur, Query

from index.checksums import verify_segments
from index.document import Filter, Status
from index.engine import Entry, Numbers, Ranking, Vectors, WordEvidence
from index.errors import DamagedIndex
from index.fold import terms
from index.timeline import Timeline

FORMAT = 1  # raised whenever what is stored, or the terms of `index.fold`, change
PAGE = 1500  # characters
MOST_TERMS = 120  # of one question; the rarest count
_SATURATION = 2.2  # k1 + 1: no term adds more than its rarity times this
_WRITER_BYTES = 32_000_000
_STAMP = "stamp"
_NAMES = ("issuer", "region", "kind", "disclosure")
_STRETCHES = ("before", "between", "after")  # of a Timeline
_NO_PAGE = np.iinfo(np.int64).max


_Days = tuple[str, int | None, int | None]  # a field, the first day and the last it may hold


@dataclass(frozen=True, slots=True)
class _Stamp:
    revision: int = 0
    highest: int = -1  # passage number ever put
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class _Question:
    """A question's terms; a weight is how often it is asked for times how rare it is here."""

    weights: Mapping[str, float]  # of terms that occur in the index
    counts: Mapping[str, int]
    total: float  # weight of all terms, those that occur nowhere included


@dataclass(frozen=True, slots=True)
class _View:
    """One committed state, as it is searched; never changes."""

    searcher: tantivy.Searcher
    stamp: _Stamp


class TantivyIndex:
    """The lexical index in a directory. Many may search, one may write."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._schema = index.schema
        self._view = self._newest()
        self._writer: tantivy.IndexWriter | None = None
        self._highest = self._view.stamp.highest

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open the index, empty and at revision 0 where there is none.

        Raises DamagedIndex where files are damaged or of another format.
        """
        with _damage_reported(directory):
            directory.mkdir(parents=True, exist_ok=True)
            if not tantivy.Index.exists(str(directory)):
                return cls(tantivy.Index(_schema(), path=str(directory)))
            verify_segments(directory)
            return cls(tantivy.Index.open(str(directory)))

    @property
    def revision(self) -> int:
        """Return the catalogue revision that the last commit reached; 0 when empty."""
        return self._view.stamp.revision

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries, replacing those of the same number.

        Entries of one document that come one after another make up its pages, so it is best put
        whole and in reading order.
        """
        writer = self._writing()
        for _, group in groupby(entries, key=attrgetter("document_id")):
            for page in _pages(group):
                self._put_page(writer, page)

    def _put_page(self, writer: tantivy.IndexWriter, page: Sequence[Entry]) -> None:
        around: set[str] = set()
        again = [entry.number for entry in page if entry.number <= self._highest]
        if again:
            for field in ("number", "page"):
                stale = Query.term_set_query(self._schema, field, again)
                writer.delete_documents_by_query(stale)
        for entry in page:
            found = terms(f"{entry.heading}\n{entry.text}")
            around.update(found)
            writer.add_document(_passage_record(entry, found, page[0].number))
        writer.add_document(_page_record(page[0], around))
        self._highest = max(self._highest, *(entry.number for entry in page))

    def remove(self, document_ids: Iterable[str]) -> None:
        """Take away every entry of the documents."""
        writer = self._writing()
        for document_id in document_ids:
            writer.delete_documents_by_term("document", document_id)

    def commit(self, revision: int) -> None:
        """Make what was put and removed visible and durable, all at once."""
        writer = self._writing()
        stamp = replace(self._view.stamp, revision=revision, highest=self._highest)
        writer.delete_documents_by_term("key", _STAMP)
        record = tantivy.Document()
        record.add_text("key", _STAMP)
        record.add_text("stamp", json.dumps(asdict(stamp)))
        writer.add_document(record)
        writer.commit()
        self.refresh()

    def refresh(self) -> None:
        """See what another process has committed."""
        self._index.reload()
        self._view = self._newest()

    def search(self, query: str, filter_: Filter, limit: int) -> Ranking:
        """Return the best passages that the filter admits; scores run from 0 to 1."""
        view = self._view
        question = self._ask(view.searcher, query)
        if not question.weights or limit < 1:
            return Ranking(np.empty(0, np.int64), np.empty(0, np.float32))
        wanted = Query.boolean_query(
            [(Occur.Must, self._admitted(filter_)), (Occur.Must, self._by_rank(question))]
        )
        numbers, scores = _found(view.searcher, wanted, "number", limit)
        return Ranking(numbers, scores / np.float32(question.total * _SATURATION))

    def score(self, query: str, numbers: Numbers) -> Vectors:
        """Return the scores that `search` would give to these passages, in their order."""
        view = self._view
        question = self._ask(view.searcher, query)
        scores = self._scores_of(view.searcher, self._by_rank(question), "number", numbers)
        return scores / np.float32(question.total * _SATURATION)

    def evidence(self, query: str, numbers: Numbers) -> WordEvidence:
        """Return all that words say about these passages, in their order."""
        view = self._view
        question = self._ask(view.searcher, query)
        pages = self._pages_of(view.searcher, numbers)
        scores = self._scores_of(view.searcher, self._by_rank(question), "number", numbers)
        found = self._by_presence(question, "text"), self._by_presence(question, "around")
        shares = self._scores_of(view.searcher, found[0], "number", numbers)
        around = self._scores_of(view.searcher, found[1], "page", pages)
        total = np.float32(question.total)
        return WordEvidence(scores / (total * _SATURATION), shares / total, around / total)

    def close(self) -> None:
        """Release files; what was put and not committed is forgotten."""
        if self._writer is not None:
            self._writer.rollback()
            self._writer = None
        self._highest = self._view.stamp.highest

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(_WRITER_BYTES, 1)
        return self._writer

    def _newest(self) -> _View:
        searcher = self._index.searcher()
        stamped = Query.term_query(self._schema, "key", _STAMP)
        hits = searcher.search(stamped, 1, count=False).hits
        if not hits:
            if searcher.num_docs:
                raise DamagedIndex("全文索引没有版本标记，将从知识库重新生成。")
            return _View(searcher, _Stamp())
        stamp = json.loads(searcher.doc(hits[0][1])["stamp"][0])
        if stamp["format"] != FORMAT:
            raise DamagedIndex("全文索引是旧版本生成的，将从知识库重新生成。")
        return _View(searcher, _Stamp(**stamp))

    def _ask(self, searcher: tantivy.Searcher, query: str) -> _Question:
        counts = Counter(terms(query))
        weights, total = {}, 0.0
        for term, count in counts.items():
            frequency = searcher.doc_freq("text", term)
            weight = count * _rarity(searcher.num_docs, frequency)
            total += weight
            if frequency:
                weights[term] = weight
        rarest = sorted(weights, key=weights.__getitem__, reverse=True)[:MOST_TERMS]
        return _Question({term: weights[term] for term in rarest}, counts, total or 1.0)

    def _by_rank(self, question: _Question) -> Query:
        """Build the query whose score is the BM25 of a passage."""
        return Query.boolean_query(
            [
                (Occur.Should, Query.boost_query(self._term(term), float(question.counts[term])))
                for term in question.weights
            ]
        )

    def _by_presence(self, question: _Question, field: str) -> Query:
        """Build the query whose score is the weight of the terms found."""
        return Query.boolean_query(
            [
                (Occur.Should, Query.const_score_query(self._term(term, field), weight))
                for term, weight in question.weights.items()
            ]
        )

    def _term(self, term: str, field: str = "text") -> Query:
        return Query.term_query(self._schema, field, term, "freq" if field == "text" else "basic")

    def _scores_of(
        self, searcher: tantivy.Searcher, wanted: Query, field: str, keys: Numbers
    ) -> Vectors:
        """Return what `wanted` gives to the records whose `field` is one of `keys`."""
        if not len(keys):
            return np.empty(0, np.float32)
        unique, places = np.unique(keys, return_inverse=True)
        among = Query.const_score_query(
            Query.term_set_query(self._schema, field, unique.tolist()), 0.0
        )
        both = Query.boolean_query([(Occur.Must, among), (Occur.Must, wanted)])
        found, scores = _found(searcher, both, field, len(unique))
        table = np.zeros(len(unique), np.float32)
        table[np.searchsorted(unique, found)] = scores
        return table[places]

    def _pages_of(self, searcher: tantivy.Searcher, numbers: Numbers) -> Numbers:
        """Return the page of each passage, `_NO_PAGE` where there is no such passage."""
        unique, places = np.unique(numbers, return_inverse=True)
        among = Query.term_set_query(self._schema, "number", unique.tolist())
        addresses = [
            hit[1] for hit in searcher.search(among, max(1, len(unique)), count=False).hits
        ]
        table = np.full(len(unique), _NO_PAGE, np.int64)
        found = np.array(searcher.fast_field_values("number", addresses), np.int64)
        pages = np.array(searcher.fast_field_values("page_of", addresses), np.int64)
        table[np.searchsorted(unique, found)] = pages
        return table[places]

    def _admitted(self, filter_: Filter) -> Query:
        """Build the query for what `filter_` admits, as `Filter.admits` says it."""
        conditions = [self._with_status(filter_)]
        wanted: Mapping[str, frozenset[str]] = {
            "issuer": filter_.issuers,
            "region": filter_.regions,
            "kind": filter_.kinds,
            "disclosure": filter_.disclosures,
            "document": filter_.documents,
        }
        conditions += [self._any_of(field, values) for field, values in wanted.items() if values]
        admitted = Query.boolean_query([(Occur.Must, condition) for condition in conditions])
        return Query.const_score_query(admitted, 0.0)

    def _with_status(self, filter_: Filter) -> Query:
        if filter_.statuses >= set(Status):
            return Query.all_query()
        day = filter_.as_of.toordinal()
        stretches: list[
            tuple[str, list[_Days]]
        ] = [  # a Timeline's three stretches: the field, and the days it holds on
            ("before", [("first", day + 1, None)]),
            ("between", [("first", None, day), ("second", day + 1, None)]),
            ("after", [("second", None, day)]),
        ]
        return Query.boolean_query(
            [
                (
                    Occur.Should,
                    Query.boolean_query(
                        [
                            (Occur.Must, self._any_of(stretch, filter_.statuses)),
                            *((Occur.Must, self._between(*bounds)) for bounds in days),
                        ]
                    ),
                )
                for stretch, days in stretches
            ]
        )

    def _any_of(self, field: str, values: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, field, sorted(map(str, values)))

    def _between(self, field: str, low: int | None, high: int | None) -> Query:
        return Query.range_query(self._schema, field, FieldType.Integer, low, high)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_unsigned_field("page_of", fast=True)
    builder.add_unsigned_field("page", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("around", tokenizer_name="whitespace", index_option="basic")
    for field in ("document", *_NAMES, *_STRETCHES, "key"):
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic")
    for field in ("first", "second"):
        builder.add_integer_field(field, indexed=True, fast=True)
    builder.add_text_field("stamp", tokenizer_name="raw", index_option="basic", stored=True)
    return builder.build()


def _passage_record(entry: Entry, found: Sequence[str], page: int) -> tantivy.Document:
    metadata, timeline = entry.metadata, Timeline.of(entry.metadata)
    record = tantivy.Document()
    record.add_unsigned("number", entry.number)
    record.add_unsigned("page_of", page)
    record.add_text("document", entry.document_id)
    record.add_text("text", " ".join(found))
    record.add_integer("first", timeline.first)
    record.add_integer("second", timeline.second)
    for field in _NAMES:
        name = getattr(metadata, field)
        if name is not None:
            record.add_text(field, name)
    for field, status in zip(_STRETCHES, timeline.statuses, strict=True):
        record.add_text(field, status)
    return record


def _page_record(first: Entry, around: Iterable[str]) -> tantivy.Document:
    record = tantivy.Document()
    record.add_unsigned("page", first.number)
    record.add_text("document", first.document_id)
    record.add_text("around", " ".join(around))
    return record


def _pages(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a document's passages into pages of `PAGE` characters at most."""
    page: list[Entry] = []
    length = 0
    for entry in entries:
        if page and length + len(entry.text) > PAGE:
            yield page
            page, length = [], 0
        page.append(entry)
        length += len(entry.text)
    if page:
        yield page


def _found(
    searcher: tantivy.Searcher, wanted: Query, field: str, limit: int
) -> tuple[Numbers, Vectors]:
    hits = searcher.search(wanted, limit, count=False).hits
    keys = searcher.fast_field_values(field, [address for _, address in hits])
    return np.array(keys, np.int64), np.array([score for score, _ in hits], np.float32)


def _rarity(documents: int, frequency: int) -> float:
    """Return the weight of a term as BM25 has it: the rarer, the heavier."""
    others = max(documents - frequency, 0)  # a deleted record may still be counted
    return math.log1p((others + 0.5) / (frequency + 0.5))


@contextmanager
def _damage_reported(directory: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:  # tantivy, or what stands in meta.json
        raise DamagedIndex(f"全文索引已损坏：{directory.name}。将从知识库重新生成。") from error
