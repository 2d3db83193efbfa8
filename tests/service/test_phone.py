from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.document import Status
from service.answering.answer import Answer, Citation, Notice, Outcome, Reason, Refusal
from service.desk import Channel, Desk
from service.phone import PhoneStyle, basis_line, cut, fit, full_link, phone_basis, phone_text

STYLE = PhoneStyle("https://wenju.example.gov.cn", "以主管部门解释为准。")
PLAIN = PhoneStyle()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=1500)


def citation(**changes: object) -> Citation:
    given = Citation(
        document_id="0123456789abcdef",
        title="示例市办事办法",
        document_number="示府〔2024〕5号",
        issuer="示例市政务服务局",
        status=Status.IN_FORCE,
        issued_on=None,
        effective_on=None,
        locator="第四条",
        page=None,
        start=5,
        end=20,
        quote="自收到之日起五个工作日内办结。",
        url="https://wenju.example.gov.cn/documents/0123456789abcdef?start=5&end=20",
        source="办法.txt",
    )
    return replace(given, **changes)  # type: ignore[arg-type]  # the tests know the fields


def answer(**changes: object) -> Answer:
    given = Answer("多久办结？", "1", Outcome.ANSWERED, 0.9, "五个工作日", "…", (citation(),))
    return replace(given, **changes)  # type: ignore[arg-type]  # the tests know the fields


def test_an_answer_is_short_and_names_basis_status_and_link() -> None:
    assert phone_text(answer(), STYLE).splitlines() == [
        "五个工作日",
        "依据：《示例市办事办法》（示府〔2024〕5号）第四条",
        "状态：现行有效",
        "查看原文：https://wenju.example.gov.cn/documents/0123456789abcdef?start=5&end=20",
        "以主管部门解释为准。",
    ]


def test_several_things_asked_at_once_are_answered_line_by_line(desk: Desk) -> None:
    question = "粤智助全市布设了多少台，由哪家公司生产？"
    text = phone_text(desk.ask(question, channel=Channel.WECHAT), PLAIN)
    lines = text.splitlines()
    assert lines[:2] == ["1. 粤智助全市布设了多少台", "119 台"]
    assert lines[2].startswith("依据：《鹤山市政务服务数据管理局2022年法治政府建设年度工作报告》")
    assert lines[3] == "2. 粤智助全市由哪家公司生产"
    assert lines[4].startswith("没有找到依据")


def test_without_a_public_address_there_are_no_links() -> None:
    kept = citation(url="/documents/0123456789abcdef?start=5&end=20")
    assert "/documents" not in phone_text(answer(citations=(kept,)), PLAIN)


def test_what_is_to_be_known_beside_the_answer_is_said() -> None:
    repealed = Notice("repealed", "《旧办法》已废止，不能作为依据。")
    assert "注意：《旧办法》已废止，不能作为依据。" in phone_text(
        answer(notices=(repealed,)), PLAIN
    )


def test_several_places_are_counted() -> None:
    shown = phone_text(answer(citations=(citation(), citation(start=30, end=40))), PLAIN)
    assert "第四条等 2 处" in shown


def test_a_computed_answer_says_so_and_shows_the_formula() -> None:
    computed = answer(outcome=Outcome.COMPUTED, answer="12 项", script="5+7=12。")
    assert phone_text(computed, PLAIN).startswith("12 项（由原文数字计算得出）\n5+7=12。\n依据：")


def test_passages_are_quoted_with_their_place() -> None:
    shown = phone_text(answer(outcome=Outcome.PASSAGES, answer=None, script=None), STYLE)
    assert "“自收到之日起五个工作日内办结。”\n——《示例市办事办法》" in shown
    assert shown.endswith(f"完整答案：{full_link(answer(), STYLE)}")


@pytest.mark.parametrize("reason", [Reason.NO_BASIS, Reason.OUT_OF_SCOPE])
def test_a_refusal_points_to_the_hotline_and_the_department(reason: Reason) -> None:
    near = Refusal(reason, "…", (citation(), citation(start=30, end=40)))
    refused = answer(outcome=Outcome.REFUSED, answer=None, citations=(), refusal=near)
    shown = phone_text(refused, STYLE)
    assert "12345" in shown
    assert "向示例市政务服务局咨询" in shown
    assert shown.count("《示例市办事办法》") == 1
    nobody = replace(refused, refusal=Refusal(reason, "…"))
    assert "向主管部门咨询" in phone_text(nobody, STYLE)


def test_the_basis_gives_the_exact_words() -> None:
    assert "“自收到之日起五个工作日内办结。”" in phone_basis(answer(), STYLE)
    assert phone_basis(answer(citations=()), STYLE) == ""


def test_a_long_answer_is_cut_keeps_its_basis_and_ends_with_the_link_to_the_full_one() -> None:
    shown = phone_text(answer(answer="事项、" * 1000), STYLE)
    assert len(shown.encode()) <= 2000
    assert "…\n依据：《示例市办事办法》" in shown
    assert shown.endswith(f"完整答案：{full_link(answer(), STYLE)}")
    assert phone_text(answer(answer="事项、" * 1000), PLAIN).endswith("（内容较长，未完）")


def test_the_link_to_the_full_answer_stays_short_whatever_was_asked() -> None:
    long = answer(question="问" * 1000)
    assert full_link(long, STYLE) == citation().url
    assert full_link(replace(long, citations=()), STYLE) == f"{STYLE.public_url}/"


@given(TEXTS, st.integers(0, 2100))
@example("查看 https://wenju.example.gov.cn/documents/1 全文", 30)
def test_a_cut_is_a_beginning_within_its_limit_and_never_inside_a_link(
    text: str, limit: int
) -> None:
    text += " https://wenju.example.gov.cn/documents/0123456789abcdef?start=5&end=20 后文"
    kept = cut(text, limit)
    assert text.startswith(kept)
    assert len(kept.encode()) <= limit
    whole = set(re.findall(r"https?://\S+", text))
    assert set(re.findall(r"https?://\S+", kept)) <= whole


@given(TEXTS, st.lists(TEXTS, max_size=3), st.booleans())
def test_no_message_is_longer_than_may_be_sent(
    lead: str, foot: list[str], always_linked: bool
) -> None:
    link = full_link(answer(), STYLE)
    shown = fit(lead, foot, link, STYLE, always_linked=always_linked)
    assert len(shown.encode()) <= STYLE.limit
    if not shown.endswith(STYLE.disclaimer):
        assert shown.endswith(link)


def test_what_the_desk_answers_fits_a_phone(desk: Desk) -> None:
    given = desk.ask("有多少个事项实现了两市通办？", channel=Channel.WECHAT)
    first, basis, *_ = phone_text(given, PLAIN).splitlines()
    assert first == "56 个事项"
    assert basis == f"依据：{basis_line(given.citations[0])}"
    assert "鹤政数〔2022〕17号" in basis


def test_an_internal_document_answers_nobody_on_a_phone(desk: Desk) -> None:
    question = "夜间值班人员共有多少名？"
    assert desk.ask(question, channel=Channel.CLI).answer is not None
    given = desk.ask(question, channel=Channel.WECHAT)
    assert "内部值班" not in phone_text(given, PLAIN) + phone_basis(given, PLAIN)
