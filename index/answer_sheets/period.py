"""From when until when an answer holds, as people write it into a cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

_CLOCK = (
    r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|夜间)?\s*"
    r"(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{1,2}|半)?分?(?::(?P<second>\d{1,2})(?:\.\d+)?)?"
)
_DATE = (
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*)?(?P<month>\d{1,2})"
    r"(?:\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?|\s*月)"
)
_MOMENT = re.compile(rf"(?:{_DATE})?(?:[\sT,]*{_CLOCK})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WEEKDAY = re.compile(r"\(?(?:周|星期|礼拜)[一二三四五六日天]\)?")
_UNTIL = re.compile(
    r"\s*(?:起?至|起?到|~+|—+|–+|--+|(?<=[\s日号分时])-(?=[\s\d])"
    r"|(?<=\d)-(?=\d{4}[-./年])|(?<=:\d\d)-(?=\d{1,2}:))\s*"
)
_OPEN = re.compile(r"长期|永久|永远|无限|不限|无固定|持续有效|一直有效|^(?:无|有效|-+|/|—+|\\)$")
_LASTING = re.compile(r"[,;]?(?:起?至今|长期|永久|永远|无限期?|持续|一直)?(?:有效)?$")
_BEFORE = re.compile(r"(?:之前|以前|前)$")
_AROUND = re.compile(r"^(?:有效期?限?[:为]?|自|从|于)+|(?:止|内|有效|为止)+$")
_FROM = re.compile(r"(?:起|至|到|开始|起生效|起施行|起执行|生效)+$")


class NotUnderstood(ValueError):
    """A text that names no moment we are sure of."""


@dataclass(frozen=True, slots=True)
class Period:
    """From when until just before when, by Shanghai's clocks; None where there is no bound."""

    begins: datetime | None = None
    ends: datetime | None = None

    def within(self, other: Period) -> Period:
        """Return what both allow."""
        begins = [one for one in (self.begins, other.begins) if one is not None]
        ends = [one for one in (self.ends, other.ends) if one is not None]
        return Period(max(begins, default=None), min(ends, default=None))

    def overlaps(self, other: Period) -> bool:
        """Say whether there is a moment in both."""
        both = self.within(other)
        return both.begins is None or both.ends is None or both.begins < both.ends


@dataclass(frozen=True, slots=True)
class _Named:
    """A moment as it was named: by the month, by the day, or to the minute."""

    begins: datetime
    ends: datetime  # the first moment after the month or day; the moment itself where named


def begin_of(text: str) -> Period:
    """Read a cell that says from when. Raises NotUnderstood."""
    text = _plain(text)
    return Period() if _is_open(text) else Period(begins=_named(_FROM.sub("", text)).begins)


def last_of(text: str) -> Period:
    """Read a cell that says until when, a day counting as the last. Raises NotUnderstood."""
    text = _plain(text)
    return Period() if _is_open(text) else Period(ends=_end(text))


def end_of(text: str) -> Period:
    """Read a cell that says when it ceases to hold. Raises NotUnderstood."""
    text = _plain(text)
    return Period() if _is_open(text) else Period(ends=_named(text).begins)


def period_of(text: str) -> Period:
    """Read a cell that says from when until when; one moment is the end. Raises NotUnderstood."""
    text = _plain(text)
    if _is_open(text):
        text = _FROM.sub("", _LASTING.sub("", text))
        return Period(begins=_named(text).begins) if re.search(r"\d", text) else Period()
    parts = _UNTIL.split(text, maxsplit=1)
    if len(parts) == 1:
        if _FROM.search(text):
            return Period(begins=_named(_FROM.sub("", text)).begins)
        return Period(ends=_end(text))
    first, last = _FROM.sub("", parts[0].strip()), parts[1].strip()
    begins = _named(first).begins if first else None
    ends = None if _is_open(last) else _end(last, begins)
    return Period(begins, ends)


def _is_open(text: str) -> bool:
    return not text or bool(_OPEN.search(text))


def _end(text: str, begins: datetime | None = None) -> datetime:
    before = _BEFORE.sub("", text)
    named = _named(before, begins)
    return named.ends if before == text else named.begins


def _plain(text: str) -> str:
    text = _WEEKDAY.sub("", unicodedata.normalize("NFKC", text).strip())
    return _AROUND.sub("", text).strip()


def _named(text: str, after: datetime | None = None) -> _Named:
    """Read a moment; a year or a day that is not said is that of `after`."""
    text = text.strip()
    compact = _COMPACT.fullmatch(text)
    if compact:
        text = "-".join(compact.groups())
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NotUnderstood(text)
    try:
        return _moment(match, after)
    except (ValueError, OverflowError) as error:
        raise NotUnderstood(text) from error


def _moment(match: re.Match[str], after: datetime | None) -> _Named:
    if match["month"] is not None:
        if match["year"] is not None:
            year = int(match["year"])
        elif after is not None:
            year = after.year
        else:
            raise NotUnderstood(match[0])
        day = datetime(year, int(match["month"]), int(match["day"] or 1))  # noqa: DTZ001  see Period
    elif after is not None:
        day = after.replace(hour=0, minute=0)
    else:
        raise NotUnderstood(match[0])
    if match["hour"] is not None:
        named = day + _clock(match)
        return _Named(named, named)
    if match["day"] is None and match["month"] is not None:
        return _Named(day, (day + timedelta(days=31)).replace(day=1))
    return _Named(day, day + timedelta(days=1))


def _clock(match: re.Match[str]) -> timedelta:
    hour = int(match["hour"])
    minute = 30 if match["minute"] == "半" else int(match["minute"] or 0)
    if match["half"] in {"下午", "傍晚", "晚上", "夜间"} and hour < 12:
        hour += 12
    if match["half"] == "中午" and hour < 3:
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise NotUnderstood(match[0])
    return timedelta(hours=hour, minutes=minute)
