"""The shapes of requests and responses, for checking what comes in and for OpenAPI."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, field_validator
from pydantic_core import PydanticCustomError

from index.document import Disclosure, Kind, Status
from service.desk import RequestFilter
from service.requests import is_readable

MOST_QUESTIONS = 50  # in one request
Day = Annotated[str, Field(examples=["2026-01-31"], json_schema_extra={"format": "date"})]


class Shape(BaseModel):
    """Base of all shapes: a field nobody knows is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _is_text(cls, value: object) -> object:
        strings = value if isinstance(value, list) else [value]
        if not all(is_readable(one) for one in strings if isinstance(one, str)):
            raise PydanticCustomError("unreadable_text", "not text")
        return value


class FilterShape(Shape):
    """What the answer may rest on; narrows, never widens."""

    issuers: list[str] = Field([], max_length=50, description="发文机关")
    regions: list[str] = Field([], max_length=50, description="地区")
    kinds: list[Annotated[Kind, Field(strict=False)]] = Field(
        [], max_length=20, description="文件种类"
    )
    documents: list[str] = Field([], max_length=200, description="文件编号")

    def to_filter(self) -> RequestFilter:
        """Return what the desk understands."""
        return RequestFilter(
            issuers=frozenset(self.issuers),
            regions=frozenset(self.regions),
            kinds=frozenset(self.kinds),
            documents=frozenset(self.documents),
        )


class ConditionsShape(Shape):
    """What an answer must hold to."""

    as_of: Day | None = Field(None, description="按哪一天有效的文件回答，默认今天")
    filter: FilterShape | None = None


class QuestionShape(ConditionsShape):
    """A question."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "有多少个事项实现了两市通办？"}]}
    )

    question: str = Field(description="1 到 1000 个字")


class QuestionsShape(Shape):
    """Several questions. Each is checked by itself, so that a bad one spoils no other."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "questions": [
                        {"question": "有多少个事项实现了两市通办？"},
                        {"question": "转办事项多久办结？", "as_of": "2026-01-31"},
                    ]
                }
            ]
        }
    )

    questions: list[Annotated[QuestionShape, SkipValidation]] = Field(
        min_length=1, max_length=MOST_QUESTIONS, description="1 到 50 个问题"
    )


class CitationShape(Shape):
    """The exact words an answer rests on: `quote` is text[start:end] of the document."""

    document_id: str
    title: str
    document_number: str | None
    issuer: str | None
    status: Annotated[Status, Field(strict=False)]
    issued_on: Day | None
    effective_on: Day | None
    locator: str
    page: int | None
    start: int = Field(description="码点偏移（不是 UTF-16）")
    end: int
    quote: str
    url: str
    source: str


class NoticeShape(Shape):
    """Something to know beside the answer."""

    kind: str
    message: str


class RefusalShape(Shape):
    """Why there is no answer, and what to do next."""

    reason: Literal["no_basis", "out_of_scope", "too_vague"]
    message: str
    nearest: list[CitationShape]


class AnswerShape(Shape):
    """The answer, the same on every channel."""

    question: str
    id: str
    outcome: Literal["answered", "computed", "passages", "refused"]
    answer: str | None
    script: str | None = Field(description="口径，可以直接读给来电人听")
    confidence: float = Field(ge=0, le=1)
    citations: list[CitationShape]
    notices: list[NoticeShape]
    refusal: RefusalShape | None
    trace: dict[str, object]


class SearchHitShape(Shape):
    """A ranked passage."""

    rank: int
    score: float
    citation: CitationShape


class SearchShape(Shape):
    """Passages, best first."""

    query: str
    hits: list[SearchHitShape]


class SuggestionsShape(Shape):
    """Questions the documents can answer."""

    suggestions: list[str]


class FeedbackShape(Shape):
    """What a person thinks of an answer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"answer_id": "…", "verdict": "wrong", "comment": "数字应以最新通报为准"}]
        }
    )

    answer_id: str = Field(min_length=1, max_length=100)
    verdict: Literal["useful", "wrong"]
    comment: str = Field("", max_length=2000)


class ProblemShape(Shape):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:wenju:problem:question_too_long",
                    "title": "内容不合要求",
                    "status": 422,
                    "detail": "问题有 1200 个字，最多 1000 个字，请只写要问的那一句。",
                    "instance": "/api/answer",
                    "code": "question_too_long",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str


class AnswerOrProblemShape(Shape):
    """One of several: an answer, or why there is none; the other is null."""

    answer: AnswerShape | None
    problem: ProblemShape | None


class AnswersShape(Shape):
    """The answers to several questions, in their order."""

    answers: list[AnswerOrProblemShape]


class MetadataShape(Shape):
    """Changes to a document's metadata: only the fields given change; null empties one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"document_number": "鹤政数〔2022〕17号", "issued_on": "2022-11-21"}]
        }
    )

    title: str | None = Field(None, min_length=1, max_length=500)
    document_number: str | None = Field(None, max_length=200)
    issuer: str | None = Field(None, max_length=200)
    kind: Annotated[Kind, Field(strict=False)] | None = None
    region: str | None = Field(None, max_length=100)
    signer: str | None = Field(None, max_length=100)
    recipients: list[str] | None = Field(None, max_length=100)
    copied_to: list[str] | None = Field(None, max_length=100)
    issued_on: Day | None = None
    effective_on: Day | None = None
    expires_on: Day | None = None
    ended_on: Day | None = None
    ended_by: Annotated[Status, Field(strict=False)] | None = None
    replaces: list[str] | None = Field(None, max_length=100)
    replaced_by: list[str] | None = Field(None, max_length=100)
    source_url: str | None = Field(None, max_length=2000, pattern=r"^https?://")
    disclosure: Annotated[Disclosure, Field(strict=False)] | None = None
    disclosure_statement: str | None = Field(None, max_length=200)
    category: str | None = Field(None, max_length=200)
    keywords: list[str] | None = Field(None, max_length=100)
    owner: str | None = Field(None, max_length=200)
    review_by: Day | None = None


class MetadataShownShape(BaseModel):
    """The metadata of a document; `status` is that of today."""

    model_config = ConfigDict(extra="allow")

    title: str
    document_number: str | None
    issuer: str | None
    kind: Kind
    status: Status
    issued_on: Day | None
    effective_on: Day | None


class SummaryShape(Shape):
    """A document in a list."""

    id: str
    source: str
    length: int
    chunks: int
    chunks_with_vectors: int
    added_at: str
    updated_at: str
    url: str
    metadata: MetadataShownShape


class DocumentListShape(Shape):
    """A part of the list of documents."""

    total: int
    documents: list[SummaryShape]


class EvidenceShape(Shape):
    """Where a metadata field was read from."""

    start: int
    end: int
    quote: str


class SectionShape(Shape):
    """A node of a document's outline."""

    kind: str
    label: str
    heading: str | None
    start: int
    end: int
    children: list[SectionShape]


class RemovalShape(Shape):
    """Something of the source that is not in the text, and why."""

    text: str
    reason: str


class DocumentShape(Shape):
    """What was read from a document."""

    id: str
    source: str
    sha256: str
    length: int
    url: str
    metadata: MetadataShownShape
    evidence: dict[str, EvidenceShape]
    sections: list[SectionShape]
    removals: list[RemovalShape]


class ErrorShape(Shape):
    """Why a file was not taken in, or waits."""

    code: str
    message: str


class JobShape(Shape):
    """How far a file has come: queued, running, words (searchable), done or failed."""

    id: str
    state: Literal["queued", "running", "words", "done", "failed"]
    source: str
    document_id: str | None
    progress: float
    error: ErrorShape | None
    created_at: str
    updated_at: str


class ProgressShape(Shape):
    """How far the base has come; `done` of `total` for a bar, `message` for a person."""

    documents: int
    chunks: int
    chunks_with_vectors: int
    jobs_waiting: int
    jobs_running: int
    jobs_failed: int
    done: int
    total: int
    message: str


class ReadyShape(Shape):
    """Whether questions may be sent here."""

    ready: bool
    progress: ProgressShape


class BasisShape(Shape):
    """Where in which document something stands, in code points."""

    document_id: str = Field(max_length=64)
    start: int = Field(ge=0)
    end: int = Field(ge=1)


class DraftShape(Shape):
    """A curated answer as a person writes it; it holds until the day before `valid_until`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "办事大厅周末开门吗？",
                    "answer": "周六上午开门",
                    "wordings": ["星期六能去办事大厅吗？"],
                    "valid_until": "2027-01-01",
                }
            ]
        }
    )

    question: str
    answer: str = Field(min_length=1, max_length=4000)
    wordings: list[str] = Field([], max_length=100, description="同一问题的其他问法")
    script: str | None = Field(None, max_length=4000, description="口径，默认由答案组成")
    basis: BasisShape | None = Field(None, description="依据；没有依据的回答会标明")
    valid_from: Day | None = None
    valid_until: Day | None = None
    disclosure: Annotated[Disclosure, Field(strict=False)] = Disclosure.PUBLIC


class CuratedShape(DraftShape):
    """A curated answer that is kept."""

    id: str
    created_at: str
    updated_at: str


class CuratedListShape(Shape):
    """All curated answers."""

    curated: list[CuratedShape]


class GapShape(Shape):
    """A question that found no answer."""

    key: str
    question: str
    times: int
    first_asked_at: str
    last_asked_at: str
    reason: str
    channel: str
    nearest: list[BasisShape]


class GapListShape(Shape):
    """The questions nobody has answered yet."""

    gaps: list[GapShape]


class AnsweredShape(Shape):
    """The answer that feedback is about, as far as it is kept."""

    question: str
    outcome: str
    answer: str | None
    confidence: float
    basis: list[BasisShape]
    at: str


class FeedbackShownShape(Shape):
    """What a person thought of an answer."""

    answer_id: str
    verdict: str
    comment: str
    channel: str
    at: str
    answered: AnsweredShape | None


class FeedbackListShape(Shape):
    """The latest feedback."""

    feedback: list[FeedbackShownShape]
