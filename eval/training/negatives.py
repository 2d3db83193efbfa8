"""Passages that our own retrieval by words takes for right, and that are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from eval.training.passages import Passage, bigrams
from index.document import Filter, Metadata, Status
from index.engine import Entry
from index.lexical import TantivyIndex

_EVERYTHING = Filter(date(2024, 1, 1), frozenset(Status))
_SAME = 0.7  # share of the shorter passage's pairs of characters that makes two one


class PassageIndex:
    """Passages, found by words as the product finds them."""

    def __init__(self, index: TantivyIndex, passages: Sequence[Passage]) -> None:
        self._index = index
        self.passages = passages

    @classmethod
    def build(cls, directory: Path, passages: Sequence[Passage]) -> PassageIndex:
        """Index passages, those of one document one after another; done before: open."""
        index = TantivyIndex.open(directory)
        if index.revision != len(passages):
            index.put(_entries(passages))
            index.commit(len(passages))
        return cls(index, passages)

    def search(self, question: str, limit: int) -> list[tuple[Passage, float]]:
        """Return the best passages with their scores from 0 to 1."""
        found = self._index.search(question, _EVERYTHING, limit)
        pairs = zip(found.numbers.tolist(), found.scores.tolist(), strict=True)
        return [(self.passages[number], score) for number, score in pairs]

    def wrong(
        self, question: str, right: Passage | None, is_right: Callable[[Passage], bool], limit: int
    ) -> list[Passage]:
        """Return what is found for a question and is neither right nor the same as what is."""
        found = [one for one, _ in self.search(question, limit)]
        return [
            one
            for one in found
            if not is_right(one) and (right is None or not alike(one.text, right.text))
        ]


def alike(one: str, other: str) -> bool:
    """Say whether two passages are the same but for details, as versions of a text are."""
    first, second = bigrams(one), bigrams(other)
    return len(first & second) >= _SAME * min(len(first), len(second))


def _entries(passages: Sequence[Passage]) -> Iterable[Entry]:
    for number, one in enumerate(passages):
        yield Entry(number, one.document, "\n".join(one.heading), one.text, Metadata(title=""))
