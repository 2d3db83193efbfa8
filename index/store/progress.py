"""How far the knowledge base has come, in numbers that a person can watch grow."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from index.store.revision import Served, state_of
from index.store.tables import DocumentRow, JobRow, JobState


@dataclass(frozen=True, slots=True)
class Progress:
    """What is there, and what is still to come.

    `served` says how far words and vectors can be found where this was asked.
    """

    revision: int
    served: Served
    documents: int
    chunks: int
    chunks_with_vectors: int
    jobs_queued: int
    jobs_running: int  # read or being read, the words not yet searchable
    jobs_words: int  # searchable by words, the vectors still to come
    jobs_failed: int

    @property
    def words_ready(self) -> bool:
        """Say whether everything that was asked for can be found by words."""
        return not self.jobs_queued + self.jobs_running and self.served.words >= self.revision

    @property
    def ready(self) -> bool:
        """Say whether everything that was asked for can be found by words and by vectors."""
        vectors = self.chunks_with_vectors == self.chunks and self.served.vectors >= self.revision
        return self.words_ready and vectors


def progress(connection: Connection, served: Served | None = None) -> Progress:
    """Count, within a transaction that is open. `served` is by default what the worker left."""
    state = state_of(connection)
    documents, chunks, vectors = connection.execute(
        select(
            func.count(), func.sum(DocumentRow.chunk_count), func.sum(DocumentRow.vector_count)
        ).select_from(DocumentRow)
    ).one()
    jobs = dict(connection.execute(select(JobRow.state, func.count()).group_by(JobRow.state)).all())
    return Progress(
        revision=state.revision,
        served=served or state.served,
        documents=documents,
        chunks=int(chunks or 0),
        chunks_with_vectors=int(vectors or 0),
        jobs_queued=jobs.get(JobState.QUEUED, 0),
        jobs_running=jobs.get(JobState.RUNNING, 0),
        jobs_words=jobs.get(JobState.WORDS, 0),
        jobs_failed=jobs.get(JobState.FAILED, 0),
    )
