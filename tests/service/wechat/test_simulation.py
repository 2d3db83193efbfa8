"""Hundreds of messages through everything that goes wrong between WeChat and us."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from service.chat.receiving import LONGEST_BODY
from tests.service.chat.simulation import Troubles, simulate, wall_clock
from tests.service.wechat.platform import Platform
from tests.service.wechat.simulator import World

ANSWER = re.compile(r"答(问题\d+-\d+)。")
AT_ONCE = 5  # questions a second, whatever their number: more people are a longer day
FAILING = 0.03  # of the questions, at most, while servers are killed


class Person:
    """Asks, several questions at a time, and fetches what was promised."""

    def __init__(self, world: World, name: str, questions: int, comes: float = 0) -> None:
        self.world, self.name, self.comes = world, name, comes
        self.questions = [f"问题{name}-{number}" for number in range(questions)]
        self.failed: set[str] = set()

    @property
    def inbox(self) -> list[str]:
        return self.world.inboxes.setdefault(self.name, [])

    @property
    def answers(self) -> Counter[str]:
        return Counter(answer for text in self.inbox for answer in ANSWER.findall(text))

    async def live(self) -> None:
        await asyncio.sleep(self.comes)
        await asyncio.gather(*map(self._ask, self.questions))
        for _ in range(30):
            await asyncio.sleep(self.world.chance.uniform(5, 40))
            if not set(self.questions) - self.failed - self.answers.keys():
                return
            await self._say("继续")

    async def _ask(self, question: str) -> None:
        await asyncio.sleep(self.world.chance.uniform(0, 20))
        if not await self._say(question):
            self.failed.add(question)  # WeChat has said so: they may or may not get it later

    async def _say(self, words: str) -> bool:
        xml: list[str] = []

        def once(platform: Platform) -> str:
            return xml[0] if xml else xml.append(platform.text(self.name, words)) or xml[0]

        return await self.world.deliver(self.name, once)


async def attacks(world: World, count: int) -> None:
    """Forge, replay, alter, swamp."""
    hostile = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><xml>&c;</xml>'
    for number in range(count):
        await asyncio.sleep(world.chance.uniform(0.1, 4))
        guesser = Platform(wall_clock, token="guess", key=world.platforms[0].key)  # noqa: S106
        plain = Platform(wall_clock)
        stranger = Platform(wall_clock, key="0" * 43)
        stale = Platform(lambda: wall_clock() - 700, key=world.platforms[0].key)
        for platform in (guesser, plain, stranger, stale):
            await world.attack(*platform.request(platform.text("victim", f"伪造{number}")))
        query = world.platforms[0].query(encrypt_type="aes", msg_signature="0" * 40)
        await world.attack(query, hostile)
        await world.attack(query, b"<xml>" + b"x" * LONGEST_BODY)
        if world.captured:
            at, taken, body = world.chance.choice(world.captured)
            await world.attack(taken, body.replace(b"<Encrypt>", b"<Encrypt>AAAA"))
            await world.attack(taken | {"nonce": "1"}, body)
            if wall_clock() - at > 601:
                await world.attack(taken, body)
    old = world.chance.sample(world.captured, count)
    await asyncio.sleep(601)
    for _, taken, body in old:
        await world.attack(taken, body)


async def run(world: World, people: int, questions: int) -> list[Person]:
    day = max(0, people * questions / AT_ONCE - 20)  # they ask within 20 seconds of coming
    everybody = [
        Person(world, str(number), questions, world.chance.uniform(0, day))
        for number in range(people)
    ]
    attacking = asyncio.ensure_future(attacks(world, people))
    await asyncio.gather(*(person.live() for person in everybody), attacking)
    await world.settle()
    return everybody


def check(world: World, everybody: list[Person]) -> None:
    asked = sum(len(person.questions) for person in everybody)
    failed = sum(len(person.failed) for person in everybody)
    assert failed <= FAILING * asked
    for person in everybody:
        answers = person.answers
        for question in person.questions:
            # 继续 with nothing waiting repeats nothing here: people stop once they have all.
            assert answers[question] <= 1, (question, person.inbox)
            if question not in person.failed:
                assert answers[question] == 1, (question, person.inbox)
    assert "victim" not in world.inboxes
    assert not any("伪造" in text for inbox in world.inboxes.values() for text in inbox)
    assert sum(world.refused.values()) > len(everybody)


def simulated(
    directory: Path, people: int, questions: int, troubles: Troubles, *, may_send: bool
) -> World:
    async def work() -> World:
        world = World(directory, 1, may_send=may_send, troubles=troubles)
        with world.closing:
            check(world, await run(world, people, questions))
        return world

    return simulate(work)


@pytest.mark.parametrize("may_send", [False, True])
def test_each_person_gets_each_answer_once(tmp_path: Path, may_send: bool) -> None:
    world = simulated(tmp_path, 15, 6, Troubles(), may_send=may_send)
    assert any("领取答案" in text for inbox in world.inboxes.values() for text in inbox) != may_send


@pytest.mark.parametrize("may_send", [False, True])
def test_no_answer_is_lost_when_servers_are_killed(tmp_path: Path, may_send: bool) -> None:
    troubles = Troubles(crashes=0.1, slow_answers=0.5)
    # One or two in a hundred are lost on the way: of forty questions one would be the limit.
    simulated(tmp_path, 24, 5, troubles, may_send=may_send)


def test_on_a_good_day_each_message_is_worked_on_once_and_answered_at_once(tmp_path: Path) -> None:
    calm = Troubles(slow_answers=0, slow_network=0, undeliverable=0)
    world = simulated(tmp_path, 10, 6, calm, may_send=False)
    assert world.failures == 0
    assert set(world.worked.values()) == {1}
    assert all(len(inbox) == 6 for inbox in world.inboxes.values())


@pytest.mark.slow
@pytest.mark.parametrize("may_send", [False, True])
def test_ten_thousand_messages(
    tmp_path: Path, may_send: bool, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Five thousand without customer-service messages, five thousand with them."""
    world = simulated(tmp_path, 500, 10, Troubles(crashes=0.01), may_send=may_send)
    figures = {
        "requests": len(world.captured),
        "killed": world.killed,
        "refused": dict(world.refused),
        "out of order": world.failures,
        "messages received": sum(map(len, world.inboxes.values())),
        "answers": len(world.worked),
    }
    record_testsuite_property(f"sends messages: {may_send}", figures)
