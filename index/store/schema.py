"""Brings a catalogue's tables to the form this version of the code works with."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

from index.errors import CatalogueTooNew

NEWEST = "0012"  # a test holds it against the newest file in migrations/versions

_UPGRADING = Lock()  # Alembic keeps what it works on in a global; the database sees to processes


def bring_up_to_date(connection: Connection) -> None:
    """Run the migrations that are missing, in one transaction.

    Alembic is imported only when there is something to do: most starts have nothing.
    """
    with connection.begin():
        version = _version(connection)
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        raise CatalogueTooNew(
            f"这个知识库由更新版本的问据写成（格式 {version}，本程序只认识到 {NEWEST}）。"
            "请升级程序，或用 wenju restore 恢复旧备份。"
        )
    with _UPGRADING:
        upgrade(connection, NEWEST)


def upgrade(connection: Connection, target: str) -> None:
    """Migrate to the version `target`."""
    from alembic import command  # noqa: PLC0415  0.3 s that few starts need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection.execution_options(wenju_writes=True)
    command.upgrade(config, target)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
