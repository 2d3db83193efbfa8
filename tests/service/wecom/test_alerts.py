from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from index.document import SHANGHAI
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.store.feedback import Answered
from index.store.gaps import Miss
from service.chat.calling import Undelivered
from service.desk import Channel, Verdict
from service.wecom.alerts import LONGEST, MOST, GroupAlerts
from tests.service.wecom.fake_api import KEY, FakeWeCom


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(tmp_path, DemoEmbedder(), follow=False) as base:
        yield base


def alerts(
    base: KnowledgeBase, api: FakeWeCom, *, later: timedelta = timedelta(0), key: str = KEY
) -> GroupAlerts:
    webhook = f"{api.address}/cgi-bin/webhook/send?key={key}"
    return GroupAlerts(base, webhook, 3, lambda: datetime.now(SHANGHAI) + later)


def ask(base: KnowledgeBase, question: str, times: int = 3) -> None:
    base.gaps.record([Miss(question, "no_basis", "wechat")] * times)


def judge(base: KnowledgeBase, channel: Channel, comment: str = "", verdict: str = "wrong") -> None:
    name = f"answer-{channel}-{len(base.feedback.latest())}"
    answered = Answered(
        name, "几天办结？", "answered", "五个工作日", 0.9, (), channel, 1, datetime.now(SHANGHAI)
    )
    base.answers.record([answered])
    base.feedback.add(name, verdict, comment, channel)


def texts(api: FakeWeCom) -> list[str]:
    sent = api.to("webhook/send")
    assert all(one["msgtype"] == "markdown" for one in sent)
    return [one["markdown"]["content"] for one in sent]


def test_a_question_that_repeats_is_told_once(empty: KnowledgeBase, api: FakeWeCom) -> None:
    ask(empty, "充电桩怎么报装？")
    ask(empty, "只问过两次？", 2)
    telling = alerts(empty, api)
    assert [asyncio.run(telling.round()), asyncio.run(telling.round())] == [1, 0]
    (text,) = texts(api)
    assert "没有答案" in text
    assert "问过 3 次" in text
    assert "充电桩怎么报装？" in text
    assert "两次" not in text


def test_it_is_told_again_once_it_is_asked_twice_as_often(
    empty: KnowledgeBase, api: FakeWeCom
) -> None:
    telling = alerts(empty, api)
    told = []
    for _ in range(5):
        ask(empty, "充电桩怎么报装？")
        told.append(asyncio.run(telling.round()))
    assert told == [1, 1, 0, 1, 0]  # at 3, 6 and 12 times


def test_a_correction_is_told_with_the_answer_and_praise_is_not(
    empty: KnowledgeBase, api: FakeWeCom
) -> None:
    judge(empty, Channel.WECHAT, "已改为三个工作日")
    judge(empty, Channel.WEB, verdict=Verdict.USEFUL)
    assert asyncio.run(alerts(empty, api).round()) == 1
    (text,) = texts(api)
    assert text.count("纠错") == 1
    for words in ("几天办结？", "五个工作日", "已改为三个工作日"):
        assert words in text


@pytest.mark.parametrize("channel", [Channel.CLI, Channel.WECOM])
def test_an_answer_that_may_be_internal_is_not_carried_into_the_group(
    empty: KnowledgeBase, api: FakeWeCom, channel: Channel
) -> None:
    judge(empty, channel)
    asyncio.run(alerts(empty, api).round())
    assert "五个工作日" not in texts(api)[0]


def test_nothing_says_who_asked(empty: KnowledgeBase, api: FakeWeCom) -> None:
    ask(empty, "我叫王小明，电话13800138000，身份证44010619900101123X，何时办结？")
    judge(empty, Channel.WECHAT, "回我邮箱 wang@example.com，粤J12345")
    asyncio.run(alerts(empty, api).round())
    text = "".join(texts(api))
    for secret in ("王小明", "13800138000", "4401061990", "wang", "粤J12345"):
        assert secret not in text
    assert "何时办结" in text


def test_many_are_told_in_few_messages_none_too_long_and_none_lost(
    empty: KnowledgeBase, api: FakeWeCom
) -> None:
    for number in range(100):
        ask(empty, f"第{'甲' * number}种{'情形' * 60}怎么办？")
    telling = alerts(empty, api)
    assert asyncio.run(telling.round()) == MOST
    while asyncio.run(telling.round()):
        pass
    assert all(len(text.encode()) <= LONGEST < 4096 for text in texts(api))
    assert sum(text.count("没有答案") for text in texts(api)) == 100


def test_one_process_tells_at_a_time(empty: KnowledgeBase, api: FakeWeCom) -> None:
    ask(empty, "充电桩怎么报装？")
    first, second = alerts(empty, api), alerts(empty, api)
    assert asyncio.run(first.round()) == 1
    ask(empty, "别的怎么报装？")
    assert asyncio.run(second.round()) == 0
    much_later = alerts(empty, api, later=timedelta(minutes=3))
    assert asyncio.run(much_later.round()) == 1


def test_what_is_a_day_old_is_no_news(empty: KnowledgeBase, api: FakeWeCom) -> None:
    ask(empty, "充电桩怎么报装？")
    judge(empty, Channel.WECHAT)
    assert asyncio.run(alerts(empty, api, later=timedelta(days=2)).round()) == 0


def test_what_could_not_be_told_is_told_later_and_the_key_is_not_printed(
    empty: KnowledgeBase, api: FakeWeCom
) -> None:
    ask(empty, "充电桩怎么报装？")
    with pytest.raises(Undelivered, match="WENJU_WECOM_ALERT_WEBHOOK"):
        asyncio.run(alerts(empty, api, key="guessed").round())
    later = timedelta(minutes=3)
    nowhere = FakeWeCom("http://127.0.0.1:9")
    with pytest.raises(Undelivered, match="连不上") as caught:
        asyncio.run(alerts(empty, nowhere, later=later).round())
    assert KEY not in str(caught.value)
    assert asyncio.run(alerts(empty, api, later=2 * later).round()) == 1


def test_it_goes_on_after_a_failure_and_stops_when_told(
    empty: KnowledgeBase, api: FakeWeCom, caplog: pytest.LogCaptureFixture
) -> None:
    api.errors["webhook/send"] = [45009]
    ask(empty, "充电桩怎么报装？")

    async def story() -> None:
        stop = asyncio.Event()
        running = asyncio.ensure_future(alerts(empty, api).run(stop))
        while not caplog.records:  # noqa: ASYNC110  the log has no event
            await asyncio.sleep(0.01)
        stop.set()
        await asyncio.wait_for(running, 60)

    asyncio.run(story())
    assert "45009" in caplog.text
    assert asyncio.run(alerts(empty, api).round()) == 1  # the lease was let go of
