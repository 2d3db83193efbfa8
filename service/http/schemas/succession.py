"""The shapes of what changed between two versions, and of what rests on it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from index.impact import RestingQuestion
from service.http.schemas.shape import Day, Shape


class ComparedShape(Shape):
    """One of two texts that are compared."""

    document_id: str
    title: str
    begins_on: Day | None


class ArticleShape(Shape):
    """An article, or a paragraph of a text without articles."""

    label: str
    start: int
    end: int
    text: str


class WordsShape(Shape):
    """Some words of an article that changed: kept, added or removed."""

    edit: Literal["kept", "added", "removed"]
    text: str


class ChangeShape(Shape):
    """What became of an article; `moved` has the same words under another number."""

    change: Literal["added", "removed", "changed", "moved"]
    before: ArticleShape | None
    after: ArticleShape | None
    words: list[WordsShape]


class ChangesShape(Shape):
    """What changed from one text to another, in the order of the latter."""

    before: ComparedShape
    after: ComparedShape
    unchanged: int
    changes: list[ChangeShape]


class NowShape(Shape):
    """The article of the new version that took the place of one that was cited."""

    document_id: str
    label: str
    start: int
    end: int


class AffectedShape(Shape):
    """A curated answer or a question, and what became of what it rests on."""

    question: str
    curated_id: str | None
    document_id: str
    locator: str
    start: int
    end: int
    fate: Literal["kept", "moved", "changed", "removed", "ended"]
    ended_on: Day | None
    now: NowShape | None


class ImpactShape(Shape):
    """What rests on texts that a document ended, or on itself if it has ended."""

    document_id: str
    affected: list[AffectedShape]


class RestingQuestionShape(Shape):
    """A question of an evaluation: the title, id, file or number of its document, and a quote."""

    question: str = Field(min_length=1, max_length=1000)
    document: str = Field(min_length=1, max_length=500)
    quote: str | None = Field(None, max_length=4000)


class RestingQuestionsShape(Shape):
    """Questions to be looked at beside the curated answers."""

    questions: list[RestingQuestionShape] = Field(max_length=10_000)

    def questions_given(self) -> list[RestingQuestion]:
        """Return the questions as the index takes them."""
        return [RestingQuestion(one.question, one.document, one.quote) for one in self.questions]
