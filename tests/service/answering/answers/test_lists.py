from __future__ import annotations

import pytest

from service.answering.answer import Answer, Outcome
from service.desk import Channel, Desk


def ask(desk: Desk, question: str) -> Answer:
    return desk.ask(question, channel=Channel.WEB)


def test_a_list_is_given_whole_with_its_head_and_every_item_in_order(counter: Desk) -> None:
    given = ask(counter, "申请最低生活保障需要具备哪些条件？")
    head, *items = (citation.quote for citation in given.citations)
    assert given.outcome is Outcome.ANSWERED
    assert head == "第三条　共同生活的家庭成员具备下列条件的，可以申请最低生活保障："
    assert items == [
        "（一）持有本市户籍；",
        "（二）人均月收入低于本市最低生活保障标准；",
        "（三）家庭财产状况符合市人民政府的规定；",
        "（四）法律、法规规定的其他条件。",
    ]
    assert given.answer == "\n".join(items)
    assert [citation.locator for citation in given.citations[1:3]] == [
        "第三条第（一）项",
        "第三条第（二）项",
    ]


def test_a_list_that_goes_over_several_passages_loses_nothing(counter: Desk) -> None:
    article = "第四条"
    document = next(
        one for one in counter.knowledge_base.documents() if "生活保障" in one.metadata.title
    )
    text = counter.knowledge_base.document(document.id).text
    passages = [
        chunk
        for chunk in counter.knowledge_base.chunks(document.id)
        if text.index(article) <= chunk.span.start < text.index("第五条")
    ]
    assert len(passages) > 1
    given = ask(counter, "申请最低生活保障应当提交哪些材料？")
    assert [citation.quote[:3] for citation in given.citations[1:]] == [
        f"（{number}）" for number in "一二三四五六"
    ]


def test_of_a_long_list_the_script_says_how_many_and_reads_the_first(counter: Desk) -> None:
    script = ask(counter, "申请最低生活保障应当提交哪些材料？").script or ""
    assert "共6项" in script
    assert "授权核对家庭经济状况的授权书" not in script
    assert "其余" in script


def test_a_short_list_is_read_whole(counter: Desk) -> None:
    script = ask(counter, "申请最低生活保障需要具备哪些条件？").script or ""
    assert "持有本市户籍；" in script
    assert "其他条件。来源是" in script
    assert "（一）" not in script


@pytest.mark.parametrize(
    ("question", "items"),
    [
        (
            "办居住证要带什么材料？",
            ["1. 居民身份证原件；", "2. 近期一寸免冠照片两张；", "3. 居住地住址证明。"],
        ),
        ("居住证在哪里办？", ["居住地派出所户籍窗口。"]),
        ("办理居住证要多少钱？", ["首次办理不收费，补领、换领每证收取工本费二十元。"]),
    ],
)
def test_a_guide_answers_with_the_whole_of_the_field_asked_for(
    counter: Desk, question: str, items: list[str]
) -> None:
    given = ask(counter, question)
    assert given.outcome is Outcome.ANSWERED
    assert [citation.quote for citation in given.citations[1:]] == items


def test_a_guide_for_one_service_is_none_for_another(counter: Desk) -> None:
    assert ask(counter, "办驾驶证要带什么材料？").outcome is Outcome.REFUSED


def test_several_things_asked_of_a_guide_are_answered_each(counter: Desk) -> None:
    given = ask(counter, "居住证在哪里办、要多少钱、带什么材料？")
    assert [part.outcome for part in given.parts] == [Outcome.ANSWERED] * 3


def test_one_thing_in_a_list_is_not_answered_with_all_of_it(desk: Desk) -> None:
    given = ask(desk, "热线不予受理的情形有哪些？")
    assert len(given.citations) == 4
    one = ask(desk, "热线受理人员应当在接到来电后多少秒内应答？")
    assert (one.answer or "").startswith("十五秒内")
    assert len(one.citations) == 1
