import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, update

from index.caches import Caches, lexical_folder, vector_folder
from index.chunk_table import ChunkTable
from index.errors import StorageFull
from index.store.catalogue import Catalogue
from index.store.database import Database
from index.store.embeddings import Embeddings
from index.store.revision import State
from index.store.tables import CatalogueRow
from tests.index.store.fakes import (
    DIMENSION,
    FakeEmbedder,
    FakeEngines,
    FileIndex,
    fill,
    lines,
    open_new,
    read_lines,
)

MODEL = FakeEmbedder()


def lexical(directory: Path, state: State) -> FileIndex:
    return FakeEngines().lexical(lexical_folder(directory, str(state.lexical_generation)))


def vectors(directory: Path, state: State) -> FileIndex:
    return FakeEngines().vectors(vector_folder(directory, str(state.vector_generation)), DIMENSION)


def content(index: FileIndex) -> dict[int, object]:
    return {
        number: (entry, None if row is None else row.tobytes())
        for number, (entry, row) in index.entries.items()
    }


def rebuilt(database: Database) -> tuple[dict[int, object], dict[int, object]]:
    """Build both indexes from nothing but the catalogue."""
    with TemporaryDirectory() as folder:
        with database.writing() as connection:
            before = connection.execute(select(CatalogueRow.__table__)).mappings().one()
            connection.execute(
                update(CatalogueRow).values(lexical_generation=None, vector_generation=None)
            )
        with closing(Caches(database, Path(folder), FakeEngines())) as caches:
            state = caches.bring_up_to_date()
        with database.writing() as connection:
            connection.execute(update(CatalogueRow).values(dict(before)))
        words = content(lexical(Path(folder), state))
        if state.dimension is None:
            return words, {}
        return words, content(vectors(Path(folder), state))


class CatchingUp(RuleBasedStateMachine):
    """Whatever happens, catching up gives what building anew would give."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.directory = Path(self.folder.name)
        self.database = open_new(self.directory)
        self.catalogue = Catalogue(self.database)
        self.embeddings = Embeddings(self.database)
        self.caches = Caches(self.database, self.directory, FakeEngines())
        with self.database.reading() as connection:
            self.table = ChunkTable.load(connection)
        self.count = 0

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.caches.close()
            self.database.close()
            self.folder.cleanup()

    def ids(self) -> list[str]:
        return [summary.id for summary in self.catalogue.summaries()]

    @rule(length=some.integers(1, 5))
    def add(self, length: int) -> None:
        self.count += 1
        passages = lines(*(f"文件{self.count}第{place}段" for place in range(length)))
        self.catalogue.put(*read_lines(passages, "文件.txt"))

    @precondition(lambda self: self.ids())
    @rule(data=some.data())
    def read_anew(self, data: some.DataObject) -> None:
        document_id = data.draw(some.sampled_from(self.ids()))
        document = self.catalogue.document(document_id)
        self.catalogue.put(document, self.catalogue.chunks(document_id)[:-1])

    @precondition(lambda self: self.ids())
    @rule(data=some.data(), changes=some.sampled_from(({"issuer": "局"}, {"title": "新"})))
    def edit(self, data: some.DataObject, changes: dict[str, object]) -> None:
        self.catalogue.edit(data.draw(some.sampled_from(self.ids())), changes)

    @precondition(lambda self: self.ids())
    @rule(data=some.data())
    def remove(self, data: some.DataObject) -> None:
        self.catalogue.remove(data.draw(some.sampled_from(self.ids())))

    @rule(limit=some.integers(1, 6))
    def embed(self, limit: int) -> None:
        if pending := self.embeddings.pending(limit):
            texts = [text for part in pending for text in part.texts]
            self.embeddings.store(pending, MODEL.embed_passages(texts), MODEL.identity)

    @rule()
    def forget_vectors(self) -> None:
        self.embeddings.forget()
        with self.database.reading() as connection:
            self.table = ChunkTable.load(connection)

    @rule()
    def restart_the_worker(self) -> None:
        self.caches.close()
        self.caches = Caches(self.database, self.directory, FakeEngines())

    @rule()
    def catch_up(self) -> None:
        state = self.caches.bring_up_to_date()
        words, rows = rebuilt(self.database)
        assert content(lexical(self.directory, state)) == words
        if state.dimension is not None:
            assert content(vectors(self.directory, state)) == rows
        assert not state.words_behind
        assert not state.vectors_behind
        self.caches.tidy()

    @rule()
    def the_chunk_table_catches_up(self) -> None:
        with self.database.reading() as connection:
            self.table = self.table.caught_up(connection)
            fresh = ChunkTable.load(connection)
        assert self.table.documents == fresh.documents
        assert len(self.table) == len(fresh)
        for number in range(1, 60):
            assert self.table.chunk(number) == fresh.chunk(number)

    @invariant()
    def vectors_have_chunks(self) -> None:
        if hasattr(self, "database"):
            with self.database.reading() as connection:
                assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()


TestCatchingUp = CatchingUp.TestCase
TestCatchingUp.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    fill(tmp_path, lines("甲", "第一段"), lines("乙", "第二段"))
    return tmp_path


@pytest.fixture
def database(directory: Path) -> Iterator[Database]:
    database = Database.open(directory)
    yield database
    database.close()


def bring_up_to_date(database: Database, directory: Path) -> State:
    with closing(Caches(database, directory, FakeEngines())) as caches:
        return caches.bring_up_to_date()


def test_a_removal_and_an_edit_reach_both_indexes(database: Database, directory: Path) -> None:
    catalogue = Catalogue(database)
    first, second = (summary.id for summary in catalogue.summaries())
    catalogue.remove(first)
    catalogue.edit(second, {"issuer": "市政数局"})
    state = bring_up_to_date(database, directory)
    for index in (lexical(directory, state), vectors(directory, state)):
        entries = [entry for entry, _ in index.entries.values()]
        assert {entry.document_id for entry in entries} == {second}
        assert {entry.metadata.issuer for entry in entries} == {"市政数局"}


def damage(directory: Path, state: State) -> None:
    for folder in (
        lexical_folder(directory, str(state.lexical_generation)),
        vector_folder(directory, str(state.vector_generation)),
    ):
        (folder / "index.pickle").write_bytes(b"not an index")


def lose(directory: Path, _state: State) -> None:
    shutil.rmtree(directory / "indexes")


def run_ahead(directory: Path, state: State) -> None:
    """Leave indexes behind that know a later catalogue than the one restored from a backup."""
    for index in (lexical(directory, state), vectors(directory, state)):
        index.remove([entry.document_id for entry, _ in index.entries.values()])
        index.commit(99)


@pytest.mark.parametrize("harm", [damage, lose, run_ahead])
def test_indexes_that_disagree_are_built_anew_without_the_model(
    database: Database, directory: Path, harm: object
) -> None:
    before = Catalogue(database).state()
    harm(directory, before)  # type: ignore[operator]  one of the three
    after = bring_up_to_date(database, directory)
    assert after.lexical_generation != before.lexical_generation
    assert after.vector_generation != before.vector_generation
    assert (content(lexical(directory, after)), content(vectors(directory, after))) == rebuilt(
        database
    )
    assert len(lexical(directory, after).entries) == 4


def test_indexes_that_agree_are_left_alone(database: Database, directory: Path) -> None:
    before = Catalogue(database).state()
    assert bring_up_to_date(database, directory) == before


def test_tidying_deletes_what_the_catalogue_does_not_name(
    database: Database, directory: Path
) -> None:
    before = Catalogue(database).state()
    run_ahead(directory, before)
    with closing(Caches(database, directory, FakeEngines())) as caches:
        after = caches.bring_up_to_date()
        caches.tidy()
    assert {path.name for path in (directory / "indexes").iterdir()} == {
        f"lexical-{after.lexical_generation}",
        f"vectors-{after.vector_generation}",
    }


def test_a_full_disk_is_no_reason_to_build_anew(
    database: Database, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def commit(index: FileIndex, revision: int) -> None:
        raise OSError(28, "No space left on device")

    before = Catalogue(database).state()
    Catalogue(database).put(*read_lines(lines("丙"), "丙.txt"))
    monkeypatch.setattr(FileIndex, "commit", commit)
    with pytest.raises(StorageFull):
        bring_up_to_date(database, directory)
    monkeypatch.undo()
    after = bring_up_to_date(database, directory)
    assert after.lexical_generation == before.lexical_generation
    assert len(lexical(directory, after).entries) == 5


def test_vectors_that_come_back_are_those_that_went_in(database: Database, directory: Path) -> None:
    state = Catalogue(database).state()
    for entry, row in vectors(directory, state).entries.values():
        document = Catalogue(database).document(entry.document_id)
        [place] = [
            chunk
            for number, chunk in enumerate(Catalogue(database).chunks(document.id))
            if number == (entry.number - 1) % 2
        ]
        read = place.embedding_input(document.metadata.title, document.text)
        assert np.allclose(row, MODEL.embed_query(read), atol=1e-3)
