"""The sets load, and no document is in both halves."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.datasets import (
    QUESTIONS,
    Article,
    DatasetAbsent,
    Half,
    LegalQuestion,
    Policies,
    PolicyQuestion,
    Statutes,
    data_directory,
    evenly,
    half_of,
    load_ncp,
    load_questions,
    load_stard,
)

identifiers = st.sampled_from("abcdefghij")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path / "ncp/documents.jsonl", [{"id": i, "text": f"文件{i}"} for i in "abc"])
    write(
        tmp_path / "ncp/questions.jsonl",
        [{"id": "q", "question": "哪份？", "answer": "文件a", "documents": ["a", "b"]}],
    )
    write(tmp_path / "ncp/unanswerable.jsonl", [{"id": "u", "question": "没有的？"}])
    article = {"id": 0, "law": "甲法", "article": "第一条", "text": "为了规范。"}
    write(tmp_path / "stard/articles.jsonl", [article, article | {"id": 1, "law": "乙法"}])
    write(
        tmp_path / "stard/questions.jsonl", [{"id": 5, "question": "为什么？", "articles": [0, 1]}]
    )
    return tmp_path


def write(path: Path, rows: Iterable[object]) -> None:
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def test_policies_and_statutes_are_read(data: Path) -> None:
    policies, statutes = load_ncp(data), load_stard(data)
    assert policies.questions[0].documents == ("a", "b")
    assert policies.clusters["a"] == policies.clusters["b"] != policies.clusters["c"]
    assert statutes.law_of == {0: "甲法", 1: "乙法"}
    assert [article.number for article in statutes.laws["甲法"]] == ["第一条"]


def test_an_absent_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatasetAbsent, match="ncp/"):
        load_ncp(tmp_path)
    with pytest.raises(DatasetAbsent, match="--data"):
        data_directory(tmp_path / "nowhere")


def test_without_option_and_variable_it_says_how_to_name_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WENJU_EVAL_DATA", raising=False)
    with pytest.raises(DatasetAbsent, match="WENJU_EVAL_DATA"):
        data_directory(None)
    monkeypatch.setenv("WENJU_EVAL_DATA", str(tmp_path))
    assert data_directory(None) == tmp_path


@given(
    st.lists(st.sets(identifiers, min_size=1, max_size=3), max_size=8),
    st.dictionaries(identifiers, st.sampled_from(["同文", "异文"]), min_size=10, max_size=10),
)
def test_no_document_and_no_text_is_in_both_halves(
    links: list[set[str]], documents: dict[str, str]
) -> None:
    questions = tuple(
        PolicyQuestion(str(place), "？", "", tuple(sorted(link)))
        for place, link in enumerate(links)
    )
    policies = Policies(documents, questions, ())
    tuning, held_out = (
        {document for question in policies.half(half) for document in question.documents}
        for half in Half
    )
    assert not tuning & held_out
    assert not {documents[d] for d in tuning} & {documents[d] for d in held_out}
    assert len(policies.half(Half.TUNING)) + len(policies.half(Half.HELD_OUT)) == len(questions)


def test_a_half_never_changes() -> None:
    halves = [half_of(key) for key in ("民法典", "刑法", "a", "b")]
    assert halves == [Half.HELD_OUT, Half.TUNING, Half.TUNING, Half.TUNING]


@given(st.lists(st.sets(st.integers(0, 9), min_size=1, max_size=3), max_size=12))
def test_no_article_answers_legal_questions_of_both_halves(links: list[set[int]]) -> None:
    articles = tuple(Article(number, "民法典", f"第{number}条", "文") for number in range(10))
    questions = tuple(
        LegalQuestion(str(place), "？", tuple(sorted(link))) for place, link in enumerate(links)
    )
    statutes = Statutes(articles, questions)
    tuning, held_out = (
        {article for question in statutes.half(half) for article in question.articles}
        for half in Half
    )
    assert not tuning & held_out
    assert sum(len(statutes.half(half)) for half in Half) == len(questions)


def test_our_own_sets_are_well_formed() -> None:
    for name in ("development", "held_out"):
        for question in load_questions(QUESTIONS / f"{name}.jsonl"):
            refused = question.outcome == ("refused",)
            assert refused == (question.quote is None), question.id
            assert set(question.outcome) <= {"answered", "computed", "passages", "refused"}


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    row = {"id": "d1", "question": "？", "kind": "value", "outcome": "answered"}
    write(tmp_path / "twice.jsonl", [row, row])
    with pytest.raises(ValueError, match="twice"):
        load_questions(tmp_path / "twice.jsonl")


@pytest.mark.skipif("WENJU_EVAL_DATA" not in os.environ, reason="WENJU_EVAL_DATA is not set")
def test_the_real_sets_load() -> None:
    directory = data_directory(None)
    assert load_ncp(directory).half(Half.HELD_OUT)
    assert load_stard(directory).half(Half.HELD_OUT)


def test_a_few_of_many_come_from_all_over():
    assert evenly(range(10), 5) == [0, 2, 4, 6, 8]
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(3), 5) == [0, 1, 2]
