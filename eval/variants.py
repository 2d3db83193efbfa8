"""Questions on a rewritten report: what is asked of it, and what is now right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from eval.datasets import Question
from eval.matching import fold
from eval.rewriting import Rewritten
from service.answering.answer import Outcome

_CHINESE = re.compile("[\u4e00-\u9fff]")
_FIGURE = re.compile(r"\d")


def follow(question: Question, rewritten: Rewritten) -> Question | None:
    """Return the question as it is asked of the rewritten report, with the answers now right.

    None where no answer rests on a figure of the quote, or one cannot be followed (a sum over
    several sentences, say).
    """
    if question.quote is None or str(Outcome.ANSWERED) not in question.outcome:
        return None
    quote = question.quote
    answers = [rewritten.follow(quote, answer) for answer in question.answers]
    musts = [rewritten.follow(quote, words) for words in question.must_contain]
    followed_quote = rewritten.follow(quote, quote)
    figure = any(rewritten.rests_on_figure(quote, answer) for answer in question.answers)
    if not figure or followed_quote is None or None in musts:
        return None
    return replace(
        question,
        question=rewritten.ask(quote, question.question),
        answers=tuple(answer for answer in answers if answer is not None),
        must_contain=tuple(words for words in musts if words is not None),
        quote=followed_quote,
    )


def rests_on_a_figure(question: Question) -> bool:
    """Say whether the best answer holds a figure and stands in the quote."""
    return bool(
        question.quote
        and question.answers
        and _FIGURE.search(question.answers[0])
        and fold(question.answers[0]) in fold(question.quote)
    )


def in_chinese(questions: Iterable[Question]) -> list[Question]:
    """Return the questions asked in Chinese."""
    return [question for question in questions if _CHINESE.search(question.question)]
