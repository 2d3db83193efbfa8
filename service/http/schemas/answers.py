"""The shapes of questions and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, SkipValidation

from index.document import Kind, Status
from service.desk import RequestFilter
from service.http.schemas.shape import Day, ProblemShape, Shape
from service.requests import LONGEST_QUESTION

MOST_QUESTIONS = 50  # in one request


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
    previous: str | None = Field(
        None,
        max_length=LONGEST_QUESTION,
        description="同一个人的上一个问题；接着它问的（那第二批呢）补全以后再答，"
        "返回的 question 是补全的",
    )


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


class GivenShape(Shape):
    """What is given to a question."""

    question: str
    outcome: Literal["answered", "computed", "passages", "refused"]
    answer: str | None = Field(description="简短的回答；列举的，每项一行")
    script: str | None = Field(description="口径，可以直接读给来电人听")
    confidence: float = Field(ge=0, le=1)
    citations: list[CitationShape]
    notices: list[NoticeShape]
    refusal: RefusalShape | None


class PartShape(GivenShape):
    """What is given to one of several things asked at once."""


class AnswerShape(GivenShape):
    """The answer, the same on every channel."""

    id: str
    parts: list[PartShape] = Field(
        description="一次问了几件事时，逐一的回答，各有依据和把握；只问一件事时为空"
    )
    trace: dict[str, object]


class AnswerOrProblemShape(Shape):
    """One of several: an answer, or why there is none; the other is null."""

    answer: AnswerShape | None
    problem: ProblemShape | None


class AnswersShape(Shape):
    """The answers to several questions, in their order."""

    answers: list[AnswerOrProblemShape]


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
