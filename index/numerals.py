"""Chinese numerals and dates as official texts write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from index.document import Span

_DIGITS = {
    **{word: value for value, word in enumerate("零一二三四五六七八九")},
    **dict.fromkeys("〇○ＯO", 0),
    "两": 2,
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "零〇○Ｏ一二两三四五六七八九十百千"  # the characters a Chinese numeral is made of

DATE_PATTERN = (
    r"(?:(?:19|20|１９|２０)\d{2}|[一二][零〇○ＯO一二三四五六七八九]{3})\s*年\s*"
    rf"(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})\s*月\s*(?:\d{{1,2}}|[{NUMERAL}]{{1,3}})\s*日"
)
DATE = re.compile(DATE_PATTERN)
_PARTS_OF_DATE = re.compile(r"\s*[年月日]\s*")


def number(words: str) -> int | None:
    """Read 十二, 一百零三, 二〇二二 or 12 as a number; None if it is none."""
    words = words.strip()
    if words.isdecimal():
        return int(words)
    if not words or any(word not in _DIGITS and word not in _UNITS for word in words):
        return None
    if not any(word in _UNITS for word in words):
        return int("".join(str(_DIGITS[word]) for word in words))
    total, digit = 0, 0
    for word in words:
        if word in _UNITS:
            total += (digit or 1) * _UNITS[word]
            digit = 0
        else:
            digit = _DIGITS[word]
    return total + digit


def numeral(value: int) -> str:
    """Write a number from 1 to 9999 as an article number is written: 十二, 一百零三."""
    if not 0 < value < 10_000:
        raise ValueError(f"no numeral for {value}")
    words, pending = "", False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit == 0:
            pending = bool(words)
            continue
        words += ("零" if pending else "") + "零一二三四五六七八九"[digit] + word
        pending = False
    return words.removeprefix("一") if 10 <= value < 20 else words


def dates(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[Span, date]]:
    """Yield the full dates of `text[start:end]` with their spans, 二〇二二年 or 2022 年 alike."""
    for match in DATE.finditer(text, start, len(text) if end is None else end):
        year, month, day = (number(part) for part in _PARTS_OF_DATE.split(match[0])[:3])
        try:
            yield Span(*match.span()), date(year or 0, month or 0, day or 0)
        except ValueError:
            continue  # 2月30日 and the like: printed, but no day


def is_date(text: str) -> bool:
    """Say whether `text` is a date and nothing else."""
    match = DATE.fullmatch(text.strip())
    return match is not None


def day_after(day: date) -> date:
    """Return the first day on which something valid through `day` no longer holds."""
    return day + timedelta(days=1)
