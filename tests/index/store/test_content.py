from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from index.document import (
    Box,
    Document,
    Kind,
    Metadata,
    OriginRun,
    PrintedRun,
    Recognition,
    Removal,
    Section,
    SectionKind,
    Span,
    Status,
)
from index.read import read_document
from index.store.catalogue import Catalogue
from index.store.content import (
    document_from,
    metadata_from_json,
    metadata_to_json,
    structure_json,
)
from index.store.database import Database
from index.store.tables import DocumentRow

texts = some.text(some.characters(codec=None))  # NUL and lone surrogates too
printed = some.text()
days = some.none() | some.dates()
spans = some.tuples(some.integers(0, 9), some.integers(0, 9)).map(
    lambda pair: Span(min(pair), max(pair))
)
sections = some.recursive(
    some.builds(
        Section, some.sampled_from(SectionKind), some.integers(0, 9), spans, some.none() | spans
    ),
    lambda children: some.builds(
        Section,
        some.sampled_from(SectionKind),
        some.integers(0, 9),
        spans,
        some.none() | spans,
        printed,
        some.lists(children, max_size=3).map(tuple),
    ),
    max_leaves=8,
)
metadatas = some.builds(
    Metadata,
    title=printed,
    document_number=some.none() | printed.filter(bool),
    kind=some.sampled_from(Kind),
    recipients=some.lists(printed).map(tuple),
    keywords=some.lists(printed).map(tuple),
    issued_on=days,
    effective_on=days,
    ended_on=days,
    ended_by=some.none() | some.sampled_from(Status),
)
shares = some.integers(0, 10_000).map(lambda count: count / 10_000)
runs = some.builds(
    PrintedRun,
    some.integers(0, 10**6),
    some.integers(1, 99),
    some.builds(Box, shares, shares, shares, shares),
)
documents = some.builds(
    Document,
    id=some.just("0123456789abcdef"),
    source=printed,
    sha256=some.just("0" * 64),
    text=texts,
    metadata=metadatas,
    root=sections,
    origin=some.lists(
        some.builds(OriginRun, spans, some.integers(0, 10**6), some.none() | some.integers(1, 99))
    ).map(tuple),
    removals=some.lists(some.builds(Removal, some.integers(0, 10**6), texts, printed)).map(tuple),
    evidence=some.dictionaries(printed, spans),
    recognised=some.lists(
        some.builds(Recognition, some.integers(1, 99), shares, some.lists(runs).map(tuple))
    ).map(tuple),
)


@pytest.fixture(scope="module")
def catalogue() -> Iterator[Catalogue]:
    database = Database.open(Path(), "sqlite://")
    yield Catalogue(database)
    database.close()


@given(document=documents)
def test_a_document_comes_back_as_it_went_in(catalogue: Catalogue, document: Document) -> None:
    catalogue.put(document, [])
    assert catalogue.document(document.id) == document


def test_a_scan_that_was_read_before_places_were_kept_comes_back_without_them() -> None:
    document = read_document("各镇人民政府：现将有关事项通知如下。".encode(), "x.txt")
    structure = structure_json(document) | {"recognised": [[1, 0.97]]}
    read = document_from("x", "0", document.text, document.metadata, structure, document_id="0")
    assert read.recognised == (Recognition(1, 0.97),)


@given(metadatas)
def test_metadata_survive_json(metadata: Metadata) -> None:
    assert metadata_from_json(metadata_to_json(metadata)) == metadata


def test_every_field_of_the_metadata_has_a_column() -> None:
    columns = {column.name for column in DocumentRow.__table__.columns}
    assert {field.name for field in fields(Metadata)} <= columns


def test_json_leaves_out_what_is_not_known() -> None:
    metadata = replace(Metadata("办法"), issued_on=date(2022, 11, 30))
    assert metadata_to_json(metadata) == (
        '{"title":"办法","kind":"other","issued_on":"2022-11-30","disclosure":"unknown"}'
    )
