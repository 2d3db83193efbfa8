"""Numbers as officials write them: 45,460, 7.8万, 七万八千, 百分之二十."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {"零": 0, "〇": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4}
_DIGITS |= {"五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}

CHINESE = "零〇○一二两三四五六七八九十百千"
# A point with a space beside it (98. 68%), as some programs print it, is one where a share or a
# large unit follows; elsewhere it ends a heading's number.
_FRACTION = r"(?:[.．]\d+|\s?[.．]\s?\d+(?=\s?[%％‰万亿]))"
ARABIC = rf"\d{{1,3}}(?:[,，]\d{{3}})+{_FRACTION}?|\d+{_FRACTION}?"
NUMBER = rf"(?:(?:{ARABIC})\s?[十百千]?[万亿]{{0,2}}|[{CHINESE}]+[万亿]?(?:[{CHINESE}]+[万亿]?)*)"

_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")


def parse_number(text: str) -> Decimal | None:
    """Return the value of a written number, or None when it is not one."""
    text = re.sub(r"\s", "", text).translate(_FULL_WIDTH).replace(",", "")
    arabic = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千]?)([万亿]*)", text)
    if arabic:
        value = Decimal(arabic[1]) * _SMALL.get(arabic[2], 1)
        for unit in arabic[3]:
            value *= _LARGE[unit]
        return value
    if not re.fullmatch(rf"[{CHINESE}万亿]+", text):
        return None
    if len(text) > 1 and all(char in _DIGITS for char in text):  # 二〇二二, digit by digit
        return Decimal("".join(str(_DIGITS[char]) for char in text))
    return Decimal(_chinese_value(text))


def _chinese_value(text: str) -> int:
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit = 0
        else:
            total = (total + section + digit or 1) * _LARGE[char]
            section = digit = 0
    return total + section + digit


def format_number(value: Decimal) -> str:
    """Write a computed number plainly: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
