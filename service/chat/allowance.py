"""How much one person may say in a time, and all together: nobody keeps the desk from the others.

Only what the platform has signed is counted, so that nobody uses up what is another's.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from service.phone import HOTLINE

_TOO_FAST = "您发得太快了，请过 {seconds} 秒再发。已经发来的问题会照常答复。"
_TOO_MANY = f"现在提问的人太多，请过 {{seconds}} 秒再发，或拨打{HOTLINE}。"
Count = Callable[[str, str], int | None]  # see RateLimits.seconds_over
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """What to tell a person who must wait. `is_news`: they have not been told in this time."""

    words: str
    is_news: bool


Admit = Callable[[str], TooMuch | None]


def everybody(_person: str) -> None:
    """Let everybody say as much as they like."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Counts what people say, by `person_rate` each and by `channel_rate` all of a channel."""

    count: Count
    person_rate: str
    channel_rate: str

    def admit(self, person: str) -> TooMuch | None:
        """Count something that a person says; None where they may.

        What is over their own rate does not count against all.
        """
        channel = person.partition(":")[0]
        # A digest: who it was need not stand in one more file.
        name = f"chat:{hashlib.sha256(person.encode()).hexdigest()[:32]}"
        too_much = self._over(self.person_rate, name, _TOO_FAST)
        if too_much is None:
            too_much = self._over(self.channel_rate, f"chat:{channel}", _TOO_MANY)
            if too_much is not None and too_much.is_news:
                log.warning("more than %s messages to %s", self.channel_rate, channel)
        return too_much

    def _over(self, rate: str, name: str, words: str) -> TooMuch | None:
        if rate == "none":
            return None
        seconds = self.count(rate, name)
        if seconds is None:
            return None
        once = f"1/{rate.partition('/')[2]}"
        return TooMuch(words.format(seconds=seconds), self.count(once, f"{name}:told") is None)
