"""A threshold shows and withholds as the steps of each question say."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from eval import report
from eval.refusals import (
    Step,
    Tried,
    resting_on_nothing,
    separation,
    summarise,
    threshold_for,
    trade_off,
)

REFUSED = Step(math.inf, "refused", None, 0.0, "", right=False)


def tried(name: int, surest: float, *, answerable: bool, right: bool = True) -> Tried:
    shown = Step(surest, "answered", "56 个", surest, "已实现 56 个", right=answerable and right)
    kind = "" if answerable else "place"
    steps = (REFUSED, shown)
    return Tried(str(name), "own", kind, str(name), "几个？", answerable, surest, steps)


ANSWERABLE = [tried(n, (n + 1) / 10, answerable=True, right=n > 2) for n in range(10)]
UNANSWERABLE = [tried(10 + n, n / 20, answerable=False) for n in range(10)]
ALL = [*ANSWERABLE, *UNANSWERABLE]


def test_up_to_a_threshold_what_is_sure_enough_is_shown() -> None:
    one = tried(1, 0.6, answerable=True)
    assert one.is_shown(0.6)
    assert not one.is_shown(0.61)
    assert one.at(0.2).answer == "56 个"


def test_a_higher_threshold_refuses_more_of_both_sorts() -> None:
    low, high = trade_off(ALL, 0.2), trade_off(ALL, 0.5)
    assert (low.right.mean, high.right.mean) == (0.7, 0.6)
    assert (low.refused.mean, high.refused.mean) == (0.4, 1.0)
    assert low.wrong.mean == pytest.approx(8 / 15)
    assert high.wrong.mean == 0


def test_answerable_and_unanswerable_are_told_apart_by_how_sure_the_desk_is() -> None:
    found = separation(ALL)
    assert found.mean == pytest.approx(0.85, abs=0.05)
    assert found.low < found.mean < found.high
    assert separation([*ANSWERABLE, tried(30, 0.0, answerable=False)]).mean == 1


def test_what_rests_on_nothing_counts_both_sorts_alike_however_many_there_are() -> None:
    assert threshold_for(ANSWERABLE, 0.7) == pytest.approx(0.4)
    found = resting_on_nothing(ALL)
    assert found.mean == pytest.approx(0.2 / 0.9)
    twice = [*ALL, *(tried(50 + n, n / 20, answerable=False) for n in range(10))]
    assert resting_on_nothing(twice).mean == pytest.approx(found.mean)


def test_every_question_is_written_on_a_line_of_its_own(tmp_path: Path) -> None:
    section = summarise(ALL, "own", "自有题", 0.4)
    report.save(section, tmp_path)
    lines = (tmp_path / "refusals-own.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == [one.id for one in ALL]
    assert rows[0]["steps"][0] == {
        "until": None,
        "outcome": "refused",
        "answer": None,
        "confidence": 0.0,
        "quote": "",
        "right": False,
    }
    assert section.numbers["refused_place"] is not None
    assert (tmp_path / "figures" / "refusals-own-0.png").read_bytes().startswith(b"\x89PNG")
