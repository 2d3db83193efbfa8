"""The connection to the catalogue's database: the one place that knows which database it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from index.agencies import Agencies, agencies_of, national
from index.errors import CorruptCatalogue, StorageFull, StoreError, WriterBusy
from index.store.schema import bring_up_to_date

FILE_NAME = "wenju.db"
BUSY_SECONDS = 30
_BUSY_PAUSE = 0.02  # seconds
WRITERS_LOCK = 12345  # any number, the same for all


_AGENCIES = "agencies"  # what a connection carries to those who ask who became whom


def agencies_in(connection: Connection) -> Agencies:
    """Return the table of agencies of the data directory that a connection belongs to."""
    found = connection.get_execution_options().get(_AGENCIES)
    return found if isinstance(found, Agencies) else national()


class Database:
    """Hands out transactions, and reports failures as decisions a person can take."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, directory: Path, url: str | None = None) -> Self:
        """Open the catalogue of a data directory, creating or upgrading it where needed.

        Raises InvalidRequest where the site's own table of agencies cannot be read.
        `url` names another database than the directory's own SQLite file.
        """
        engine = create_engine(
            make_url(url) if url else f"sqlite:///{directory / FILE_NAME}",
            execution_options={_AGENCIES: agencies_of(directory)},
        )
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", _begin)
        database = cls(engine)
        try:
            with _reported(), engine.connect() as connection:
                bring_up_to_date(connection)
        except BaseException:
            engine.dispose()
            raise
        return database

    @property
    def agencies(self) -> Agencies:
        """Return who became whom, as the data directory of this catalogue has it."""
        found = self._engine.get_execution_options().get(_AGENCIES)
        return found if isinstance(found, Agencies) else national()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the catalogue throughout."""
        with _reported(), self._engine.connect() as connection:
            if connection.dialect.name != "sqlite":  # which has nothing less
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self, *, is_durable: bool = True) -> Iterator[Connection]:
        """Open a transaction that changes the catalogue: all of it, or on any error nothing.

        Without `is_durable` a power cut may take the last of them back, in order: what is durable
        is so with all that was written before it. Nothing then waits for the disk.
        """
        with _reported(), self._engine.connect() as connection:
            connection.execution_options(wenju_writes=True, wenju_durable=is_durable)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def batches(values: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    """Cut a list into pieces that a database takes as parameters of one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set what SQLite wants said on every connection.

    FULL, not NORMAL: after a power cut a commit must still be there, because the caches, which
    are synced on their own, may already be stamped with its revision.
    """
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -16384")  # KiB
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to the write-ahead log; SQLite does not wait here for others who open a new file."""
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or monotonic() > deadline:
                raise
            sleep(_BUSY_PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    """Let writers take turns from their first statement on.

    In SQLite a reader that turns writer could be refused midway; in PostgreSQL two writers
    could each decide by what the other is about to change.
    """
    options = connection.get_execution_options()
    writes = options.get("wenju_writes", False)
    if connection.dialect.name == "sqlite":
        if writes:
            level = "FULL" if options.get("wenju_durable", True) else "NORMAL"
            connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise store_error(error) from error


def store_error(error: DBAPIError) -> StoreError:
    """Say what a database error asks of a person."""
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    state = getattr(error.orig, "sqlstate", "") or ""
    reason = str(error.orig)
    if name in {"SQLITE_FULL", "SQLITE_IOERR_WRITE"} or state == "53100":
        return StorageFull("磁盘空间不足，知识库没有改动。请清理磁盘后重试。")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return CorruptCatalogue(
            "知识库目录文件已损坏。请用 wenju restore 恢复备份；没有备份时，移走 wenju.db"
            "（连同 wenju.db-wal 和 wenju.db-shm），再用 wenju add 从 originals 文件夹重新建库。"
        )
    if name.startswith("SQLITE_BUSY"):
        return WriterBusy("知识库正被其他进程占用，请稍后重试。")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return StoreError("知识库文件无法打开或写入，请检查数据目录的权限。")
    if name.startswith("SQLITE_IOERR"):
        return StoreError(f"读写知识库文件时磁盘出错，请检查磁盘：{reason}")
    return StoreError(f"知识库出错：{reason}")
