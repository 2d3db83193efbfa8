from __future__ import annotations

import pytest

from eval.datasets import Policies, PolicyQuestion
from eval.training.halves import Halves, first_by_hash, law_name
from eval.training.reading_sets import ReadingQuestion, parts

POLICIES = Policies(
    documents={str(number): f"第{number}号文件" for number in range(40)},
    questions=tuple(
        PolicyQuestion(str(number), "问", "答", (str(number), str((number + 1) % 40)))
        for number in range(0, 40, 4)
    ),
    unanswerable=(),
)


def test_documents_asked_about_together_are_in_one_half() -> None:
    halves = Halves(POLICIES)
    for question in POLICIES.questions:
        first, second = (POLICIES.documents[name] for name in question.documents)
        assert halves.trains_policy(first) == halves.trains_policy(second)


def test_every_version_of_a_law_is_in_one_half() -> None:
    halves = Halves(POLICIES)
    for number in range(40):
        versions = (
            f"法{number}",
            f"laws/某类/法{number}(2019-01-01).md",
            f"中华人民共和国法{number}",
        )
        assert len({halves.trains_law(name) for name in versions}) == 1


def test_some_laws_are_kept_whole() -> None:
    halves = Halves(POLICIES)
    kept = [number for number in range(120) if not halves.trains_law(f"法{number}")]
    assert 5 < len(kept) < 60


def test_a_passage_that_our_own_questions_rest_on_is_kept_wherever_it_stands() -> None:
    halves = Halves(POLICIES, ["试用期 为一年。"])
    assert not halves.trains_passage(
        "第三十四条　新录用的公务员试用期为\n一年。试用期满合格的，任职。"
    )
    assert halves.trains_passage("第三十五条　新录用的公务员试用期满不合格的，取消录用。")


@pytest.mark.parametrize(
    "name", ["民法典", "laws/民法典/中华人民共和国民法典(2020-05-28).md", "民法典（2020-05-28）"]
)
def test_a_law_has_one_name(name: str) -> None:
    assert law_name(name) == "民法典"


def test_no_context_is_both_trained_on_and_kept() -> None:
    questions = [
        ReadingQuestion(
            f"drcddev-{number // 9}-{number // 3}-{number}", "问", f"文{number // 3}", ()
        )
        for number in range(2000)
    ]
    trained, kept = parts(questions)
    articles = [{one.id.split("-")[1] for one in part} for part in (trained, kept)]
    assert not articles[0] & articles[1]
    assert len(trained) + len(kept) == 2000
    assert 300 <= len(kept) < 320


def test_an_order_by_hash_does_not_follow_the_input() -> None:
    keys = [str(number) for number in range(50)]
    assert first_by_hash(keys) == first_by_hash(reversed(keys)) != keys
