"""The knowledge base as the service sees it: what is in it, what answers a question, changes.

Any number of processes open the same data directory; each follows what the worker writes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self

from index.agencies import Agencies
from index.caches import Engines, LocalEngines
from index.closing import Closing
from index.document import Chunk, Document, Filter, Hit, Metadata
from index.engine import Embedder, LexicalIndex
from index.errors import DamagedIndex
from index.follower import Follower
from index.presence import Presence
from index.remembered import RememberingEmbedder
from index.retrieve import Engines as Asked
from index.retrieve import retrieve
from index.store.access_tokens import AccessTokens
from index.store.alerts import Alerts
from index.store.answer_sheets import SheetReports
from index.store.api_keys import ApiKeys
from index.store.askings import Askings
from index.store.catalogue import Catalogue, DocumentSummary
from index.store.chat_exchanges import ChatExchanges
from index.store.chat_tasks import ChatTasks
from index.store.content import set_fields
from index.store.curated import CuratedAnswers
from index.store.customer_service import CustomerService
from index.store.database import Database
from index.store.embeddings import Embeddings
from index.store.feedback import AnswerLog, FeedbackBook
from index.store.files import prepare_directory
from index.store.gaps import Gaps
from index.store.idempotency import IdempotentWrites
from index.store.jobs import Job, Jobs, enqueue
from index.store.journal import Journal
from index.store.leases import Leases
from index.store.names import Bearer, bearers
from index.store.originals import Originals
from index.store.progress import Progress, progress
from index.store.readers import Readers
from index.store.succession import Lineage, lineage
from index.store.synonyms import Synonyms
from index.store.tables import JobState
from index.store.watched_files import WatchedFiles

_LOOKED_AT = 20  # passages, for one that has a word
_ALL = 0.999  # of a word's terms; shares are sums of floats


class KnowledgeBase(Closing):
    """Reads one data directory, and asks its worker for changes. Safe for many threads.

    `curated`, `gaps`, `answers`, `askings`, `feedback`, `synonyms`, `api_keys`,
    `idempotent_writes` and those of the chats are repositories in the same catalogue; what need
    not be on the disk before the answer is given goes through `journal`.
    """

    def __init__(
        self, directory: Path, database: Database, follower: Follower, embedder: Embedder | None
    ) -> None:
        self._database = database
        self._follower = follower
        self._embedder = RememberingEmbedder(embedder) if embedder else None
        self._catalogue = Catalogue(database)
        self._jobs = Jobs(database)
        self._originals = Originals(directory)
        self._documents = _Documents()
        self.curated = CuratedAnswers(database)
        self.sheet_reports = SheetReports(database)
        self.gaps = Gaps(database)
        self.answers = AnswerLog(database)
        self.feedback = FeedbackBook(database)
        self.chat_tasks = ChatTasks(database)
        self.chat_exchanges = ChatExchanges(database)
        self.access_tokens = AccessTokens(database)
        self.customer_service = CustomerService(database)
        self.alerts = Alerts(database)
        self.leases = Leases(database)
        self.watched_files = WatchedFiles(database)
        self.api_keys = ApiKeys(database)
        self.idempotent_writes = IdempotentWrites(database)
        self.askings = Askings(database)
        self.synonyms = Synonyms(database)
        self.journal = Journal(self.answers, self.gaps, self.askings, self.api_keys)
        self._presence: Presence | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        embedder: Embedder | None,
        *,
        engines: Engines | None = None,
        database_url: str | None = None,
        follow: bool = True,
    ) -> Self:
        """Open a data directory, creating it where there is none.

        Without an embedder it searches by words only; with one that did not make the vectors
        here it raises ModelMismatch. `follow` keeps it in step with what other processes
        change, and makes them wait for it; without it, it stays at the revision it opened at.
        """
        prepare_directory(directory)
        database = Database.open(directory, database_url)
        try:
            if embedder is not None:
                Embeddings(database).check_model(embedder.identity)
            model = embedder.identity if embedder else None
            follower = Follower(database, directory, engines or LocalEngines(), model)
            knowledge_base = cls(directory, database, follower, embedder)
            if follow:
                knowledge_base._presence = Presence(follower, Readers(database))
        except BaseException:
            database.close()
            raise
        return knowledge_base

    def close(self) -> None:
        """Stop following, and let go of all files."""
        self.journal.close()
        if self._presence is not None:
            self._presence.leave()
            self._presence = None
        self._follower.close()
        self._database.close()

    @property
    def revision(self) -> int:
        """Return the catalogue's revision that this process serves."""
        return self._follower.snapshot.state.revision

    @property
    def embedder(self) -> Embedder | None:
        """Return the model that questions are embedded with, None where searching is by words."""
        return self._embedder

    @property
    def by_words_only(self) -> bool:
        """Say whether vectors play no part: no model here, or not the one that made them."""
        return self._follower.snapshot.by_words_only

    def catch_up(self) -> None:
        """See what is new now, without waiting for the next look."""
        self._follower.catch_up()

    def progress(self) -> Progress:
        """Count what is there and what is still to come; `served` is what this process serves.

        A server that has once been ready stays so: later documents only add to it.
        """
        with self._database.reading() as connection:
            return progress(connection, self._follower.snapshot.served)

    def retrieve(self, query: str, filter_: Filter, limit: int) -> list[Hit]:
        """Return the passages that fit the question best, `limit` at most."""
        snapshot = self._follower.snapshot
        if snapshot.lexical is None:
            return []  # the worker has built nothing yet
        embedder = self._embedder if snapshot.vectors is not None else None
        try:
            asked = Asked(snapshot.lexical, snapshot.vectors, embedder)
            ranked = retrieve(query, filter_, limit, asked)
        except DamagedIndex:
            self._follower.distrust()
            raise
        hits = []
        for one in ranked:
            chunk = snapshot.table.chunk(one.number)
            # An index may lag behind what was removed or repealed a moment ago.
            if chunk is not None and snapshot.table.admits(filter_, chunk.document_id):
                hits.append(Hit(chunk, one.score, one.words, one.vectors))
        return hits

    def words_there(self, words: Collection[str]) -> frozenset[str]:
        """Return those of the words that stand in some passage in force today."""
        lexical = self._follower.snapshot.lexical
        if lexical is None:
            return frozenset()
        return frozenset(word for word in words if _stands(word, lexical))

    def document(self, document_id: str) -> Document:
        """Return a document with its text. Raises DocumentNotFound."""
        summary = self._follower.snapshot.table.documents.get(document_id)
        if summary is None:  # perhaps one that came in this moment
            return self._catalogue.document(document_id)
        return self._documents.get(summary, self._catalogue.document)

    def documents(self) -> Sequence[DocumentSummary]:
        """List the documents in the order they came in."""
        return tuple(self._follower.snapshot.table.documents.values())

    @property
    def agencies(self) -> Agencies:
        """Return who became whom, as this data directory has it."""
        return self._database.agencies

    def lineage(self, document_id: str) -> Lineage:
        """Return what ended a document, what it ended, its versions, and what is to be asked."""
        return lineage(self._database, document_id)

    def bearers(self, keys: Collection[str], numbers: Collection[str]) -> list[Bearer]:
        """Return the documents that go by one of the names, as `title_key` writes them, or 文号."""
        return bearers(self._database, keys, numbers)

    def chunks(self, document_id: str) -> list[Chunk]:
        """Return a document's passages in reading order. Raises DocumentNotFound."""
        return self._catalogue.chunks(document_id)

    def original(self, document_id: str) -> bytes:
        """Return the file as it came. Raises DocumentNotFound."""
        return self._originals.read(self._catalogue.document(document_id).sha256)

    @property
    def originals(self) -> Originals:
        """Return the files that documents were read from."""
        return self._originals

    def submit(
        self,
        content: bytes,
        source: str,
        known: Metadata | None = None,
        *,
        withdraws: bool = False,
        verified: bool = False,
    ) -> Job:
        """Keep a file and queue it for the worker; bytes that are there already are not again.

        What `known` sets wins over what is read from the file; `verified` says that a person
        vouches for it, and it then counts for a document that is there already, too. Of a
        spreadsheet of answers `withdraws` takes away those whose rows an earlier version had and
        this has not.
        """
        sha256 = self._originals.keep(content)
        source = source.encode(errors="replace").decode()  # a name the system could not decode
        with self._database.writing() as connection:
            if not self._originals.has(sha256):  # swept away in between
                self._originals.keep(content)
            job_id = enqueue(
                connection, source, sha256, known, withdraws=withdraws, verified=verified
            )
        job = self._jobs.get(job_id)
        if verified and known and job.document_id:
            self.edit(job.document_id, {name: getattr(known, name) for name in set_fields(known)})
        return job

    def edit(self, document_id: str, changes: Mapping[str, object]) -> None:
        """Change metadata fields. Raises DocumentNotFound, or InvalidRequest for a bad value."""
        self._catalogue.edit(document_id, changes)
        self._follower.catch_up()

    def remove(self, document_id: str) -> None:
        """Take a document away, its original too. Raises DocumentNotFound."""
        self._catalogue.remove(document_id)
        self._follower.catch_up()

    def job(self, job_id: str) -> Job:
        """Return a job. Raises InvalidRequest for one that never was."""
        return self._jobs.get(job_id)

    def some_jobs(self, job_ids: Collection[str]) -> list[Job]:
        """Return those of the jobs that exist, in the order they were asked for."""
        return self._jobs.some(job_ids)

    def jobs(
        self, state: JobState | None = None, limit: int = 100, before: int | None = None
    ) -> list[Job]:
        """Return the newest jobs, of one state or of all, newest first; see `Jobs.latest`."""
        return self._jobs.latest(limit, state, before)

    def retry(self, job_id: str) -> Job:
        """Queue a failed job once more."""
        self._jobs.retry(job_id)
        return self._jobs.get(job_id)

    def discard(self, job_id: str) -> None:
        """Forget a failed job and its file. Raises InvalidRequest for one that never was."""
        self._jobs.get(job_id)
        self._jobs.discard(job_id)


def _stands(word: str, lexical: LexicalIndex) -> bool:
    """Say whether a passage has every character of a word, and every pair of neighbours in it."""
    found = lexical.search(word, Filter.today(), _LOOKED_AT).numbers
    return bool((lexical.evidence(word, found).shares > _ALL).any()) if len(found) else False


class _Documents:
    """The documents last used, so many characters at most."""

    def __init__(self, characters: int = 8_000_000) -> None:
        self._room = characters
        self._held: OrderedDict[tuple[str, datetime], Document] = OrderedDict()
        self._lock = Lock()

    def get(self, summary: DocumentSummary, load: Callable[[str], Document]) -> Document:
        key = (summary.id, summary.updated_at)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        document = load(summary.id)
        with self._lock:
            if key not in self._held:
                self._held[key] = document
                self._room -= len(document.text)
            while self._room < 0 and len(self._held) > 1:
                _, oldest = self._held.popitem(last=False)
                self._room += len(oldest.text)
        return document
