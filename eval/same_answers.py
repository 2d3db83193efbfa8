"""`python -m eval.same_answers ORIGINAL FILE…`: one text in many formats, the same questions asked.

Each file is the only one of a desk of its own, as it would be read when it is added. What its
answers are held against are those that the original gives; white space and width play no part.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.datasets import QUESTIONS, Question, load_questions
from eval.workbench import Workbench
from index.document import Metadata
from index.embedding import load_embedder
from index.incoming import Incoming
from service.answering.answer import Answer
from service.answering.understanding.terms import bare
from service.settings import load_configuration

ASKED = 30
DOCUMENT = "report"  # as the questions call it


@dataclass(frozen=True, slots=True)
class Agreement:
    """In how many of the questions a file gives what the original gives."""

    name: str
    asked: int
    outcomes: int
    answers: int  # and the short answers
    quotes: int  # and the words quoted, in the same places of the text
    differing: tuple[str, ...]  # the questions with another outcome or answer

    def __str__(self) -> str:
        counts = "".join(f"{count:>6}" for count in (self.outcomes, self.answers, self.quotes))
        return f"{self.name:24}{self.asked:>6}{counts}"


def chosen(questions: Sequence[Question], count: int = ASKED) -> list[Question]:
    """Return so many questions about the document, evenly out of all there are."""
    about = [one for one in questions if one.document == DOCUMENT]
    step = max(len(about) / count, 1.0)
    return [about[int(place * step)] for place in range(min(count, len(about)))]


def answers(workbench: Workbench, path: Path, questions: Sequence[Question]) -> list[Answer]:
    """Return what a desk answers that knows this file alone."""
    with workbench.desk([Incoming(path.name, path.read_bytes(), Metadata(""))]) as asking:
        return [asking.ask(question.question)[0] for question in questions]


def agreement(name: str, given: Sequence[Answer], original: Sequence[Answer]) -> Agreement:
    """Hold answers against those of the original, question by question."""
    outcomes = answered = quoted = 0
    differing = []
    for one, other in zip(given, original, strict=True):
        same_outcome = one.outcome is other.outcome
        same_answer = same_outcome and bare(one.answer or "") == bare(other.answer or "")
        outcomes += same_outcome
        answered += same_answer
        quoted += same_answer and _quotes(one) == _quotes(other)
        if not same_answer:
            differing.append(one.question)
    return Agreement(name, len(given), outcomes, answered, quoted, tuple(differing))


def _quotes(answer: Answer) -> list[tuple[str, str]]:
    return [(bare(citation.quote), citation.locator) for citation in answer.citations]


def main(names: Sequence[str]) -> int:
    """Ask every file, and print a line each."""
    if len(names) < 2:
        sys.stderr.write("用法：python -m eval.same_answers 原文 文件…\n")
        return 2
    settings = load_configuration().settings
    workbench = Workbench(load_embedder(settings.model, settings.model_dir, settings.threads))
    questions = chosen(load_questions(QUESTIONS / "development.jsonl"))
    original, *others = map(Path, names)
    wanted = answers(workbench, original, questions)
    sys.stdout.write(f"{'文件':22}{'题数':>4}{'结果':>4}{'答案':>4}{'引文':>4}\n")
    for path in others:
        found = agreement(path.name, answers(workbench, path, questions), wanted)
        sys.stdout.write(f"{found}\n" + "".join(f"    不同：{one}\n" for one in found.differing))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
