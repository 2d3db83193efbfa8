from __future__ import annotations

from datetime import date

import pytest

from index.guide_captions import GuideField
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.lists import asked_guide_field, wants_list
from service.answering.understanding.question import Inquiry, understand


def asked(question: str) -> Inquiry:
    return understand(question, date(2026, 1, 1), Lexicon.bundled())


@pytest.mark.parametrize(
    "question",
    [
        "申请要哪些条件？",
        "需要什么材料",
        "不予受理的情形有哪些",
        "职责是什么",
        "包括哪些",
        "有哪几类",
        "办证要带什么",
        "办理流程是什么？",
    ],
)
def test_all_of_a_list_is_asked_for(question: str) -> None:
    assert wants_list(asked(question))


@pytest.mark.parametrize(
    "question", ["服务热线是什么？", "多少天办结", "由谁负责", "为什么不受理", "什么时候施行"]
)
def test_one_thing_is_asked_for(question: str) -> None:
    assert not wants_list(asked(question))


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("居住证在哪里办", GuideField.PLACE),
        ("办居住证要多少钱", GuideField.FEE),
        ("办居住证带什么材料", GuideField.MATERIALS),
        ("居住证多久能办好", GuideField.TIME_LIMIT),
        ("我在哪里都问过了，居住证怎么办理", GuideField.PROCEDURE),
        ("居住证是谁设计的", None),
    ],
)
def test_the_field_of_a_guide_that_is_asked_for(question: str, field: GuideField | None) -> None:
    assert asked_guide_field(asked(question)) is field
