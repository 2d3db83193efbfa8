"""What all shapes are made of, for checking what comes in and for OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from service.requests import is_readable

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


PROBLEM: dict[str, Any] = {"model": ProblemShape}
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEM}  # where a route names one thing
FAILURES: dict[int | str, dict[str, Any]] = dict.fromkeys((401, 403, 422, 429, 503), PROBLEM)
