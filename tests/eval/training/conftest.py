"""A tiny reader with weights drawn at random, and passages to read."""

from __future__ import annotations

import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import BertConfig

from eval.training.model import Reader
from index.embedding.folded_tokens import SPACE
from service.answering.reading.tokens import ReaderTokens

LETTERS = "甲乙丙丁戊己庚辛一二三四五六七八九十个天年月日第条款办理申请材料期限多少几，。？"


@pytest.fixture
def tokens() -> ReaderTokens:
    marks = ["\x00<s>", "\x00<pad>", "\x00</s>", "\x00<unk>"]
    pieces = [*marks, SPACE, *dict.fromkeys(LETTERS), "办理", "申请", "材料", "期限", "12", "%"]
    scored = [(piece, 0.0 if piece in marks else -5.0) for piece in dict.fromkeys(pieces)]
    return ReaderTokens(Tokenizer(models.Unigram(scored, unk_id=3, byte_fallback=False)))


@pytest.fixture
def reader(tokens: ReaderTokens) -> Reader:
    torch.manual_seed(1)
    return Reader(
        BertConfig(
            vocab_size=tokens.size,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=320,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
    )
