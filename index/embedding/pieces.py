"""A unigram tokenizer in sentencepiece's form, which takes a fifth of the memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sentencepiece import sentencepiece_model_pb2 as proto
from tokenizers import Tokenizer

from index.embedding.tokens import (
    FRAME_NAME,
    FULL_NAME,
    MARKS_NAME,
    PIECES_NAME,
    FullTokens,
    UnigramTokens,
)

# Writing that tokenizers disagree about when they disagree at all.
TRIALS = (
    "",
    " ",
    "两地共有多少个事项可以异地办理？",
    "  第 十二 条\t（一）\n\n依法设立；  ",
    "query: How many cross-city items are there?",
    "鹤政数〔2022〕17号，98.68%，①②③ ㎡ ½ ℃",
    "ＡＢＣ１２３，ｶﾀｶﾅ カタカナ 한국어 Ελληνικά",
    "👨‍👩‍👧 🇨🇳 𠮷𡘙 \u200b\ufeff\u3000 e\u0301",
    "a▁b \x00\x01\x7f \ue000\ue001甲",
)


def write_tokens(tokenizer: str, folder: Path) -> None:
    """Write a tokenizer (the text of a tokenizer.json) in the smallest form that agrees."""
    (folder / FULL_NAME).write_text(tokenizer, "utf-8")
    description = json.loads(tokenizer)
    if description["model"].get("type") != "Unigram":
        return
    _write_pieces(description, folder)
    _write_frame(description, folder)
    _write_marks(Tokenizer.from_str(tokenizer), folder)
    full, compact = FullTokens(folder), UnigramTokens(folder)
    agree = all(full.numbers(text) == compact.numbers(text) for text in TRIALS)
    for name in [FULL_NAME] if agree else [PIECES_NAME, FRAME_NAME, MARKS_NAME]:
        (folder / name).unlink()


def _write_pieces(description: dict[str, Any], folder: Path) -> None:
    kinds = proto.ModelProto.SentencePiece
    unknown = description["model"]["unk_id"]
    marks = {token["content"] for token in description["added_tokens"]}
    model = proto.ModelProto()
    for number, (piece, score) in enumerate(description["model"]["vocab"]):
        mark = kinds.CONTROL if piece in marks else kinds.NORMAL
        kind = kinds.UNKNOWN if number == unknown else mark
        model.pieces.add(piece=piece, score=score, type=kind)
    model.trainer_spec.model_type = proto.TrainerSpec.UNIGRAM
    model.trainer_spec.unk_id = unknown
    for name in ("bos_id", "eos_id", "pad_id"):  # we set marks ourselves
        setattr(model.trainer_spec, name, -1)
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    (folder / PIECES_NAME).write_bytes(model.SerializeToString())


def _write_frame(description: dict[str, Any], folder: Path) -> None:
    frame = description | {
        "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0]]},
        "added_tokens": [],
        "post_processor": None,
        "truncation": None,
        "padding": None,
    }
    (folder / FRAME_NAME).write_text(json.dumps(frame), "utf-8")


def _write_marks(tokenizer: Tokenizer, folder: Path) -> None:
    """Write the numbers that the tokenizer puts before and after every text."""
    bare = tokenizer.encode("甲", add_special_tokens=False).ids
    marked = tokenizer.encode("甲").ids
    begin = next(i for i in range(len(marked)) if marked[i : i + len(bare)] == bare)
    marks = marked[:begin], marked[begin + len(bare) :]
    (folder / MARKS_NAME).write_text(json.dumps(marks), "utf-8")
