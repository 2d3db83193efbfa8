"""What is shown at every threshold is what the desk shows when it is set to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.every_threshold import EveryThreshold, shown_at, surest
from eval.workbench import Asking, Workbench, text_file
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.answering.answer import Outcome
from service.desk import Channel, Desk
from service.settings import Settings

REPORT = next((Path(__file__).parents[2] / "corpus" / "reports").glob("*.txt"))
QUESTIONS = [
    "两市通办的事项有多少个？",
    "这份报告是哪个单位发的？",
    "停车场一小时收多少钱？",
    "第一批和第二批一共下放多少项？",
    "下一步有什么打算？",
]


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    bench = Workbench(DemoEmbedder())
    directory = tmp_path_factory.mktemp("every") / "data"
    bench.build(directory, [text_file(REPORT.name, REPORT.read_text("utf-8"))])
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        yield Asking(Desk(Settings(data_dir=directory, reader="rules"), base))


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_threshold_shows_what_the_desk_set_to_it_shows(asking: Asking, question: str) -> None:
    shown = EveryThreshold(asking)(question)
    for threshold in (0.0, 0.2, 0.4, 0.7, 0.9, 1.0):
        settings = asking.desk.settings.model_copy(update={"refusal_threshold": threshold})
        set_to_it = Desk(settings, asking.desk.knowledge_base)
        expected = set_to_it.ask(question, channel=Channel.HTTP)
        found = shown_at(shown, threshold)
        assert (found.outcome, found.answer) == (expected.outcome, expected.answer)
        assert [c.quote for c in found.citations] == [c.quote for c in expected.citations]


def test_facts_are_shown_at_every_threshold(asking: Asking) -> None:
    assert surest(EveryThreshold(asking)("这份报告是哪个单位发的？")) == 1


def test_it_falls_silent_above_its_surest(asking: Asking) -> None:
    shown = EveryThreshold(asking)("两市通办的事项有多少个？")
    highest = surest(shown)
    assert 0 < highest < 1
    assert shown_at(shown, highest).outcome is not Outcome.REFUSED
    assert shown_at(shown, highest + 1e-6).outcome is Outcome.REFUSED
