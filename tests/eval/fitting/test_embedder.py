"""The training of the embedding model, on a small one and passages made so that it can learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import BertConfig, BertModel

from eval.fitting.embedder import Encoder, Plan, export, train
from eval.fitting.training_sets import Embedded
from eval.progress import Progress
from index.embedding.folded_tokens import END, SPACE
from index.embedding.onnx_embedder import OnnxEmbedder

MARKS = ("\x00<s>", "\x00<pad>", "\x00</s>", "\x00<unk>")
SUBJECTS = "甲乙丙丁戊己庚辛"
WORDS = "问多少几怎么办"
drawn = np.random.default_rng(5)
silent = Progress()


def small() -> Encoder:
    """Return an encoder of two layers that has learned nothing."""
    torch.manual_seed(1)
    pieces = [*MARKS, SPACE, *SUBJECTS, *WORDS]
    scored = [(piece, 0.0 if piece in MARKS else -5.0) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=3, byte_fallback=False))
    configuration = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return Encoder(BertModel(configuration, add_pooling_layer=False), tokenizer).eval()


PASSAGES = drawn.normal(size=(len(SUBJECTS), 32)).astype(np.float32)
PASSAGES /= np.linalg.norm(PASSAGES, axis=1, keepdims=True)


def asked(count: int, seed: int) -> Embedded:
    """Ask about subjects, each of which has its passage, in other words every time."""
    draw = np.random.default_rng(seed)
    subjects = draw.integers(len(SUBJECTS), size=count)
    around = ["".join(draw.permutation(list(WORDS))) for _ in range(count)]
    questions = [
        words[:3] + SUBJECTS[n] + words[3:] for words, n in zip(around, subjects, strict=True)
    ]
    return Embedded("手写题", [0] * count, questions, PASSAGES, [[int(n)] for n in subjects])


def vectors(encoder: Encoder, questions: list[str]) -> np.ndarray:
    with torch.no_grad():
        return encoder.vectors([encoder.question_inputs(one) for one in questions]).numpy()


def found_first(encoder: Encoder, one: Embedded) -> float:
    best = (vectors(encoder, list(one.questions)) @ one.passages.T).argmax(axis=1)
    return float(np.mean([place in right for place, right in zip(best, one.right, strict=True)]))


def test_questions_never_seen_come_nearer_to_their_passages() -> None:
    encoder, unseen = small(), asked(100, seed=2)
    before = found_first(encoder, unseen)
    train(encoder, asked(200, seed=1), Plan(steps=120, rate=3e-3), silent)
    assert found_first(encoder, unseen) > before + 0.4


def test_the_same_questions_give_the_same_model() -> None:
    first, second = small(), small()
    for one in (first, second):
        train(one, asked(30, seed=1), Plan(steps=3, rate=1e-3), silent)
    assert np.array_equal(vectors(first, ["问甲"]), vectors(second, ["问甲"]))


def test_the_vectors_of_words_stay_as_they_were() -> None:
    encoder = small()
    words = encoder.transformer.embeddings.word_embeddings.weight
    before = words.detach().clone()
    train(encoder, asked(30, seed=1), Plan(steps=3, rate=1e-2), silent)
    assert torch.equal(words, before)


def test_a_question_is_embedded_alike_alone_and_beside_longer_ones() -> None:
    encoder = small()
    alone = vectors(encoder, ["问甲"])[0]
    beside = vectors(encoder, ["问多少几怎么办" * 6, "问甲"])[1]
    assert alone @ beside == pytest.approx(1, abs=2e-3)  # in half precision while training


def test_a_question_too_long_to_train_on_keeps_its_end_mark() -> None:
    encoder = small()
    inputs = encoder.question_inputs("多少" * 300)
    assert len(inputs) == 256
    assert inputs.count(END) == 1
    assert inputs[-1] == END
    assert encoder.question_inputs("多少") == encoder.tokens.numbers("query: 多少")


def test_what_is_served_gives_the_vectors_that_were_trained(tmp_path: Path) -> None:
    encoder = small()
    served = OnnxEmbedder(export(encoder, tmp_path / "made"), threads=1)
    for text in ("问甲多少", "几", "怎么办乙丙" * 9):
        with torch.no_grad():
            trained = encoder(torch.tensor([encoder.question_inputs(text)]))[0].numpy()
        assert served.embed_query(text) @ trained > 0.999


def test_another_training_has_another_identity(tmp_path: Path) -> None:
    first, second = small(), small()
    train(second, asked(30, seed=1), Plan(steps=2, rate=1e-2), silent)
    names = [
        export(one, tmp_path / name).description.identity
        for one, name in ((first, "a"), (second, "b"), (first, "c"))
    ]
    assert names[0] == names[2] != names[1]
