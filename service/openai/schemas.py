"""The shapes of OpenAI's interface, as far as we speak it.

Clients send much that has no meaning here. What only tunes a language model is taken and
ignored; what would change the kind of answer is refused where it is used.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from service.http.schemas.answers import AnswerShape, ConditionsShape
from service.http.schemas.shape import Shape

MOST_INPUTS = 2048  # texts in one request, as at OpenAI
LONGEST_INPUT = 8192  # characters of one text


class LenientShape(Shape):
    """A shape that takes fields it does not know."""

    model_config = ConfigDict(extra="ignore")


class PartShape(LenientShape):
    """A part of a message; only text can be read."""

    type: str
    text: str | None = None


class MessageShape(LenientShape):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[PartShape] | None = None


class StreamOptionsShape(LenientShape):
    """How to stream."""

    include_usage: bool | None = None


class ChatShape(ConditionsShape):
    """A conversation; its last message of the user is the question."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "model": "wenju",
                    "messages": [{"role": "user", "content": "有多少个事项实现了两市通办？"}],
                }
            ]
        },
    )

    model: str
    messages: list[MessageShape] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptionsShape | None = None
    n: int | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    logprobs: bool | None = None
    response_format: dict[str, Any] | None = None
    modalities: list[str] | None = None
    audio: dict[str, Any] | None = None
    web_search_options: dict[str, Any] | None = None


class EmbeddingsShape(LenientShape):
    """Texts to be turned into vectors."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "…", "input": ["跨城通办事项", "办结时限"]}]}
    )

    model: str
    input: str | list[Any] = Field(description="一段文字，或最多 2048 段文字的数组")
    encoding_format: Literal["float", "base64"] | None = None
    dimensions: int | None = None
    input_type: Literal["query", "passage"] | None = Field(
        None, description="query 是问题，passage（默认）是资料；模型对两者的处理不同"
    )


class UrlCitationShape(Shape):
    """Where in the message which source is named."""

    start_index: int
    end_index: int
    title: str
    url: str


class AnnotationShape(Shape):
    """A citation as OpenAI's clients show it."""

    type: Literal["url_citation"]
    url_citation: UrlCitationShape


class ChoiceMessageShape(Shape):
    """The answer as a message."""

    role: Literal["assistant"]
    content: str
    refusal: None
    annotations: list[AnnotationShape]


class ChoiceShape(Shape):
    """The one choice."""

    index: int
    message: ChoiceMessageShape
    logprobs: None
    finish_reason: Literal["stop"]


class UsageShape(Shape):
    """Characters, for nothing is made of tokens here."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionShape(Shape):
    """An answer; `wenju` is the same JSON as /api/answer gives."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChoiceShape]
    usage: UsageShape
    wenju: AnswerShape


class ModelShape(Shape):
    """A model: the one that answers, or the one that embeds."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelListShape(Shape):
    """What is served."""

    object: Literal["list"]
    data: list[ModelShape]


class EmbeddingShape(Shape):
    """A vector, as numbers or as little-endian 32 bit floats in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingsUsageShape(Shape):
    """Characters, for texts of every script."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingListShape(Shape):
    """Vectors, in the order of the texts."""

    object: Literal["list"]
    data: list[EmbeddingShape]
    model: str
    usage: EmbeddingsUsageShape


class FailureDetailShape(Shape):
    """What went wrong: `code` is stable and the same as in problem details."""

    message: str
    type: Annotated[str, Field(examples=["invalid_request_error"])]
    param: str | None
    code: str | None


class FailureShape(Shape):
    """A failure as OpenAI's clients read it."""

    error: FailureDetailShape


FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": FailureShape},
    403: {"model": FailureShape},
    404: {"model": FailureShape},
    422: {"model": FailureShape, "description": "不会出现：内容不合要求时是 400"},
    503: {"model": FailureShape},
}
