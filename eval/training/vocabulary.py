"""A smaller vocabulary: of multilingual-e5's 250,000 pieces those that our texts need.

Traditional characters are folded before, so only simplified ones stay, and English. The pieces
keep their scores: where a longer piece is gone, its parts take its place. Pieces that would join
what an answer may have to part (figures with words, words with 的, punctuation) go.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from pydoc_data.topics import topics

from tokenizers import Tokenizer, models

from index.embedding.folded_tokens import SPACE, fold_characters

_HAN = re.compile(r"[\u3005-\u3007\u3400-\u9fff\U00020000-\U0003ffff]+")
_LATIN = re.compile(r"[A-Za-z]+")
_FIGURE = re.compile(r"\d{1,4}", re.ASCII)
_FUNCTION_WORDS = frozenset("的了是在和与及或为对将向由被把从")
_MOST_LATIN = 14000
_SPECIAL = 4  # <s>, <pad>, </s>, <unk>
_SYMBOLS = {"P", "S", "N"}  # general categories


def prune(tokenizer: Path) -> tuple[Tokenizer, list[int]]:
    """Return the smaller tokenizer, and the old number of each of its pieces."""
    model = json.loads(tokenizer.read_text("utf-8"))["model"]
    vocabulary = [(str(piece), float(score)) for piece, score in model["vocab"]]
    kept = list(range(_SPECIAL))
    latin = _common_latin(vocabulary)
    for number, (piece, _) in enumerate(vocabulary[_SPECIAL:-1], _SPECIAL):  # the last is <mask>
        if piece in latin or _is_needed(piece):
            kept.append(number)
    # a name that no text can spell: a mark's name in a text is text
    named = [(f"\x00{vocabulary[number][0]}", 0.0) for number in kept[:_SPECIAL]]
    pieces = [*named, *(vocabulary[number] for number in kept[_SPECIAL:])]
    return Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False)), kept


def _is_needed(piece: str) -> bool:
    text = piece.removeprefix(SPACE)
    if fold_characters(text) != text:
        return False
    if len(text) <= 1:
        return not text or _is_symbol_or_letter(text)
    if _HAN.fullmatch(text):
        return not {text[0], text[-1]} & _FUNCTION_WORDS or text in {"或者", "为了", "由于", "对于"}
    return bool(_FIGURE.fullmatch(text))


def _is_symbol_or_letter(character: str) -> bool:
    if character.isascii() or _HAN.fullmatch(character):
        return True
    code = ord(character)
    if code < 0x0400 or 0x2000 <= code < 0x3400:  # Latin and Greek, signs, Chinese punctuation
        return True
    return code >= 0xFE00 and unicodedata.category(character)[0] in _SYMBOLS


def _common_latin(vocabulary: Sequence[tuple[str, float]]) -> set[str]:
    """Return the pieces that English is made of, then the likeliest others."""
    full = Tokenizer(models.Unigram([*vocabulary], unk_id=3, byte_fallback=False))
    english = " ".join(topics.values())
    used: set[str] = set()
    for line in english.splitlines():
        words = SPACE + SPACE.join(line.split())
        used.update(full.encode(words, add_special_tokens=False).tokens)
    likely = [piece for piece, _ in vocabulary if _LATIN.fullmatch(piece.removeprefix(SPACE))]
    chosen = {piece for piece in used if _LATIN.fullmatch(piece.removeprefix(SPACE))}
    for piece in likely:  # in the order of their scores
        if len(chosen) >= _MOST_LATIN:
            break
        chosen.add(piece)
    return chosen
