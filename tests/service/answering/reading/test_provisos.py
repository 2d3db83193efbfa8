from __future__ import annotations

import pytest

from index.document import Span
from index.read import read_document
from service.answering.reading.provisos import read_with

LAW = """示例市停车办法

第一条　停车费每小时五元。但是，夜间减半收取。

第二条　车主应当在十五日内缴费。
前款规定的期限，经批准可以延长十日。
车主应当保管好凭证。

第三条　逾期缴费的，按照下列标准加收：
（一）不满十日的，加收百分之五；
（二）十日以上的，加收百分之十。

第四条　停车场应当公示收费标准。
违反前款规定的，处五百元罚款。

第五条　本办法由交通部门解释。
但书不在这里。
"""
REPORT = """示例市2022年工作报告

一、工作情况
全年新增泊位 300 个。但是老城区仍然不足。全年收费 20 万元。
二、下一步打算
继续努力。
"""


def beside(text: str, quoted: str) -> list[str]:
    document = read_document(text.encode(), "示例.txt")
    start = document.text.index(quoted)
    return [
        span.of(document.text) for span in read_with(document, Span(start, start + len(quoted)))
    ]


@pytest.mark.parametrize(
    ("quoted", "with_it"),
    [
        ("停车费每小时五元。", ["但是，夜间减半收取。"]),
        ("第二条　车主应当在十五日内缴费。", ["前款规定的期限，经批准可以延长十日。"]),
        ("前款规定的期限，经批准可以延长十日。", ["第二条　车主应当在十五日内缴费。"]),
        ("车主应当保管好凭证。", []),
        ("（二）十日以上的，加收百分之十。", ["第三条　逾期缴费的，按照下列标准加收："]),
        ("违反前款规定的，处五百元罚款。", ["第四条　停车场应当公示收费标准。"]),
        ("第五条　本办法由交通部门解释。", []),
    ],
)
def test_what_belongs_to_a_sentence_of_an_article_is_found(quoted: str, with_it: list[str]) -> None:
    assert beside(LAW, quoted) == with_it


def test_in_a_report_only_the_sentence_that_takes_back_is() -> None:
    assert beside(REPORT, "全年新增泊位 300 个。") == ["但是老城区仍然不足。"]
    assert beside(REPORT, "全年收费 20 万元。") == []


def test_the_proviso_of_a_sentence_too_long_to_quote_is_cited_too() -> None:
    long = "停车场应当公示收费标准和监督电话，" * 20 + "每日开放二十小时"
    text = f"示例办法\n\n第一条　{long}；但是节假日除外。\n\n第二条　附则。\n"
    assert beside(text, "每日开放二十小时") == ["但是节假日除外。"]
