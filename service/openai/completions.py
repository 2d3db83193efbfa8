"""POST /v1/chat/completions: the last message of the user is the question."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse

from service.access import Scope
from service.answering.answer import Answer
from service.answering.answering import unheard
from service.answering.understanding.follow_up import completed
from service.desk import Channel
from service.http.asking import asking
from service.http.events import UNBUFFERED, event
from service.http.guard import open_to
from service.openai.failures import Unsupported, failure_response
from service.openai.models import ANSWERING, missing_model
from service.openai.schemas import FAILURES, ChatShape, CompletionShape, MessageShape
from service.openai.wording import Wording, word
from service.presentation import answer_json
from service.requests import LONGEST_QUESTION

STREAM_EXAMPLE = """\
data: {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "56 个事项\\n"}}]}

data: [DONE]

"""
_LOOKED_BACK = 10  # messages of the user
router = APIRouter(
    prefix="/v1", tags=["OpenAI 兼容"], route_class=open_to(Scope.ASK), responses=FAILURES
)


@router.post(
    "/chat/completions",
    summary="聊天（文件里的回答）",
    responses={
        200: {
            "model": CompletionShape,
            "description": "回答；stream 为 true 时是事件流",
            "content": {"text/event-stream": {"example": STREAM_EXAMPLE}},
        }
    },
)
def complete(request: Request, body: ChatShape) -> Response:
    """Answer the last message of the user from the documents; nothing else is spoken of."""
    if body.model != ANSWERING:
        return missing_model(body.model)
    try:
        refuse_unsupported(body)
        question = question_of(body.messages)
        previous = asked_before(body.messages)
    except Unsupported as error:
        return failure_response(400, "unsupported", error.message, parameter=error.parameter)
    answer = asking(request, question, body, Channel.OPENAI, previous)(unheard)
    wording = word(answer, str(request.base_url))
    usage = _usage(len(question), len(wording.text))
    if body.stream:
        wanted = body.stream_options is not None and body.stream_options.include_usage
        chunks = _chunks(answer, wording, usage if wanted else None)
        return EventSourceResponse(chunks, headers=UNBUFFERED)
    message = {
        "role": "assistant",
        "content": wording.text,
        "refusal": None,
        "annotations": wording.annotations,
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    completion = {
        **_head(answer, "chat.completion"),
        "choices": [choice],
        "usage": usage,
        "wenju": answer_json(answer),
    }
    return JSONResponse(completion)


def refuse_unsupported(body: ChatShape) -> None:
    """Refuse what would need a language model, or another kind of answer than we have."""
    if body.n is not None and body.n != 1:
        raise Unsupported("n", "一个问题只有一个回答，n 只能是 1。")
    if body.tools or body.functions:
        name = "tools" if body.tools else "functions"
        raise Unsupported(name, f"这里没有语言模型，不会调用工具。请去掉 {name}。")
    if body.logprobs:
        raise Unsupported("logprobs", "回答是原文摘取的，没有词的概率。请去掉 logprobs。")
    if body.response_format and body.response_format.get("type", "text") != "text":
        raise Unsupported(
            "response_format", "回答只有文字一种形式；结构化的内容在返回的 wenju 字段里。"
        )
    if body.audio or set(body.modalities or ()) - {"text"}:
        raise Unsupported("modalities", "只能以文字回答，不能给出语音或图像。")
    if body.web_search_options is not None:
        raise Unsupported("web_search_options", "只从知识库里的文件回答，不上网查找。")


def question_of(messages: list[MessageShape]) -> str:
    """Return the text of the last message of the user."""
    for place in reversed(range(len(messages))):
        if messages[place].role == "user":
            return _text_of(messages[place], f"messages[{place}].content")
    raise Unsupported("messages", "缺少 role 为 user 的消息：请把问题放在其中最后一条里。")


def asked_before(messages: list[MessageShape]) -> str | None:
    """Return the user's question before the last, whole where it leans on others itself."""
    previous: str | None = None
    texts = [_words_of(message) for message in messages if message.role == "user"]
    for text in texts[-_LOOKED_BACK:-1]:
        if len(text) <= LONGEST_QUESTION:  # else it is no question
            previous = (previous and completed(text, previous)) or text
    return previous[:LONGEST_QUESTION] if previous else None


def _words_of(message: MessageShape) -> str:
    """Return what can be read of a message; a picture sent earlier is no matter."""
    if not isinstance(message.content, list):
        return message.content or ""
    return "\n".join(part.text for part in message.content if part.text)


def _text_of(message: MessageShape, name: str) -> str:
    if not isinstance(message.content, list):
        return message.content or ""
    for part in message.content:
        if part.type != "text" or part.text is None:
            raise Unsupported(name, "只能读文字，读不了图像、语音或文件。请只发送文字。")
    return "\n".join(part.text or "" for part in message.content)


def _chunks(answer: Answer, wording: Wording, usage: dict[str, int] | None) -> Iterator[bytes]:
    """Yield the message line by line; the last piece brings the citations."""
    head = _head(answer, "chat.completion.chunk")
    if usage is not None:
        head["usage"] = None

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**head, "choices": [choice]}

    yield event(None, chunk({"role": "assistant", "content": "", "refusal": None}))
    for line in wording.text.splitlines(keepends=True):
        yield event(None, chunk({"content": line}))
    last = chunk({"annotations": wording.annotations}, "stop")
    yield event(None, {**last, "wenju": answer_json(answer)})
    if usage is not None:
        yield event(None, {**head, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def _head(answer: Answer, kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": kind,
        "created": int(time.time()),
        "model": ANSWERING,
    }


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
