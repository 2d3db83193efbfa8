"""The shapes of synonyms: everyday words and the official ones for them."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from service.http.schemas.shape import Shape
from service.synonyms.checking import LONGEST_NOTE, LONGEST_OFFICIAL, LONGEST_WORD, MOST_OFFICIAL
from service.synonyms.table import Origin

MOST_AT_ONCE = 2000

_Official = Annotated[
    list[str],
    Field(description=f"文件里的说法，最多 {MOST_OFFICIAL} 个，各 {LONGEST_OFFICIAL} 字以内"),
]


class MeaningShape(Shape):
    """What a word stands for."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"official": ["最低生活保障"], "note": "居民低保"}]}
    )

    official: _Official
    note: str | None = Field(None, description=f"说明，最多 {LONGEST_NOTE} 字")
    enabled: bool = Field(True, description="false 是停用，自带的也不再起作用")  # noqa: FBT003  pydantic's


class SynonymDraftShape(MeaningShape):
    """A line of a table."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"word": "低保", "official": ["最低生活保障"]}]}
    )

    word: str = Field(description=f"市民的说法，2 到 {LONGEST_WORD} 字")


class SynonymDraftsShape(Shape):
    """Several lines; what cannot come in is told line by line, the others are in."""

    synonyms: list[SynonymDraftShape] = Field(min_length=1, max_length=MOST_AT_ONCE)


class SynonymShape(SynonymDraftShape):
    """A line of the table as it is, and who changed it when."""

    origin: Annotated[
        Origin, Field(strict=False, description="shipped 自带，changed 改过的自带，site 本站加的")
    ]
    changed_by: str | None
    changed_at: str | None


class SynonymListShape(Shape):
    """The table, by word."""

    synonyms: list[SynonymShape]
    next: str | None = Field(description="接着列的 cursor；列完了是 null")


class RejectedShape(Shape):
    """A line that did not come in, counted from 1."""

    row: int
    word: str
    code: str
    message: str


class SynonymImportShape(Shape):
    """What became of the lines."""

    added: int
    changed: int
    unchanged: int
    rejected: list[RejectedShape]


class WantedWordShape(Shape):
    """A word, how often it was asked with in vain, and some of the questions."""

    word: str
    times: int
    questions: list[str]


class WantedWordsShape(Shape):
    """Words of refused questions that no document has, the most asked first."""

    words: list[WantedWordShape]
