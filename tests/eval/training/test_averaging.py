"""The mean of checkpoints."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from eval.training import averaging, model
from eval.training.model import Reader
from index.embedding.folded_tokens import FILE_NAME
from service.answering.reading.tokens import ReaderTokens


@pytest.fixture
def checkpoints(tmp_path: Path, reader: Reader, tokens: ReaderTokens) -> list[Path]:
    """Return two checkpoints whose weights differ."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for seen, folder in enumerate(folders):
        model.save(reader, tokens, folder)
        torch.save({"at": {"seen": seen}}, folder / "state.pt")
        with torch.no_grad():
            for value in reader.parameters():
                value.add_(1.0)
    return folders


def test_each_weight_is_the_mean_of_the_checkpoints(
    tmp_path: Path, checkpoints: list[Path]
) -> None:
    averaging.average(checkpoints, tmp_path / "mean")
    first, second, mean = (
        model.load(folder)[0].state_dict() for folder in (*checkpoints, tmp_path / "mean")
    )
    for name, value in mean.items():
        assert torch.allclose(value, (first[name] + second[name]) / 2), name
    assert not torch.equal(mean["pool.weight"], first["pool.weight"])


def test_a_mean_says_how_far_each_of_its_parts_was_trained(
    tmp_path: Path, checkpoints: list[Path]
) -> None:
    averaging.average(checkpoints, tmp_path / "mean")
    assert averaging.made_of(tmp_path / "mean") == [{"seen": 0}, {"seen": 1}]
    assert averaging.made_of(checkpoints[0]) == []
    averaging.average([tmp_path / "mean", checkpoints[0]], tmp_path / "again")
    assert averaging.made_of(tmp_path / "again") == [{"seen": 0}, {"seen": 1}, {"seen": 0}]


def test_readers_of_other_pieces_are_not_averaged(tmp_path: Path, checkpoints: list[Path]) -> None:
    vocabulary = checkpoints[1] / FILE_NAME
    vocabulary.write_text(vocabulary.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(ValueError, match="词表"):
        averaging.average(checkpoints, tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
