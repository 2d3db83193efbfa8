from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.embedding import load_embedder, prepare
from index.embedding.prepared import SERVED, Prepared, export_folder
from index.embedding.source import family_prompts, find_source
from index.errors import ModelError
from tests.index.embedding.small_model import DIMENSION


@pytest.mark.parametrize(
    ("name", "prompts"),
    [
        ("intfloat/multilingual-e5-base", ("query: ", "passage: ")),
        ("e5-small", ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-large-instruct", None),
        ("BAAI/bge-large-zh-v1.5", ("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-m3", None),
        ("note5-smaller", None),
    ],
)
def test_known_families_have_their_prompts(name: str, prompts: tuple[str, str] | None) -> None:
    assert family_prompts(name) == prompts


def test_no_name_is_looked_for_on_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("went to the network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    for name in ("BAAI/no-such-model", "no such model", str(tmp_path / "absent"), "./absent"):
        with pytest.raises(ModelError, match="WENJU_MODEL"):
            find_source(name)


def test_what_a_killed_process_left_is_cleared_away(
    make_prepared: Callable[[str], Prepared], tmp_path: Path
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    source = find_source(str(folder))
    made = make_prepared("own").folder
    made.rename(export_folder(tmp_path, "own", source.digest))
    left = tmp_path / SERVED / ".exporting-abc"
    left.mkdir()
    assert prepare(str(folder), tmp_path) == folder
    assert not left.exists()
    assert load_embedder(str(folder), tmp_path, threads=1).dimension == DIMENSION
