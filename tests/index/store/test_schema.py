from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, select, text

from index.document import SHANGHAI
from index.errors import CatalogueTooNew
from index.store import migrations
from index.store.catalogue import Catalogue, write
from index.store.curated import CuratedAnswers
from index.store.database import FILE_NAME, Database, prepare_sqlite
from index.store.schema import NEWEST, upgrade
from index.store.tables import Base, CatalogueRow
from tests.index.store.children import processes
from tests.index.store.fakes import lines, read_lines


def schema(directory: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{directory / FILE_NAME}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
        statements = {" ".join(row.sql.split()) for row in found if "alembic" not in row.sql}
    engine.dispose()
    return statements


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.close()
    created = tmp_path / "created"
    created.mkdir()
    engine = create_engine(f"sqlite:///{created / FILE_NAME}")
    Base.metadata.create_all(engine)
    engine.dispose()
    assert schema(tmp_path) == schema(created)


def test_the_code_asks_for_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_an_old_catalogue_is_upgraded_without_loss(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    event.listen(engine, "connect", prepare_sqlite)
    with engine.connect() as connection:
        upgrade(connection, "0001")
    document, chunks = read_lines(lines("旧文件", "第一段"), "old.txt")
    with Database(engine).writing() as connection:
        write(connection, [(document, chunks)])
    engine.dispose()

    database = Database.open(tmp_path)
    assert Catalogue(database).document(document.id) == document
    assert Catalogue(database).chunks(document.id) == chunks
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM gaps")).scalar_one() == 0
    database.close()


def test_the_days_of_old_answers_become_midnights_in_shanghai(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / FILE_NAME}")
    event.listen(engine, "connect", prepare_sqlite)
    with engine.connect() as connection:
        upgrade(connection, "0006")
    with Database(engine).writing() as connection:
        connection.execute(
            text(
                "INSERT INTO curated"
                " (id, question, answer, valid_until, disclosure, created_at, updated_at) VALUES"
                " ('a', '停水吗', '停', '2026-07-02', 'public', '2026-01-01', '2026-01-01')"
            )
        )
        connection.execute(text("INSERT INTO wordings VALUES ('a', '停水吗', '停水吗', 0)"))
    engine.dispose()

    with closing(Database.open(tmp_path)) as database:
        [kept] = CuratedAnswers(database).find("停水吗？", datetime(2026, 7, 1, tzinfo=SHANGHAI))
    assert kept.draft.valid_from is None
    assert kept.draft.valid_until == datetime(2026, 7, 2, tzinfo=SHANGHAI)


def test_a_catalogue_newer_than_the_code_is_refused(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(CatalogueTooNew, match="9999"):
        Database.open(tmp_path)


def test_threads_and_processes_that_open_a_new_directory_at_once_make_one_catalogue(
    tmp_path: Path,
) -> None:
    with processes.Pool(2) as pool:
        opened = pool.map_async(_open_in_threads, [tmp_path] * 2)
        assert opened.get(60) == [0, 0]
    with closing(Database.open(tmp_path)) as database, database.reading() as connection:
        assert connection.execute(select(CatalogueRow.revision)).all() == [(0,)]


def _open_in_threads(directory: Path) -> int:
    with ThreadPoolExecutor(2) as pool:
        for database in pool.map(lambda _: Database.open(directory), range(2)):
            database.close()
    return 0
