"""Fit the confidence of answers on the development questions.

`python -m eval.fitting.confidence` rewrites `service/answering/calibration.json`. Every question
is asked with the threshold at nothing, so that what would be shown is judged whether it ought to
be or not; a logistic curve is laid through evidence and verdict. Signs are held to what they
mean: more coverage never lowers a confidence. Where there is data, rules are fitted on written
questions as well, as the trained reader is: on our own alone, which they were made with at hand,
they pass for surer than they are elsewhere. What is printed of the fit is by cross-validation.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from eval import refusal_sets
from eval.calibration import calibrated
from eval.commands import cache_folder
from eval.datasets import Half, Question, evenly, load_questions
from eval.fitting import written
from eval.fitting.readings import (
    Expected,
    Gathered,
    Weights,
    best_of_each,
    cross_fitted,
    fit_confidence,
    fit_logistic,
    fit_ranking,
    gather,
)
from eval.fitting.readings import Sample as Told
from eval.metrics import CONFIDENT, confident_wrong
from eval.progress import Progress
from eval.refusals import Trial
from eval.scoring import says
from eval.training.library import Library
from eval.workbench import Asking, Workbench
from index.document import SHANGHAI, Kind
from index.embedding import load_embedder
from index.store.catalogue import DocumentSummary
from service import bootstrap
from service.answering.answer import Outcome
from service.answering.answering import Answering
from service.answering.confidence import (
    LISTING,
    PASSAGE,
    RULED_FEATURES,
    TRAINED_FEATURES,
    VALUE,
    Calibration,
    Weighed,
    features,
)
from service.answering.reading.reader import Evidence
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.question import understand
from service.desk import Channel, Desk
from service.settings import load_configuration

QUESTIONS = Path(__file__).parents[1] / "questions" / "development.jsonl"
CALIBRATION = Path(__file__).parents[2] / "service" / "answering" / "calibration.json"
# Orders readings well enough to choose which are looked at, before an order is fitted.
_NEUTRAL = {"bias": -1.0, "relevance": 4.0, "answerability": 3.0, "support": 4.0, "share": 1.5}
TRAINED_VALUE, TRAINED_PASSAGE = "trained_value", "trained_passage"
RANKING, PASSAGE_RANKING = "ranking", "passage_ranking"
_FOLDS = 5
_OWN_SAY = 2  # of a rule's sample of our own beside a written one: the desk is asked the like
_THRESHOLD = 0.35  # nine in ten of the development questions without an answer are refused


@dataclass(frozen=True, slots=True)
class Sample:
    """What one shown answer rested on, and whether it was right; `group` rises and falls as one."""

    sort: str  # value or passage
    evidence: Evidence
    right: bool
    group: str


def collect(asking: Asking, asked: Sequence[Trial]) -> list[Sample]:
    """Ask every question with nothing withheld; facts, which need no reading, are left out."""
    desk, samples = asking.desk, []
    admitted = desk.admitted(Channel.CLI)
    for one in asked:
        account: list[Weighed] = []
        means = desk.answering.means
        open_to_all = replace(means.calibration, account=account).at_threshold(0.0)
        answering = Answering(replace(means, calibration=open_to_all))
        answer = answering.answer(one.question, admitted)
        if not account or answer.outcome is Outcome.REFUSED or answer.parts:
            continue
        shown = [each for each in account if round(each.confidence, 3) == answer.confidence]
        weighed = (shown or account)[-1]
        right = one.answerable and one.right(answer)
        samples.append(Sample(weighed.sort, weighed.evidence, right, one.cluster))
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


def fit(samples: Sequence[Sample], earlier: Mapping[str, float] | None) -> Weights:
    """Return the weights of the rules' evidence."""
    return fit_logistic(RULED_FEATURES, [_told(sample) for sample in samples], earlier)


def _told(sample: Sample) -> Told:
    return features(sample.evidence), sample.right


def _folds(groups: Sequence[str]) -> list[int]:
    """Lead each sample to its fold; what rises and falls as one is in one fold."""
    digests = [hashlib.sha256(group.encode()).digest() for group in groups]
    return [digest[0] % _FOLDS for digest in digests]


def fit_rules(samples: Sequence[Sample], earlier: Calibration | None) -> dict[str, Weights]:
    """Return the weights of the rules for values and passages, and tell how well they hold."""
    weights = {}
    for sort in (VALUE, PASSAGE):
        group = [sample for sample in samples if sample.sort == sort]
        known = None if earlier is None else getattr(earlier, sort)
        weights[sort] = fit(group, known)
        told, folds = [_told(one) for one in group], _folds([one.group for one in group])
        again = partial(fit_logistic, RULED_FEATURES, earlier=known)
        _tell(sort, cross_fitted(told, folds, again), [one.right for one in group])
    return weights


def _tell(name: str, sure: Sequence[float], right: Sequence[bool]) -> None:
    """Say how well confidences hold on what they were not fitted on."""
    found = calibrated(sure, right)
    if found is not None:
        typer.echo(
            f"{name}: {len(right)} samples, {sum(right)} right; by cross-validation: "
            f"error {found.error}, if perfect {found.perfect}, Brier {found.brier.score:.3f}, "
            f"wrong above {CONFIDENT}: {confident_wrong(sure, right)}"
        )


def fit_trained(gathered: Sequence[Gathered], earlier: Calibration | None) -> dict[str, Weights]:
    """Fit order and confidence of the trained reader's readings, where rules are not sure.

    Our own questions over what the project ships, and, where there is data, the written ones
    (half of them) over documents that nothing was trained on. Each question has the same say.
    """
    values = [one for part in gathered for one in part.values]
    passages = [one for part in gathered for one in part.passages]
    fitted = {}
    for sort, rank, readings in (
        (TRAINED_VALUE, RANKING, values),
        (TRAINED_PASSAGE, PASSAGE_RANKING, passages),
    ):
        known = None if earlier is None else getattr(earlier, sort)
        fitted[rank] = fit_ranking(readings)
        fitted[sort] = fit_confidence(readings, fitted[rank], known)
        best = best_of_each(readings, fitted[rank])
        # Questions about one sentence stand together, and so fall into one fold.
        folds = [place * _FOLDS // len(best) for place in range(len(best))]
        again = partial(fit_logistic, TRAINED_FEATURES, earlier=known)
        _tell(sort, cross_fitted(best, folds, again), [right for _, right in best])
    return {
        name: fitted[name] for name in (TRAINED_VALUE, TRAINED_PASSAGE, RANKING, PASSAGE_RANKING)
    }


@contextmanager
def _written(desk: Desk, data: Path) -> Iterator[tuple[Library, Asking]]:
    """Open a desk that reads by rules over the documents of the written questions."""
    library, progress = Library(data), Progress(shown=True)
    embedder = load_embedder(desk.settings.model, desk.settings.model_dir, 2)
    bench = Workbench(embedder, cache_folder(None), progress)
    with bench.kept_desk("written", written.files(library)) as asking:
        settings = asking.desk.settings.model_copy(update={"reader": "rules"})
        yield library, Asking(Desk(settings, asking.desk.knowledge_base))


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
    anew: Annotated[bool, typer.Option("--anew", help="不参照现有权重")] = False,
) -> None:
    """Fit on the questions, over the knowledge base the settings name, and write the weights."""
    settings = load_configuration(reader="rules").settings
    earlier = None if anew else Calibration.bundled()
    with bootstrap.open_desk(settings, follow=False) as desk, ExitStack() as stack:
        own = load_questions(questions)
        asked = [*own, *near_misses(desk, own)]
        asking = Asking(desk)
        samples = _OWN_SAY * collect(asking, refusal_sets.development(asking, asked))
        written_ones: list[Expected] = []
        other = asking
        if data is not None:
            library, other = stack.enter_context(_written(desk, data))
            trials = refusal_sets.written_questions(library, Half.TUNING)
            samples += collect(other, evenly(trials, len(asked)))
            kept = written.load_kept(library, Half.TUNING)
            written_ones = written.expected(evenly(kept, len(asked)))
        rules = fit_rules(samples, earlier)
        gathered = [
            _gather(desk, rules, [_expected(one) for one in asked]),
            _gather(other.desk, rules, written_ones),
        ]
        trained = fit_trained(gathered, earlier)
    weights = {
        **rules,
        LISTING: Calibration.bundled().listing,  # there are too few questions for lists to fit it
        "answer_threshold": _THRESHOLD,
        "passage_threshold": _THRESHOLD,
        **trained,
    }
    out.write_text(json.dumps(weights, indent=2) + "\n", "utf-8")
    for name, found in (*rules.items(), *trained.items()):
        typer.echo(f"{name}: {found}")


if __name__ == "__main__":
    typer.run(main)
