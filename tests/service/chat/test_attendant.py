from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from index.document import SHANGHAI
from index.errors import StoreError
from index.knowledge_base import KnowledgeBase
from index.store.chat_tasks import Incoming, Task
from index.store.tables import Delivery
from service.chat.attendant import REMEMBERED, Attendant, Audience, labelled
from service.chat.messages import Message
from service.chat.wishes import (
    Ask,
    Choose,
    Fetch,
    Judge,
    ShowBasis,
    ShowMenu,
    Unreadable,
    Wish,
    said,
    wish_of,
    words_of,
)
from service.desk import Channel, Desk, Verdict
from service.phone import LONGEST, PhoneStyle
from service.settings import Settings

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
QUESTION = "有多少个事项实现了两市通办？"
Hear = Callable[..., str]


def attendant(
    base: KnowledgeBase, suggestions: Callable[[], Sequence[str]] = lambda: [QUESTION, "问题二？"]
) -> Attendant:
    return Attendant(Desk(Settings(), base), Audience(Channel.WECHAT), PhoneStyle(), suggestions)


@pytest.fixture
def hear(base: KnowledgeBase, request: pytest.FixtureRequest) -> Hear:
    """Say something as one person, and hear the reply."""
    keys = iter(range(1000))
    person = f"wechat:{request.node.name}"

    def say(words: str | Wish, now: datetime = NOW) -> str:
        wish = said(words) if isinstance(words, str) else words
        key = f"wechat:{person}:{next(keys)}"
        claim = base.chat_tasks.claim(Incoming(key, person, str(words), now), "here", now)
        assert claim is not None
        reply = attendant(base).attend(claim.task, wish, now)
        base.chat_tasks.finish(key, reply.reply, now, reply.exchange)
        return reply.reply

    return say


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("继续", Fetch()),
        (" 继续。", Fetch()),
        ("繼續", Fetch()),
        ("0421", Fetch("0421")),
        ("０４２１", Fetch("0421")),
        ("依据", ShowBasis()),
        ("菜单", ShowMenu()),
        ("？", ShowMenu()),
        ("3", Choose(3)),
        ("有用", Judge(Verdict.USEFUL)),
        ("纠错", Judge(Verdict.WRONG)),
        ("依据是什么？", Ask("依据是什么？")),
        ("12345", Ask("12345")),
        ("0", Ask("0")),
    ],
)
def test_a_few_words_are_commands_all_else_is_a_question(words: str, wish: Wish) -> None:
    assert said(words) == wish


@pytest.mark.parametrize(
    ("kind", "event", "key", "wish"),
    [
        ("event", "subscribe", "qrscene_1", ShowMenu(is_welcome=True)),
        ("event", "CLICK", "菜单", ShowMenu()),
        ("event", "CLICK", QUESTION, Ask(QUESTION)),
        ("event", "CLICK", "", None),
        ("event", "VIEW", "https://example.gov.cn", None),
        ("event", "SCAN", "1", None),
        ("event", "of_next_year", "1", None),
        ("voice", "", "", Unreadable("voice")),
    ],
)
def test_an_event_wants_what_its_button_says(
    kind: str, event: str, key: str, wish: Wish | None
) -> None:
    message = Message(kind, "gh", "u", NOW, "k", event=event, event_key=key, channel="wechat")
    assert wish_of(message) == wish
    if isinstance(wish, Ask):  # what a process that takes over makes of the words
        assert said(words_of(message)) == wish


def test_an_answer_is_remembered_for_what_follows(hear: Hear) -> None:
    answer = hear(QUESTION)
    assert answer.startswith("56 个事项\n依据：")
    assert "“" in hear("依据")
    assert hear("继续") == answer
    assert "反馈" in hear("有用")


def test_after_half_an_hour_nothing_is_remembered(hear: Hear) -> None:
    hear(QUESTION)
    assert hear("有用", NOW + REMEMBERED).startswith("不客气")
    for words in ("依据", "有误"):
        assert hear(words, NOW + REMEMBERED).startswith("没有可以对应的上一个问题")
    assert hear("继续", NOW + REMEMBERED).startswith("没有等待领取的答案")


BATCH = "标准化第一批事项清单共有多少项？"


def test_a_question_may_lean_on_the_one_before(hear: Hear) -> None:
    assert hear(BATCH).startswith("258 项")
    second = hear("那第二批呢？")
    assert second.startswith("按“标准化第二批事项清单共有多少项？”回答：\n543 项\n依据：")
    assert hear("第一批呢").splitlines()[1] == "258 项"  # and on that one in turn
    assert hear("继续").splitlines()[1] == "258 项"


@pytest.mark.parametrize(
    ("before", "later"),
    [
        (BATCH, REMEMBERED),
        (BATCH, timedelta(seconds=-1)),
        ("菜单", timedelta()),
        (None, timedelta()),
    ],
)
def test_it_leans_on_no_menu_nothing_later_and_nothing_long_past(
    hear: Hear, before: str | None, later: timedelta
) -> None:
    if before:
        hear(before)
    assert not hear("去年呢？", NOW + later).startswith("按")


def test_with_the_whole_question_an_answer_is_no_longer_than_may_be_sent(hear: Hear) -> None:
    hear("第一批" + "服务" * 490 + "共有多少项？")
    assert len(hear("那第二批呢？").encode()) <= LONGEST


def test_feedback_is_kept_with_the_answer_it_is_about(hear: Hear, base: KnowledgeBase) -> None:
    hear(QUESTION)
    hear("纠错")
    latest = base.feedback.latest(1)[0]
    assert (latest.verdict, latest.channel) == ("wrong", "wechat")


def test_a_number_chooses_from_the_menu(hear: Hear) -> None:
    assert f"1. {QUESTION}\n2. 问题二？" in hear("菜单")
    assert hear("1").startswith("56 个事项")
    hear("菜单")
    assert "1. " in hear("9")


def test_who_comes_is_greeted_and_shown_what_can_be_asked(hear: Hear) -> None:
    greeting = hear(ShowMenu(is_welcome=True))
    assert greeting.startswith("您好")
    assert QUESTION in greeting


def test_without_suggestions_the_menu_asks_for_a_question(base: KnowledgeBase) -> None:
    task = Task("k", "p", "", False, Delivery.REPLY, 1, None, None, NOW)
    reply = attendant(base, list).attend(task, ShowMenu(), NOW)
    assert reply.reply.startswith("请直接输入")


def promise(base: KnowledgeBase, person: str, number: int, reply: str | None) -> None:
    sent_at = NOW + timedelta(seconds=number)
    key = f"{person}:promised:{number}"
    base.chat_tasks.claim(Incoming(key, person, f"问题{number}？", sent_at), "here", NOW)
    base.chat_tasks.promise(key, Delivery.LATER, f"000{number}")
    if reply is not None:
        base.chat_tasks.finish(key, reply, NOW)


def test_promised_answers_are_fetched_with_their_questions(
    hear: Hear, base: KnowledgeBase, request: pytest.FixtureRequest
) -> None:
    person = f"wechat:{request.node.name}"
    for number in (1, 2, 3):
        promise(base, person, number, f"答案{number}" if number < 3 else None)
    first = hear("继续")
    assert first.startswith("您问的“问题1？”：\n答案1\n")
    assert "还有 2 个" in first
    assert "答案2" in hear("0002")
    assert hear("继续").startswith("还在查找")
    assert hear("0003").startswith("还在查找")
    assert hear("9999").startswith("没有等待领取的答案")


@pytest.mark.parametrize("words", ["问" * 1001, "\x00"])
def test_what_is_wrong_with_a_question_is_told(hear: Hear, words: str) -> None:
    assert any(mark in hear(Ask(words)) for mark in ("最多 1000 个字", "无法识别"))


def test_a_failure_of_ours_is_told_with_whom_to_ask(
    base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    task = Task("k", "p", QUESTION, False, Delivery.REPLY, 1, None, None, NOW)
    for error in (StoreError("坏了。"), RuntimeError("unheard of")):
        desk = Desk(Settings(), base)

        def fail(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(desk, "ask", fail)
        reply = Attendant(desk, Audience(Channel.WECHAT), PhoneStyle(), list).attend(
            task, Ask(QUESTION), NOW
        )
        assert "12345" in reply.reply
        assert reply.exchange is None
    assert len(caplog.records) == 2


def test_nobody_is_told_of_internal_documents(hear: Hear, base: KnowledgeBase) -> None:
    desk = Desk(Settings(), base)
    internal = "夜间值班人员共有多少名？"
    assert desk.ask(internal, channel=Channel.CLI).answer is not None
    assert "内部值班" not in hear(internal) + hear("依据")


def test_a_fetched_answer_is_no_longer_than_may_be_sent() -> None:
    for length in (10, 600, 640, 660, 666):
        reply = "答" * length
        task = Task("k", "p", "问" * 99, True, Delivery.LATER, 1, "1", reply, NOW)
        shown = labelled(task, LONGEST, "（还有 1 个答案，回复“继续”领取）")
        assert len(shown.encode()) <= LONGEST
        assert reply in shown
