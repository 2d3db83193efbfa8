"""The queue of files to bring in: each a row, so that no crash forgets one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, update

from index.document import Metadata
from index.errors import InvalidRequest, WenjuError
from index.store.answer_sheets import SheetCounts, counts
from index.store.columns import now
from index.store.content import metadata_from_json, metadata_to_json
from index.store.database import Database, batches
from index.store.succession import Ended, endings_with
from index.store.tables import ArchiveMemberRow, DocumentRow, JobRow, JobState

ATTEMPTS = 3  # a file that has taken its reader down this often is given up
OPEN = (JobState.QUEUED, JobState.RUNNING, JobState.UNPACKED, JobState.WORDS)


@dataclass(frozen=True, slots=True)
class Job:
    """A file on its way in.

    `words_revision` and `vectors_revision` are the revisions from which it can be found by
    words and by vectors; 0 while it cannot.
    """

    sequence: int
    id: str
    state: JobState
    source: str
    sha256: str
    document_id: str | None
    error_code: str | None
    error_message: str | None
    chunks: int
    chunks_with_vectors: int
    words_revision: int
    vectors_revision: int
    created_at: datetime
    updated_at: datetime
    members: tuple[str, ...] = ()  # of an archive: the jobs of its files
    endings: tuple[Ended, ...] = ()  # what its document ended, and what ended that
    answers: SheetCounts | None = None  # of a spreadsheet of answers: what became of its rows

    @property
    def finished(self) -> bool:
        """Say whether nothing more will happen to it."""
        return self.state in {JobState.DONE, JobState.FAILED}

    @property
    def progress(self) -> float:
        """Return how far it has come, 0 to 1; the reading counts a tenth."""
        if self.finished:
            return 1.0
        if not self.chunks:
            return 0.0
        return 0.1 + 0.9 * self.chunks_with_vectors / self.chunks


@dataclass(frozen=True, slots=True)
class Work:
    """What the worker needs of a job to begin it."""

    id: str
    source: str
    sha256: str
    known: Metadata | None
    attempts: int  # this one included
    withdraws: bool = False  # of a spreadsheet of answers: rows that are gone are taken away
    verified: bool = False  # a person vouches for what is known


class Jobs:
    """Reads and changes the queue of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, job_id: str) -> Job:
        """Return a job. Raises InvalidRequest for one that never was."""
        found = self.some([job_id])
        if not found:
            raise InvalidRequest(f"没有编号为 {job_id} 的任务。")
        return found[0]

    def some(self, job_ids: Collection[str]) -> list[Job]:
        """Return those of the jobs that exist, in the order they were asked for."""
        with self._database.reading() as connection:
            rows = [
                row
                for ids in batches(sorted(job_ids))
                for row in connection.execute(_JOBS.where(JobRow.id.in_(ids)))
            ]
            return _jobs(connection, sorted(rows, key=lambda row: int(row.sequence)))

    def with_members(self, job_ids: Collection[str]) -> list[Job]:
        """Return jobs as `some` does, and those of the files in the archives among them."""
        jobs = self.some(job_ids)
        members = {member for job in jobs for member in job.members}
        return self.some(members.union(job_ids)) if members else jobs

    def latest(
        self, limit: int = 100, state: JobState | None = None, before: int | None = None
    ) -> list[Job]:
        """Return the newest jobs, of one state or of all, newest first.

        `before` is the sequence of one that came later.
        """
        newest = _JOBS.order_by(JobRow.sequence.desc()).limit(limit)
        if before is not None:
            newest = newest.where(JobRow.sequence < before)
        if state is not None:
            newest = newest.where(JobRow.state == state)
        with self._database.reading() as connection:
            return _jobs(connection, connection.execute(newest).all())

    def discard(self, job_id: str) -> None:
        """Forget a failed job; its original goes with the next sweep. Others are left alone."""
        with self._database.writing() as connection:
            connection.execute(
                delete(JobRow).where(JobRow.id == job_id, JobRow.state == JobState.FAILED)
            )
            left = select(JobRow.id)
            connection.execute(
                delete(ArchiveMemberRow).where(ArchiveMemberRow.member_id.not_in(left))
            )

    def retry(self, job_id: str) -> None:
        """Queue a failed job once more."""
        with self._database.writing() as connection:
            connection.execute(
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.state == JobState.FAILED)
                .values(state=JobState.QUEUED, attempts=0, updated_at=now(), **_NO_ERROR)
            )

    def resume(self) -> None:
        """Queue again what an interrupted worker left, and give up what keeps killing it."""
        with self._database.writing() as connection:
            left = update(JobRow).where(
                JobRow.state == JobState.RUNNING, JobRow.document_id.is_(None)
            )
            connection.execute(
                left.where(JobRow.attempts >= ATTEMPTS).values(
                    state=JobState.FAILED,
                    error_code="corrupt_file",
                    error_message=f"读取这个文件时程序 {ATTEMPTS} 次意外中断，已停止重试。"
                    "请检查文件是否损坏，或另存为其他格式后再添加。",
                    updated_at=now(),
                )
            )
            connection.execute(left.values(state=JobState.QUEUED, updated_at=now()))

    def take(self) -> Work | None:
        """Begin the oldest queued job, or return None when none waits."""
        query = (
            select(JobRow.__table__)
            .where(JobRow.state == JobState.QUEUED)
            .order_by(JobRow.sequence)
            .limit(1)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        with self._database.writing() as connection:
            connection.execute(
                update(JobRow)
                .where(JobRow.id == row.id)
                .values(state=JobState.RUNNING, attempts=JobRow.attempts + 1, updated_at=now())
            )
        known = metadata_from_json(row.known) if row.known else None
        return Work(
            id=row.id,
            source=row.source,
            sha256=row.sha256,
            known=known,
            attempts=row.attempts + 1,
            withdraws=row.withdraws,
            verified=row.verified,
        )

    def fail(self, job_id: str, error: WenjuError) -> None:
        """Give a job up and keep the reason."""
        with self._database.writing() as connection:
            connection.execute(
                update(JobRow)
                .where(JobRow.id == job_id)
                .values(
                    state=JobState.FAILED,
                    error_code=error.code,
                    error_message=error.message,
                    updated_at=now(),
                )
            )

    def hold(self, error: WenjuError) -> None:
        """Note on every job that waits for its vectors why they do not come."""
        with self._database.writing() as connection:
            connection.execute(
                update(JobRow)
                .where(JobRow.state.in_((JobState.RUNNING, JobState.WORDS)))
                .values(error_code=error.code, error_message=error.message, updated_at=now())
            )

    def searchable(self, words: int, vectors: int) -> None:
        """Move on the jobs whose documents the caches hold, as of these revisions."""
        with self._database.writing() as connection:
            by_words = select(DocumentRow.id).where(DocumentRow.words_revision <= words)
            _move(connection, JobState.RUNNING, JobState.WORDS, by_words)
            by_vectors = by_words.where(
                DocumentRow.vector_count == DocumentRow.chunk_count,
                DocumentRow.vectors_revision <= vectors,
            )
            _move(connection, JobState.WORDS, JobState.DONE, by_vectors)
            still = select(ArchiveMemberRow.archive_id).where(
                ArchiveMemberRow.member_id.in_(select(JobRow.id).where(JobRow.state.in_(OPEN)))
            )
            unpacked = update(JobRow).where(
                JobRow.state == JobState.UNPACKED, JobRow.id.not_in(still)
            )
            connection.execute(unpacked.values(state=JobState.DONE, updated_at=now(), **_NO_ERROR))
            gone = (  # somebody removed the document before it was through
                update(JobRow)
                .where(JobRow.state.in_((JobState.RUNNING, JobState.WORDS)))
                .where(JobRow.document_id.is_not(None))
                .where(JobRow.document_id.not_in(select(DocumentRow.id)))
            )
            connection.execute(gone.values(state=JobState.DONE, updated_at=now(), **_NO_ERROR))


def unpack(
    connection: Connection,
    job_id: str,
    members: Sequence[tuple[str, str, Metadata]],
    *,
    verified: bool = False,
) -> None:
    """Queue the files of an archive: each its name, its sha256 and what is known of it."""
    for source, sha256, known in members:
        member_id = enqueue(connection, source, sha256, known, verified=verified)
        if (
            member_id != job_id
            and not connection.execute(
                select(ArchiveMemberRow.member_id).where(ArchiveMemberRow.member_id == member_id)
            ).first()
        ):
            connection.execute(
                insert(ArchiveMemberRow).values(member_id=member_id, archive_id=job_id)
            )
    connection.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(state=JobState.UNPACKED, updated_at=now(), **_NO_ERROR)
    )


def enqueue(  # noqa: PLR0913  all but the file by name
    connection: Connection,
    source: str,
    sha256: str,
    known: Metadata | None,
    *,
    withdraws: bool = False,
    verified: bool = False,
) -> str:
    """Add a job and return its id; bytes that are there already are as far along as they are."""
    there = connection.execute(
        select(DocumentRow.id, DocumentRow.chunk_count, DocumentRow.vector_count)
        .where(DocumentRow.sha256 == sha256)
        .limit(1)
    ).one_or_none()
    if there is None:
        state = JobState.QUEUED
        waiting = connection.execute(
            select(JobRow.id).where(
                JobRow.sha256 == sha256,
                JobRow.source == source,
                JobRow.state == state,
                JobRow.withdraws.is_(withdraws),
            )
        ).scalar()
        if waiting is not None:  # a batch that was stopped is begun again
            if verified and known:
                said = {"known": metadata_to_json(known), "verified": True}
                connection.execute(update(JobRow).where(JobRow.id == waiting).values(said))
            return str(waiting)
    elif there.vector_count < there.chunk_count:
        state = JobState.WORDS
    else:
        state = JobState.DONE
    job_id = uuid4().hex[:16]
    connection.execute(
        insert(JobRow).values(
            id=job_id,
            state=state,
            source=source,
            sha256=sha256,
            known=metadata_to_json(known) if known else None,
            document_id=there.id if there else None,
            attempts=0,
            withdraws=withdraws,
            verified=verified,
            created_at=now(),
            updated_at=now(),
        )
    )
    return job_id


def read(connection: Connection, job_id: str, document_id: str) -> None:
    """Note which document a job has become; the caches are still to take it in."""
    connection.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(document_id=document_id, updated_at=now(), **_NO_ERROR)
    )


def answered(connection: Connection, job_id: str) -> None:
    """Note that a job's rows are curated answers now; those wait for no index."""
    connection.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(state=JobState.DONE, updated_at=now(), **_NO_ERROR)
    )


def wanted_originals(connection: Connection) -> set[str]:
    """Return the sha256 of every file that a document or an unfinished job still needs."""
    documents = connection.execute(select(DocumentRow.sha256)).scalars()
    # A failed job may be tried again.
    jobs = connection.execute(select(JobRow.sha256).where(JobRow.state != JobState.DONE)).scalars()
    return {*documents, *jobs}


_NO_ERROR: dict[str, None] = {"error_code": None, "error_message": None}
_JOBS = select(
    JobRow.__table__,
    DocumentRow.chunk_count,
    DocumentRow.vector_count,
    DocumentRow.words_revision,
    DocumentRow.vectors_revision,
).outerjoin(DocumentRow, DocumentRow.id == JobRow.document_id)


def _move(connection: Connection, before: JobState, after: JobState, documents: Any) -> None:
    connection.execute(
        update(JobRow)
        .where(JobRow.state == before, JobRow.document_id.in_(documents))
        .values(state=after, updated_at=now(), **_NO_ERROR)
    )


def _jobs(connection: Connection, rows: Sequence[Row[Any]]) -> list[Job]:
    members: dict[str, list[str]] = {}
    for ids in batches([row.id for row in rows if row.document_id is None]):
        found = select(ArchiveMemberRow.archive_id, ArchiveMemberRow.member_id)
        for row in connection.execute(found.where(ArchiveMemberRow.archive_id.in_(ids))):
            members.setdefault(row.archive_id, []).append(row.member_id)
    answers = counts(connection, [row.id for row in rows if row.document_id is None])
    endings: dict[str, list[Ended]] = {}
    for ended in endings_with(connection, {row.document_id for row in rows if row.document_id}):
        endings.setdefault(ended.document_id, []).append(ended)
        endings.setdefault(ended.by, []).append(ended)
    return [
        _job(row, members.get(row.id, ()), answers.get(row.id), endings.get(row.document_id, ()))
        for row in rows
    ]


def _job(
    row: Row[Any], members: Sequence[str], answers: SheetCounts | None, endings: Sequence[Ended]
) -> Job:
    return Job(
        sequence=row.sequence,
        id=row.id,
        state=row.state,
        source=row.source,
        sha256=row.sha256,
        document_id=row.document_id,
        error_code=row.error_code,
        error_message=row.error_message,
        chunks=row.chunk_count or 0,
        chunks_with_vectors=row.vector_count or 0,
        words_revision=row.words_revision or 0,
        vectors_revision=row.vectors_revision or 0,
        created_at=row.created_at,
        updated_at=row.updated_at,
        members=tuple(members),
        answers=answers,
        endings=tuple(endings),
    )
