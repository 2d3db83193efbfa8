"""What people ask most and the desk answers, as questions that may be shown to everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from index.fold import fold
from index.store.askings import Frequent
from index.store.wording import wording_key
from service.answering.answer import Answer, Outcome
from service.identity import without_identity

_PEOPLE = 3  # must have asked it, unless the site itself asks it somewhere
_SHORTEST, _LONGEST = 5, 40  # characters
MOST_TRIED = 30  # questions at most
_SURE = 0.8
_DIGITS = 6  # in a row, as of telephones and identity cards, however they are written
_NUMBER = re.compile(rf"[\d零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖幺]{{{_DIGITS},}}")
_BETWEEN = re.compile(r"(?<=[\d零〇一二三四五六七八九幺])[\s·./-]+(?=[\d零〇一二三四五六七八九幺])")
_ADDRESS = re.compile(r"https?:|www\.|@", re.IGNORECASE)
ANSWERED = frozenset({Outcome.ANSWERED, Outcome.COMPUTED})


def may_be_counted(question: str) -> bool:
    """Say whether a question is one that several may ask, and holds nothing personal."""
    question = question.strip()
    bare = _BETWEEN.sub("", fold(question))
    return (
        _SHORTEST <= len(question) <= _LONGEST
        and "\n" not in question
        and without_identity(question) == question
        and not _NUMBER.search(bare)
        and not _ADDRESS.search(bare)
    )


def frequent_questions(
    asked: Iterable[Frequent],
    answered: Callable[[str], Answer],
    own: Callable[[str], str | None],
    offered: Collection[str],
    limit: int,
) -> list[str]:
    """Return up to `limit` of what is asked, in its order, each tried before it is shown.

    `own` gives the site's wording of a question that it answers itself; `offered` are others
    that are shown anyhow. Both stand here for however few have asked them.
    """
    shown = {wording_key(question): question for question in offered}
    found: list[str] = []
    for one in asked:
        if len(found) == limit:
            break
        ours = own(one.question) or shown.get(one.key)
        if ours is None and (one.people < _PEOPLE or not may_be_counted(one.question)):
            continue
        answer = answered(one.question)
        if answer.outcome in ANSWERED and answer.confidence >= _SURE:
            found.append(ours or one.question)
    return list(dict.fromkeys(found))
