"""Waiting until what was asked for can be found, by doing the work oneself where nobody does."""

from __future__ import annotations

import time
from collections.abc import Collection

from index.errors import ModelError, WriterBusy
from index.store.catalogue import Catalogue
from index.store.database import Database
from index.store.jobs import Job, Jobs
from index.store.progress import progress
from index.store.readers import Readers
from index.store.revision import Served
from index.store.tables import JobState
from index.worker import Report, Worker

POLL_SECONDS = 0.1


def complete(
    worker: Worker,
    job_ids: Collection[str] = (),
    *,
    words_only: bool = False,
    report: Report | None = None,
) -> list[Job]:
    """Return the jobs once they are through and every living reader serves them.

    So too for what was edited or removed before. Where another process is the worker it is
    waited for, and where that one dies, replaced. `words_only` does not wait for vectors.
    Raises ModelError where vectors cannot be made.
    """
    database = Database.open(worker.directory, worker.database_url)
    try:
        waiting = _Waiting(database, job_ids, words_only=words_only)
        while True:
            try:
                worker.run_until_idle(report, words_only=words_only)
            except WriterBusy:
                if report is not None:
                    with database.reading() as connection:
                        report(progress(connection))
            if waiting.over():
                return Jobs(database).with_members(job_ids)
            time.sleep(POLL_SECONDS)
    finally:
        database.close()


class _Waiting:
    def __init__(self, database: Database, job_ids: Collection[str], *, words_only: bool) -> None:
        self._catalogue = Catalogue(database)
        self._jobs = Jobs(database)
        self._readers = Readers(database)
        self._job_ids = job_ids
        self._words_only = words_only
        self._revision = self._catalogue.state().revision

    def over(self) -> bool:
        """Say whether there is nothing left to wait for."""
        jobs = self._jobs.with_members(self._job_ids)
        for job in jobs:
            if job.state is JobState.WORDS and job.error_message and not self._words_only:
                raise ModelError(job.error_message)
        through = {JobState.DONE, JobState.FAILED}
        if self._words_only:
            through.add(JobState.WORDS)
        # An archive is through when its files are, which are among the jobs.
        if any(job.state not in through | {JobState.UNPACKED} for job in jobs):
            return False
        wanted = Served(
            words=max([self._revision, *(job.words_revision for job in jobs)]),
            vectors=max([self._revision, *(job.vectors_revision for job in jobs)]),
        )
        serving = [self._catalogue.state().served, self._readers.served_by_all()]
        return all(served is None or self._serves(served, wanted) for served in serving)

    def _serves(self, served: Served, wanted: Served) -> bool:
        vectors = self._words_only or served.vectors >= wanted.vectors
        return served.words >= wanted.words and vectors
