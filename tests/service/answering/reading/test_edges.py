"""Edges of answers: marks that are no part of them, and names that are said whole."""

from __future__ import annotations

import pytest

from index.document import Span
from service.answering.reading.edges import tidied, whole_name

TEXT = "通过“示例·侨乡发布”微博、“示例政府网”微信等平台，发布（2022—2025）规划，共 3 项。"


def span_of(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


@pytest.mark.parametrize(
    ("pointed_at", "meant"),
    [
        ("微博、", "微博"),
        ("，发布", "发布"),
        ("发布（2022—2025", "发布（2022—2025）"),
        ("2022—2025）", "（2022—2025）"),
        (" 3 项。", "3 项"),
    ],
)
def test_marks_that_are_no_part_of_an_answer_are_left_out(pointed_at: str, meant: str) -> None:
    assert tidied(TEXT, span_of(pointed_at)).of(TEXT) == meant


@pytest.mark.parametrize("part", ["示例", "侨乡发布", "“示例·侨乡", "示例·侨乡发布"])
def test_a_name_in_quotation_marks_is_said_whole(part: str) -> None:
    assert whole_name(TEXT, span_of(part)).of(TEXT) == "“示例·侨乡发布”"


@pytest.mark.parametrize(
    "words", ["微博", "微博、“示例政府网”", "侨乡发布”微博", "通过“示例", "平台", "3 项"]
)
def test_what_is_no_part_of_one_name_stays_as_it_is(words: str) -> None:
    assert whole_name(TEXT, span_of(words)).of(TEXT) == words


def test_a_whole_clause_in_quotation_marks_is_no_name() -> None:
    text = "坚持“公开为常态，不公开为例外”的原则"
    assert whole_name(text, Span(3, 5)) == Span(3, 5)
