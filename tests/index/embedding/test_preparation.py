"""With the libraries that prepare a model; all of it slow."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_embedder, prepare
from index.embedding.prepared import SERVED, fingerprint
from index.errors import ModelError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of two layers: classified by its first token, without prompts of its own."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  six seconds
    from sentence_transformers.sentence_transformer.modules import (  # noqa: PLC0415
        Pooling,
        Transformer,
    )
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast  # noqa: PLC0415

    from tests.index.embedding.small_model import character_tokenizer  # noqa: PLC0415

    bare = tmp_path_factory.mktemp("bare")
    tokenizer = character_tokenizer()
    BertModel(
        BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=48,
        )
    ).save_pretrained(bare)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=48)
    fast.pad_token = tokenizer.id_to_token(2)
    fast.save_pretrained(bare)
    folder = tmp_path_factory.mktemp("models") / "small"
    model = SentenceTransformer(
        modules=[Transformer(str(bare)), Pooling(32, pooling_mode="cls")], device="cpu"
    )
    model.prompts = {"query": "问:", "document": ""}
    model.save(str(folder))
    return folder


def test_any_folder_is_exported_as_its_modules_say(small: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  six seconds

    assert prepare(str(small), tmp_path) == small
    embedder = load_embedder(str(small), tmp_path, threads=1)
    model = SentenceTransformer(str(small), device="cpu")
    texts = ["第一条", "政务服务数据管理局年度工作报告", "可以异地办理，多少个事项？"]
    assert np.allclose(
        (
            embedder.embed_passages(texts) * model.encode_document(texts, normalize_embeddings=True)
        ).sum(axis=1),
        1,
        atol=0.01,
    )
    question = model.encode_query(texts[0], normalize_embeddings=True)
    assert embedder.embed_query(texts[0]) @ question > 0.99
    assert embedder.embed_passages(["第一条" * 100]).shape == (1, 32)


def test_two_processes_prepare_a_model_once(small: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=prepare, args=(str(small), tmp_path)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    made = sorted(path.name for path in (tmp_path / SERVED).iterdir())
    pointers = [name for name in made if name.endswith(".json")]
    assert len(made) == 2, made  # one export, one pointer, nothing left over
    content = json.loads((tmp_path / SERVED / pointers[0]).read_text("utf-8"))
    assert content["source"] == fingerprint(small)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(ModelError, match="没有模型权重"):
        prepare(str(folder), tmp_path)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="sentence-transformers"):
        prepare(str(folder), tmp_path)
    assert not list((tmp_path / SERVED).iterdir())
