from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embedding import load_embedder
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import FORMAT, GRAPH_NAME, Prepared, point, write_description
from index.errors import ModelError
from tests.index.embedding.small_model import CHARACTERS, DIMENSION, MAXIMUM_TOKENS

Maker = Callable[[str], Prepared]


def test_a_prepared_model_is_found_by_its_name(make_prepared: Maker, tmp_path: Path) -> None:
    make_prepared("small")
    embedder = load_embedder("small", tmp_path, threads=2)
    assert embedder.identity == "small@0/float32/onnxruntime"
    assert embedder.dimension == DIMENSION
    assert np.isclose(np.linalg.norm(embedder.embed_query("多少")), 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(texts=st.lists(st.text(CHARACTERS, max_size=40), min_size=2, max_size=12))
def test_a_vector_does_not_depend_on_its_neighbours(
    embedders: tuple[OnnxEmbedder, OnnxEmbedder], texts: list[str]
) -> None:
    one, two = embedders
    together = two.embed_passages(texts)
    alone = np.array([one.embed_passages([text])[0] for text in texts])
    assert np.array_equal(together, alone)


@pytest.fixture
def embedders(make_prepared: Maker) -> tuple[OnnxEmbedder, OnnxEmbedder]:
    prepared = make_prepared("small")
    return OnnxEmbedder(prepared, threads=1), OnnxEmbedder(prepared, threads=2)


def test_the_end_of_a_long_text_counts(embedders: tuple[OnnxEmbedder, OnnxEmbedder]) -> None:
    begin = "第一条" * MAXIMUM_TOKENS
    one, other = embedders[0].embed_passages([begin + "政务服务", begin + "工作报告"])
    assert not np.allclose(one, other)
    assert np.isclose(np.linalg.norm(one), 1)


def test_a_long_text_is_the_mean_of_equal_parts(
    embedders: tuple[OnnxEmbedder, OnnxEmbedder],
) -> None:
    embedder = embedders[0]
    part = "多少事项可以办理政务服务数据"
    assert len(part) == MAXIMUM_TOKENS - 2
    parts = embedder.embed_passages([part, part * 2])
    assert np.allclose(parts[0], parts[1], atol=1e-6)


def test_a_text_that_just_fits_is_read_whole(embedders: tuple[OnnxEmbedder, OnnxEmbedder]) -> None:
    fits = "一" * (MAXIMUM_TOKENS - 2)
    assert embedders[0].count_tokens(fits) == MAXIMUM_TOKENS
    assert len(embedders[0]._parts("", fits)) == 1
    assert len(embedders[0]._parts("", fits + "一")) == 2


def test_a_question_is_asked_with_its_prompt(
    embedders: tuple[OnnxEmbedder, OnnxEmbedder],
) -> None:
    embedder = embedders[0]
    assert np.array_equal(embedder.embed_query("多少"), embedder.embed_passages(["问:多少"])[0])


@pytest.mark.parametrize("text", ["", " ", "\ud800", "</s><s>", "\x00", "😀" * 50])
def test_odd_texts_have_vectors_too(
    embedders: tuple[OnnxEmbedder, OnnxEmbedder], text: str
) -> None:
    assert np.isfinite(embedders[0].embed_query(text)).all()


def test_marks_in_a_text_are_only_text(embedders: tuple[OnnxEmbedder, OnnxEmbedder]) -> None:
    assert embedders[0]._numbers("", "</s>").count(1) == 1


def test_no_texts_are_no_rows(embedders: tuple[OnnxEmbedder, OnnxEmbedder]) -> None:
    assert embedders[1].embed_passages([]).shape == (0, DIMENSION)


def test_a_model_not_prepared_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="wenju prepare-model"):
        load_embedder("multilingual-e5-small", tmp_path, threads=1)


def test_a_graph_cut_short_is_refused(make_prepared: Maker, tmp_path: Path) -> None:
    path = make_prepared("small").folder / f"{GRAPH_NAME}.data"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"损坏.*wenju prepare-model"):
        load_embedder("small", tmp_path, threads=1)


def test_a_graph_of_rubbish_is_refused(make_prepared: Maker, tmp_path: Path) -> None:
    path = make_prepared("small").folder / GRAPH_NAME
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(ModelError, match="wenju prepare-model"):
        load_embedder("small", tmp_path, threads=1)


def test_a_graph_that_computes_something_else_is_refused(
    make_prepared: Maker, tmp_path: Path
) -> None:
    path = make_prepared("small").folder / f"{GRAPH_NAME}.data"
    table = np.frombuffer(path.read_bytes(), np.float32)
    path.write_bytes((-table).tobytes())
    with pytest.raises(ModelError, match=r"与准备时不一致.*wenju prepare-model"):
        load_embedder("small", tmp_path, threads=1)


def test_a_wrong_dimension_is_refused(make_prepared: Maker, tmp_path: Path) -> None:
    prepared = make_prepared("small")
    wrong = dataclasses.replace(prepared.description, dimension=4, probe_vector=(0.5,) * 4)
    write_description(prepared.folder, wrong)
    with pytest.raises(ModelError, match="wenju prepare-model"):
        load_embedder("small", tmp_path, threads=1)


def test_an_export_of_an_older_program_is_refused(make_prepared: Maker, tmp_path: Path) -> None:
    prepared = make_prepared("small")
    old = prepared.folder.with_name(prepared.folder.name.removesuffix(str(FORMAT)) + "0")
    prepared.folder.rename(old)
    point(tmp_path, "small", old, None)
    with pytest.raises(ModelError, match=r"旧版本.*wenju prepare-model"):
        load_embedder("small", tmp_path, threads=1)


def test_a_folder_changed_since_it_was_prepared_is_noticed(
    make_prepared: Maker, tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"first")
    point(tmp_path, str(folder), make_prepared("own").folder, folder)
    assert load_embedder(str(folder), tmp_path, threads=1).dimension == DIMENSION
    (folder / "model.safetensors").write_bytes(b"second")
    with pytest.raises(ModelError, match=r"改动过.*wenju prepare-model"):
        load_embedder(str(folder), tmp_path, threads=1)
