"""The numbers are by kind and over all; what is locked away stays unseen."""

import json
from dataclasses import replace

from eval import own_questions, report
from eval.own_questions import summarise
from eval.scoring import Judgement

RIGHT = Judgement(
    id="d1",
    kind="value",
    question="有多少个事项？",
    expected=("56个",),
    outcome="answered",
    answer="56个",
    confidence=0.9,
    right=True,
    wrong=False,
    value=True,
    exact=True,
    cited=True,
    short=True,
    refusable=False,
    milliseconds=10,
    quotes=("已实现56个事项",),
    notices=(),
)
WRONG = replace(
    RIGHT, id="d2", question="办结率多少？", answer="99%", right=False, wrong=True, value=False
)
HELD_BACK = replace(
    RIGHT,
    id="d3",
    outcome="refused",
    answer=None,
    confidence=0.1,
    right=False,
    value=None,
    exact=None,
    cited=None,
    short=None,
)
REFUSED = replace(HELD_BACK, id="d4", kind="refuse", right=True, refusable=True, expected=())
FOUR = [RIGHT, WRONG, HELD_BACK, REFUSED]


def test_the_shares_are_over_what_each_asks_of() -> None:
    numbers = summarise(FOUR, "development", reveal=True).numbers
    value, refuse = numbers["by_kind"]["value"], numbers["by_kind"]["refuse"]
    assert (value["right"]["mean"], value["right"]["count"]) == (1 / 3, 3)
    assert (value["value"]["mean"], value["value"]["count"]) == (1 / 2, 2)
    assert refuse["right"]["mean"] == 1
    overall = numbers["overall"]
    assert overall["answerable_right"]["mean"] == 1 / 3
    assert overall["unanswerable_refused"]["mean"] == 1
    assert overall["confidently_misleads"] == 1
    assert overall["refusal_precision"] == 1 / 2


def test_without_reveal_no_question_is_shown_or_saved() -> None:
    section = summarise(FOUR, "held_out", reveal=False)
    everything = report.as_json(
        [section.results, [table.rows for table in section.tables], section.notes]
    )
    assert "办结率" not in everything
    assert section.results == ()
    revealed = summarise(FOUR, "held_out", reveal=True)
    assert "办结率" in report.as_json([table.rows for table in revealed.tables])


def test_the_numbers_are_json() -> None:
    section = summarise([REFUSED], "development", reveal=True)
    numbers = json.loads(report.as_json(section.numbers))
    assert numbers["overall"]["answerable_right"]["count"] == 0
    assert numbers["overall"]["answerable_right"]["mean"] is None
    assert set(numbers["by_kind"]) == {"refuse"} <= set(own_questions.KINDS)
