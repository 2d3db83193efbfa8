"""Groups from `reading/`: questions over encyclopaedia, web and court texts."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.training.examples import Example, Group, answered
from eval.training.halves import first_by_hash
from eval.training.passages import Located, Passage, holds, key_of, window_around, windows
from index.document import Span

DEVELOPMENT_QUESTIONS = 300  # of each of the two sets below, by context
CMRC, DRCD = "cmrc_trial", "drcd_dev"
SETS: Mapping[str, tuple[str, ...]] = {
    "cmrc": (CMRC,),
    "drcd": (DRCD,),
    "dureader": ("dureader_checklist", "dureader_robust"),
    "cjrc": ("cjrc_dev", "cjrc_test"),
}
_NEARBY = 200  # characters ahead of an answer, at most


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """A question over a text of its own; no answers where the text has none."""

    id: str
    question: str
    context: str
    answers: tuple[tuple[str, int], ...]  # the words, and where they begin


def load_reading(directory: Path, name: str) -> list[ReadingQuestion]:
    """Read one file of `reading/`, without what the exact place does not hold."""
    lines = (directory / "reading" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [_question(json.loads(line)) for line in lines]


def parts(
    questions: Sequence[ReadingQuestion],
) -> tuple[list[ReadingQuestion], list[ReadingQuestion]]:
    """Return what is trained on, and what is kept: the first articles in an order by hash."""
    kept: list[ReadingQuestion] = []
    by_article: dict[str, list[ReadingQuestion]] = {}
    for question in questions:
        by_article.setdefault(_article(question), []).append(question)
    names = first_by_hash(by_article)
    while names and len(kept) < DEVELOPMENT_QUESTIONS:
        kept += by_article.pop(names.pop(0))
    return [question for name in names for question in by_article[name]], kept


def training_part(directory: Path, source: str) -> list[ReadingQuestion]:
    """Return the questions of a source that may be trained on."""
    found = [question for name in SETS[source] for question in load_reading(directory, name)]
    return parts(found)[0] if source in {"cmrc", "drcd"} else found


def group(source: str, question: ReadingQuestion, choose: random.Random) -> Group:
    """Return a question's group: a window with the answer, and one beside it without."""
    context = question.context
    if not question.answers:
        spans = windows(context)
        passage = _passage(question, choose.choice(spans))
        only = Example(question.question, passage, relevant=None, answerable=False)
        return Group(source, (only,))
    text, start = question.answers[0]
    span = Span(start, start + len(text))
    window = window_around(context, span, choose.randrange(_NEARBY))
    inside = Span(span.start - window.start, min(span.end, window.end) - window.start)
    others = [
        other
        for other in (*_around(context, window),)
        if len(other) > 40
        and not any(holds(other.of(context), words) for words, _ in question.answers)
    ]
    wrong = [_passage(question, choose.choice(others))] if others else []
    return answered(source, question.question, Located(_passage(question, window), inside), wrong)


def _around(context: str, window: Span) -> Iterator[Span]:
    for stretch in (Span(0, window.start), Span(window.end, len(context))):
        for piece in windows(stretch.of(context)):
            yield Span(stretch.start + piece.start, stretch.start + piece.end)


def _passage(question: ReadingQuestion, span: Span) -> Passage:
    return Passage(key_of(question.context), (), span.of(question.context), span.start)


def _question(row: Mapping[str, Any]) -> ReadingQuestion:
    answers = [(str(one["text"]), int(one["start"])) for one in row["answers"]]
    there = [(words, place) for words, place in answers if words.strip()]
    return ReadingQuestion(str(row["id"]), str(row["question"]), str(row["context"]), tuple(there))


def _article(question: ReadingQuestion) -> str:
    """Name what a question's context is a part of: drcddev-1147-5-1 is of article 1147."""
    name, _, rest = question.id.partition("-")
    return f"{name}-{rest.partition('-')[0]}" if name == "drcddev" else key_of(question.context)
