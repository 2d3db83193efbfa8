"""With the real model and the libraries that prepare one; all of it slow."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedding import load_embedder, prepare
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import DEFAULT_MODEL, SERVED, fingerprint
from index.embedding.tokens import FullTokens
from index.errors import ModelError

ROOT = Path(__file__).parents[3]
MODEL_DIR = Path(sys.prefix, "share", "wenju", "models")

pytestmark = pytest.mark.slow

LOADING = """
import sys
from pathlib import Path
from index.embedding import load_embedder
embedder = load_embedder(sys.argv[1], Path(sys.argv[2]), 2)
embedder.embed_passages(["政务服务事项办理指南。" * 20] * 8)
status = Path("/proc/self/status").read_text()
print([line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")][0])
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def default() -> OnnxEmbedder:
    try:
        embedder = load_embedder(DEFAULT_MODEL, MODEL_DIR, threads=2)
    except ModelError as error:
        pytest.skip(error.message)
    assert isinstance(embedder, OnnxEmbedder)
    return embedder


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


def test_a_question_lies_nearest_to_its_passage(default: OnnxEmbedder) -> None:
    passages = default.embed_passages(
        [
            "本市户籍年满八十周岁的老年人，可以向街道办事处申请领取高龄津贴。",
            "供应商应当在投标文件中提供中小企业声明函，小型企业的价格给予扣除。",
            "每周日和法定节假日不对外办公，其余时间照常受理。",
        ]
    )
    questions = ["80岁老人有什么补贴可以领？", "小公司投标有优惠吗", "哪几天不上班"]
    for place, question in enumerate(questions):
        assert int(np.argmax(passages @ default.embed_query(question))) == place


def test_the_default_model_agrees_with_its_folder(default: OnnxEmbedder) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  six seconds

    model = SentenceTransformer(str(prepare(DEFAULT_MODEL, MODEL_DIR)), device="cpu")
    texts = ["第十二条 申请人应当提交下列材料：", "98.68%", "截至2022年11月，" * 30]
    expected = model.encode_document(texts)
    assert (default.embed_passages(texts) * expected).sum(axis=1).min() > 0.999
    assert default.embed_query(texts[0]) @ model.encode_query(texts[0]) > 0.999


def test_neighbours_and_threads_change_no_bit(default: OnnxEmbedder) -> None:
    texts = ["第一条", "为了规范行政许可的设定和实施。" * 9, "附则", "截至2022年11月，" * 30]
    together = default.embed_passages(texts)
    one = load_embedder(DEFAULT_MODEL, MODEL_DIR, threads=1)
    for text, row in zip(texts, together, strict=True):
        assert np.array_equal(one.embed_passages([text])[0], row)


def test_the_compact_tokenizer_counts_as_the_full_one(
    default: OnnxEmbedder, tmp_path: Path
) -> None:
    folder = prepare(DEFAULT_MODEL, MODEL_DIR)
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    full = FullTokens(tmp_path)
    report = next((ROOT / "corpus" / "reports").iterdir()).read_text("utf-8-sig", "replace")
    for text in [*report.splitlines(), report[:3000], "Ⅷ㈱ﬁ　Å\u0301 \ufffd"]:
        assert default._tokens.numbers(text) == full.numbers(text)


def test_a_serving_process_stays_small_and_free_of_torch(default: OnnxEmbedder) -> None:
    assert default
    run = subprocess.run(
        [sys.executable, "-c", LOADING, DEFAULT_MODEL, str(MODEL_DIR)],
        capture_output=True,
        text=True,
        check=True,
    )
    resident, modules = run.stdout.splitlines()
    assert int(resident) < 300 * 1024
    heavy = {"torch", "transformers", "sentence_transformers", "onnx", "huggingface_hub"}
    assert heavy.isdisjoint(modules.split())


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
