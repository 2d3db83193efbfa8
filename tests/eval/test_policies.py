"""Policies are searched and asked as on their day, beside BM25 on the same passages."""

import pytest

from eval import policies, policy_answers
from eval.datasets import Half, Policies, PolicyQuestion, half_of
from eval.progress import Progress
from eval.workbench import Workbench
from service.answering.answer import Answer, Outcome

DOCUMENTS = {
    "a": "关于发放一次性补贴的通知 对受影响的个体工商户每户发放一次性补贴3000元，由区财政承担。",
    "b": "关于减免租金的通知 承租国有房屋的中小企业免收二月份租金，减半收取三月份租金。",
    "c": "关于发放一次性补贴的通知 对受影响的个体工商户每户发放一次性补贴3000元，由区财政承担。",
}
POLICIES = Policies(
    DOCUMENTS,
    (
        PolicyQuestion("q1", "个体工商户每户补贴多少元？", "3000 元", ("a",)),
        PolicyQuestion("q2", "中小企业三月份租金怎么收？", "减半收取三月份租金", ("b",)),
    ),
    (PolicyQuestion("u1", "出租车司机有什么补贴？", "", ()),),
)


def test_a_text_that_is_there_twice_is_one_file() -> None:
    assert [file.source for file in policies.files(POLICIES)] == ["a.txt", "b.txt"]


def test_both_systems_are_measured_on_every_question(workbench: Workbench) -> None:
    with workbench.desk(policies.files(POLICIES), policies.AS_OF) as asking:
        section = policies.run(POLICIES, asking, Progress())
    assert [result["id"] for result in section.results] == ["q1", "q2"]
    for result in section.results:
        assert result["ours"]["answer_in_300_characters"] == 1
        assert result["theirs"]["answer_in_1_passages"] == 1
    assert section.numbers["ceiling"] == 1
    everything = section.numbers["all"]
    assert everything["document_ndcg_at_10"]["gain"]["mean"] == 0


@pytest.mark.parametrize("half", list(Half))
def test_answers_are_measured_on_one_half(workbench: Workbench, half: Half) -> None:
    with workbench.desk(policies.files(POLICIES), policies.AS_OF) as asking:
        section = policy_answers.run(POLICIES, asking, Progress(), half)
    asked = {str(result["id"]) for result in section.results}
    expected = {
        question.id
        for question in (*POLICIES.questions, *POLICIES.unanswerable)
        if half_of(POLICIES.cluster_of(question)) is half
    }
    assert asked == expected
    for result in section.results:
        if result["quoted"]:
            assert result["document"]
            assert result["answerable"]


@pytest.mark.parametrize(
    ("said", "expected", "right", "inside"),
    [
        ("200万元", "企业向慈善总会捐赠200万元。", True, True),
        ("2476户", "单户最高可贷500万元", False, False),
        ("240辆", "客运车辆240辆、货运车辆269辆，其中冷链30辆", False, True),
        ("生物健康", "生物健康领域", True, True),
    ],
)
def test_a_part_of_the_answer_is_right_only_with_all_its_figures(
    said: str, expected: str, right: bool, inside: bool
) -> None:
    question = PolicyQuestion("q", "？", expected, ("a",))
    given = Answer("？", "1", Outcome.ANSWERED, 0.9, said)
    result = policy_answers.result_of(question, "a", frozenset({"a"}), given, 1.0)
    assert (result.right, result.inside) == (right, inside)
