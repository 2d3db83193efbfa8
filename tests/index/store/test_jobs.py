from datetime import date

import pytest

from index.document import Metadata
from index.errors import EmptyDocument, InvalidRequest
from index.store.catalogue import Catalogue
from index.store.database import Database
from index.store.embeddings import Embeddings
from index.store.jobs import ATTEMPTS, Jobs, enqueue, read, wanted_originals
from index.store.originals import sha256_of
from index.store.tables import JobState
from tests.index.store.fakes import FakeEmbedder, lines, read_lines

FILE = lines("甲", "第一段")
KNOWN = Metadata("已知标题", issued_on=date(2022, 11, 30))


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database)


def queue(database: Database, content: bytes = FILE, known: Metadata | None = None) -> str:
    with database.writing() as connection:
        return enqueue(connection, "甲.txt", sha256_of(content), known)


def bring_in(database: Database, job_id: str) -> None:
    document, chunks = read_lines(FILE, "甲.txt")
    Catalogue(database).put(document, chunks)
    with database.writing() as connection:
        read(connection, job_id, document.id)


def embed_all(database: Database) -> None:
    embeddings, model = Embeddings(database), FakeEmbedder()
    pending = embeddings.pending(99)
    texts = [text for part in pending for text in part.texts]
    embeddings.store(pending, model.embed_passages(texts), model.identity)


def test_jobs_are_begun_in_the_order_they_came(database: Database, jobs: Jobs) -> None:
    queued = [queue(database, lines(name)) for name in "甲乙丙"]
    begun = [work.id for work in iter(jobs.take, None)]
    assert begun == queued


def test_what_is_known_reaches_the_reader(database: Database, jobs: Jobs) -> None:
    queue(database, known=KNOWN)
    work = jobs.take()
    assert work is not None
    assert (work.known, work.source, work.sha256) == (KNOWN, "甲.txt", sha256_of(FILE))


def test_a_job_goes_from_queued_to_done(database: Database, jobs: Jobs) -> None:
    job_id = queue(database)
    states = [jobs.get(job_id).state]
    jobs.take()
    states.append(jobs.get(job_id).state)
    bring_in(database, job_id)
    jobs.searchable(words=0, vectors=0)  # the indexes are not there yet
    states.append(jobs.get(job_id).state)
    jobs.searchable(words=1, vectors=1)
    states.append(jobs.get(job_id).state)
    assert jobs.get(job_id).progress == pytest.approx(0.1)
    embed_all(database)
    jobs.searchable(words=2, vectors=1)
    states.append(jobs.get(job_id).state)
    jobs.searchable(words=2, vectors=2)
    states.append(jobs.get(job_id).state)
    assert states == ["queued", "running", "running", "words", "words", "done"]
    job = jobs.get(job_id)
    assert job.finished
    assert job.progress == 1
    assert (job.chunks, job.chunks_with_vectors) == (2, 2)
    assert (job.words_revision, job.vectors_revision) == (1, 2)


def test_a_failed_job_keeps_its_reason_and_may_be_tried_again(
    database: Database, jobs: Jobs
) -> None:
    job_id = queue(database)
    jobs.take()
    jobs.fail(job_id, EmptyDocument("文件里没有文字。"))
    job = jobs.get(job_id)
    assert (job.state, job.error_code, job.error_message) == (
        JobState.FAILED,
        "empty_document",
        "文件里没有文字。",
    )
    assert jobs.take() is None
    jobs.retry(job_id)
    assert jobs.get(job_id).error_code is None
    assert jobs.take() is not None


def test_bytes_that_are_there_are_as_far_along_as_they_are(database: Database, jobs: Jobs) -> None:
    bring_in(database, queue(database))
    assert jobs.get(queue(database)).state is JobState.WORDS
    embed_all(database)
    assert jobs.get(queue(database)).state is JobState.DONE


def test_an_interrupted_job_is_begun_again(database: Database, jobs: Jobs) -> None:
    job_id = queue(database)
    jobs.take()
    jobs.resume()
    work = jobs.take()
    assert work is not None
    assert (work.id, work.attempts) == (job_id, 2)


def test_a_job_that_keeps_interrupting_is_given_up(database: Database, jobs: Jobs) -> None:
    job_id = queue(database)
    for _ in range(ATTEMPTS):
        assert jobs.take() is not None
        jobs.resume()
    assert jobs.take() is None
    assert jobs.get(job_id).state is JobState.FAILED
    assert "中断" in str(jobs.get(job_id).error_message)


def test_resuming_leaves_alone_what_was_read(database: Database, jobs: Jobs) -> None:
    job_id = queue(database)
    jobs.take()
    bring_in(database, job_id)
    jobs.resume()
    assert jobs.take() is None


def test_a_job_whose_document_is_removed_is_over(database: Database, jobs: Jobs) -> None:
    job_id = queue(database)
    jobs.take()
    bring_in(database, job_id)
    Catalogue(database).remove(sha256_of(FILE)[:16])
    jobs.searchable(words=2, vectors=2)
    assert jobs.get(job_id).state is JobState.DONE


def test_a_job_that_never_was_is_reported(jobs: Jobs) -> None:
    with pytest.raises(InvalidRequest, match="nobody"):
        jobs.get("nobody")


def test_the_newest_jobs_are_listed_first(database: Database, jobs: Jobs) -> None:
    queued = [queue(database, lines(name)) for name in "甲乙丙"]
    assert [job.id for job in jobs.latest(2)] == queued[:0:-1]
    assert [job.id for job in jobs.some(queued)] == queued


def test_originals_are_wanted_by_documents_and_unfinished_jobs(
    database: Database, jobs: Jobs
) -> None:
    bring_in(database, queue(database))
    jobs.take()
    waiting = queue(database, lines("乙"))
    with database.reading() as connection:
        assert wanted_originals(connection) == {sha256_of(FILE), sha256_of(lines("乙"))}
    assert jobs.get(waiting).state is JobState.QUEUED
