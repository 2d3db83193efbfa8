"""Who became whom, and what a search by today's agency finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.agencies import SITE_FILE, Agencies, Change, agencies_of, national
from index.errors import InvalidRequest


def test_an_agency_is_followed_through_several_reforms() -> None:
    steps = [*national().after("卫生部")]
    assert steps == [("国家卫生和计划生育委员会", 2013), ("国家卫生健康委员会", 2018)]
    assert [*national().after("国家卫生健康委员会")] == []


@pytest.mark.parametrize(
    ("agency", "wanted", "is_it"),
    [
        ("国家旅游局", "文化和旅游部", True),
        ("国家旅游局", "文旅部", True),
        ("银监会", "国家金融监督管理总局", True),
        ("文化和旅游部", "国家旅游局", False),  # what came later is not what was
        ("国家旅游局", "国家旅游局", True),
        ("国家旅游局", "文化部", False),
        ("示例市旅游局", "文化和旅游部", False),
    ],
)
def test_todays_agency_is_asked_and_yesterdays_is_found(
    agency: str, wanted: str, is_it: bool
) -> None:
    assert national().is_or_became(agency, wanted) is is_it


def test_of_agencies_that_issued_together_one_is_enough() -> None:
    there = ["公安部、国家旅游局", "国家旅游局", "公安部", None]
    assert national().issuers(["文旅部"], there) == {"公安部、国家旅游局", "国家旅游局", "文旅部"}


def test_a_site_adds_its_own_for_one_place_or_for_every_one(tmp_path: Path) -> None:
    (tmp_path / SITE_FILE).write_text(
        """
        [aliases]
        "示例市政务服务和数据管理局" = ["示例市政数局"]

        [[changes]]
        since = 2024
        former = ["示例市行政服务中心"]
        now = "示例市政务服务和数据管理局"

        [[changes]]
        since = 2019
        former = ["*国土资源局"]
        now = "*自然资源局"
        """,
        "utf-8",
    )
    own = agencies_of(tmp_path)
    assert own.is_or_became("示例市行政服务中心", "示例市政数局")
    assert own.is_or_became("甲县国土资源局", "甲县自然资源局")
    assert not own.is_or_became("甲县国土资源局", "乙县自然资源局")
    assert not own.is_or_became("国土资源局", "自然资源局")
    assert own.is_or_became("农业部", "农业农村部")  # what is shipped holds as well


def test_without_a_table_of_its_own_a_site_has_what_is_shipped(tmp_path: Path) -> None:
    assert agencies_of(tmp_path) is national()


@pytest.mark.parametrize(
    "table",
    [
        "changes = 1",
        "[[changes]]\nformer = '甲'\nnow = '乙'",
        "[[changes]]\nnow = '乙'",
        "[[changes]]\nformer = ['甲']\nnow = ''",
        "[[changes]]\nformer = ['甲']\nnow = '乙'\nyear = 2018",
        "[aliases]\n'甲' = 1",
        "[more]",
        "[",
    ],
)
def test_a_table_that_cannot_be_read_says_what_to_do(table: str, tmp_path: Path) -> None:
    (tmp_path / SITE_FILE).write_text(table, "utf-8")
    with pytest.raises(InvalidRequest, match=r"agencies\.toml"):
        agencies_of(tmp_path)


NAMES = st.sampled_from("甲乙丙丁戊")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=12), NAMES)
def test_following_ends_whatever_the_table_says(pairs: list[tuple[str, str]], name: str) -> None:
    table = Agencies(tuple(Change((former,), now) for former, now in pairs), {})
    steps = [now for now, _ in table.after(name)]
    assert len(steps) == len(set(steps))
    assert name not in steps


def test_nothing_shipped_becomes_itself_and_every_year_is_that_of_a_reform() -> None:
    for change in national().changes:
        assert change.now not in change.former
        assert change.since in ({2019, 2024} if change.likely else {2008, 2013, 2018, 2023})


def test_what_is_only_likely_is_known_of_but_not_certain() -> None:
    former, now = "示例市政务服务数据管理局", "示例市政务服务和数据管理局"
    assert national().are_one(now, former)
    assert not national().certain().are_one(now, former)
    assert national().certain().are_one("农业农村部", "农业部")
    assert not national().are_one(None, former)


@pytest.mark.parametrize("likely", ["1", "'ja'"])
def test_likely_is_yes_or_no(tmp_path: Path, likely: str) -> None:
    table = f"[[changes]]\nformer = ['甲局']\nnow = '乙局'\nlikely = {likely}"
    (tmp_path / SITE_FILE).write_text(table, "utf-8")
    with pytest.raises(InvalidRequest):
        agencies_of(tmp_path)
