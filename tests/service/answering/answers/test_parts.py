from __future__ import annotations

import pytest

from index.store.curated import Draft
from service.answering.answer import Answer, Outcome
from service.desk import Channel, Desk


def ask(desk: Desk, question: str) -> Answer:
    return desk.ask(question, channel=Channel.WEB)


def test_each_part_has_its_own_answer_quote_and_confidence(desk: Desk) -> None:
    given = ask(desk, "粤智助全市布设了多少台，热线办结率是多少？")
    assert given.outcome is Outcome.ANSWERED
    assert [part.answer for part in given.parts] == ["119 台", "98.68%"]
    assert all(part.citations for part in given.parts)
    assert "119 台" in given.parts[0].citations[0].quote
    assert "98.68%" in given.parts[1].citations[0].quote
    assert given.confidence == min(part.confidence for part in given.parts)
    assert given.answer == "119 台；98.68%"
    assert set(given.citations) == {c for part in given.parts for c in part.citations}
    assert "119台" in (given.script or "")
    assert "98.68%" in (given.script or "")


def test_what_the_first_part_names_is_carried_into_the_next(desk: Desk) -> None:
    given = ask(desk, "热线受理了多少宗，办结率是多少，满意率是多少？")
    assert [part.answer for part in given.parts] == ["45460 宗", "98.68%", "99.86%"]


def test_two_batches_are_answered_each(desk: Desk) -> None:
    given = ask(desk, "第一批和第二批事项清单分别是多少项？")
    assert [part.answer for part in given.parts] == ["258 项", "543 项"]
    assert len(given.citations) == 1  # one sentence states both


def test_an_english_question_is_answered_part_by_part(desk: Desk) -> None:
    given = ask(desk, "How many items are in the first batch, and how many in the second?")
    assert [part.answer for part in given.parts] == ["258 项", "543 项"]
    assert all(part.citations for part in given.parts)
    whole = ask(desk, "Who signed the report and what is the hotline's completion rate?")
    assert [part.answer for part in whole.parts] == ["任煜昌", "98.68%"]


def test_facts_about_a_document_are_answered_each(desk: Desk) -> None:
    given = ask(desk, "这份报告的文号和签发人是什么？")
    assert [part.answer for part in given.parts] == ["鹤政数〔2022〕17 号", "任煜昌"]


def test_a_part_without_a_basis_is_said_to_have_none(desk: Desk) -> None:
    given = ask(desk, "粤智助全市布设了多少台，由哪家公司生产？")
    first, second = given.parts
    assert given.outcome is Outcome.ANSWERED
    assert first.answer == given.answer == "119 台"
    assert second.outcome is Outcome.REFUSED
    assert second.refusal is not None
    assert second.citations == ()
    assert given.confidence == first.confidence
    assert "part_without_basis" in {notice.kind for notice in given.notices}
    assert "没有找到依据" in (given.script or "")


def test_an_english_script_is_english_throughout_and_names_a_shared_source_once(
    desk: Desk,
) -> None:
    given = ask(desk, "How many items are in the first batch, and who painted the town hall?")
    assert [part.outcome for part in given.parts] == [Outcome.ANSWERED, Outcome.REFUSED]
    assert "No basis was found for: Who painted the town hall." in (given.script or "")
    both = ask(desk, "How many items are in the first batch, and how many in the second?")
    assert (both.script or "").count("Source: ") == 1


def test_where_no_part_has_a_basis_the_question_is_refused(desk: Desk) -> None:
    given = ask(desk, "社保卡什么时候可以领取，公积金怎么提取？")
    assert given.outcome is Outcome.REFUSED
    assert given.refusal is not None
    assert given.citations == ()
    assert given.confidence == 0.0
    assert len(given.parts) == 2


def test_parts_without_a_basis_are_kept_as_gaps_each(desk: Desk) -> None:
    ask(desk, "路灯有多少盏，井盖归哪个部门管？")
    desk.knowledge_base.journal.close()
    open_ = {gap.question for gap in desk.knowledge_base.gaps.open()}
    assert {"路灯有多少盏", "井盖归哪个部门管"} <= open_
    assert "路灯有多少盏，井盖归哪个部门管？" not in open_


def test_a_part_may_have_an_answer_of_the_sites_own(desk: Desk) -> None:
    kept = desk.knowledge_base.curated.add(Draft("值班室在哪里？", "在行政服务中心一楼。"))
    try:
        given = ask(desk, "粤智助全市布设了多少台？值班室在哪里？")
        assert [part.answer for part in given.parts] == ["119 台", "在行政服务中心一楼。"]
    finally:
        desk.knowledge_base.curated.remove(kept.id)


@pytest.mark.parametrize("question", ["粤智助全市布设了多少台", "今天天气怎么样"])
def test_a_question_about_one_thing_has_no_parts(desk: Desk, question: str) -> None:
    assert ask(desk, question).parts == ()
