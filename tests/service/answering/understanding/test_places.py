"""The places a question names, and what only looks like one."""

import pytest

from service.answering.understanding.places import find_places


@pytest.mark.parametrize(
    ("wording", "places"),
    [
        ("鹤山有多少个政务服务中心", {"鹤山"}),
        ("江门市新会区的办事指南", {"江门市", "新会区"}),
        ("德国的居留许可在这里管不管用", {"德国"}),
        ("京津两地互认哪些资质", {"京津"}),
        ("全省推广了几个经验", {"全省"}),
    ],
)
def test_a_place_is_found_by_its_name(wording: str, places: set[str]) -> None:
    assert set(find_places(wording)) == places


@pytest.mark.parametrize(
    "wording",
    [
        "每个礼拜通报几次",
        "台风天能不能上门办理",
        "孩子中考怎么加分",
        "新车多久能上路",
        "公司准备上市要交什么材料",
        "外国人来了怎么登记",
        "山区的孩子有没有补贴",
    ],
)
def test_a_word_of_everyday_language_is_no_place(wording: str) -> None:
    assert not set(find_places(wording))


def test_a_town_behind_its_county_is_a_place_of_its_own() -> None:
    assert set(find_places("鹤山古劳镇有几个代办点")) == {"鹤山", "古劳镇"}


def test_what_lies_in_a_province_is_not_part_of_its_name() -> None:
    assert set(find_places("河北农村的厕所改了多少座")) == {"河北"}
    assert set(find_places("河北山区修了多少路")) == {"河北"}
