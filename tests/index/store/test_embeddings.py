import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from index.errors import ModelMismatch
from index.store.catalogue import Catalogue
from index.store.database import Database
from index.store.embeddings import Embeddings, Pending
from index.store.feed import document_ids, pack_vectors, unpack_vectors, vectors_of
from tests.index.store.fakes import DIMENSION, FakeEmbedder, lines, read_lines

MODEL = FakeEmbedder()


@pytest.fixture(autouse=True)
def three_documents(database: Database) -> None:
    catalogue = Catalogue(database)
    for name, length in (("甲", 3), ("乙", 1), ("丙", 4)):
        content = lines(*(f"{name}{number}" for number in range(length)))
        catalogue.put(*read_lines(content, f"{name}.txt"))


def vectors_for(pending: list[Pending], model: FakeEmbedder = MODEL) -> np.ndarray:
    return model.embed_passages([text for part in pending for text in part.texts])


def stored(database: Database) -> dict[int, np.ndarray]:
    with database.reading() as connection:
        return {
            entry.number: row
            for some_entries, rows in vectors_of(connection, document_ids(connection), DIMENSION)
            for entry, row in zip(some_entries, rows, strict=True)
        }


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_every_passage_is_asked_for_once_whatever_the_batch(database: Database, limit: int) -> None:
    embeddings, seen = Embeddings(database), []
    assert embeddings.missing() == 8
    while pending := embeddings.pending(limit):
        assert sum(len(part.texts) for part in pending) <= limit
        seen += [part.first + place for part in pending for place in range(len(part.texts))]
        embeddings.store(pending, vectors_for(pending), MODEL.identity)
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
    assert embeddings.missing() == 0
    assert sorted(stored(database)) == seen


def test_the_model_reads_title_headings_and_passage(database: Database) -> None:
    [pending] = Embeddings(database).pending(1)
    assert pending.texts == ("甲0\n第1条\n甲0\n",)


def test_vectors_are_kept_to_half_precision(database: Database) -> None:
    embeddings = Embeddings(database)
    pending = embeddings.pending(8)
    vectors = vectors_for(pending)
    embeddings.store(pending, vectors, MODEL.identity)
    kept = np.stack(list(stored(database).values()))
    assert np.array_equal(kept, vectors.astype(np.float16).astype(np.float32))
    assert np.allclose(kept, vectors, atol=1e-3)


@given(arrays(np.float16, some.tuples(some.integers(1, 5), some.just(6))))
def test_packed_vectors_come_back_bit_by_bit(vectors: np.ndarray) -> None:
    again = unpack_vectors(pack_vectors(vectors.astype(np.float32)), 6)
    assert np.array_equal(again, vectors.astype(np.float32), equal_nan=True)


def test_what_was_removed_meanwhile_gets_no_vectors(database: Database) -> None:
    embeddings, catalogue = Embeddings(database), Catalogue(database)
    pending = embeddings.pending(8)
    catalogue.remove(pending[0].document_id)
    embeddings.store(pending, vectors_for(pending), MODEL.identity)
    assert sorted(stored(database)) == [4, 5, 6, 7, 8]


def test_what_was_renamed_meanwhile_is_asked_for_again(database: Database) -> None:
    embeddings, catalogue = Embeddings(database), Catalogue(database)
    pending = embeddings.pending(8)
    catalogue.edit(pending[0].document_id, {"title": "新名"})
    embeddings.store(pending, vectors_for(pending), MODEL.identity)
    again = embeddings.pending(8)
    assert [part.first for part in again] == [1]
    assert again[0].texts[0].startswith("新名\n")


def test_old_vectors_serve_until_those_of_the_new_title_are_there(database: Database) -> None:
    embeddings, catalogue = Embeddings(database), Catalogue(database)
    pending = embeddings.pending(8)
    embeddings.store(pending, vectors_for(pending), MODEL.identity)
    before = stored(database)
    catalogue.edit(pending[0].document_id, {"title": "新名"})
    assert sorted(stored(database)) == sorted(before)
    pending = embeddings.pending(8)
    embeddings.store(pending, vectors_for(pending), MODEL.identity)
    after = stored(database)
    assert [number for number in after if not np.array_equal(before[number], after[number])] == [
        1,
        2,
        3,
    ]


def test_vectors_of_two_models_never_mix(database: Database) -> None:
    embeddings, other = Embeddings(database), FakeEmbedder("other-2")
    pending = embeddings.pending(2)
    embeddings.store(pending, vectors_for(pending), MODEL.identity)
    pending = embeddings.pending(2)
    with pytest.raises(ModelMismatch, match="wenju reindex"):
        embeddings.store(pending, vectors_for(pending, other), other.identity)
    with pytest.raises(ModelMismatch, match=r"fake-1.*other-2"):
        embeddings.check_model(other.identity)
    embeddings.check_model(MODEL.identity)
    assert sorted(stored(database)) == [1, 2]


def test_after_forgetting_another_model_may_begin(database: Database) -> None:
    embeddings, other = Embeddings(database), FakeEmbedder("other-2")
    pending = embeddings.pending(8)
    embeddings.store(pending, vectors_for(pending), MODEL.identity)
    embeddings.forget()
    assert embeddings.missing() == 8
    assert stored(database) == {}
    pending = embeddings.pending(8)
    embeddings.store(pending, vectors_for(pending, other), other.identity)
    embeddings.check_model(other.identity)
