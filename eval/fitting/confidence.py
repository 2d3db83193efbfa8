"""Fit the confidence of answers on the development questions.

`python -m eval.fitting.confidence` rewrites `service/answering/calibration.json`. Every question
is asked with the threshold at nothing, so that what would be shown is judged whether it ought to
be or not; a logistic curve is laid through evidence and verdict. Signs are held to what they
mean: more coverage never lowers a confidence.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from eval.commands import cache_folder
from eval.datasets import Half, Question, load_questions
from eval.fitting import written
from eval.fitting.readings import (
    Expected,
    Gathered,
    Weights,
    fit_confidence,
    fit_logistic,
    fit_ranking,
    gather,
)
from eval.progress import Progress
from eval.scoring import Judge, says
from eval.training.library import Library
from eval.workbench import Workbench
from index.document import SHANGHAI, Kind
from index.embedding import load_embedder
from index.store.catalogue import DocumentSummary
from service import bootstrap
from service.answering.answer import Outcome
from service.answering.confidence import FEATURES, Calibration, features
from service.answering.reading.reader import Evidence
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import understand
from service.desk import Channel, Desk
from service.settings import load_configuration

QUESTIONS = Path(__file__).parents[1] / "questions" / "development.jsonl"
CALIBRATION = Path(__file__).parents[2] / "service" / "answering" / "calibration.json"
# Orders readings well enough to choose which are looked at, before an order is fitted.
_NEUTRAL = {"bias": -1.0, "relevance": 4.0, "answerability": 3.0, "support": 4.0, "share": 1.5}
_THRESHOLD = 0.4  # where more coverage begins to cost refusals on the development questions


@dataclass(frozen=True)
class Recorder(Calibration):
    """A calibration that lets everything through and remembers on what evidence."""

    seen: list[tuple[str, Evidence]] = field(default_factory=list)

    def of_value(self, evidence: Evidence) -> float:
        """Remember the evidence for a value."""
        self.seen.append(("value", evidence))
        return 0.999

    def of_passage(self, evidence: Evidence) -> float:
        """Remember the evidence for a passage."""
        self.seen.append(("passage", evidence))
        return 0.999


@dataclass(frozen=True, slots=True)
class Sample:
    """What one shown answer rested on, and whether it was right."""

    sort: str  # value or passage
    evidence: Evidence
    right: bool


def collect(desk: Desk, questions: Sequence[Question]) -> list[Sample]:
    """Ask every question with nothing withheld; facts, which need no reading, are left out."""
    recorder = Recorder({}, {}, 0.0, 0.0)
    open_desk = Desk(desk.settings, desk.knowledge_base, calibration=recorder)
    judge = Judge(lambda document: desk.knowledge_base.document(document).text)
    samples = []
    for question in questions:
        recorder.seen.clear()
        answer = open_desk.ask(question.question, channel=Channel.CLI)
        if not recorder.seen or answer.outcome is Outcome.REFUSED:
            continue
        sort, evidence = recorder.seen[-1]
        judged = judge(question, answer)
        right = not judged.refusable and judged.cited is True and judged.value is not False
        samples.append(Sample(sort, evidence, right))
    return samples


def near_misses(desk: Desk, questions: Sequence[Question], seed: int = 2026) -> list[Question]:
    """Return questions that differ in one word from one with an answer, and have none."""
    chooser = random.Random(seed)  # noqa: S311 - a choice of words, no secret
    today = datetime.now(SHANGHAI).date()
    lexicon = Lexicon.bundled()
    asked = [(q, understand(q.question, today, lexicon)) for q in questions if q.quote]
    asked = [(q, inquiry) for q, inquiry in asked if not inquiry.english and not inquiry.fact]
    known = "".join(desk.knowledge_base.document(d.id).text for d in _reports(desk))
    words = sorted({term.text for _, inquiry in asked for term in inquiry.terms})
    strange = [word for word in words if len(word) > 1 and word not in known]
    made = []
    for question, inquiry in asked:
        terms = [t.text for t in inquiry.terms if t.weight >= 1 and t.text in question.question]
        if question.document == "report" and terms:
            wording = question.question.replace(chooser.choice(terms), chooser.choice(strange))
            made.append(
                replace(question, question=wording, outcome=("refused",), answers=(), quote=None)
            )
    return made


def _reports(desk: Desk) -> list[DocumentSummary]:
    found = desk.knowledge_base.documents()
    return [summary for summary in found if summary.metadata.kind is Kind.REPORT]


def fit(samples: Sequence[Sample]) -> Weights:
    """Return the weights of the rules' evidence."""
    told = [(features(sample.evidence), sample.right) for sample in samples]
    return fit_logistic(FEATURES, told)


def fit_trained(
    desk: Desk, rules: Mapping[str, Weights], asked: Sequence[Question], data: Path | None
) -> dict[str, Weights]:
    """Fit order and confidence of the trained reader's readings, where `rules` are not sure.

    Our own questions over what the project ships, and, where there is data, the written ones
    (half of them) over documents that nothing was trained on. Each question has the same say:
    rules were made with our own at hand, and seem surer there than they are elsewhere.
    """
    gathered = [_gather(desk, rules, [_expected(one) for one in asked])]
    if data is not None:
        library, progress = Library(data), Progress(shown=True)
        embedder = load_embedder(desk.settings.model, desk.settings.model_dir, 2)
        bench = Workbench(embedder, cache_folder(None), progress)
        questions = written.expected(written.load_kept(library, Half.TUNING))
        with bench.kept_desk("written", written.files(library)) as asking:
            gathered.append(_gather(asking.desk, rules, questions))
    values = [one for part in gathered for one in part.values]
    passages = [one for part in gathered for one in part.passages]
    ranking, passage_ranking = fit_ranking(values), fit_ranking(passages)
    return {
        "trained_value": fit_confidence(values, ranking),
        "trained_passage": fit_confidence(passages, passage_ranking),
        "ranking": ranking,
        "passage_ranking": passage_ranking,
    }


def _gather(desk: Desk, rules: Mapping[str, Weights], asked: Sequence[Expected]) -> Gathered:
    settings = desk.settings.model_copy(update={"reader": "trained"})
    neutral = Calibration(
        rules["value"], rules["passage"], 0, 0, ranking=_NEUTRAL, passage_ranking=_NEUTRAL
    )
    reading = Desk(settings, desk.knowledge_base, calibration=neutral)
    return gather(reading.answering, reading.admitted(Channel.CLI), asked)


def _expected(question: Question) -> Expected:
    says_it = partial(says, answers=question.answers, must_contain=question.must_contain)
    return Expected(question.question, question.quote, says_it)


def main(
    *,
    questions: Path = QUESTIONS,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    out: Path = CALIBRATION,
) -> None:
    """Fit on the questions, over the knowledge base the settings name, and write the weights."""
    settings = load_configuration(reader="rules").settings
    with bootstrap.open_desk(settings, follow=False) as desk:
        own = load_questions(questions)
        asked = [*own, *near_misses(desk, own)]
        samples = collect(desk, asked)
        values = [sample for sample in samples if sample.sort == "value"]
        passages = [sample for sample in samples if sample.sort == "passage"]
        rules = {"value": fit(values), "passage": fit(passages)}
        trained = fit_trained(desk, rules, asked, data)
    weights = {
        **rules,
        "answer_threshold": _THRESHOLD,
        "passage_threshold": _THRESHOLD,
        **trained,
    }
    out.write_text(json.dumps(weights, indent=2) + "\n", "utf-8")
    for name, group in (("value", values), ("passage", passages)):
        right = sum(sample.right for sample in group)
        typer.echo(f"{name}: {len(group)} samples, {right} right, {rules[name]}")
    for name in trained:
        typer.echo(f"{name}: {trained[name]}")


if __name__ == "__main__":
    typer.run(main)
