from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.reading.values import Value, ValueKind, find_values


def stated(sentence: str, *kinds: ValueKind) -> list[str]:
    return [v.span.of(sentence) for v in find_values(sentence) if v.kind in kinds]


COUNTING = (ValueKind.COUNT, ValueKind.MONEY, ValueKind.RATE, ValueKind.PERIOD)


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("目前已实现 56 个事项两市通办。", ["56 个"]),
        ("业务办理量超 78000 宗。", ["超 78000 宗"]),
        ("共发布公开信息 7000 余条，", ["7000 余条"]),
        ("2022 年拟新增 16 个“一件事”主题目录上线", ["拟新增 16 个"]),
        ("处不超过五千元的罚款", ["不超过五千元"]),
        ("处五千元以上五万元以下的罚款", ["五千元以上五万元以下"]),
        ("租赁期限不得超过二十年。", ["不得超过二十年"]),
        ("应当至少保存十五年。", ["至少保存十五年"]),
        ("不满十四周岁的未成年人", ["不满十四周岁"]),
        ("有效期届满三十日前提出申请", ["三十日前"]),
        ("办结率达到 98.68%，满意率为 99.86%。", ["98.68%", "99.86%"]),
        (
            "办结率达到98. 68%，投资1 .5亿元，参保２．５万人。",
            ["98. 68%", "1 .5亿元", "２．５万人"],
        ),
        ("见附件1. 20个部门参加。", ["20个"]),
        ("加处百分之三的罚款", ["百分之三"]),
        ("经三分之二以上的代表同意", ["三分之二以上"]),
        ("十个工作日内办结", ["十个工作日内"]),
    ],
)
def test_a_value_is_found_with_its_hedge(sentence: str, values: list[str]) -> None:
    assert stated(sentence, *COUNTING) == values


@pytest.mark.parametrize(
    "sentence",
    [
        "落实“三重一大”事项必经党组研究",
        "加快“一件事”改革",
        "一是深入学习",
        "第二批事项清单",
        "鹤山工业城5G智慧园区",
        "“数字政府”2.0建设",
    ],
)
def test_ordinals_and_catchwords_are_no_values(sentence: str) -> None:
    assert stated(sentence, *COUNTING) == []


@pytest.mark.parametrize(
    ("sentence", "dates"),
    [
        ("5 月 31 日，两地签订了协议", ["5 月 31 日"]),
        ("截至 2022 年 10 月，共收到", ["2022 年 10 月"]),
        ("本法自二〇二一年九月一日起施行", ["二〇二一年九月一日"]),
        ("“七一”期间开展竞赛", ["“七一”期间"]),
        ("请于 2026-01-31 前报送", ["2026-01-31"]),
    ],
)
def test_dates_are_found_as_printed(sentence: str, dates: list[str]) -> None:
    assert stated(sentence, ValueKind.DATE) == dates


def test_a_telephone_number_is_found_whole() -> None:
    sentence = "联系电话：0750-8888888，或拨打热线12345。"
    assert stated(sentence, ValueKind.PHONE) == ["0750-8888888", "12345"]


def test_titles_keep_the_names_inside_them() -> None:
    sentence = "签订了《政务服务“跨城通办”合作协议》，"
    assert "《政务服务“跨城通办”合作协议》" in stated(sentence, ValueKind.TITLE)


def test_a_plan_is_marked_as_one() -> None:
    planned = [v.planned for v in find_values("拟新增16个主题，已上线9个主题") if v.unit == "个"]
    assert planned == [True, False]


def test_the_noun_says_what_is_counted() -> None:
    nouns = [v.noun for v in find_values("10个镇（街）和 23 个部门共 33 个试点单位开展工作")]
    assert [noun[:2] for noun in nouns] == ["镇（", "部门", "试点"]


@given(st.text(alphabet="一二十百万0189.%个件年月日元第超余“”《》，。 以上至", max_size=60))
def test_spans_stay_inside_the_sentence_and_in_order(sentence: str) -> None:
    values: list[Value] = find_values(sentence)
    assert values == sorted(values, key=lambda v: (v.span.start, v.span.end))
    assert all(v.core in v.span and v.span.end <= len(sentence) for v in values)
