"""Synonyms on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.knowledge_base import KnowledgeBase
from index.store.gaps import Miss
from tests.service.test_cli import Shell, wenju

__all__ = ["wenju"]  # a fixture


def test_a_synonym_is_added_listed_removed_and_restored(wenju: Shell) -> None:
    assert "夜市 → 夜间经济集聚区" in wenju("synonyms", "add", "夜市", "夜间经济集聚区").out
    made = wenju("synonyms", "add", "低保", "最低生活保障金", "--note", "本地", "--json").json
    assert (made["origin"], made["note"]) == ("changed", "本地")
    listed = wenju("synonyms", "list", "--own", "--json").json
    assert [one["word"] for one in listed["synonyms"]] == ["低保", "夜市"]
    assert all(one["changed_by"] and one["changed_at"] for one in listed["synonyms"])
    assert "夜市" in wenju("synonyms", "list", "集聚").out
    assert "低保" in wenju("synonyms", "list", "低保戶").out  # traditional characters are the same
    assert wenju("synonyms", "remove", "夜市", "黑户").status == 0
    assert "停用" in wenju("synonyms", "list", "黑户").out
    assert wenju("synonyms", "restore", "黑户", "低保").status == 0
    assert wenju("synonyms", "list", "--own").out == ""


def test_what_cannot_be_is_refused_with_its_code(wenju: Shell) -> None:
    refused = wenju("synonyms", "add", "低保", "低保")
    assert (refused.status, "same_word" in refused.err) == (2, True)
    missing = wenju("synonyms", "remove", "没有的词", "黑户")
    assert (missing.status, "synonym_not_found" in missing.err) == (1, True)
    assert "已去掉 黑户" in missing.out


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".toml"])
def test_a_table_goes_out_and_comes_in_again(wenju: Shell, tmp_path: Path, suffix: str) -> None:
    wenju("synonyms", "add", "夜市", "夜间经济集聚区")
    table = tmp_path / f"表{suffix}"
    assert wenju("synonyms", "export", table, "--own").status == 0
    wenju("synonyms", "remove", "夜市")
    assert wenju("synonyms", "import", table, "--dry-run", "--json").json["added"] == 1
    assert "新增 1 条" in wenju("synonyms", "import", table).out
    assert "未变 1 条" in wenju("synonyms", "import", table).out


def test_rows_that_cannot_come_in_are_listed_by_number_and_reason(
    wenju: Shell, tmp_path: Path
) -> None:
    table = tmp_path / "表.csv"
    table.write_text("俗称,规范名称\n夜市,夜间经济集聚区\n请问,询问\n钱,费用\n", "utf-8")
    ran = wenju("synonyms", "import", table)
    assert ran.status == 1
    assert "新增 1 条，没有收进 2 行" in ran.out
    assert "第 3 行" in ran.err
    assert "ignored_word" in ran.err
    assert "word_too_short" in ran.err
    assert wenju("synonyms", "import", tmp_path / "没有.csv").status == 1
    assert wenju("synonyms", "export", tmp_path / "表.pdf").status == 2


def test_words_that_are_wanted_are_listed_with_a_question(wenju: Shell, tmp_path: Path) -> None:
    assert "没有这样的词" in wenju("synonyms", "wanted").err
    with KnowledgeBase.open(tmp_path / "data", None, follow=False) as base:
        base.gaps.record([Miss("宵夜能摆到几点", "no_basis", "web")] * 2)
    assert "宵夜　问了 2 次　如：宵夜能摆到几点" in wenju("synonyms", "wanted").out
    assert wenju("synonyms", "wanted", "--json").json["words"][0]["times"] == 2
