"""The cross-encoder and its three heads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from eval.training.vocabulary import prune
from index.embedding.folded_tokens import PADDING
from service.answering.reading.tokens import ReaderTokens

WEIGHTS_NAME = "weights.pt"
CONFIGURATION_NAME = "config.json"


class Outputs(NamedTuple):
    """Logits: of each example relevance and answerability, of each token to begin and to end."""

    relevance: Tensor
    answerability: Tensor
    start: Tensor
    end: Tensor


class Reader(nn.Module):
    """Reads a question beside a passage."""

    def __init__(self, configuration: BertConfig) -> None:
        super().__init__()
        self.encoder: Any = BertModel(configuration, add_pooling_layer=False)
        width = configuration.hidden_size
        self.pool = nn.Linear(2 * width, width)
        self.judge = nn.Linear(width, 2)
        self.span = nn.Linear(width, 2)

    def drop(self, share: float) -> None:
        """Leave out a share of the states in training; attention, which takes longer, has none."""
        for module in self.modules():
            if isinstance(module, nn.Dropout):
                module.p = share
        for layer in self.encoder.encoder.layer:
            layer.attention.self.dropout.p = 0.0

    def forward(self, input_ids: Tensor, mask: Tensor | None = None) -> Outputs:
        """Return the logits; `mask` is 1 where there is a token and 0 where there is padding."""
        states = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        if mask is None:
            mean = states.mean(dim=1)
        else:
            there = mask.unsqueeze(-1).to(states.dtype)
            mean = (states * there).sum(dim=1) / there.sum(dim=1)
        pooled = nn.functional.gelu(self.pool(torch.cat([states[:, 0], mean], dim=-1)))
        relevance, answerability = self.judge(pooled).unbind(dim=-1)
        start, end = self.span(states).unbind(dim=-1)
        return Outputs(relevance, answerability, start, end)


def begin(folder: Path) -> tuple[Reader, ReaderTokens]:
    """Return what to train on from: a reader that `save` wrote, or one from an embedding model."""
    return load(folder) if (folder / WEIGHTS_NAME).exists() else from_embedder(folder)


def from_embedder(folder: Path) -> tuple[Reader, ReaderTokens]:
    """Return a reader that begins with an embedding model's weights, and its vocabulary pruned."""
    encoder, tokenizer = pruned(folder)
    reader = Reader(encoder.config)
    reader.encoder.load_state_dict(encoder.state_dict())
    return reader, ReaderTokens(tokenizer)


def pruned(folder: Path) -> tuple[Any, Tokenizer]:
    """Return an embedding model of fewer pieces, and the tokenizer that makes these."""
    tokenizer, kept = prune(folder / "tokenizer.json")
    source: Any = BertModel.from_pretrained(folder, add_pooling_layer=False)
    configuration = _still(BertConfig.from_pretrained(folder))
    configuration.vocab_size = len(kept)
    configuration.pad_token_id = PADDING
    encoder: Any = BertModel(configuration, add_pooling_layer=False)
    state = source.state_dict()
    words = "embeddings.word_embeddings.weight"
    state[words] = state[words][torch.tensor(kept)].clone()
    encoder.load_state_dict(state)
    return encoder, tokenizer


def save(reader: Reader, tokens: ReaderTokens, folder: Path) -> None:
    """Write weights, configuration and tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens.save(folder)
    torch.save(reader.state_dict(), folder / WEIGHTS_NAME)
    content = reader.encoder.config.to_dict()
    (folder / CONFIGURATION_NAME).write_text(json.dumps(content, indent=1, default=str), "utf-8")


def load(folder: Path) -> tuple[Reader, ReaderTokens]:
    """Read what `save` wrote."""
    configuration = _still(BertConfig.from_json_file(str(folder / CONFIGURATION_NAME)))
    reader = Reader(configuration)
    reader.load_state_dict(torch.load(folder / WEIGHTS_NAME, map_location="cpu", weights_only=True))
    return reader.eval(), ReaderTokens.load(folder)


def _still(configuration: BertConfig) -> BertConfig:
    """Leave out dropout where a reader is not trained; `Reader.drop` brings it in."""
    configuration.hidden_dropout_prob = 0.0
    configuration.attention_probs_dropout_prob = 0.0
    return configuration
