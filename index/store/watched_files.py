"""What a watched folder held when it was last looked at, so that a restart begins nothing anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from index.store.columns import now
from index.store.database import Database, batches
from index.store.tables import DocumentRow, WatchedFileRow


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file's size and the moment it was last written, in nanoseconds."""

    size: int
    modified: int


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file as it last came in. `earlier` are documents of the same name that are still there."""

    path: str
    stamp: Stamp
    sha256: str
    job_id: str | None
    gone_at: datetime | None
    document_id: str | None = None  # where it became one that is still there
    earlier: tuple[str, ...] = ()


class WatchedFiles:
    """Reads and changes what one database knows of watched folders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, folder: str) -> dict[str, WatchedFile]:
        """Return the files known of a folder, by path."""
        query = select(WatchedFileRow.__table__).where(WatchedFileRow.folder == folder)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(WatchedFileRow.path)).all()
            digests = {digest for row in rows for digest in (row.sha256, *row.earlier)}
            documents: dict[str, str] = {}
            for some in batches(sorted(digests)):
                there = select(DocumentRow.sha256, DocumentRow.id)
                found = connection.execute(there.where(DocumentRow.sha256.in_(some)))
                documents.update((row.sha256, row.id) for row in found)
        return {row.path: _file(row, documents) for row in rows}

    def folders(self) -> list[str]:
        """List the folders that have been watched."""
        query = select(WatchedFileRow.folder).distinct().order_by(WatchedFileRow.folder)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def keep(self, folder: str, path: str, stamp: Stamp, sha256: str, job_id: str) -> None:
        """Note that a file has come in, in the place of what was under its name."""
        with self._database.writing() as connection:
            before = connection.execute(
                select(WatchedFileRow.__table__).where(WatchedFileRow.path == path)
            ).one_or_none()
            earlier = dict.fromkeys((*before.earlier, before.sha256) if before else ())
            earlier.pop(sha256, None)
            connection.execute(delete(WatchedFileRow).where(WatchedFileRow.path == path))
            row = {
                "path": path,
                "folder": folder,
                "size": stamp.size,
                "modified": stamp.modified,
                "sha256": sha256,
                "job_id": job_id,
                "earlier": tuple(earlier),
                "gone_at": None,
            }
            connection.execute(insert(WatchedFileRow), [row])

    def mark(self, paths: Collection[str], *, gone: bool) -> None:
        """Note that files are missed, or are back."""
        with self._database.writing() as connection:
            for some in batches(sorted(paths)):
                missed = update(WatchedFileRow).where(WatchedFileRow.path.in_(some))
                connection.execute(missed.values(gone_at=now() if gone else None))


def _file(row: Row[Any], documents: dict[str, str]) -> WatchedFile:
    return WatchedFile(
        path=row.path,
        stamp=Stamp(row.size, row.modified),
        sha256=row.sha256,
        job_id=row.job_id,
        gone_at=row.gone_at,
        document_id=documents.get(row.sha256),
        earlier=tuple(documents[one] for one in row.earlier if one in documents),
    )
