"""What a spreadsheet shows of a value: its number format, as far as a reader needs it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.')
_DECIMALS = re.compile(r"[0#?]\.([0#?]+)")
_WORDS = re.compile(r'"([^"]*)"')
_BREAK = re.compile(r"[\r\n\v]+")
_MIDNIGHT = time()


def cell_text(value: Any, number_format: str = "General") -> str:
    """Return a cell's value as it is shown: 0.9868 under 0.00% is 98.68%."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return re.sub(r"\s*[\r\n\v\x00]+\s*", " ", str(value).replace("_x000D_", "")).strip()


def broken(value: Any) -> str | None:
    """Return a text with its line breaks, one newline each; None where it has none."""
    if not isinstance(value, str) or not _BREAK.search(value.strip()):
        return None
    lines = (" ".join(line.split()) for line in _BREAK.split(value.replace("_x000D_", "")))
    return "\n".join(line for line in lines if line)


def _moment(value: datetime | date | time, number_format: str) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    chinese = "年" in number_format
    has_day = "d" in number_format.lower() or not chinese
    day = f"{value.year}年{value.month}月" if chinese else value.strftime("%Y-%m-%d")
    if chinese and has_day:
        day += f"{value.day}日"
    if isinstance(value, datetime) and value.time() != _MIDNIGHT:
        return f"{day} {value:%H:%M}"
    return day


def _number(value: float, number_format: str) -> str:
    first = number_format.split(";", maxsplit=1)[0]
    prefix, suffix = _around(first)
    plain = _QUOTED.sub("", first)
    scaled = value * 100 if "%" in plain else value
    decimals = _DECIMALS.search(plain)
    if "%" in plain or (decimals is not None and "E" not in plain):
        places = len(decimals[1]) if decimals else 0
        # A figure finer than the format shows is given whole: a source must not be rounded.
        exact = format(scaled, ".15g")
        shown = f"{scaled:.{places}f}"
        text = shown if abs(float(shown) - scaled) < 10 ** -(places + 6) else exact
    else:
        text = format(scaled, ".15g")
    if "e" in text:
        text = f"{scaled:.0f}" if abs(scaled) >= 1 else f"{scaled:.15f}".rstrip("0")
    if "," in plain and "." not in plain.split(",")[0]:
        whole, point, rest = text.partition(".")
        text = f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() else text
    return f"{prefix}{text}{'%' if '%' in plain else ''}{suffix}"


def _around(number_format: str) -> tuple[str, str]:
    """Return the words a format prints before and after the figure, as in 0"万元"."""
    digits = [match.span() for match in re.finditer(r'"[^"]*"|[0#?]', number_format)]
    places = [span for span in digits if number_format[span[0]] in "0#?"]
    if not places:
        return "", ""
    before, after = number_format[: places[0][0]], number_format[places[-1][1] :]
    return "".join(_WORDS.findall(before)), "".join(_WORDS.findall(after))
