"""Messages through everything that goes wrong between WeCom and us, at its three doors."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from service.chat.receiving import LONGEST_BODY
from tests.service.chat.simulation import simulate, wall_clock
from tests.service.wecom.platform import Platform
from tests.service.wecom.simulator import Say, WeComTroubles, World

ANSWER = re.compile(r"答(问题\w+-\d+)。")
QUESTIONS = 5  # of each person
AT_ONCE = 5  # questions a second
FAILING = 0.05  # of the questions, at most, while servers are killed


@pytest.fixture(autouse=True)
def in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """In simulated time no thread may be waited for: whatever a server does there is done here."""

    async def at_once(function: Callable[..., Any], *given: Any, **known: Any) -> Any:
        return function(*given, **known)

    monkeypatch.setattr(asyncio, "to_thread", at_once)


class Person:
    """Asks several questions at a time, and fetches what was not brought."""

    def __init__(self, world: World, name: str, say: Say) -> None:
        self.world, self.name, self._say = world, name, say
        self.questions = [f"问题{name}-{number}" for number in range(QUESTIONS)]
        self.failed: set[str] = set()

    @property
    def answers(self) -> Counter[str]:
        inbox = self.world.inboxes.get(self.name, [])
        return Counter(answer for text in inbox for answer in ANSWER.findall(text))

    async def live(self, comes: float) -> None:
        await asyncio.sleep(comes)
        await asyncio.gather(*map(self._ask, self.questions))
        for _ in range(30):
            await asyncio.sleep(self.world.chance.uniform(5, 40))
            if not set(self.questions) - self.failed - self.answers.keys():
                return
            await self._say(self.name, "继续")

    async def _ask(self, question: str) -> None:
        await asyncio.sleep(self.world.chance.uniform(0, 20))
        if not await self._say(self.name, question):
            self.failed.add(question)  # WeCom has said so: they may or may not get it later


async def attacks(world: World, times: int) -> None:
    """Forge, replay, alter, swamp."""
    hostile = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><xml>&c;</xml>'
    for number in range(times):
        await asyncio.sleep(world.chance.uniform(0.1, 4))
        await _forged(world, f"伪造{number}")
        query, _ = world.members[0].seal("x")
        await world.attack("/wecom", query, hostile)
        await world.attack("/wecom/bot", query, b"[" * 60_000)
        for path in ("/wecom", "/wecom/bot"):
            await world.attack(path, query, b"<xml>" + b"x" * LONGEST_BODY)
        if world.captured:
            _, path, taken, body = world.chance.choice(world.captured)
            await world.attack(path, taken | {"nonce": "1"}, body)
            other = "/wecom/bot" if path == "/wecom" else "/wecom"
            await world.attack(other, taken, body)
            altered = re.sub(rb'(<Encrypt>|"encrypt": ?")', rb"\1AAAA", body)
            await world.attack(path, taken, altered)
    old = world.chance.sample(world.captured, times)
    await asyncio.sleep(601)
    for _, path, taken, body in old:
        await world.attack(path, taken, body)


async def _forged(world: World, words: str) -> None:
    """Send what is signed with a guess, sealed with another key, for another, or long past."""
    member, bot = world.members[0], world.bot

    changes: list[dict[str, Any]] = [
        {"token": "guess"},
        {"key": "0" * 43},
        {"receiver": "ww-other"},
        {"clock": lambda: wall_clock() - 700},
        {"clock": lambda: wall_clock() + 700},
    ]
    for change in changes:
        forger = Platform(**{**vars(member), **change})
        for xml in (
            forger.text("victim", words),
            forger.event("victim", "kf_msg_or_event", OpenKfId="wk-forged"),
        ):
            await world.attack("/wecom", *forger.request(xml))
        forger = Platform(**{**vars(bot), **change})
        said = forger.said(words, **{"from": {"userid": "victim"}})
        await world.attack("/wecom/bot", *forger.bot_request(said))


async def run(world: World, people: int) -> list[Person]:
    ways: list[tuple[str, Callable[[str, str], Awaitable[bool]]]] = [
        ("app", world.tell_application),
        ("bot", world.tell_bot),
        ("kf", world.write),
    ]
    everybody = [Person(world, f"{name}{n}", say) for n in range(people) for name, say in ways]
    day = max(0, len(everybody) * QUESTIONS / AT_ONCE - 20)
    living = [person.live(world.chance.uniform(0, day)) for person in everybody]
    attacking = asyncio.ensure_future(attacks(world, people))
    await asyncio.gather(*living, attacking)
    await world.settle()
    return everybody


def check(world: World, everybody: list[Person]) -> None:
    asked = sum(len(person.questions) for person in everybody)
    failed = sum(len(person.failed) for person in everybody)
    assert failed <= FAILING * asked
    for person in everybody:
        answers = person.answers
        for question in person.questions:
            assert answers[question] <= 1, (question, world.inboxes[person.name])
            if question not in person.failed:
                assert answers[question] == 1, (question, world.inboxes.get(person.name))
    assert "victim" not in world.inboxes
    assert not any("伪造" in text for inbox in world.inboxes.values() for text in inbox)
    assert world.refused.keys() == {400, 403, 413}


def simulated(directory: Path, people: int, troubles: WeComTroubles) -> World:
    async def work() -> World:
        world = World(directory, 1, troubles)
        with world.closing:
            check(world, await run(world, people))
        return world

    return simulate(work)


def test_each_person_gets_each_answer_once_at_every_door(tmp_path: Path) -> None:
    """Some hundred questions: 35 at each door."""
    simulated(tmp_path, 7, WeComTroubles())


def test_on_a_good_day_each_message_is_worked_on_once(tmp_path: Path) -> None:
    calm = WeComTroubles(slow_answers=0, slow_network=0, undeliverable=0, crashes=0)
    world = simulated(tmp_path, 3, calm)
    assert world.failures == 0
    assert set(world.worked.values()) == {1}
    assert len(world.worked) == 3 * 3 * QUESTIONS


@pytest.mark.slow
def test_a_thousand_messages(
    tmp_path: Path, record_testsuite_property: Callable[[str, object], None]
) -> None:
    world = simulated(tmp_path, 67, WeComTroubles())
    figures = {
        "requests": len(world.captured),
        "killed": world.killed,
        "refused": dict(world.refused),
        "failures": world.failures,
        "answers": len(world.worked),
    }
    record_testsuite_property("wecom", figures)
