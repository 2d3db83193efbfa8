"""Lists as documents print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document, Span
from index.guide_captions import GuideField
from index.numerals import numeral
from index.read import read_document
from service.answering.reading.listings import field_of_guide, listing_around

LAW = """示例市停车办法

第一条　为了规范停车，制定本办法。

第二条　有下列情形之一的，不收停车费：
（一）停车不满三十分钟的；
（二）执行任务的：
1. 救护车；
2. 消防车；
（三）残疾人驾驶的专用车辆。
前款规定以外的车辆，按照标准收费。

第三条　停车场应当公示：（一）收费标准；（二）监督电话；（三）开放时间。
"""
NOTICE = """关于做好示例登记工作的通知

一、登记对象
在本市居住的人员。

二、登记材料
1. 身份证；
2. 照片两张。

三、登记要求
办理登记应当做到：①当面核对；②当日录入；③妥善保管。其他事项另行通知。
"""
GUIDE = """示例证办理指南

一、申请条件
（一）在本市居住半年以上；
（二）有固定住所。

二、申请材料
身份证
居住证明

三、收费标准
不收费。
"""


def read(text: str) -> Document:
    return read_document(text.encode(), "示例.txt")


def listed(document: Document, words: str) -> tuple[str, list[str]] | None:
    start = document.text.index(words)
    found = listing_around(document, Span(start, start + len(words)))
    if found is None:
        return None
    return found.head.of(document.text), [item.of(document.text) for item in found.items]


@pytest.mark.parametrize("words", ["不收停车费", "停车不满三十分钟", "残疾人驾驶"])
def test_head_and_items_of_an_article_are_found_from_any_of_them(words: str) -> None:
    assert listed(read(LAW), words) == (
        "第二条　有下列情形之一的，不收停车费：",
        [
            "（一）停车不满三十分钟的；",
            "（二）执行任务的：\n1. 救护车；\n2. 消防车；",
            "（三）残疾人驾驶的专用车辆。",
        ],
    )


def test_the_innermost_list_is_taken() -> None:
    assert listed(read(LAW), "救护车") == ("（二）执行任务的：", ["1. 救护车；", "2. 消防车；"])


def test_items_in_one_paragraph_are_items() -> None:
    head, items = listed(read(LAW), "停车场应当公示") or ("", [])
    assert head == "第三条　停车场应当公示："
    assert items == ["（一）收费标准；", "（二）监督电话；", "（三）开放时间。"]


def test_numbered_lines_under_a_heading_are_a_list() -> None:
    assert listed(read(NOTICE), "登记材料") == ("二、登记材料", ["1. 身份证；", "2. 照片两张。"])


def test_a_list_within_a_sentence_ends_with_it() -> None:
    _, items = listed(read(NOTICE), "当日录入") or ("", [])
    assert items == ["①当面核对；", "②当日录入；", "③妥善保管。"]


def test_numbered_sections_of_prose_are_no_list() -> None:
    prose = "加强停车管理。增加停车泊位。完善收费办法。"
    parts = ["关于停车工作的意见\n", "一、总体要求", prose, "二、主要任务", prose]
    text = "\n".join([*parts, f"（一）{prose}", f"（二）{prose}"])
    document = read(text)
    assert listed(document, "总体要求") is None
    assert listed(document, "（二）加强停车管理") is None


@pytest.mark.parametrize("words", ["为了规范停车", "按照标准收费", "停车办法"])
def test_what_stands_in_no_list_has_none(words: str) -> None:
    assert listed(read(LAW), words) is None


@pytest.mark.parametrize(
    ("field", "items"),
    [
        (GuideField.CONDITIONS, ["（一）在本市居住半年以上；", "（二）有固定住所。"]),
        (GuideField.MATERIALS, ["身份证", "居住证明"]),
        (GuideField.FEE, ["不收费。"]),
        (GuideField.PLACE, None),
    ],
)
def test_a_field_of_a_guide_is_found_from_anywhere_in_it(
    field: GuideField, items: list[str] | None
) -> None:
    document = read(GUIDE)
    for words in ("示例证办理指南", "居住证明", "不收费。"):
        start = document.text.index(words)
        found = field_of_guide(document, Span(start, start + len(words)), field)
        assert (found and [item.of(document.text) for item in found.items]) == items


_WORDS = st.text("市民应当提交材料办理登记申请书证明", min_size=2, max_size=120)


@given(st.lists(_WORDS, min_size=2, max_size=12))
def test_no_item_is_lost_however_long_the_list(words: list[str]) -> None:
    items = [f"（{numeral(n)}）{word}；" for n, word in enumerate(words, 1)]
    items[-1] = items[-1].replace("；", "。")
    lines = "\n".join(items)
    text = f"示例办法\n\n第一条　总则。\n\n第二条　应当提交下列材料：\n{lines}\n\n第三条　附则。\n"
    assert listed(read(text), "应当提交下列材料：") == ("第二条　应当提交下列材料：", items)
