from pathlib import Path

import pytest

from index.chunk_table import ChunkTable
from index.document import Filter, Span
from index.store.catalogue import Catalogue
from index.store.database import Database
from tests.index.store.fakes import lines, open_new, read_lines


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = open_new(tmp_path)
    for name in "甲乙":
        Catalogue(database).put(*read_lines(lines(name, "第一段", "第二段"), f"{name}.txt"))
    return database


def load(database: Database) -> ChunkTable:
    with database.reading() as connection:
        return ChunkTable.load(connection)


def test_a_number_leads_to_its_chunk(database: Database) -> None:
    table, catalogue = load(database), Catalogue(database)
    expected = [
        chunk for summary in catalogue.summaries() for chunk in catalogue.chunks(summary.id)
    ]
    assert [table.chunk(number) for number in range(1, 7)] == expected
    assert expected[2].span == Span(6, 10)
    assert len(table) == 6


@pytest.mark.parametrize("number", [-1, 0, 7, 10**12])
def test_a_number_that_is_not_there_leads_to_nothing(database: Database, number: int) -> None:
    assert load(database).chunk(number) is None


def test_a_table_never_changes(database: Database) -> None:
    before = load(database)
    removed = Catalogue(database).summaries()[0].id
    Catalogue(database).remove(removed)
    with database.reading() as connection:
        after = before.caught_up(connection)
    assert before.chunk(1) is not None
    assert after.chunk(1) is None
    assert (before.revision, after.revision) == (2, 3)
    assert not after.admits(Filter.today(), removed)


def test_nothing_new_makes_no_new_table(database: Database) -> None:
    table = load(database)
    with database.reading() as connection:
        assert table.caught_up(connection) is table


def test_an_empty_catalogue_has_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    table = load(open_new(tmp_path / "empty"))
    assert len(table) == 0
    assert table.chunk(1) is None
