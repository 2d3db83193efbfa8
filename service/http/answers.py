"""Asking, searching, suggesting, and saying what one thinks of an answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from index.errors import WenjuError
from service.access import Scope
from service.answering.answering import unheard
from service.desk import Channel, Desk
from service.http.asking import asking
from service.http.events import answer_events, wants_events
from service.http.guard import open_to
from service.http.problems import explain, judged, problem_json
from service.http.rates import charge
from service.http.schemas.answers import (
    AnswerShape,
    AnswersShape,
    FeedbackShape,
    QuestionShape,
    QuestionsShape,
    SearchShape,
    SuggestionsShape,
)
from service.http.schemas.shape import FAILURES
from service.http.wiring import CallerHere, DeskHere, caller_of
from service.presentation import answer_json, search_json, today
from service.requests import accept_day, accept_question

asking_routes = APIRouter(
    prefix="/api", tags=["问答"], route_class=open_to(Scope.ASK), responses=FAILURES
)
searching_routes = APIRouter(
    prefix="/api", tags=["问答"], route_class=open_to(Scope.SEARCH), responses=FAILURES
)
LONGEST_LIST = 100  # passages that one search gives
MOST_SUGGESTED = 12
ASKED_ANEW = 600  # seconds after which we look again at what is asked most
EVENT_EXAMPLE = """\
event: received
data: {"question": "有多少个事项实现了两市通办？"}

event: understood
data: {"elapsed_ms": 1.2}

event: retrieved
data: {"elapsed_ms": 18.4}

event: read
data: {"elapsed_ms": 9.7}

event: answer
data: {"question": "有多少个事项实现了两市通办？", "outcome": "answered", "answer": "56 个事项"}

"""


@asking_routes.post(
    "/answer",
    summary="提问",
    responses={
        200: {
            "model": AnswerShape,
            "description": "回答；Accept 为 text/event-stream 时是事件流，最后的 answer 事件"
            "与不用事件流时的 JSON 相同",
            "content": {"text/event-stream": {"example": EVENT_EXAMPLE}},
        }
    },
)
def answer(request: Request, body: QuestionShape) -> Response:
    """Answer a question from the documents, or refuse it; a refusal is an answer too."""
    ask = asking(request, body.question, body, channel_of(request), body.previous)
    if wants_events(request):
        return answer_events(body.question, request.url.path, ask)
    return JSONResponse(answer_json(ask(unheard)))


@asking_routes.post("/answers", summary="批量提问", responses={200: {"model": AnswersShape}})
def answer_many(request: Request, body: QuestionsShape) -> JSONResponse:
    """Answer several questions in their order; each has its own answer or its own problem.

    Each counts as a request.
    """
    charge(request, caller_of(request), len(body.questions) - 1)
    return JSONResponse({"answers": [_answer_one(request, one) for one in body.questions]})


def _answer_one(request: Request, item: object) -> dict[str, Any]:
    path = request.url.path
    try:
        asked = QuestionShape.model_validate(item)
        given = asking(request, asked.question, asked, channel_of(request), asked.previous)(unheard)
    except ValidationError as error:
        return {"answer": None, "problem": problem_json(path, *explain(error.errors()))}
    except WenjuError as error:
        return {"answer": None, "problem": problem_json(path, *judged(error, path))}
    return {"answer": answer_json(given), "problem": None}


@searching_routes.get("/search", summary="检索原文", responses={200: {"model": SearchShape}})
def search(
    desk: DeskHere,
    caller: CallerHere,
    q: Annotated[str, Query(description="要找的内容", examples=["跨城通办"])],
    limit: Annotated[int, Query(ge=1, le=LONGEST_LIST)] = 10,
    as_of: Annotated[str | None, Query(examples=["2026-01-31"])] = None,
) -> JSONResponse:
    """Return the passages nearest to the query, best first, without an answer."""
    query = accept_question(q)
    hits = desk.search(
        query,
        limit=limit,
        as_of=accept_day(as_of),
        channel=Channel.HTTP,
        sees_internal=caller.sees_internal,
    )
    return JSONResponse(search_json(query, hits))


@asking_routes.get(
    "/suggestions", summary="可以问什么", responses={200: {"model": SuggestionsShape}}
)
def suggestions(
    request: Request, desk: DeskHere, limit: Annotated[int, Query(ge=1, le=MOST_SUGGESTED)] = 6
) -> JSONResponse:
    """Return questions that are answered: what is asked most, then what the documents state."""
    tried: TriedSuggestions = request.app.state.suggestions
    return JSONResponse({"suggestions": tried.give(desk)[:limit]})


class TriedSuggestions:
    """What is asked most, filled up with what the documents answer.

    Found once for a state of the base, and what is asked once in a while besides: each question
    is tried, which costs.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._found_for: tuple[int, date] | None = None
        self._found: list[str] = []
        self._given: list[str] = []
        self._given_until = 0.0

    def give(self, desk: Desk) -> list[str]:
        """Return the suggestions of now."""
        state = (desk.knowledge_base.revision, today())
        with self._lock:  # who comes meanwhile waits for the same
            is_new = self._found_for != state
            if is_new:
                self._found = desk.suggestions(MOST_SUGGESTED)
                self._found_for = state
            if is_new or self._clock() >= self._given_until:
                frequent = desk.frequent_questions(MOST_SUGGESTED, self._found)
                self._given = list(dict.fromkeys((*frequent, *self._found)))[:MOST_SUGGESTED]
                self._given_until = self._clock() + ASKED_ANEW
            return self._given


@asking_routes.post("/feedback", status_code=204, summary="有用或纠错")
def feedback(request: Request, body: FeedbackShape, desk: DeskHere) -> None:
    """Keep what a person thinks of an answer, for those who keep the knowledge base."""
    channel = channel_of(request)
    desk.knowledge_base.feedback.add(body.answer_id, body.verdict, body.comment.strip(), channel)


def channel_of(request: Request) -> Channel:
    """Tell our page from a program: only a browser names the page it posts from."""
    return Channel.WEB if "origin" in request.headers else Channel.HTTP
