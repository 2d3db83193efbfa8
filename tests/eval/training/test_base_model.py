from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from eval.fitting.embedder import begin, export
from eval.training.base_model import (
    base_folder,
    check_counts,
    check_pieces,
    check_vector,
    read_packed,
)
from index.embedding import load_embedder, prepare
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.pieces import write_tokens
from index.embedding.tokens import FullTokens, UnigramTokens, load_tokens
from index.errors import ModelError
from tests.index.embedding.small_model import character_tokenizer

ROOT = Path(__file__).parents[3]
MODEL_DIR = Path(sys.prefix, "share", "wenju", "models")
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁办理")


def packed_file(scale: float = 0.5, block: int = 32) -> bytes:
    """Write a file of the package's form: one packed tensor and one plain one."""
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)]).astype("<u4").tobytes()
    tokenizer = (
        struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, encoded)))
        + offsets
        + np.zeros(len(PIECES), "<f4").tobytes()
        + b"".join(encoded)
        + struct.pack("<iI", 1, 9)
        + bytes(9)
    )
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 0, 1, 8, 1, 4, 2, 1e-12, block) + tokenizer
    nibbles = bytes(low | (15 - low) << 4 for low in range(16))
    tensors = [
        (b"emb.word", 1, 32, struct.pack("<e", scale) + nibbles),
        (b"emb.ln.w", 0, 2, np.array([1, 2], "<f4").tobytes()),
    ]
    length = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, kind, count, content in tensors:
        place = length + len(body)
        directory += struct.pack("<H", len(name)) + name
        directory += struct.pack("<BIQQ", kind, count, place, len(content))
        body += content
    return head + directory + body


def test_packed_weights_come_out_low_nibbles_first() -> None:
    packed = read_packed(packed_file())
    expected = [(low - 8) * 0.5 for low in range(16)] + [(7 - low) * 0.5 for low in range(16)]
    assert packed.tensors["emb.word"].tolist() == expected
    assert packed.tensors["emb.ln.w"].tolist() == [1, 2]
    assert packed.pieces == PIECES
    assert packed.shape.hidden == 32


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"E5S2" + packed_file()[4:],
        packed_file(block=64),
        packed_file()[:-1],
        packed_file()[:90],
    ],
)
def test_another_file_is_refused_with_the_command_that_mends_it(content: bytes) -> None:
    with pytest.raises(ModelError, match="make weights"):
        read_packed(content)


def test_packages_must_number_their_pieces_alike() -> None:
    vocabulary = [[piece, 0.0] for piece in PIECES]
    check_pieces(json.dumps({"model": {"vocab": vocabulary}}).encode(), PIECES)
    vocabulary[3], vocabulary[4] = vocabulary[4], vocabulary[3]
    with pytest.raises(ModelError, match=r"词表不一致.*make weights"):
        check_pieces(json.dumps({"model": {"vocab": vocabulary}}).encode(), PIECES)


def test_a_tokenizer_that_cuts_otherwise_is_noticed() -> None:
    with pytest.raises(ModelError, match=r"分词.*make weights"):
        check_counts(character_tokenizer())


def test_weights_that_changed_are_noticed() -> None:
    with pytest.raises(ModelError, match="make weights"):
        check_vector(np.full(384, 384**-0.5, np.float32))


@pytest.fixture(scope="module")
def base() -> Path:
    try:
        return base_folder(MODEL_DIR)
    except ModelError as error:
        pytest.skip(error.message)


@pytest.mark.slow
def test_what_is_served_of_the_base_model_agrees_with_it(base: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  six seconds

    prepare(str(base), tmp_path)
    served = load_embedder(str(base), tmp_path, threads=1)
    model = SentenceTransformer(str(base), device="cpu")
    texts = ["第十二条 申请人应当提交下列材料：", "98.68%", "截至2022年11月，" * 30]
    expected = model.encode_document(texts)
    assert (served.embed_passages(texts) * expected).sum(axis=1).min() > 0.999
    assert served.embed_query(texts[0]) @ model.encode_query(texts[0]) > 0.999


@pytest.mark.slow
def test_its_compact_tokenizer_counts_as_the_full_one(base: Path, tmp_path: Path) -> None:
    tokenizer = (base / "tokenizer.json").read_text("utf-8")
    write_tokens(tokenizer, tmp_path)
    compact = load_tokens(tmp_path)
    assert isinstance(compact, UnigramTokens)
    full = FullTokens(base)
    report = next((ROOT / "corpus" / "reports").iterdir()).read_text("utf-8-sig", "replace")
    for text in [*report.splitlines(), report[:3000], "Ⅷ㈱ﬁ　Å\u0301 \ufffd"]:
        assert compact.numbers(text) == full.numbers(text)


@pytest.mark.slow
def test_a_pruned_vocabulary_leaves_vectors_near_to_what_they_were(
    base: Path, tmp_path: Path
) -> None:
    prepare(str(base), tmp_path)
    whole = load_embedder(str(base), tmp_path, threads=1)
    pruned = OnnxEmbedder(export(begin(base), tmp_path / "pruned"), threads=1)
    for text in ("申请人应当自收到通知之日起30日内提出。", "How many items are there?"):
        assert whole.embed_query(text) @ pruned.embed_query(text) > 0.97
