"""What is asked most is offered: never what names somebody, nothing that is not answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from index.document import SHANGHAI, Disclosure
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.askings import Asking
from index.store.chat_tasks import Incoming
from index.store.curated import Draft
from service.chat.attendant import Attendant, Audience
from service.chat.wishes import said
from service.desk import Channel, Desk, RequestFilter
from service.frequent import may_be_counted
from service.http.answers import ASKED_ANEW, TriedSuggestions
from service.http.application import build_application
from service.phone import PhoneStyle
from service.settings import Settings
from tests.service.conftest import MEASURES, worker

NOW = datetime(2026, 3, 1, 9, tzinfo=SHANGHAI)
ANSWERING = "热线管理办法从哪天施行？"
WORKING_DAYS = "承办单位应当在几个工作日内办结？"
UNANSWERED = "火星上有几家医院？"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with KnowledgeBase.open(tmp_path, None, follow=False) as base:
        base.submit(MEASURES.encode(), "办法.txt")
    worker(tmp_path).run_until_idle()
    with KnowledgeBase.open(tmp_path, DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(data_dir=tmp_path, reader="rules"), base)


def today() -> date:
    """Return the day the desk has, which may change while these tests run."""
    return datetime.now(SHANGHAI).date()


def ask(desk: Desk, question: str, *people: str, channel: Channel = Channel.WECHAT) -> None:
    for person in people:
        desk.ask(question, channel=channel, asker=person)
    desk.knowledge_base.journal.close()  # written down


def test_what_three_people_ask_is_offered_the_most_asked_first(desk: Desk) -> None:
    ask(desk, WORKING_DAYS, "甲", "乙", "丙")
    ask(desk, ANSWERING, "甲", "乙", "丙", "丁")
    assert desk.frequent_questions(6) == [ANSWERING, WORKING_DAYS]
    assert desk.frequent_questions(1) == [ANSWERING]


def test_what_two_people_ask_is_theirs_however_often(desk: Desk) -> None:
    ask(desk, ANSWERING, "甲", "乙", "甲", "乙", "甲")
    assert desk.frequent_questions(6) == []


def test_what_is_offered_anyhow_or_answered_by_the_site_needs_only_one(desk: Desk) -> None:
    desk.knowledge_base.curated.add(Draft("周末上班吗？", "周末不上班。"))
    ask(desk, "周末上班吗", "甲")
    ask(desk, ANSWERING, "甲", "乙")
    assert desk.frequent_questions(6, [ANSWERING]) == [ANSWERING, "周末上班吗？"]


def test_what_finds_no_answer_is_never_offered_nor_counted(desk: Desk) -> None:
    ask(desk, UNANSWERED, "甲", "乙", "丙")
    assert desk.knowledge_base.askings.frequent(today(), 9) == []
    desk.knowledge_base.askings.record([Asking(UNANSWERED, one, today()) for one in "甲乙丙"])
    assert desk.frequent_questions(6) == []  # nor one whose answer is gone by now


def test_what_only_some_may_see_is_not_counted(desk: Desk) -> None:
    desk.knowledge_base.curated.add(
        Draft("值班口令是什么？", "青山。", disclosure=Disclosure.INTERNAL)
    )
    for person in ("甲", "乙", "丙"):
        desk.ask("值班口令是什么？", channel=Channel.WECOM, sees_internal=True, asker=person)
        desk.ask(ANSWERING, channel=Channel.CLI, asker=person)
        desk.ask(ANSWERING, channel=Channel.HTTP, asker=person, as_of=today())
        narrowed = RequestFilter(regions=frozenset({"示例市"}))
        desk.ask(ANSWERING, channel=Channel.HTTP, asker=person, filter_=narrowed)
    desk.knowledge_base.journal.close()
    assert desk.knowledge_base.askings.frequent(today(), 9) == []
    desk.knowledge_base.askings.record(
        [Asking("值班口令是什么？", one, today()) for one in ("甲", "乙", "丙")]
    )
    assert desk.frequent_questions(6) == []  # whatever was counted, everybody sees what is public


@pytest.mark.parametrize(
    "question",
    [
        "13800138000是哪个部门的电话？",
        "138 0013 8000 是谁的电话",
        "１３８００１３８０００是谁的电话？",
        "幺三八零零幺三八零零零是谁的电话",
        "身份证11010119900307123X能办吗？",
        "我叫张三丰，低保办下来了吗？",
        "粤B12345违章了吗？",
        "翠竹苑3栋的物业费多少？",
        "请看 https://example.com 对吗？",
        "a@example.com 是谁的邮箱",
        "你好",
        "这是一个很长很长的问题" * 5,
        "第一行\n第二行的问题",
    ],
)
def test_what_may_say_who_somebody_is_is_not_counted(question: str) -> None:
    assert not may_be_counted(question)


@pytest.mark.parametrize(
    "question", ["2022年收到多少件来信？", "90天内能退吗？", "12345热线几点下班？", WORKING_DAYS]
)
def test_an_ordinary_question_is(question: str) -> None:
    assert may_be_counted(question)


@given(st.from_regex(r"\A\d{3}[ -]?\d{4}[ -]?\d{4}\Z"), st.text("查询电话的归属", max_size=9))
def test_a_telephone_number_is_never_counted(number: str, words: str) -> None:
    assert not may_be_counted(f"{words}{number}{words}")


def test_on_a_chat_who_asks_is_counted_and_who_chooses_from_the_menu_is_not(desk: Desk) -> None:
    base = desk.knowledge_base
    attendant = Attendant(desk, Audience(Channel.WECHAT), PhoneStyle(), lambda: [ANSWERING])
    for person in ("甲", "乙", "丙"):
        for number, words in enumerate(("菜单", "1", WORKING_DAYS)):
            key = f"wechat:{person}{number}"
            claim = base.chat_tasks.claim(Incoming(key, person, words, NOW), "here", NOW)
            assert claim is not None
            reply = attendant.attend(claim.task, said(words), NOW)
            base.chat_tasks.finish(key, reply.reply, NOW, reply.exchange)
    base.journal.close()
    [counted] = base.askings.frequent(today(), 9)
    assert (counted.question, counted.people) == (WORKING_DAYS, 3)


def test_over_http_machines_and_keys_count_as_people(desk: Desk) -> None:
    application = build_application(desk, desk.settings)
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3"):
        visitor = TestClient(application, base_url="http://10.0.0.9", client=(address, 1))
        answered = visitor.post("/api/answer", json={"question": WORKING_DAYS})
        assert answered.status_code == 200
    desk.knowledge_base.journal.close()
    [counted] = desk.knowledge_base.askings.frequent(today(), 9)
    assert (counted.question, counted.people) == (WORKING_DAYS, 3)


def test_what_is_asked_comes_before_what_the_documents_state_and_is_looked_at_now_and_then(
    desk: Desk,
) -> None:
    seconds = [0.0]
    suggestions = TriedSuggestions(lambda: seconds[0])
    before = suggestions.give(desk)
    assert WORKING_DAYS not in before
    ask(desk, WORKING_DAYS, "甲", "乙", "丙")
    assert suggestions.give(desk) == before
    seconds[0] = ASKED_ANEW
    assert suggestions.give(desk) == [WORKING_DAYS, *before]
