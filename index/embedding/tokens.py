"""Text to token numbers, in little memory.

A vocabulary of 250,000 pieces takes the tokenizers library 300 MB and two seconds to load.
Where the model is of the unigram kind, sentencepiece holds the same pieces in a fifth of that;
tokenizers then only normalises and splits. Other kinds are small enough as they are, and our own
model's vocabulary was pruned.

Where a text says </s>, that is text and not a mark.
"""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Protocol

from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer

from index.embedding.folded_tokens import FILE_NAME as FOLDED_NAME
from index.embedding.folded_tokens import FoldedTokens

FULL_NAME = "tokenizer.json"
PIECES_NAME = "pieces.model"
FRAME_NAME = "frame.json"  # the tokenizer without its vocabulary
MARKS_NAME = "marks.json"  # what stands before and after every text


class Tokens(Protocol):
    """Turns text into the numbers that a model reads."""

    def numbers(self, text: str) -> list[int]:
        """Return the token numbers of `text`, the marks around it included."""


class FullTokens:
    """Any tokenizer, by the tokenizers library."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / FULL_NAME))
        self._tokenizer.encode_special_tokens = True

    def numbers(self, text: str) -> list[int]:
        """Return the token numbers of `text`, the marks around it included."""
        return self._tokenizer.encode(text).ids


class UnigramTokens:
    """A unigram tokenizer, its pieces held by sentencepiece."""

    def __init__(self, folder: Path) -> None:
        self._pieces = SentencePieceProcessor(model_file=str(folder / PIECES_NAME))
        frame = Tokenizer.from_file(str(folder / FRAME_NAME))
        self._normalizer, self._splitter = frame.normalizer, frame.pre_tokenizer
        self._before, self._after = json.loads((folder / MARKS_NAME).read_text("utf-8"))

    def numbers(self, text: str) -> list[int]:
        """Return the token numbers of `text`, the marks around it included."""
        if self._normalizer is not None:
            text = self._normalizer.normalize_str(text)
        words = [text]
        if self._splitter is not None:
            words = [word for word, _ in self._splitter.pre_tokenize_str(text)]
        return [*self._before, *chain.from_iterable(self._pieces.encode(words)), *self._after]


def load_tokens(folder: Path) -> Tokens:
    """Load the tokenizer of a prepared model."""
    if (folder / FOLDED_NAME).exists():
        return FoldedTokens.load(folder)
    return UnigramTokens(folder) if (folder / PIECES_NAME).exists() else FullTokens(folder)
