"""What confidences are fitted on: every question with nothing withheld, and what it rested on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.fitting.confidence import collect, fit_rules
from eval.refusals import Trial
from eval.workbench import Asking, Workbench, text_file
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.answering.confidence import RULED_FEATURES, Calibration
from service.desk import Desk
from service.settings import Settings

REPORT = next((Path(__file__).parents[3] / "corpus" / "reports").glob("*.txt"))


def trial(name: str, question: str, *, answerable: bool) -> Trial:
    return Trial(name, "own", name, question, answerable, lambda answer: "56" in str(answer.answer))


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    directory = tmp_path_factory.mktemp("fitting") / "data"
    Workbench(DemoEmbedder()).build(directory, [text_file(REPORT.name, REPORT.read_text("utf-8"))])
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        settings = Settings(data_dir=directory, reader="rules", refusal_threshold=1.0)
        yield Asking(Desk(settings, base))


def test_nothing_is_withheld_and_facts_are_left_out(asking: Asking) -> None:
    asked = [
        trial("a", "两市通办的事项有多少个？", answerable=True),
        trial("b", "第一批下放的事项有多少个停车场？", answerable=False),
        trial("c", "这份报告是哪个单位发的？", answerable=True),
    ]
    samples = collect(asking, asked)
    assert {one.group for one in samples} == {"a", "b"}
    assert {one.group: one.right for one in samples} == {"a": True, "b": False}


def test_the_rules_are_fitted_by_sort_and_their_fit_is_told(
    asking: Asking, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = collect(asking, [trial("a", "两市通办的事项有多少个？", answerable=True)] * 3)
    weights = fit_rules(samples, Calibration.bundled())
    assert set(weights) == {"value", "passage"}
    assert set(weights["value"]) == {"bias", *RULED_FEATURES}
    assert "value: 3 samples, 3 right" in capsys.readouterr().out
