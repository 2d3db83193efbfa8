"""The shapes of what a document refers to."""

from __future__ import annotations

from pydantic import Field

from index.document import Status
from index.references import ReferenceKind
from service.http.schemas.shape import Shape


class TargetShape(Shape):
    """What a reference leads to, in force on the day asked for where there is such a text."""

    document_id: str
    title: str
    status: Status
    start: int | None = Field(description="所指条款在那份文件里的位置；指全文或没有找到是 null")
    end: int | None
    locator: str
    url: str


class ReferenceShape(Shape):
    """A place where a document refers to another, or to a place in itself."""

    start: int
    end: int
    quote: str
    kind: ReferenceKind
    title: str | None
    document_number: str | None
    steps: list[str] = Field(description="所指的条款，从外到内：第五条、第二款")
    until: list[str] = Field(description="“至”之后的条款；没有是空")
    target: TargetShape | None


class ReferencesShape(Shape):
    """The references of a document in reading order."""

    references: list[ReferenceShape]
