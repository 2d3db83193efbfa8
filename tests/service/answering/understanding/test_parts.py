from __future__ import annotations

import pytest

from service.answering.understanding.parts import AskedPart, parts_of


def questions(question: str) -> list[str]:
    return [part.question for part in parts_of(question)]


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("一共办了多少件，满意率是多少？", ["一共办了多少件", "满意率是多少"]),
        ("信访局一共办了多少件，满意率是多少？", ["信访局一共办了多少件", "信访局满意率是多少"]),
        (
            "居住证在哪里办、要多少钱、带什么材料？",
            ["居住证在哪里办", "居住证要多少钱", "居住证带什么材料"],
        ),
        ("报告是谁签发的，什么时候印发的？", ["报告是谁签发的", "报告什么时候印发的"]),
        (
            "我想办残疾人证，要什么材料，多久能办好？",
            ["我想办残疾人证，要什么材料", "我想办残疾人证，多久能办好"],
        ),
        ("办理居住证要预约吗？要多少钱？", ["办理居住证要预约吗", "办理居住证要多少钱"]),
        ("路灯有多少盏？井盖归哪个部门管？", ["路灯有多少盏", "井盖归哪个部门管"]),
        ("办居住证要多少钱以及多久能拿到", ["办居住证要多少钱", "办居住证多久能拿到"]),
        ("第一批有多少项，第二批呢", ["第一批有多少项", "第二批有多少项"]),
        ("国家秘密分哪几级，绝密级最长多久？", ["国家秘密分哪几级", "绝密级最长多久"]),
        ("居住证几天能拿到，收费吗？", ["居住证几天能拿到", "居住证收费吗"]),
    ],
)
def test_a_question_that_asks_several_things_is_taken_apart(
    question: str, parts: list[str]
) -> None:
    assert questions(question) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("第一批和第二批分别是多少项？", ["第一批是多少项", "第二批是多少项"]),
        (
            "清单第一批、第二批和第三批各有多少项",
            ["清单第一批有多少项", "清单第二批有多少项", "清单第三批有多少项"],
        ),
        ("2021年和2022年热线分别受理多少宗", ["2021年热线受理多少宗", "2022年热线受理多少宗"]),
        ("北京和上海分别有多少个区", ["北京有多少个区", "上海有多少个区"]),
        ("市财政局和市民政局各有多少人", ["市财政局有多少人", "市民政局有多少人"]),
        ("热线办结率和满意率分别是多少", ["热线办结率是多少", "热线满意率是多少"]),
        (
            "《甲办法》和《乙办法》分别什么时候施行",
            ["《甲办法》什么时候施行", "《乙办法》什么时候施行"],
        ),
        ("人大建议和政协提案分别办理了多少件", ["人大建议办理了多少件", "政协提案办理了多少件"]),
        (
            "专项贷款发放利率和期限是什么",
            ["专项贷款发放利率是什么", "专项贷款发放期限是什么"],
        ),
        ("报告的文号和签发人是什么", ["报告的文号是什么", "报告的签发人是什么"]),
        ("低保的申请条件、申请材料是什么", ["低保的申请条件是什么", "低保的申请材料是什么"]),
    ],
)
def test_what_is_asked_of_several_things_is_asked_of_each(question: str, parts: list[str]) -> None:
    assert questions(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "粤智助有多少台？",
        "数据和政务服务由哪个部门负责",
        "数据和政务服务是什么关系",
        "《数据和政务服务条例》什么时候施行，请告诉我",
        "《数据和政务服务条例》分别由谁执行",
        "哪些人和哪些单位可以申请",
        "信息哪些公开哪些不公开，守的是哪条原则？",
        "什么时候、在哪里举行的",
        "什么情况下，可以申请什么补贴",
        "领导干部平时都在哪些会上、用哪些路子学法治思想？",
        "查不出是哪家扔的，谁来赔钱？",
        "朋友借我的卡用几天，能借吗？",
        "窗口办事要不要预约，还是直接去",
        "两批一共多少项",
        "一把手、副手、下面科室三层各自怎么分？",
        "How many items are there, and when was the report signed?",
        "那个“谁主管谁负责、谁用谁管”的责任制，完整怎么说？",
        "",
        "我记得第一批有多少项来着，是258项对吗？",
        "一共有多少项，你知道吗？",
    ],
)
def test_a_question_about_one_thing_stays_whole(question: str) -> None:
    assert parts_of(question) == ()


def test_a_part_with_a_subject_of_its_own_hears_only_what_was_named_before() -> None:
    assert parts_of("鼓楼区布设了多少台自助机，业务办理量是多少宗？") == (
        AskedPart("鼓楼区布设了多少台自助机"),
        AskedPart("业务办理量是多少宗", "鼓楼区"),
    )


def test_more_parts_than_one_can_answer_are_left_to_the_caller() -> None:
    assert parts_of("，".join(["在哪里办"] * 7)) == ()
