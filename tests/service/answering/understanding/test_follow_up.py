from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.answering.understanding.follow_up import completed

BATCH = "便民服务第一批事项共有多少项？"


@pytest.mark.parametrize(
    ("question", "previous", "whole"),
    [
        ("那第二批呢？", BATCH, "便民服务第二批事项共有多少项？"),
        ("第二批", BATCH, "便民服务第二批事项共有多少项？"),
        ("咁第3批有多少项呀", BATCH, None),
        ("那第二批一共有多少项？", BATCH, "便民服务第二批事项共有多少项？"),
        ("第二批呢", "首批事项有几项？", "第二批事项有几项？"),
        ("2021年呢？", "2022年收到多少件来信？", "2021年收到多少件来信？"),
        ("去年呢？", "请问收到多少件来信？", "请问去年收到多少件来信？"),
        ("11月呢", "2022年收到多少件来信？", "2022年11月收到多少件来信？"),
        ("那2021年呢", "11月收到多少件来信？", "2021年11月收到多少件来信？"),
        ("下半年呢", "2022年上半年收到多少件来信？", "2022年下半年收到多少件来信？"),
        ("2021年第二批呢", "2022年第一批有多少项？", "2021年第二批有多少项？"),
        ("上海市呢？", "北京市一共有几个区？", "上海市一共有几个区？"),
        ("那深圳呢", "有多少个办事窗口？", "深圳有多少个办事窗口？"),
        ("第五条呢", "《门牌管理办法》第三条规定了什么？", "《门牌管理办法》第五条规定了什么？"),
        ("《路灯管理办法》呢", "《门牌管理办法》哪天施行？", "《路灯管理办法》哪天施行？"),
        ("财政局呢？", "市民政局负责什么？", "市财政局负责什么？"),
        ("市财政局呢？", "市民政局负责什么？", "市财政局负责什么？"),
        ("变更登记呢？", "企业设立登记需要几个工作日？", "企业变更登记需要几个工作日？"),
        ("那老年人乘车呢", "残疾人乘车有什么优惠？", "老年人乘车有什么优惠？"),
        ("它哪天施行？", "《门牌管理办法》适用于哪些人？", "《门牌管理办法》哪天施行？"),
        ("该办法由谁解释？", "《门牌管理办法》适用于谁？", "《门牌管理办法》由谁解释？"),
    ],
)
def test_a_question_that_leans_on_the_one_before_is_made_whole(
    question: str, previous: str, whole: str | None
) -> None:
    assert completed(question, previous) == whole


@pytest.mark.parametrize(
    ("question", "previous", "whole"),
    [
        ("满意率呢？", "2022年鹤山热线受理了多少件？", "2022年鹤山热线满意率是多少"),
        ("那办结率呢", "请问热线的满意率是多少？", "热线办结率是多少"),
        ("服务满意率呢？", "热线办结率是多少？", "热线服务满意率是多少"),
        ("噉费用呢？", "居住证喺边度办？", "居住证费用是多少"),
        ("那费用呢？", "我想办残疾人证，要什么材料？", "我想办残疾人证，费用是多少"),
        ("材料呢", "办居住证要预约吗？", "办居住证材料是什么"),
        ("联系电话呢？", "居住证办理地点", "居住证联系电话是多少"),
        ("办理时限呢", "申请低保需要什么条件？", "申请低保办理时限是多久"),
        ("办公地点呢", "热线受理了多少件，满意率是多少？", "热线办公地点在哪里"),
        ("签发人呢？", "报告的文号是什么？", "报告签发人是谁"),
        ("满意率是多少？", "热线受理了多少件？", "热线满意率是多少"),
        ("2021年的满意率呢？", "2022年热线受理了多少件？", "2021年热线满意率是多少"),
        ("要带什么材料？", "居住证在哪里办？", "居住证要带什么材料"),
        ("要几多钱呀？", "居住证喺边度办？", "居住证要几多钱呀"),
        ("多久能办好", "申请低保需要什么条件？", "申请低保多久能办好"),
    ],
)
def test_another_property_is_asked_of_the_same_thing_year_and_place(
    question: str, previous: str, whole: str
) -> None:
    assert completed(question, previous) == whole


@pytest.mark.parametrize(
    ("question", "previous"),
    [
        ("深圳的办件量呢？", "热线受理了多少件？"),  # of which matter?
        ("2021年满意率呢", "热线受理了多少件？"),
        ("满意率呢？", "一共办了多少件？"),
        ("满意率呢？", "你好"),
        ("那满意率达标的有几个？", "热线受理了多少件？"),
        ("投诉的办结率是多少？", "热线受理了多少件？"),
        ("身份证要多少钱？", "居住证在哪里办？"),
    ],
)
def test_a_property_with_an_owner_of_its_own_or_of_nothing_stands_for_itself(
    question: str, previous: str
) -> None:
    assert completed(question, previous) is None


@pytest.mark.parametrize(
    ("question", "previous"),
    [
        ("第三批呢？", "第一批和第二批分别有多少项？"),  # in whose place?
        ("第三批呢？", "第一、二批分别有多少项？"),
        ("深圳呢", "广州和佛山各有多少个窗口？"),
        ("11月和12月呢", "10月收到多少件来信？"),
        ("它哪天施行？", "有多少个窗口？"),
        ("它哪天施行？", "《门牌管理办法》和《路灯管理办法》有什么不同？"),
        ("第三类呢", "有多少个窗口？"),
        ("财政局呢", "民政局和教育局在哪里？"),
        ("变更登记呢", "设立登记和注销登记要几天？"),
    ],
)
def test_where_it_is_not_plain_what_is_left_out_nothing_is_guessed(
    question: str, previous: str
) -> None:
    assert completed(question, previous) is None


@pytest.mark.parametrize(
    "question",
    [
        "高龄津贴怎么申请？",
        "第二批补贴什么时候发？",
        "2021年的办件量是多少？",
        "深圳的办件量呢？",
        "我的申请呢？",
        "罚款呢？",
        "那怎么办呢？",
        "你们呢？",
        "谢谢",
        "好的",
        "那呢",
        "？",
        "",
    ],
)
def test_a_question_with_a_matter_of_its_own_stands_for_itself(question: str) -> None:
    assert completed(question, BATCH) is None


def test_questions_may_lean_on_one_another_in_turn() -> None:
    second = completed("第二批呢", "2022年第一批有多少项？")
    assert second is not None
    assert completed("那2023年呢", second) == "2023年第二批有多少项？"


@given(st.text(max_size=40), st.text(max_size=60))
def test_whatever_was_said_it_is_whole_or_left_alone(question: str, previous: str) -> None:
    whole = completed(question, previous)
    added = len("是什么时候")
    assert whole is None or (whole.strip() and len(whole) <= len(question) + len(previous) + added)
