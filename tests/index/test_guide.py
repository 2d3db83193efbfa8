import io

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.guide import pairs, services
from index.guide_captions import GuideField, guide_field
from index.read import read_document

HEADED = """示例证办理指南

一、事项名称
示例证首次申领

二、申请条件
（一）在本市居住半年以上；
（二）有固定住所。

三、申请材料
1. 身份证；
2. 居住证明。

四、收费标准
不收费。

五、咨询电话：0000-8880000

六、其他说明
请带原件。
"""
LINES = """示例证办理

事项名称：示例证补办
承诺时限：3个工作日
办理地点：示例市政务服务中心二楼
事项名称：示例证注销
办理时限：当场办结
收费：不收费
"""


def read(text: str, name: str = "例.txt") -> Document:
    return read_document(text.encode(), name)


def fields(document: Document) -> list[list[tuple[GuideField, str]]]:
    return [
        [(one.field, one.value.of(document.text)) for one in service.fields]
        for service in services(document)
    ]


def test_headings_caption_what_stands_below_them_until_the_next() -> None:
    [found] = fields(read(HEADED))
    assert found == [
        (GuideField.SERVICE, "示例证首次申领"),
        (GuideField.CONDITIONS, "（一）在本市居住半年以上；\n（二）有固定住所。"),
        (GuideField.MATERIALS, "1. 身份证；\n2. 居住证明。"),
        (GuideField.FEE, "不收费。"),
        (GuideField.TELEPHONE, "0000-8880000"),
    ]


def test_a_second_service_begins_where_its_name_does() -> None:
    first, second = fields(read(LINES))
    assert first[0] == (GuideField.SERVICE, "示例证补办")
    assert second[0] == (GuideField.SERVICE, "示例证注销")
    assert (GuideField.TIME_LIMIT, "当场办结") in second


def test_a_form_in_word_is_read_caption_by_caption() -> None:
    document = docx.Document()
    table = document.add_table(4, 2)
    rows = [
        ("事项名称", "示例证办理"),
        ("受理条件", "年满18周岁"),
        ("办理时限", "5个工作日"),
        ("咨询电话", "0000-8880000"),
    ]
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, word in zip(cells.cells, words, strict=True):
            cell.text = word
    file = io.BytesIO()
    document.save(file)
    [found] = fields(read_document(file.getvalue(), "例.docx"))
    assert [value for _, value in found] == [words for _, words in rows]


def test_a_form_in_html_may_hold_two_captions_in_a_row() -> None:
    page = (
        "<html><body><h1>示例证办理</h1><table>"
        "<tr><td>事项名称</td><td>示例证</td><td>办理时限</td><td>3天</td></tr>"
        "<tr><td>受理条件</td><td colspan=3>年满18周岁</td></tr></table></body></html>"
    )
    [found] = fields(read(page, "例.html"))
    assert found == [
        (GuideField.SERVICE, "示例证"),
        (GuideField.TIME_LIMIT, "3天"),
        (GuideField.CONDITIONS, "年满18周岁"),
    ]


def test_a_table_whose_columns_are_captioned_stays_a_table() -> None:
    page = (
        "<html><body><h1>服务事项一览</h1><table>"
        "<tr><th>事项名称</th><th>办理时限</th><th>咨询电话</th></tr>"
        "<tr><td>示例证</td><td>3天</td><td>111</td></tr>"
        "<tr><td>样本证</td><td>5天</td><td>222</td></tr></table></body></html>"
    )
    first, second = fields(read(page, "例.html"))
    assert first[0] == (GuideField.SERVICE, "示例证")
    assert second[-1] == (GuideField.TELEPHONE, "222")


def test_a_notice_with_a_telephone_number_is_no_guide() -> None:
    text = "关于放假的通知\n\n各单位：\n\n现将放假安排通知如下。\n\n联系电话：0000-1234567\n"
    assert services(read(text)) == ()


@pytest.mark.parametrize(
    ("caption", "field"),
    [
        ("【 办理流程 】", GuideField.PROCEDURE),
        ("所需材料（原件）", GuideField.MATERIALS),
        ("设定依据", GuideField.BASIS),
        ("依据充分", None),
        ("申请", None),
    ],
)
def test_captions_are_known_by_their_usual_words(caption: str, field: GuideField | None) -> None:
    assert guide_field(caption) is field


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("示例证问答\n\n问：怎么办？\n答：在窗口办。\n\n问：多久？\n答：三天。\n", "例.txt"),
        ("# 示例证问答\n\n## 怎么办？\n\n在窗口办。\n\n## 多久？\n\n三天。\n", "例.md"),
        ("示例证问答\n\n1. 怎么办？\n在窗口办。\n\n2. 多久？\n三天。\n", "例.txt"),
    ],
)
def test_questions_are_paired_with_their_answers(text: str, name: str) -> None:
    document = read(text, name)
    found = [(p.question.of(document.text), p.answer.of(document.text)) for p in pairs(document)]
    assert found == [("怎么办？", "在窗口办。"), ("多久？", "三天。")]


LINES_AT_RANDOM = (
    *("事项名称：甲", "事项名称", "申请材料", "1. 身份证", "二、收费标准", "不收费", "三、说明"),
    *(
        "电话：1；地址：乙",
        "问：何时？",
        "答：明天",
        "办理时限：3天；收费：无",
        "（一）其他",
        "依据",
    ),
)


@given(st.lists(st.sampled_from(LINES_AT_RANDOM), max_size=14))
def test_fields_and_pairs_lie_in_the_text_in_order_and_do_not_overlap(lines: list[str]) -> None:
    document = read("示例指南\n\n正文开头的一句话。\n\n" + "\n\n".join(lines) + "\n")
    position = 0
    for service in services(document):
        for one in service.fields:
            assert position <= one.caption.start < one.caption.end <= one.value.start
            assert one.value.start < one.value.end <= len(document.text)
            position = one.value.end
    position = 0
    for pair in pairs(document):
        assert position <= pair.question.start < pair.question.end <= pair.answer.start
        position = pair.answer.end
