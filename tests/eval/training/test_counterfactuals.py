"""Questions made unanswerable: what is asked is not told, whatever was changed."""

import random

import pytest

from eval.training.counterfactuals import changed
from eval.training.passages import Located, Passage
from index.document import Span

TEXT = (
    "全市首批“数字乡村”试点共56个，由甲局于2021年在石家庄启动，逐村公布名单，接受群众监督，"
    "有关部门应当按照职责分工做好落实。第二批试点名单另行公布，各县要做好申报准备，"
    "未列入名单的村可以在下一轮申报时再提出，逾期不再受理，结果由有关部门汇总后统一发布。"
)
QUESTION = "石家庄2021年首批数字乡村试点有几个？"


def located() -> Located:
    start = TEXT.index("56个")
    return Located(Passage("d", ("石家庄2021年工作要点",), TEXT, 0), Span(start, start + 3))


@pytest.mark.parametrize("seed", range(40))
def test_what_was_changed_has_no_answer(seed: int) -> None:
    group = changed(QUESTION, located(), random.Random(seed))  # noqa: S311 - no secret
    assert group is not None
    (example,) = group.examples
    assert example.answerable is False
    assert example.span is None
    assert (example.question, example.passage.text) != (QUESTION, TEXT)


def test_every_way_of_changing_comes_up() -> None:
    made = [
        group.examples[0]
        for seed in range(80)
        if (group := changed(QUESTION, located(), random.Random(seed)))  # noqa: S311 - no secret
    ]
    told_of_another = [
        one for one in made if one.question == QUESTION and len(one.passage.text) == len(TEXT)
    ]
    taken_out = [one for one in made if "56个" not in one.passage.text]
    asked_another = [
        one for one in made if one.passage.text == TEXT and "试点有几个" in one.question
    ]
    not_told = [one for one in made if "数字乡村" in one.question and one.question[:3] != "石家庄"]
    assert told_of_another
    assert taken_out
    assert asked_another
    assert not_told


def test_a_passage_that_speaks_of_another_place_does_so_in_its_headings_too() -> None:
    for seed in range(80):
        group = changed(QUESTION, located(), random.Random(seed))  # noqa: S311 - no secret
        if group is not None and "石家庄" not in group.examples[0].passage.text:
            example = group.examples[0]
            if "石家庄" in example.question and "56个" in example.passage.text:
                assert "石家庄" not in example.passage.heading[0]
                return
    pytest.fail("no passage was made to speak of another place")


def test_what_a_text_tells_of_is_not_asked_as_if_it_did_not() -> None:
    told = "“一卡通”由甲局牵头，咨询电话8888888。" * 3
    passage = Located(Passage("d", (), told, 0), Span(0, 4))
    for seed in range(60):
        group = changed("什么卡？", passage, random.Random(seed))  # noqa: S311 - no secret
        if group is not None and group.examples[0].passage.text == told:
            assert "电话" not in group.examples[0].question
            assert "号码" not in group.examples[0].question
            assert "负责" not in group.examples[0].question
