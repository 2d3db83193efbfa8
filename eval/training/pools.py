"""Where groups come from: one pool a source, each question able to make its group anew."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from eval.datasets import Half, LegalQuestion, PolicyQuestion
from eval.training import counterfactuals, reading_sets
from eval.training.examples import Example, Group, answered, unanswered
from eval.training.library import NCP, Library
from eval.training.negatives import PassageIndex, alike
from eval.training.passages import Located, Passage, Text, bigrams, holds, key_of
from eval.training.written import PlacedQuestion
from index.document import Span

Maker = Callable[[random.Random], Group | None]
DEVELOPMENT = 20261  # the seed of what follows the training
_NEAR, _FAR = 4, 6  # how deep wrong passages are drawn, of the same document and of others


class Pools:
    """Makes groups of everything but the written questions once, of those whenever asked."""

    def __init__(
        self, directory: Path, library: Library, indexes: Mapping[str, PassageIndex]
    ) -> None:
        self.library = library
        self._policies, self._laws = indexes["policies"], indexes["laws"]
        self._articles: dict[int, list[Passage]] = {}
        for passage in self._laws.passages:
            self._articles.setdefault(int(passage.document), []).append(passage)
        self._fixed: dict[str, list[Maker]] = {
            source: [
                partial(reading_sets.group, source, question)
                for question in reading_sets.training_part(directory, source)
            ]
            for source in reading_sets.SETS
        }
        self._placed = [
            (question, *found)
            for question in library.policies.half(Half.TUNING)
            if (found := locate_policy(question, library)) is not None
        ]
        self._fixed["ncp"] = [partial(self._policy, *one) for one in self._placed]
        self._fixed["ncp_unanswerable"] = [
            partial(self._unanswerable, question)
            for question in library.policies.unanswerable_half(Half.TUNING)
        ]
        self._fixed["stard"] = [
            partial(self._statute, question)
            for question in library.statutes.questions
            if library.trains_legal(question)
        ]

    def makers(self, written: Sequence[PlacedQuestion]) -> Mapping[str, Sequence[Maker]]:
        """Return every pool, with the written questions as they are now."""
        # what may grow comes last, so that a place in a pool keeps its question
        answerable = [(question.question, located) for question, located, _ in self._placed]
        answerable += [(one.asked.question, one.located) for one in written if one.has_answer]
        return self._fixed | {
            "written": [partial(self.written, one) for one in written],
            "counterfactual": [partial(counterfactuals.changed, *one) for one in answerable],
        }

    def development(self, directory: Path, written: Sequence[PlacedQuestion]) -> list[Group]:
        """Return a few groups of what is never trained on, to follow the training by."""
        choose = random.Random(DEVELOPMENT)  # noqa: S311 - a choice, no secret
        found = [self.written(one, choose) for one in choose.sample(written, min(60, len(written)))]
        for question in choose.sample(self.library.policies.half(Half.HELD_OUT), 30):
            placed = locate_policy(question, self.library)
            found.append(self._policy(question, *placed, choose) if placed else None)
        for source, name in (("cmrc", reading_sets.CMRC), ("drcd", reading_sets.DRCD)):
            kept = reading_sets.parts(reading_sets.load_reading(directory, name))[1]
            found += [reading_sets.group(source, one, choose) for one in choose.sample(kept, 25)]
        return [group for group in found if group is not None]

    def written(self, asked: PlacedQuestion, choose: random.Random) -> Group | None:
        """Return a written question's group: two wrong passages, near and far."""
        question = asked.asked.question
        right = asked.located.passage
        index = self._laws if asked.asked.source.startswith("laws/") else self._policies

        def is_right(passage: Passage) -> bool:
            return asked.has_answer and holds(passage.text, asked.answer)

        near = [
            one
            for one in _closest(question, asked.text)
            if _apart(one, right) and not is_right(one)
        ]
        far = index.wrong(question, right, is_right, 2 * _FAR)
        far = [one for one in far if one.document != asked.text.key]
        wrong = _some(choose, near[:_NEAR], 1) + _some(choose, far[:_FAR], 1)
        if asked.has_answer:
            return answered("written", question, asked.located, wrong)
        return unanswered("written", question, wrong, right)

    def _policy(
        self, question: PolicyQuestion, located: Located, text: Text, choose: random.Random
    ) -> Group:
        def is_right(passage: Passage) -> bool:
            return holds(passage.text, question.answer) or holds(question.answer, passage.text)

        near = [
            one
            for one in _closest(question.question, text)
            if _apart(one, located.passage) and not is_right(one)
        ]
        far = self._policies.wrong(question.question, located.passage, is_right, 2 * _FAR)
        wrong = _some(choose, near[:_NEAR], 1) + _some(choose, far[: 2 * _FAR], 2)
        return answered("ncp", question.question, located, wrong)

    def _unanswerable(self, question: PolicyQuestion, choose: random.Random) -> Group | None:
        found = [one for one, _ in self._policies.search(question.question, _FAR)]
        if not found:
            return None
        return unanswered("ncp_unanswerable", question.question, _some(choose, found, 2))

    def _statute(self, question: LegalQuestion, choose: random.Random) -> Group:
        there = [article for article in question.articles if article in self._articles]
        passages = self._articles[choose.choice(there)]
        right = max(passages, key=lambda one: _shared(question.question, one))
        gold = {str(article) for article in question.articles}
        wrong = self._laws.wrong(question.question, right, lambda one: one.document in gold, 20)
        examples = [Example(question.question, right, relevant=True, answerable=None)]
        examples += [
            Example(question.question, one, relevant=False, answerable=None)
            for one in _some(choose, wrong, 3)
        ]
        return Group("stard", tuple(examples))


def locate_policy(question: PolicyQuestion, library: Library) -> tuple[Located, Text] | None:
    """Find a policy question's answer in the first of its documents that holds it."""
    for name in question.documents:
        text = library.text(NCP, key_of(library.policies.documents[name]))
        span = find_squeezed(text.document.text, question.answer)
        located = text.locate(span) if span is not None else None
        if located is not None and len(located.span):
            return located, text
    return None


def find_squeezed(text: str, wanted: str) -> Span | None:
    """Find a text in another, white space aside."""
    places = [place for place, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(text[place] for place in places)
    sought = "".join(wanted.split())
    start = squeezed.find(sought)
    if start < 0 or not sought:
        return None
    return Span(places[start], places[start + len(sought) - 1] + 1)


def _apart(one: Passage, right: Passage) -> bool:
    overlaps = one.start < right.start + len(right.text) and right.start < one.start + len(one.text)
    return not overlaps and len(one.text) > 20 and not alike(one.text, right.text)


def _closest(question: str, text: Text) -> Iterator[Passage]:
    """Return a document's passages, those with most of the question's pairs of characters first."""
    return iter(sorted(text.passages, key=lambda one: -_shared(question, one)))


def _shared(question: str, passage: Passage) -> int:
    return len(bigrams(question) & bigrams(passage.text))


def _some(choose: random.Random, items: Sequence[Passage], count: int) -> list[Passage]:
    return choose.sample(items, min(count, len(items)))
