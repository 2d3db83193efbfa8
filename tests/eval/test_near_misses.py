"""A near miss changes one thing, and nothing in the base states the changed thing."""

from __future__ import annotations

from datetime import date

import pytest

from eval.near_misses import Answerable, NearMiss, near_misses
from service.answering.understanding.terms import bare

TEXTS = {
    "heshan": "鹤山市2022年报告\n2022年，鹤山市第二批下放事项共543项。全市企业共申报补贴120笔。",
    "school": "学校补贴办法\n学校申报补贴，由教育部门审核。企业也可以申报。医院不在此列。",
    "hospital": "医院名录\n医院共有三家，学校共有五所，企业不在此列。",
}
DAY = date(2026, 1, 31)


def missed(question: str, document: str = "heshan") -> list[NearMiss]:
    other = Answerable("q0", "学校申报补贴由谁审核？", "school")
    hospital = Answerable("q2", "医院共有几家？", "hospital")
    asked = [other, Answerable("q1", question, document), hospital]
    return [one for one in near_misses(asked, TEXTS, DAY) if one.made_from == "q1"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("鹤山市第二批下放了多少项？", "place"),
        ("2022年第二批下放了多少项？", "year"),
        ("第二批下放了多少项？", "batch"),
    ],
)
def test_the_first_thing_that_can_change_is_changed(question: str, kind: str) -> None:
    (miss,) = missed(question)
    assert miss.kind == kind
    assert miss.question == question.replace(miss.was, miss.now)
    assert bare(miss.now) not in bare(TEXTS["heshan"])


def test_what_another_document_states_of_the_same_is_no_miss() -> None:
    for miss in missed("企业申报补贴多少笔？"):
        assert miss.now != "学校"  # the other document speaks of 学校, 申报 and 补贴


def test_what_the_document_does_not_say_is_not_changed() -> None:
    assert missed("广州市第二批下放了多少项？")[0].kind == "batch"


def test_the_same_questions_give_the_same_misses() -> None:
    assert missed("第二批下放了多少项？") == missed("第二批下放了多少项？")


def test_english_questions_are_left_out() -> None:
    assert missed("How many items did the second batch have?") == []
