"""The shapes of curated answers, gaps and feedback."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from index.document import Disclosure
from service.http.schemas.shape import Shape

Moment = Annotated[str, Field(max_length=40, examples=["2026-01-31", "2026-07-01T18:00"])]


class BasisShape(Shape):
    """Where in which document something stands, in code points."""

    document_id: str = Field(max_length=64)
    start: int = Field(ge=0)
    end: int = Field(ge=1)


class DraftShape(Shape):
    """A curated answer as a person writes it; it holds until just before `valid_until`.

    A day stands for the midnight it begins with; 2026-07-01T18:00 is to the minute, in Shanghai.
    """

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
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    disclosure: Annotated[Disclosure, Field(strict=False)] = Disclosure.PUBLIC
    stated_basis: str | None = Field(None, max_length=1000, description="依据，用文字写明的")
    agency: str | None = Field(None, max_length=1000, description="承办单位")
    phone: str | None = Field(None, max_length=1000, description="联系电话")
    region: str | None = Field(None, max_length=1000, description="适用地区；空着是各地都适用")


class OriginShape(Shape):
    """The row of a spreadsheet, counted as Excel does."""

    source: str
    sheet: str
    row: int


class CuratedShape(DraftShape):
    """A curated answer that is kept."""

    id: str
    created_at: str
    updated_at: str
    origin: OriginShape | None = Field(None, description="来自哪张表的哪一行")


class CuratedListShape(Shape):
    """All curated answers."""

    curated: list[CuratedShape]
    next: str | None = Field(description="接着列的 cursor；列完了是 null")


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
    next: str | None = Field(description="接着列的 cursor；列完了是 null")


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
    next: str | None = Field(description="接着列的 cursor；列完了是 null")
