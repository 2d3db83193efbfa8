"""Question and passage to token numbers, every token led back to the characters it stands for.

A text is folded a character at a time, so that a place in the folded text is the same place in
the original. Needs neither torch nor transformers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from opencc import OpenCC
from tokenizers import Tokenizer

FILE_NAME = "tokenizer.json"
BEGIN, PADDING, END, UNKNOWN = range(4)  # the first numbers of the vocabulary
SPACE = "▁"

MOST_TOKENS = 288
MOST_OF_QUESTION = 64
MOST_OF_HEADING = 48
_TAIL_OF_HEADING = 18  # of a long heading: what stands nearest to the passage
_MARKS = 5  # <s> question </s></s> heading </s> passage </s>


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the model reads of a question and a passage.

    `numbers[first:]` stands for the passage, but for the last, which is a mark; `starts` and
    `ends` hold where each of these tokens begins and ends in the passage's text.
    """

    numbers: tuple[int, ...]
    first: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and the last token of a span of the passage, None where cut off."""
        touched = [
            place
            for place, (begin, stop) in enumerate(zip(self.starts, self.ends, strict=True))
            if begin < end and stop > start
        ]
        if not touched or self.ends[-1] < end:
            return None
        return self.first + touched[0], self.first + touched[-1]


class ReaderTokens:
    """The reader's tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load it from a model's folder."""
        return cls(Tokenizer.from_file(str(folder / FILE_NAME)))

    def save(self, folder: Path) -> None:
        """Write it into a model's folder."""
        self._tokenizer.save(str(folder / FILE_NAME))

    @property
    def size(self) -> int:
        """Return how many pieces there are."""
        return self._tokenizer.get_vocab_size()

    def pieces(self, text: str) -> tuple[list[int], list[int], list[int]]:
        """Return the numbers of a text's pieces, and where each begins and ends in it."""
        found = self._tokenizer.encode(SPACE + fold_characters(text), add_special_tokens=False)
        starts = [max(start - 1, 0) for start, _ in found.offsets]
        ends = [max(end - 1, 0) for _, end in found.offsets]
        return found.ids, starts, ends

    def encode(self, question: str, heading: Sequence[str], passage: str) -> Encoded:
        """Join question, title with headings, and passage; the passage's end is cut if need be."""
        asked = self.pieces(question)[0][:MOST_OF_QUESTION]
        headed = _shortened(self.pieces(" ".join(heading))[0]) if heading else []
        numbers, starts, ends = self.pieces(passage)
        room = MOST_TOKENS - _MARKS - len(asked) - len(headed)
        before = (BEGIN, *asked, END, END, *headed, END)
        return Encoded(
            (*before, *numbers[:room], END),
            len(before),
            tuple(starts[:room]),
            tuple(ends[:room]),
        )


def fold_characters(text: str) -> str:
    """Fold width and script a character at a time, white space to one mark; lengths stay."""
    return "".join(map(_fold_character, text))


def _shortened(numbers: list[int]) -> list[int]:
    if len(numbers) <= MOST_OF_HEADING:
        return numbers
    return numbers[: MOST_OF_HEADING - _TAIL_OF_HEADING] + numbers[-_TAIL_OF_HEADING:]


@cache
def _fold_character(character: str) -> str:
    if character.isspace():
        return SPACE
    if unicodedata.category(character) in {"Cc", "Cs"}:  # surrogates cannot be encoded
        return "\ufffd"
    for fold in (lambda c: unicodedata.normalize("NFKC", c), _simplifier().convert):
        folded = fold(character)
        if len(folded) == 1:
            character = folded
    return SPACE if character.isspace() else character


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")
