from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from index.document import SHANGHAI, Metadata
from index.errors import DocumentNotFound, InvalidRequest
from index.store.catalogue import Catalogue
from index.store.columns import Moment
from index.store.database import Database
from index.store.embeddings import Embeddings
from index.store.feed import chunks_in
from tests.index.store.fakes import FakeEmbedder, lines, read_lines

TITLE, FIRST = "办事指南", "第一段"


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    return Catalogue(database)


def add(catalogue: Catalogue, *passages: str) -> str:
    document, chunks = read_lines(lines(*passages), "指南.txt")
    catalogue.put(document, chunks)
    return document.id


def embed_all(database: Database) -> None:
    model, embeddings = FakeEmbedder(), Embeddings(database)
    while pending := embeddings.pending(2):
        texts = [text for part in pending for text in part.texts]
        embeddings.store(pending, model.embed_passages(texts), model.identity)


def numbers(database: Database) -> list[int]:
    with database.reading() as connection:
        return [number for number, _ in chunks_in(connection, (0, 10**9))]


def test_what_was_put_is_there(catalogue: Catalogue) -> None:
    document, chunks = read_lines(lines(TITLE, FIRST), "指南.txt")
    catalogue.put(document, chunks)
    assert catalogue.document(document.id) == document
    assert catalogue.chunks(document.id) == chunks
    [summary] = catalogue.summaries()
    assert (summary.id, summary.source, summary.chunks) == (document.id, "指南.txt", 2)
    assert summary.length == len(document.text)
    assert summary.added_at.tzinfo is SHANGHAI


def test_every_change_raises_the_revision_by_one(catalogue: Catalogue) -> None:
    document_id = add(catalogue, TITLE)
    assert catalogue.state().revision == 1
    assert catalogue.edit(document_id, {"issuer": "市政数局"}) == 2
    assert catalogue.remove(document_id) == 3
    assert catalogue.state().revision == 3


def test_a_change_that_fails_leaves_nothing(catalogue: Catalogue) -> None:
    document, chunks = read_lines(lines(TITLE), "指南.txt")
    with pytest.raises(AttributeError):
        catalogue.put(document, [*chunks, None])  # type: ignore[list-item]  the point
    assert catalogue.summaries() == []
    assert catalogue.state().revision == 0


def test_chunk_numbers_are_never_used_twice(catalogue: Catalogue, database: Database) -> None:
    first = add(catalogue, TITLE, "甲", "乙")
    assert numbers(database) == [1, 2, 3]
    catalogue.remove(first)
    add(catalogue, TITLE, "甲", "乙")
    assert numbers(database) == [4, 5, 6]


def test_a_document_read_anew_takes_the_place_of_its_earlier_reading(
    catalogue: Catalogue, database: Database
) -> None:
    document, chunks = read_lines(lines(TITLE, FIRST), "指南.txt")
    catalogue.put(document, chunks)
    [before] = catalogue.summaries()
    catalogue.put(replace(document, metadata=Metadata("新读的标题")), chunks[:1])
    [after] = catalogue.summaries()
    assert (after.metadata.title, after.chunks) == ("新读的标题", 1)
    assert after.added_at == before.added_at
    assert numbers(database) == [3]


def test_a_removed_document_is_gone(catalogue: Catalogue) -> None:
    document_id = add(catalogue, TITLE)
    catalogue.remove(document_id)
    for ask in (catalogue.document, catalogue.chunks, catalogue.remove):
        with pytest.raises(DocumentNotFound, match=document_id):
            ask(document_id)


def test_an_edit_changes_metadata_and_says_who_knows_better(catalogue: Catalogue) -> None:
    document_id = add(catalogue, TITLE)
    assert "title" in catalogue.document(document_id).evidence
    catalogue.edit(
        document_id, {"title": "新标题", "effective_on": "2026-01-31", "keywords": ["社保"]}
    )
    document = catalogue.document(document_id)
    assert document.metadata.title == "新标题"
    assert document.metadata.effective_on == date(2026, 1, 31)
    assert document.metadata.keywords == ("社保",)
    assert "title" not in document.evidence  # no longer what the text says
    [summary] = catalogue.summaries()
    assert summary.edited == ("effective_on", "keywords", "title")


def test_an_edit_that_changes_nothing_is_no_change(catalogue: Catalogue) -> None:
    document_id = add(catalogue, TITLE)
    assert catalogue.edit(document_id, {"title": TITLE}) == 1


def test_a_refused_edit_leaves_the_document_as_it_was(catalogue: Catalogue) -> None:
    document_id = add(catalogue, TITLE)
    with pytest.raises(InvalidRequest):
        catalogue.edit(document_id, {"issuer": "市政数局", "issued_on": "昨天"})
    assert catalogue.document(document_id).metadata == Metadata(TITLE)


def test_only_a_new_title_asks_for_new_vectors(catalogue: Catalogue, database: Database) -> None:
    document_id = add(catalogue, TITLE, FIRST)
    embed_all(database)
    catalogue.edit(document_id, {"issuer": "市政数局"})
    assert catalogue.summaries()[0].chunks_with_vectors == 2
    catalogue.edit(document_id, {"title": "新标题"})
    assert catalogue.summaries()[0].chunks_with_vectors == 0


def test_a_time_without_its_zone_is_refused() -> None:
    noon = datetime(2026, 1, 31, 12)  # noqa: DTZ001  the point
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(noon, None)  # type: ignore[arg-type]  not looked at


def test_a_time_is_given_back_in_shanghai() -> None:
    stored = datetime(2026, 1, 31, 20, tzinfo=UTC).replace(tzinfo=None)
    read = Moment().process_result_value(stored, None)  # type: ignore[arg-type]  not looked at
    assert read == datetime(2026, 2, 1, 4, tzinfo=SHANGHAI)
