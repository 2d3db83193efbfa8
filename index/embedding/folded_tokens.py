"""Text to the pieces of a small vocabulary, every piece led back to the characters it stands for.

Our own models are served with it. A text is folded a character at a time (width, traditional to
simplified), so that a place in the folded text is the same place in the original. Needs neither
torch nor transformers.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Self

from opencc import OpenCC
from tokenizers import Tokenizer

FILE_NAME = "folded_tokenizer.json"
BEGIN, PADDING, END, UNKNOWN = range(4)  # the first numbers of the vocabulary
SPACE = "▁"


class FoldedTokens:
    """The tokenizer of a model whose vocabulary was pruned."""

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

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, the marks around it included."""
        return [BEGIN, *self.pieces(text)[0], END]

    def pieces(self, text: str) -> tuple[list[int], list[int], list[int]]:
        """Return the numbers of a text's pieces, and where each begins and ends in it."""
        found = self._tokenizer.encode(SPACE + fold_characters(text), add_special_tokens=False)
        starts = [max(start - 1, 0) for start, _ in found.offsets]
        ends = [max(end - 1, 0) for _, end in found.offsets]
        return found.ids, starts, ends


def fold_characters(text: str) -> str:
    """Fold width and script a character at a time, white space to one mark; lengths stay."""
    return "".join(map(_fold_character, text))


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
