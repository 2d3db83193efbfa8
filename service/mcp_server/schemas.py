"""What the tools take and give; the descriptions are for the models that call them."""

from __future__ import annotations

from pydantic import Field

from index.document import Status
from service.http.schemas.answers import ConditionsShape
from service.http.schemas.shape import Shape
from service.requests import LONGEST_QUESTION

MOST_HITS = 50  # passages of one search
MOST_LISTED = 200  # documents in one list
MOST_READ = 8000  # characters of a document in one call


class AskArguments(ConditionsShape):
    """What to answer."""

    question: str = Field(description="一个问题，1 到 1000 个字；不会记得上一个问题")
    previous: str | None = Field(
        None,
        max_length=LONGEST_QUESTION,
        description="同一个人的上一个问题；question 接着它问（那第二批呢）时放在这里，"
        "补全以后再答，返回的 question 是补全的",
    )


class SearchArguments(ConditionsShape):
    """What to find."""

    query: str = Field(description="要找的内容，词语或一句话")
    limit: int = Field(10, ge=1, le=MOST_HITS, description="最多几段")


class ReadArguments(Shape):
    """Which part of which document to read."""

    document_id: str = Field(
        min_length=1, max_length=64, description="文件编号，来自 ask、search 或 list 的结果"
    )
    start: int = Field(0, ge=0, description="从第几个字开始，以码点计")
    end: int | None = Field(
        None, ge=1, description=f"到第几个字为止（不含）；一次最多 {MOST_READ} 个字"
    )


class ListArguments(Shape):
    """Which documents to list."""

    query: str = Field("", max_length=200, description="标题、文号、机关或文件名中的字；空为全部")
    limit: int = Field(50, ge=1, le=MOST_LISTED, description="最多几份")
    cursor: str | None = Field(
        None, min_length=1, max_length=6000, description="接着列：上一次结果里的 next"
    )


class ReadShape(Shape):
    """A part of a document: `text` is its text[start:end]."""

    document_id: str
    title: str
    document_number: str | None
    issuer: str | None
    status: Status
    source: str
    url: str
    length: int = Field(description="全文的字数")
    start: int
    end: int
    next_start: int | None = Field(description="接着读从哪里开始；读完了是 null")
    text: str
