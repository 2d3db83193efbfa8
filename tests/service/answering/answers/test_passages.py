"""What is shown beside a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from index.document import Filter
from service.answering.answer import Reason
from service.answering.answering import found
from service.answering.answers.passages import refuse
from service.answering.case import Case
from service.answering.reading.reader import Reading, Trained
from service.answering.reading.rule_reader import RuleReader
from service.desk import Desk


@pytest.fixture
def case(desk: Desk) -> Case:
    return found(desk.answering.understood("大厅里的机器摆了几部", Filter(date(2023, 1, 1))))


def read(case: Case, *, share: float, relevance: float | None) -> list[Reading]:
    first = RuleReader().passages(case.inquiry, case.hits)[0]
    trained = None if relevance is None else Trained(relevance, 0.0, 0.0, 0.0)
    return [replace(first, evidence=replace(first.evidence, share=share, trained=trained))]


def test_a_passage_that_speaks_of_it_in_other_words_is_shown_as_nearest(case: Case) -> None:
    readings = read(case, share=0.0, relevance=2.0)
    refusal = refuse(case, readings).refusal
    assert refusal is not None
    assert refusal.reason is Reason.NO_BASIS
    assert [citation.start for citation in refusal.nearest] == [readings[0].sentence.span.start]


@pytest.mark.parametrize("relevance", [None, -2.0])
def test_a_passage_on_something_else_is_not_shown(case: Case, relevance: float | None) -> None:
    refusal = refuse(case, read(case, share=0.1, relevance=relevance)).refusal
    assert refusal is not None
    assert refusal.reason is Reason.OUT_OF_SCOPE
    assert not refusal.nearest


def test_shared_words_are_enough_without_a_trained_reader(case: Case) -> None:
    refusal = refuse(case, read(case, share=0.5, relevance=None)).refusal
    assert refusal is not None
    assert refusal.reason is Reason.NO_BASIS
    assert refusal.nearest
