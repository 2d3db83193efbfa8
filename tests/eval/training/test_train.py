from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from eval.metrics import auroc
from eval.progress import Progress
from eval.training import model
from eval.training import train as training
from eval.training.examples import Group, answered, unanswered
from eval.training.export import export
from eval.training.loss import collate, encode, losses, read
from eval.training.model import Reader
from eval.training.passages import Located, Passage
from index.document import Span
from service.answering.reading.reader_model import Asked, ReaderModel
from service.answering.reading.tokens import ReaderTokens

NAMES = "甲乙丙丁戊己庚辛"


def made_up(number: int, choose: random.Random) -> Group:
    """Ask what somebody's number is; the right passage says it, the wrong one says another's."""
    name, other = choose.sample(NAMES, 2)
    figure = choose.choice("一二三四五六七八九")
    text = f"申请材料，{name}{figure}天。"
    right = Located(Passage(str(number), ("条款",), text), Span(6, 7))
    wrong = Passage(f"{number}x", ("条款",), f"申请材料，{other}{figure}天。")
    if number % 4 == 0:
        return unanswered("made", f"{name}几天？", [wrong])
    return answered("made", f"{name}几天？", right, [wrong])


class MadeUp:
    """Groups made up anew for each round, the same for the same round."""

    def round(self, number: int) -> list[Group]:
        choose = random.Random(number)  # noqa: S311 - a choice, no secret
        return [made_up(place, choose) for place in range(24)]

    def development(self) -> list[Group]:
        return self.round(-1)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch, reader: Reader, tokens: ReaderTokens) -> Reader:
    monkeypatch.setattr(model, "from_embedder", lambda _: (reader, tokens))
    return reader


def run(output: Path, examples: int, **settings: float) -> Reader:
    plan = training.Plan(examples=examples, rate=3e-3, tokens=600, averaging=0.8, keep_every=0.0)
    minutes = settings.get("minutes", 60.0)
    training.train(MadeUp(), Path(), output, plan=plan, minutes=minutes, progress=Progress())
    return model.load(output / training.CHECKPOINT)[0]


def total(reader: Reader, tokens: ReaderTokens) -> float:
    groups = MadeUp().development()
    batch = collate(groups, [encode(group, tokens) for group in groups])
    with torch.inference_mode():
        return float(torch.stack(list(losses(read(reader, batch), batch).values())).sum())


@pytest.mark.usefixtures("begun")
def test_training_makes_the_loss_smaller(
    tmp_path: Path, reader: Reader, tokens: ReaderTokens
) -> None:
    before = total(reader, tokens)
    assert total(run(tmp_path, 600), tokens) < 0.8 * before


def test_a_training_cut_short_ends_like_one_that_was_not(
    tmp_path: Path, begun: Reader, tokens: ReaderTokens
) -> None:
    start = {name: value.clone() for name, value in begun.state_dict().items()}
    whole = run(tmp_path / "whole", 200)
    begun.load_state_dict(start)
    for _ in range(40):  # one step each, and a checkpoint
        again = run(tmp_path / "parts", 200, minutes=0.0)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_word_embeddings_stay_as_they_were(tmp_path: Path, begun: Reader) -> None:
    words = begun.encoder.embeddings.word_embeddings.weight.clone()
    assert torch.equal(run(tmp_path, 60).encoder.embeddings.word_embeddings.weight, words)


@pytest.mark.usefixtures("begun")
def test_what_is_kept_is_the_running_mean_of_the_weights(tmp_path: Path) -> None:
    kept = run(tmp_path, 60).state_dict()
    state = torch.load(tmp_path / training.CHECKPOINT / training.STATE_NAME, weights_only=True)
    last = state["reader"]
    assert kept.keys() == last.keys()
    assert not torch.equal(kept["span.weight"], last["span.weight"])


def test_a_training_begins_where_another_ended(
    tmp_path: Path, begun: Reader, tokens: ReaderTokens
) -> None:
    with torch.no_grad():
        begun.span.bias += 3.0
    model.save(begun, tokens, tmp_path)
    again, _ = model.begin(tmp_path)
    assert torch.equal(again.span.bias, begun.span.bias)


def test_states_are_left_out_in_training_alone(reader: Reader) -> None:
    reader.drop(0.5)
    numbers = torch.arange(4, 24)[None]
    with torch.inference_mode():
        first, second = (reader.train()(numbers).relevance for _ in range(2))
        third, fourth = (reader.eval()(numbers).relevance for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(third, fourth)


def test_reading_in_parts_gives_what_reading_at_once_does(
    reader: Reader, tokens: ReaderTokens
) -> None:
    groups = MadeUp().round(1)
    batch = collate(groups, [encode(group, tokens) for group in groups])
    with torch.inference_mode():
        parts, at_once = read(reader.eval(), batch), reader(batch.input_ids, batch.mask)
    assert torch.allclose(parts.relevance, at_once.relevance, atol=1e-5)
    assert torch.allclose(parts.start[batch.inside], at_once.start[batch.inside], atol=1e-5)


@pytest.mark.slow
def test_an_export_judges_as_the_checkpoint_does(
    tmp_path: Path, reader: Reader, tokens: ReaderTokens
) -> None:
    model.save(reader.eval(), tokens, tmp_path / "checkpoint")
    export(tmp_path / "checkpoint", tmp_path / "whole", quantised=False)
    served = ReaderModel(tmp_path / "whole", 1)
    group = made_up(1, random.Random(1))  # noqa: S311 - a choice, no secret
    batch = collate([group], [encode(group, tokens)])
    with torch.inference_mode():
        outputs = reader(batch.input_ids, batch.mask)
    for row, example in enumerate(group.examples):
        asked = Asked(example.question, example.passage.heading, example.passage.text)
        judgement = served.judge([asked])[0]
        assert judgement.relevance == pytest.approx(float(outputs.relevance[row]), abs=1e-4)
        assert judgement.answerability == pytest.approx(float(outputs.answerability[row]), abs=1e-4)
        inside = batch.inside[row].clone()
        inside[0] = False
        starts = (outputs.start[row] - outputs.start[row, 0])[inside].numpy()
        assert np.allclose(judgement.starts, starts, atol=1e-4)


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auroc([3.0, 2.0], [1.0, 2.0]) == 0.875
