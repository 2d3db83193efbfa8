from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from index.embedding.pieces import TRIALS, write_tokens
from index.embedding.tokens import FULL_NAME, FullTokens, Tokens, UnigramTokens, load_tokens
from tests.index.embedding.small_model import character_tokenizer

WORDS = [
    "事项",
    "办理",
    "政务",
    "政务服务",
    "服务",
    "▁事",
    "▁第",
    "条",
    "12",
    "1",
    "2",
    "a",
    "ab",
    "▁a",
]


def unigram_tokenizer() -> Tokenizer:
    letters = sorted({letter for word in WORDS for letter in word})
    pieces = [(word, -2.0 - place / 10) for place, word in enumerate(WORDS)]
    pieces += [(letter, -6.0) for letter in letters if letter not in WORDS]
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    return tokenizer


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokens, Tokens]:
    folder = tmp_path_factory.mktemp("tokens")
    content = unigram_tokenizer().to_str()
    write_tokens(content, folder)
    compact = load_tokens(folder)
    (folder / FULL_NAME).write_text(content, "utf-8")
    return compact, FullTokens(folder)


@settings(deadline=None)
@given(
    text=st.text(st.sampled_from("政务服务事项办理第条12ab 　\n▁甲😀Ａ"), max_size=30)
    | st.text(max_size=30)
)
def test_the_compact_form_gives_the_same_numbers(both: tuple[Tokens, Tokens], text: str) -> None:
    compact, full = both
    assert isinstance(compact, UnigramTokens)
    assert compact.numbers(text) == full.numbers(text)


def test_marks_stand_around_every_text(both: tuple[Tokens, Tokens]) -> None:
    for tokens in both:
        assert tokens.numbers("") == [0, 2]


def test_the_name_of_a_mark_is_only_text(both: tuple[Tokens, Tokens]) -> None:
    assert both[0].numbers("事项</s>").count(2) == 1


def test_another_kind_of_tokenizer_is_kept_whole(tmp_path: Path) -> None:
    write_tokens(character_tokenizer().to_str(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FULL_NAME]
    assert isinstance(load_tokens(tmp_path), FullTokens)


def test_a_unigram_tokenizer_that_disagrees_is_kept_whole(tmp_path: Path) -> None:
    description = json.loads(unigram_tokenizer().to_str())
    # a piece that spans words: sentencepiece would cut before the mark, or not at all
    description["model"]["byte_fallback"] = True
    pieces = [[f"<0x{byte:02X}>", -9.0] for byte in range(256)]
    description["model"]["vocab"] += pieces
    write_tokens(json.dumps(description), tmp_path)
    assert isinstance(load_tokens(tmp_path), FullTokens)
    assert any("甲" in text for text in TRIALS)
