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

_TOKEN = re.compile(r"\d+(?:\.\d+)?|.")
_MIXED = re.compile(r"\d+(?:\.\d+)?[十百千万亿]+(?:[零〇]?\d+[十百千万亿]+|[零〇]\d+)+")
_SPELT_FRACTION = re.compile(
    rf"(?P<share>百分之)?(?P<whole>[{CHINESE}]+)点(?P<decimals>[零〇一二三四五六七八九]+)"
    r"(?P<after>[万亿倍%％]|个百分点|平方|公里|公顷|元)?"
)
_STATED = re.compile(rf"(?:百分之)?(?P<number>{NUMBER})(?:\s?[%％])?[余多来]?")

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
    return _value(text)


def plain_numbers(wording: str) -> str:
    """Return a question with the numbers that speech mixes or spells in digits.

    七点八万 becomes 7.8万, 百分之九十八点六八 98.68%, 7万8千 78000. What is written in Chinese
    numerals alone stays: official texts have them, too.
    """
    wording = _SPELT_FRACTION.sub(_in_digits, wording)
    return _MIXED.sub(lambda match: format_number(Decimal(_value(match[0]))), wording)


def without_number(wording: str, value: Decimal) -> str:
    """Return a wording without the number of this value, however it is written there."""

    def left(match: re.Match[str]) -> str:
        is_alone = len(match["number"]) == 1 and not match["number"].isdigit()  # 一 of 一站式
        return match[0] if is_alone or parse_number(match["number"]) != value else " "

    return _STATED.sub(left, wording)


def _in_digits(match: re.Match[str]) -> str:
    if not match["share"] and not match["after"]:
        return match[0]  # 三点五 may be a time of day
    decimals = "".join(str(_DIGITS[char]) for char in match["decimals"])
    number = f"{parse_number(match['whole'])}.{decimals}"
    return f"{number}%" if match["share"] else f"{number}{match['after']}"


def _value(text: str) -> Decimal:
    """Return the value of digits and units, 七万八千 or 7万8千; 七万八 is that, too."""
    total = section = digit = Decimal(0)
    last = 1  # the unit that a digit without one follows
    for token in _TOKEN.findall(text):
        if token in _SMALL:
            section += (digit or 1) * _SMALL[token]
            digit, last = Decimal(0), _SMALL[token]
        elif token in _LARGE:
            unit = _LARGE[token]
            if total >= unit:  # 三亿五千万; but 一万亿
                total += (section + digit) * unit
            else:
                total = ((total + section + digit) or Decimal(1)) * unit
            section, digit, last = Decimal(0), Decimal(0), unit
        else:
            digit = Decimal(_DIGITS.get(token, token))
            last = last if digit else 1  # 七万零八
    if digit < 10 and last > 10:
        digit *= last // 10
    return total + section + digit


def format_number(value: Decimal) -> str:
    """Write a computed number plainly: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
