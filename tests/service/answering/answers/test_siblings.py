"""Which of several documents of one name is meant."""

from __future__ import annotations

from datetime import date

from index.document import Metadata
from service.answering.answers.siblings import of_one_name
from service.answering.scope import Candidate


def regulation(name: str, region: str, year: int) -> Candidate:
    return Candidate(
        name, Metadata(title="养犬管理规定", region=region, issued_on=date(year, 1, 1))
    )


OLD, NEW = regulation("旧", "示例市", 2015), regulation("新", "示例市", 2021)
ELSEWHERE = regulation("外地", "范例市", 2023)


def test_of_versions_the_latest_is_meant():
    assert of_one_name([OLD, NEW], None) == NEW


def test_the_own_place_comes_before_a_later_one_elsewhere():
    assert of_one_name([ELSEWHERE, NEW, OLD], "示例市") == NEW


def test_of_several_places_none_is_guessed():
    assert of_one_name([ELSEWHERE, NEW], None) is None
