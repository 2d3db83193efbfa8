"""The embedding model that ships, with its own weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding import load_embedder, prepare, prepared
from index.embedding.folded_tokens import BEGIN, END
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import DEFAULT_FOLDER, DEFAULT_MODEL, GRAPH_NAME
from index.embedding.tokens import load_tokens
from index.errors import ModelError

NOWHERE = Path("/nonexistent/models")


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    loaded = load_embedder(DEFAULT_MODEL, NOWHERE, threads=2)
    assert isinstance(loaded, OnnxEmbedder)
    return loaded


def test_it_needs_no_preparation_and_no_model_directory() -> None:
    assert prepare(DEFAULT_MODEL, NOWHERE) == DEFAULT_FOLDER
    assert not NOWHERE.exists()


def test_a_question_lies_nearest_to_its_passage(embedder: OnnxEmbedder) -> None:
    passages = embedder.embed_passages(
        [
            "本市户籍年满八十周岁的老年人，可以向街道办事处申请领取高龄津贴。",
            "供应商应当在投标文件中提供中小企业声明函，小型企业的价格给予扣除。",
            "每周日和法定节假日不对外办公，其余时间照常受理。",
        ]
    )
    questions = ["80岁老人有什么补贴可以领？", "小公司投标有优惠吗", "哪几天不上班"]
    for place, question in enumerate(questions):
        assert int(np.argmax(passages @ embedder.embed_query(question))) == place


def test_neighbours_and_threads_change_no_bit(embedder: OnnxEmbedder) -> None:
    texts = ["第一条", "为了规范行政许可的设定和实施。" * 9, "附则", "截至2022年11月，" * 30]
    together = embedder.embed_passages(texts)
    one = load_embedder(DEFAULT_MODEL, NOWHERE, threads=1)
    for text, row in zip(texts, together, strict=True):
        assert np.array_equal(one.embed_passages([text])[0], row)


def test_traditional_script_and_full_width_say_the_same(embedder: OnnxEmbedder) -> None:
    for other, text in (("辦理１２項", "办理12项"), ("長者醫療券", "长者医疗券")):
        assert np.array_equal(embedder.embed_query(other), embedder.embed_query(text))
    rows = embedder.embed_passages(["申請人應當提交下列材料", "申请人应当提交下列材料"])
    assert np.array_equal(rows[0], rows[1])


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60) | st.text("</s><pad>\x00▁ 甲", max_size=30))
def test_marks_in_a_text_are_only_text(text: str) -> None:
    numbers = load_tokens(DEFAULT_FOLDER).numbers(text)
    assert numbers[0] == BEGIN
    assert numbers[-1] == END
    assert not {BEGIN, END} & set(numbers[1:-1])


def test_a_long_text_is_read_to_its_end(embedder: OnnxEmbedder) -> None:
    long = "办理流程与所需材料如下。" * 120
    assert embedder.count_tokens(long) > 512
    begin, end = embedder.embed_passages([long, long + "社保断缴三个月还能不能看病报销" * 9])
    assert not np.allclose(begin, end, atol=1e-3)


@pytest.mark.parametrize("content", [None, b"", b"none"])
def test_damaged_files_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    folder = tmp_path / "default_model"
    shutil.copytree(DEFAULT_FOLDER, folder)
    monkeypatch.setattr(prepared, "DEFAULT_FOLDER", folder)
    weights = folder / f"{GRAPH_NAME}.data"
    if content is None:
        weights.unlink()
    else:
        weights.write_bytes(content.ljust(weights.stat().st_size, b"\x01") if content else b"")
    with pytest.raises(ModelError, match="重新安装"):
        load_embedder(DEFAULT_MODEL, tmp_path, threads=1)


def test_a_serving_process_stays_small_and_free_of_torch() -> None:
    program = f"""
import sys
from pathlib import Path
from index.embedding import load_embedder
embedder = load_embedder({DEFAULT_MODEL!r}, Path("none"), 2)
embedder.embed_passages(["政务服务事项办理指南。" * 20] * 8)
status = Path("/proc/self/status").read_text()
print([line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")][0])
print(*sorted({{name.split(".")[0] for name in sys.modules}}))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    resident, modules = run.stdout.splitlines()
    assert int(resident) < 250 * 1024
    heavy = {"torch", "transformers", "sentence_transformers", "onnx", "huggingface_hub"}
    assert heavy.isdisjoint(modules.split())
