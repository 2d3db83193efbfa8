"""The trained model as it is served, with the weights that are shipped."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Span
from index.errors import ModelError
from service.answering.reading.reader_model import Asked, ReaderModel
from service.answering.reading.tokens import ReaderTokens
from service.answering.reading.trained_reader import WEIGHTS

HEADINGS = ("某市政务服务局2021年度工作报告", "二、主要做法")
ANSWERING = "全年共受理来电12450宗，办结12320宗，办结率为98.96%，群众满意度达到99.2%。"
SILENT = "局党组高度重视学习，先后组织干部参加专题讲座，进一步提升依法办事的能力。"
ASKED = Asked("群众满意度有多高？", HEADINGS, ANSWERING)


@pytest.fixture(scope="module")
def model() -> ReaderModel:
    return ReaderModel(WEIGHTS, threads=2)


def test_a_passage_that_answers_is_told_from_one_that_does_not(model: ReaderModel):
    answering, silent = model.judge([ASKED, ASKED._replace(passage=SILENT)])
    assert answering.relevance > silent.relevance
    assert answering.answerability > silent.answerability
    assert answering.best(1)[0][1] > silent.best(1)[0][1]


def test_the_likeliest_span_is_the_value_asked_for(model: ReaderModel):
    (judgement,) = model.judge([ASKED])
    span, support = judgement.best(1)[0]
    assert "99.2%" in span.of(ANSWERING)
    assert support == pytest.approx(judgement.support(span), abs=2.0)
    other = Span(ANSWERING.index("12450"), ANSWERING.index("，办结"))
    assert judgement.support(other) < support


def test_what_is_made_of_a_passage_does_not_depend_on_its_company(model: ReaderModel):
    others = [Asked("几月几日签订？", HEADINGS, f"{SILENT}{number}") for number in range(5)]
    alone = ReaderModel(WEIGHTS, threads=1).judge([ASKED])[0]
    together = model.judge([*others, ASKED])[-1]
    assert alone.relevance == together.relevance
    assert np.array_equal(alone.starts, together.starts)


def test_spans_that_are_returned_do_not_overlap(model: ReaderModel):
    (judgement,) = model.judge([ASKED])
    spans = sorted(span for span, _ in judgement.best(3))
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


def test_a_question_may_be_as_odd_as_people_type(model: ReaderModel):
    for question in ("", " ", "？" * 900, "\x00\ud800", "a" * 1000):
        (judgement,) = model.judge([ASKED._replace(question=question)])
        assert np.isfinite(judgement.relevance)


def test_a_passage_of_a_few_characters_has_few_spans(model: ReaderModel):
    (judgement,) = model.judge([ASKED._replace(passage="九 项")])
    assert 1 <= len(judgement.best(40)) <= 3


def test_an_empty_passage_has_no_span(model: ReaderModel):
    (judgement,) = model.judge([ASKED._replace(passage="")])
    assert judgement.best(2) == []


def test_a_damaged_model_is_refused_with_what_to_do(tmp_path: Path):
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder)
    (folder / "reader.onnx").write_bytes(b"not a graph")
    with pytest.raises(ModelError, match="重新安装"):
        ReaderModel(folder, threads=1)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("问据１２3ａ%％，。（）國 \n〔〕年a-"), max_size=60))
def test_every_token_leads_back_to_the_characters_it_stands_for(passage: str):
    tokens = ReaderTokens.load(WEIGHTS)
    read = tokens.encode("几个？", (), passage)
    assert all(
        0 <= start <= end <= len(passage) for start, end in zip(read.starts, read.ends, strict=True)
    )
    covered = {
        place
        for start, end in zip(read.starts, read.ends, strict=True)
        for place in range(start, end)
    }
    assert all(place in covered for place, char in enumerate(passage) if not char.isspace())
