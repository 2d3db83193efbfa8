"""The tables. A change here needs a migration in `migrations/versions`; a test compares them.

`catalogue` is one row: the revision that every change raises. `changes` says what each revision
touched, so that caches and readers catch up at the cost of what is new; a removal stays there
as its tombstone.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, MetaData, String, Text, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from index.document import Disclosure, Kind, Status
from index.named_texts import Relation
from index.store.columns import Choice, Moment, Number, Words


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    UNPACKED = "unpacked"  # an archive whose files are on their way
    WORDS = "words"  # searchable by words, vectors still to come
    DONE = "done"
    FAILED = "failed"


class ChangeKind(StrEnum):
    """What a revision did to a document."""

    TEXT = "text"  # added, or read anew: text, chunks and all
    METADATA = "metadata"
    VECTORS = "vectors"  # of the chunks `first_chunk` up to `end_chunk`
    REMOVED = "removed"


class TaskState(StrEnum):
    """How far the answer to a chat message has come."""

    WORKING = "working"
    DONE = "done"


class Delivery(StrEnum):
    """How the answer to a chat message reaches the person."""

    REPLY = "reply"  # as the reply to the request, or to its repetition
    MESSAGE = "message"  # promised: a message of its own will follow
    SENDING = "sending"
    SENT = "sent"
    LATER = "later"  # promised: the person will fetch it
    FETCHED = "fetched"


class Base(DeclarativeBase):
    """All tables, with names for their constraints so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a plain class attribute
        datetime: Moment(),
        tuple[str, ...]: Words(),
        Kind: Choice(Kind),
        Status: Choice(Status),
        Disclosure: Choice(Disclosure),
        JobState: Choice(JobState),
        ChangeKind: Choice(ChangeKind),
        TaskState: Choice(TaskState),
        Delivery: Choice(Delivery),
        Relation: Choice(Relation),
    }


class CatalogueRow(Base):
    """The one row that says where the catalogue stands.

    `words_revision` and `vectors_revision` are the last revisions with something in them for
    the lexical and for the vector index; `lexical_revision` and `vector_revision` say how far
    the worker has brought those. A generation names the folder of an index; one that is built
    anew gets a new one, and readers change over to it.
    """

    __tablename__ = "catalogue"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(Number)
    words_revision: Mapped[int] = mapped_column(Number)
    vectors_revision: Mapped[int] = mapped_column(Number)
    next_chunk: Mapped[int] = mapped_column(Number)
    model: Mapped[str | None] = mapped_column(Text)
    dimension: Mapped[int | None]
    lexical_generation: Mapped[str | None] = mapped_column(String(32))
    lexical_revision: Mapped[int] = mapped_column(Number)
    vector_generation: Mapped[str | None] = mapped_column(String(32))
    vector_revision: Mapped[int] = mapped_column(Number)
    created_at: Mapped[datetime]


class DocumentRow(Base):
    """A document without its text; the middle columns are `Metadata`, field by field.

    A document's chunks are numbered without a gap from `first_chunk`, and their vectors are
    computed in that order, so `vector_count` says which are missing.
    """

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)

    title: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[Kind]
    region: Mapped[str | None] = mapped_column(Text)
    signer: Mapped[str | None] = mapped_column(Text)
    recipients: Mapped[tuple[str, ...]]
    copied_to: Mapped[tuple[str, ...]]
    issued_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_by: Mapped[Status | None]
    replaces: Mapped[tuple[str, ...]]
    replaced_by: Mapped[tuple[str, ...]]
    source_url: Mapped[str | None] = mapped_column(Text)
    disclosure: Mapped[Disclosure]
    disclosure_statement: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    keywords: Mapped[tuple[str, ...]]
    owner: Mapped[str | None] = mapped_column(Text)
    review_by: Mapped[date | None]

    edited: Mapped[tuple[str, ...]]  # the fields of Metadata that a person has set
    length: Mapped[int]
    first_chunk: Mapped[int] = mapped_column(Number, index=True)
    chunk_count: Mapped[int]
    vector_count: Mapped[int]
    words_revision: Mapped[int] = mapped_column(Number)
    vectors_revision: Mapped[int] = mapped_column(Number)
    added_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ContentRow(Base):
    """The text and the structure of a document, compressed; see `content`."""

    __tablename__ = "contents"

    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[bytes]
    structure: Mapped[bytes]


class ChunkRow(Base):
    """A passage: which code points of which document, under which headings."""

    __tablename__ = "chunks"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    span_start: Mapped[int]
    span_end: Mapped[int]
    path: Mapped[str] = mapped_column(Text)  # a JSON list; decoded only for what is shown


class VectorRow(Base):
    """A passage's vector as float16: half the room, and the precision the exact index keeps.

    Apart from the chunk, so that reading all chunks at start-up does not turn these pages.
    """

    __tablename__ = "vectors"

    number: Mapped[int] = mapped_column(
        Number,
        ForeignKey("chunks.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    vector: Mapped[bytes]


class ChangeRow(Base):
    """What a revision did to a document."""

    __tablename__ = "changes"

    revision: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    document_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[ChangeKind]
    first_chunk: Mapped[int | None] = mapped_column(Number)
    end_chunk: Mapped[int | None] = mapped_column(Number)
    at: Mapped[datetime]


class NamedTextRow(Base):
    """A name a document goes by, or a text that it says it repeals or amends; see `named_texts`."""

    __tablename__ = "named_texts"

    id: Mapped[int] = mapped_column(Number, primary_key=True)
    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), index=True
    )
    relation: Mapped[Relation]
    key: Mapped[str] = mapped_column(Text, index=True)
    title: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text, index=True)
    on_day: Mapped[date | None]
    said_of: Mapped[str] = mapped_column(Text)
    span_start: Mapped[int]
    span_end: Mapped[int]
    digest: Mapped[str] = mapped_column(String(32))  # of the document's wording


class EndingRow(Base):
    """That a document was ended by another, not by a person: from which day, and where it says so.

    It goes when a person sets the days themselves; `ended_on` of the document is then theirs.
    """

    __tablename__ = "endings"

    document_id: Mapped[str] = mapped_column(
        ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    # No foreign key: where this one is removed, the other must be seen to hold again.
    by_document: Mapped[str] = mapped_column(String(64), index=True)
    ended_on: Mapped[date]
    ended_by: Mapped[Status]
    span_start: Mapped[int]
    span_end: Mapped[int]
    at: Mapped[datetime]


class JobRow(Base):
    """A file somebody asked to bring in, and what became of it."""

    __tablename__ = "jobs"

    sequence: Mapped[int] = mapped_column(Number, primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[JobState] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    known: Mapped[str | None] = mapped_column(Text)  # Metadata as JSON
    document_id: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int]
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Of a spreadsheet of answers: whether rows go that an earlier version of it had.
    withdraws: Mapped[bool] = mapped_column(server_default=false())
    # Whether a person vouches for `known`, as the maintainer does who lists a file with it.
    verified: Mapped[bool] = mapped_column(server_default=false())


class WatchedFileRow(Base):
    """A file in a watched folder, as it was when it last came in; times in nanoseconds.

    `earlier` are the sha256 of what was under the same name before; `gone_at` is when it was
    first missed.
    """

    __tablename__ = "watched_files"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    folder: Mapped[str] = mapped_column(Text, index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str | None] = mapped_column(String(32))
    earlier: Mapped[tuple[str, ...]]
    gone_at: Mapped[datetime | None]


class ArchiveMemberRow(Base):
    """A job whose file came out of an archive, which was a job, too."""

    __tablename__ = "archive_members"

    member_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    archive_id: Mapped[str] = mapped_column(String(32), index=True)


class ReaderRow(Base):
    """A process that answers questions, and what it has seen."""

    __tablename__ = "readers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    words_revision: Mapped[int] = mapped_column(Number)
    vectors_revision: Mapped[int] = mapped_column(Number)
    heartbeat_at: Mapped[datetime]


class CuratedRow(Base):
    """标准问答: a question the desk answers in its own words, before it searches."""

    __tablename__ = "curated"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    script: Mapped[str | None] = mapped_column(Text)
    # No foreign key: a basis whose document is gone must be seen to be gone, not vanish.
    basis_document: Mapped[str | None] = mapped_column(String(64), index=True)
    basis_start: Mapped[int | None]
    basis_end: Mapped[int | None]
    disclosure: Mapped[Disclosure]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    holds_from: Mapped[datetime | None]
    holds_until: Mapped[datetime | None]  # the first moment it does not
    stated_basis: Mapped[str | None] = mapped_column(Text)  # 依据 in words, not looked up
    agency: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text, index=True)  # the spreadsheet's name
    source_sheet: Mapped[str | None] = mapped_column(Text)
    source_row: Mapped[int | None]


class SheetReportRow(Base):
    """What became of the rows of a spreadsheet of answers, by the job that brought it in."""

    __tablename__ = "sheet_reports"

    job_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    added: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    rejected: Mapped[int]
    gone: Mapped[int]
    withdrawn: Mapped[int]
    details: Mapped[str] = mapped_column(Text)  # the remarks and what is gone, as JSON


class WordingRow(Base):
    """One way of asking a curated question; `folded` is what an asked question must equal."""

    __tablename__ = "wordings"

    curated_id: Mapped[str] = mapped_column(
        ForeignKey("curated.id", ondelete="CASCADE"), primary_key=True
    )
    folded: Mapped[str] = mapped_column(Text, primary_key=True, index=True)
    wording: Mapped[str] = mapped_column(Text)
    position: Mapped[int]


class GapRow(Base):
    """A question that found no answer, however often it was asked."""

    __tablename__ = "gaps"

    folded: Mapped[str] = mapped_column(Text, primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    times: Mapped[int]
    first_asked_at: Mapped[datetime]
    last_asked_at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    nearest: Mapped[str] = mapped_column(Text)  # a JSON list of [document, start, end]
    answered_by: Mapped[str | None] = mapped_column(String(32))  # a curated answer


class AskingRow(Base):
    """That somebody asked a question and was answered; `asker` is too short to say who."""

    __tablename__ = "askings"

    folded: Mapped[str] = mapped_column(Text, primary_key=True)
    asker: Mapped[str] = mapped_column(String(4), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    asked_on: Mapped[date] = mapped_column(index=True)


class AnswerRow(Base):
    """What the desk answered, as little as feedback needs to refer to."""

    __tablename__ = "answers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(32))
    answer: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float]
    basis: Mapped[str] = mapped_column(Text)  # a JSON list of [document, start, end]
    channel: Mapped[str] = mapped_column(String(32))
    revision: Mapped[int] = mapped_column(Number)
    at: Mapped[datetime] = mapped_column(index=True)
    evidence: Mapped[str | None] = mapped_column(Text)  # JSON: what was weighed, and by whom


class FeedbackRow(Base):
    """What a person said about an answer."""

    __tablename__ = "feedback"

    sequence: Mapped[int] = mapped_column(Number, primary_key=True)
    # No foreign key: the answers are pruned with time, what people said of them is not.
    answer_id: Mapped[str] = mapped_column(String(64), index=True)
    verdict: Mapped[str] = mapped_column(String(32))
    comment: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(index=True)


class ChatTaskRow(Base):
    """A chat message that is being answered, or was; however often it is sent to us.

    Also a person who has left, without their name: `key` is a digest, `sent_at` when they left.
    """

    __tablename__ = "chat_tasks"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    person: Mapped[str | None] = mapped_column(String(128), index=True)
    question: Mapped[str] = mapped_column(Text)
    state: Mapped[TaskState]
    delivery: Mapped[Delivery] = mapped_column(index=True)
    tries: Mapped[int]  # how often the message has come
    code: Mapped[str | None] = mapped_column(String(16))  # to fetch the answer with
    reply: Mapped[str | None] = mapped_column(Text)
    fetched_by: Mapped[str | None] = mapped_column(String(128))  # the task that gave it out
    owner: Mapped[str] = mapped_column(String(32))  # the process that works on it
    leased_until: Mapped[datetime]  # after which the owner counts as dead
    sent_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)
    answer_id: Mapped[str | None] = mapped_column(String(64))  # for feedback; a menu has none


class ChatExchangeRow(Base):
    """What a person last asked in a chat, for what they say next to refer to."""

    __tablename__ = "chat_exchanges"

    person: Mapped[str] = mapped_column(String(128), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    answer_id: Mapped[str | None] = mapped_column(String(64))
    reply: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    offered: Mapped[tuple[str, ...]]  # questions to choose from by number
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AccessTokenRow(Base):
    """A token that a platform has lent us; all processes use the same."""

    __tablename__ = "access_tokens"

    account: Mapped[str] = mapped_column(String(128), primary_key=True)
    token: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime]
    refreshing_until: Mapped[datetime]  # while one process asks for the next


class ApiKeyRow(Base):
    """A key that a program identifies itself with; the key itself is known to its holder alone."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # sha256 of the whole key
    label: Mapped[str] = mapped_column(Text)
    scopes: Mapped[tuple[str, ...]]
    sees_internal: Mapped[bool]
    rate_limit: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]  # coarsely


class IdempotentWriteRow(Base):
    """A write that its sender may repeat, and what it was answered; no status while it goes on."""

    __tablename__ = "idempotent_writes"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))  # sha256 of the request
    status: Mapped[int | None]
    headers: Mapped[str | None] = mapped_column(Text)  # a JSON object
    body: Mapped[bytes | None]
    leased_until: Mapped[datetime]  # after which whoever began it counts as dead
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LeaseRow(Base):
    """Something that one process at a time does, and until when it counts as alive."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    owner: Mapped[str] = mapped_column(String(32))
    until: Mapped[datetime]


class ServiceAccountRow(Base):
    """How far a 微信客服 account's messages have been read."""

    __tablename__ = "service_accounts"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    cursor: Mapped[str] = mapped_column(String(128))


class ServiceWindowRow(Base):
    """When a 微信客服 customer last wrote, and how many messages we have sent since."""

    __tablename__ = "service_windows"

    person: Mapped[str] = mapped_column(String(160), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(index=True)
    sent: Mapped[int]


class AlertRow(Base):
    """What those who keep the knowledge base have been told of; for a gap, at which count."""

    __tablename__ = "alerts"

    about: Mapped[str] = mapped_column(String(80), primary_key=True)
    times: Mapped[int] = mapped_column(Number)
    told_at: Mapped[datetime] = mapped_column(index=True)


class SynonymRow(Base):
    """An everyday word and what it stands for here; not enabled, for nothing."""

    __tablename__ = "synonyms"

    folded: Mapped[str] = mapped_column(String(64), primary_key=True)
    word: Mapped[str] = mapped_column(Text)
    official: Mapped[tuple[str, ...]]
    note: Mapped[str | None] = mapped_column(Text)
    enabled: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime]
