"""One text in several formats is asked the same, and what differs is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import QUESTIONS, load_questions
from eval.same_answers import ASKED, DOCUMENT, agreement, answers, chosen, main
from eval.workbench import Workbench
from index.embedding.demo import DemoEmbedder
from tests.index.formats.rendering import as_docx, report_paragraphs


def test_the_questions_are_evenly_out_of_those_about_the_document() -> None:
    every = load_questions(QUESTIONS / "development.jsonl")
    asked = chosen(every)
    assert len({one.id for one in asked}) == ASKED
    assert all(one.document == DOCUMENT for one in asked)
    assert chosen(every[:3]) == [one for one in every[:3] if one.document == DOCUMENT]


def test_the_same_text_agrees_and_a_changed_one_is_told_apart(tmp_path: Path) -> None:
    paragraphs = report_paragraphs()
    same, changed = tmp_path / "同.docx", tmp_path / "改.docx"
    same.write_bytes(as_docx(paragraphs))
    changed.write_bytes(as_docx([p.replace("56", "57") for p in paragraphs]))
    original = tmp_path / "原.txt"
    original.write_text("\n\n".join(paragraphs), "utf-8")
    workbench = Workbench(DemoEmbedder())
    questions = chosen(load_questions(QUESTIONS / "development.jsonl"), 200)[:2]
    wanted = answers(workbench, original, questions)
    found = agreement("同", answers(workbench, same, questions), wanted)
    assert (found.outcomes, found.answers, found.quotes, found.differing) == (2, 2, 2, ())
    other = agreement("改", answers(workbench, changed, questions), wanted)
    assert (other.outcomes, other.answers) == (2, 0)
    assert other.differing == tuple(one.question for one in questions)


def test_without_files_it_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "eval.same_answers" in capsys.readouterr().err
