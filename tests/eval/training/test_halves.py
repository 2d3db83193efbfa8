from __future__ import annotations

import pytest

from eval.datasets import Article, LegalQuestion, Policies, PolicyQuestion, Statutes
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
STATUTES = Statutes(
    articles=tuple(Article(number, f"法{number}", "第一条", "文") for number in range(40)),
    questions=tuple(LegalQuestion(str(number), "问", (number,)) for number in range(40)),
)


def test_documents_asked_about_together_are_in_one_half() -> None:
    halves = Halves(POLICIES, STATUTES)
    for question in POLICIES.questions:
        first, second = (POLICIES.documents[name] for name in question.documents)
        assert halves.trains_policy(first) == halves.trains_policy(second)


def test_every_version_of_a_law_is_in_one_half() -> None:
    halves = Halves(POLICIES, STATUTES)
    for number in range(40):
        versions = (
            f"法{number}",
            f"laws/某类/法{number}(2019-01-01).md",
            f"中华人民共和国法{number}",
        )
        assert len({halves.trains_law(name) for name in versions}) == 1


def test_a_law_that_measuring_asks_about_is_never_trained_on() -> None:
    halves = Halves(POLICIES, STATUTES)
    kept = {name for name in STATUTES.laws if not halves.trains_law(name)}
    assert 10 < len(kept) < 35


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
