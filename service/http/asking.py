"""Asking over HTTP: the request is checked at once, the answer is given when it is called for."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import Request

from service.answering.answer import Answer
from service.answering.answering import Hear
from service.desk import Channel, Desk
from service.http.metrics import Metrics
from service.http.rates import address_of
from service.http.schemas.answers import ConditionsShape
from service.http.wiring import caller_of
from service.requests import accept_day, accept_question


def asking(
    request: Request,
    question: str,
    conditions: ConditionsShape,
    channel: Channel,
    previous: str | None = None,
) -> Callable[[Hear], Answer]:
    """Return what answers the question and counts the answer, or raise what is wrong with it.

    `previous` is the question before it, which it may lean on.
    """
    desk: Desk = request.app.state.desk
    metrics: Metrics = request.app.state.metrics
    caller = caller_of(request)
    asked = accept_question(question)
    before = accept_question(previous) if previous and previous.strip() else None
    asker = f"address:{address_of(request)}" if caller.is_anonymous else f"key:{caller.name}"
    as_of = accept_day(conditions.as_of)
    filter_ = conditions.filter.to_filter() if conditions.filter else None

    def ask(hear: Hear) -> Answer:
        began = time.perf_counter()
        answer = desk.ask(
            asked,
            as_of=as_of,
            filter_=filter_,
            channel=channel,
            sees_internal=caller.sees_internal,
            previous=before,
            asker=asker,
            hear=hear,
        )
        metrics.answered(answer.outcome.value, time.perf_counter() - began)
        return answer

    return ask
