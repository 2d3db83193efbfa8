"""Fit the confidence of answers on the development questions.

`python -m eval.fitting.confidence` rewrites `service/answering/calibration.json`. Every question
is asked with the threshold at nothing, so that what would be shown is judged whether it ought to
be or not; a logistic curve is laid through evidence and verdict. Signs are held to what they
mean: more coverage never lowers a confidence.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval.datasets import Question, load_questions
from eval.scoring import Judge
from index.document import SHANGHAI, Kind
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
_FALLING = frozenset({"lacking", "named"})  # these speak against an answer
_RIDGE = 0.002  # keeps weights moderate where the questions are few
_THRESHOLD = 0.4  # below it, more of what is shown is wrong than is missed by refusing


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


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Return logistic weights; each side, right and wrong, has the same say in sum."""
    rows = np.array([list(features(sample.evidence).values()) for sample in samples])
    right = np.array([sample.right for sample in samples], dtype=float)

    def loss(weights: NDArray[np.float64]) -> float:
        score = weights[0] + rows @ weights[1:]
        nll = np.logaddexp(0, score) - right * score
        return float(nll.mean() + _RIDGE * np.square(weights[1:]).mean())

    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    bounds += [(None, 0.0) if name in _FALLING else (0.0, None) for name in FEATURES]
    result = minimize(loss, np.zeros(len(bounds)), bounds=bounds, method="L-BFGS-B")
    return dict(zip(("bias", *FEATURES), (round(float(w), 4) for w in result.x), strict=True))


def main(questions: Path = QUESTIONS, out: Path = CALIBRATION) -> None:
    """Fit on the questions, over the knowledge base the settings name, and write the weights."""
    settings = load_configuration().settings
    with bootstrap.open_desk(settings, follow=False) as desk:
        asked = load_questions(questions)
        samples = collect(desk, [*asked, *near_misses(desk, asked)])
    values = [sample for sample in samples if sample.sort == "value"]
    passages = [sample for sample in samples if sample.sort == "passage"]
    written = {
        "value": fit(values),
        "passage": fit(passages),
        "answer_threshold": _THRESHOLD,
        "passage_threshold": _THRESHOLD,
    }
    out.write_text(json.dumps(written, indent=2) + "\n", "utf-8")
    for name, group in (("value", values), ("passage", passages)):
        right = sum(sample.right for sample in group)
        typer.echo(f"{name}: {len(group)} samples, {right} right, {written[name]}")


if __name__ == "__main__":
    typer.run(main)
