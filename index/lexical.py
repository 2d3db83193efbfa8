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
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Self

import numpy as np
import tantivy
from tantivy import Occur, Query

from index.checksums import verify_segments
from index.document import Filter
from index.engine import Entry, Numbers, Ranking, Vectors, WordEvidence
from index.errors import DamagedIndex
from index.fold import terms
from index.lexical_filter import Clauses, FilterQueries, general
from index.lexical_records import page_record, pages, passage_record, schema
from index.remembered import Remembered

FORMAT = 1  # raised whenever what is stored, or the terms of `index.fold`, change
MOST_TERMS = 120  # of one question; the rarest count
_SATURATION = 2.2  # k1 + 1: no term adds more than its rarity times this
_WRITER_BYTES = 32_000_000
_STAMP = "stamp"
_NO_PAGE = np.iinfo(np.int64).max
_REMEMBERED = 64  # questions and filters
_NOTHING = Ranking(np.empty(0, np.int64), np.empty(0, np.float32))


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
    """One committed state, as it is searched; never changes. What is found out of it is kept."""

    searcher: tantivy.Searcher
    stamp: _Stamp
    questions: Remembered[str, _Question] = field(default_factory=lambda: Remembered(_REMEMBERED))
    standings: Remembered[Filter, Clauses | None] = field(
        default_factory=lambda: Remembered(_REMEMBERED)
    )


class TantivyIndex:
    """The lexical index in a directory. Many may search, one may write."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._schema = index.schema
        self._filters = FilterQueries(index.schema)
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
                return cls(tantivy.Index(schema(), path=str(directory)))
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
            for page in pages(group):
                self._put_page(writer, page)

    def _put_page(self, writer: tantivy.IndexWriter, page: Sequence[Entry]) -> None:
        around: set[str] = set()
        again = [entry.number for entry in page if entry.number <= self._highest]
        if again:
            for key in ("number", "page"):
                stale = Query.term_set_query(self._schema, key, again)
                writer.delete_documents_by_query(stale)
        for entry in page:
            found = terms(f"{entry.heading}\n{entry.text}")
            around.update(found)
            writer.add_document(passage_record(entry, found, page[0].number))
        writer.add_document(page_record(page[0], around))
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
        question = self._ask(view, query)
        if not question.weights or limit < 1:
            return _NOTHING
        standing = view.standings.get(
            general(filter_), lambda: self._filters.standing(view.searcher, filter_)
        )
        if standing is None:
            return _NOTHING
        named = self._filters.named(filter_)
        wanted = Query.boolean_query([(Occur.Must, self._by_rank(question)), *named, *standing])
        found, scores = _found(view.searcher, wanted, limit)
        numbers = _values(view.searcher, "number", found)
        return Ranking(numbers, scores / np.float32(question.total * _SATURATION))

    def score(self, query: str, numbers: Numbers) -> Vectors:
        """Return the scores that `search` would give to these passages, in their order."""
        view = self._view
        question = self._ask(view, query)
        scores, _ = self._rated(view, self._by_rank(question), "number", numbers)
        return scores / np.float32(question.total * _SATURATION)

    def evidence(self, query: str, numbers: Numbers) -> WordEvidence:
        """Return all that words say about these passages, in their order."""
        view = self._view
        question = self._ask(view, query)
        scores, pages = self._rated(view, self._by_rank(question), "number", numbers)
        unseen = pages == _NO_PAGE  # no word of the question stands in them
        everything = Query.all_query()
        pages[unseen] = self._rated(view, everything, "number", numbers[unseen])[1]
        found = self._by_presence(question, "text"), self._by_presence(question, "around")
        shares, _ = self._rated(view, found[0], "number", numbers)
        around, _ = self._rated(view, found[1], "page", pages)
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

    def _ask(self, view: _View, query: str) -> _Question:
        return view.questions.get(query, lambda: _question(view.searcher, query))

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

    def _rated(
        self, view: _View, wanted: Query, key: str, keys: Numbers
    ) -> tuple[Vectors, Numbers]:
        """Return what `wanted` gives to the records whose field `key` is one of `keys`.

        0 where it does not find them. Of passages also the page, else `_NO_PAGE`.
        """
        if not len(keys):
            return np.empty(0, np.float32), np.empty(0, np.int64)
        unique, places = np.unique(keys, return_inverse=True)
        among = Query.const_score_query(
            Query.term_set_query(self._schema, key, unique.tolist()), 0.0
        )
        both = Query.boolean_query([(Occur.Must, among), (Occur.Must, wanted)])
        found, scores = _found(view.searcher, both, len(unique))
        rows = np.searchsorted(unique, _values(view.searcher, key, found))
        table = np.zeros(len(unique), np.float32)
        table[rows] = scores
        pages = np.full(len(unique), _NO_PAGE, np.int64)
        if key == "number":
            pages[rows] = _values(view.searcher, "page_of", found)
        return table[places], pages[places]


def _question(searcher: tantivy.Searcher, query: str) -> _Question:
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


def _found(
    searcher: tantivy.Searcher, wanted: Query, limit: int
) -> tuple[list[tantivy.DocAddress], Vectors]:
    hits = searcher.search(wanted, limit, count=False).hits
    return [address for _, address in hits], np.array([score for score, _ in hits], np.float32)


def _values(searcher: tantivy.Searcher, name: str, found: list[tantivy.DocAddress]) -> Numbers:
    return np.array(searcher.fast_field_values(name, found), np.int64)


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
