"""The written questions whose documents nothing was trained on, and a base to ask them of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from eval.datasets import Half, half_of
from eval.fitting.readings import Expected
from eval.matching import exact_match, lenient_match, squash
from eval.training.library import Library
from eval.training.written import (
    QUESTIONS,
    PlacedQuestion,
    WrittenQuestion,
    load_written,
    place,
    trains,
)
from eval.workbench import text_file
from index.document import Metadata
from index.incoming import Incoming

_BESIDE = 140  # documents that were trained on, to be told apart from the right ones
_LONG = 6  # characters from which an answer may be worded a little longer or shorter
_ALIKE = 0.75


def load_kept(library: Library, half: Half | None) -> list[PlacedQuestion]:
    """Return the questions of documents kept from training, one half of them or all."""
    kept = [one for one in load_written(QUESTIONS) if not trains(one, library)]
    chosen = [one for one in kept if half is None or half_of(one.document) is half]
    return list(place(chosen, library))


def files(library: Library) -> list[Incoming]:
    """Return the documents kept from training, and some of the others beside them."""
    named: dict[tuple[str, str], WrittenQuestion] = {}
    for one in load_written(QUESTIONS):
        named.setdefault((one.source, one.document), one)
    kept = [one for one in named.values() if not trains(one, library)]
    beside = [one for one in named.values() if trains(one, library)][:_BESIDE]
    return [_file(one, library) for one in (*kept, *beside)]


def _file(one: WrittenQuestion, library: Library) -> Incoming:
    text = library.text(one.source, one.document)
    stored = library.stored(one.source, one.document) or ""
    known = Metadata(title=text.document.metadata.title)
    return Incoming(f"{one.document}.txt", text_file("", stored).content, known)


def expected(placed: Sequence[PlacedQuestion]) -> list[Expected]:
    """Return the questions with what is right of each."""
    return [
        Expected(
            one.asked.question,
            one.answer if one.has_answer else None,
            partial(says, answer=one.answer),
        )
        for one in placed
    ]


def says(stated: str, answer: str) -> bool:
    """Say whether what was stated is the answer, or, of many words, nearly all of it."""
    if exact_match(stated, answer) or lenient_match(stated, answer):
        return True
    first, second = squash(stated), squash(answer)
    shared = sum(min(first.count(char), second.count(char)) for char in set(first))
    return len(second) >= _LONG and 2 * shared >= _ALIKE * (len(first) + len(second))
