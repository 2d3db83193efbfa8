"""Whether an answer is the answer: texts folded, numbers read, longest common parts found.

Written apart from the product's own folding on purpose: a fault there must not hide itself here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

PUNCTUATION = str.maketrans(
    {
        "。": ".",
        "、": ",",
        "，": ",",
        "；": ";",
        "：": ":",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "—": "-",
        "–": "-",
        "〔": "(",
        "〕": ")",
        "［": "(",
        "］": ")",
        "[": "(",
        "]": ")",
        "·": ".",
        "・": ".",
    }
)
_EDGES = ".,;:!?\"'()-"
_HEDGES = {  # a value without its hedge is another value; the longer word of two is read first
    "不超过": "at most", "不高于": "at most", "不多于": "at most", "最多": "at most",
    "至多": "at most", "以下": "at most", "以内": "at most", "不足": "at most",
    "不少于": "at least", "不低于": "at least", "至少": "at least", "以上": "at least",
    "超过": "over", "超": "over", "多于": "over", "高于": "over", "余": "over", "多": "over",
    "大约": "about", "约": "about", "近": "about", "左右": "about",
    "拟": "planned", "计划": "planned", "预计": "planned", "将": "planned",
    "morethan": "over", "over": "over", "upto": "at most", "atmost": "at most",
    "atleast": "at least", "about": "about", "nearly": "about", "planned": "planned",
}  # fmt: skip
_HEDGE = re.compile("|".join(sorted(_HEDGES, key=len, reverse=True)))
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_DIGITS |= {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_NUMERALS = "".join([*_DIGITS, *_UNITS])
_NUMBER = re.compile(
    rf"(?P<share>百分之)?(?:(?P<arabic>\d+(?:\.\d+)?)|(?P<chinese>[{_NUMERALS}]+))"
    r"(?P<between>余|多)?(?P<large>[万亿]*)(?P<per>%|‰)?"
)
_PREFIX, _SUFFIX = 6, 10  # 目前共收到 before a number, 个政务服务事项 after it
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value as it is said: the number, what it counts, and what hedges it."""

    value: Fraction
    unit: str
    hedges: frozenset[str]


def fold(text: str) -> str:
    """Fold white space, width, case, punctuation and thousands separators away."""
    text = unicodedata.normalize("NFKC", text).lower().translate(PUNCTUATION)
    text = "".join(text.split())
    return re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)


def squash(text: str) -> str:
    """Take all white space out, and nothing else."""
    return "".join(text.split())


def numbers(text: str) -> list[Fraction]:
    """Return the numbers written in `text` in figures, in order, 万 and % worked out."""
    return [_value(match) for match in _NUMBER.finditer(fold(text)) if match["arabic"] is not None]


def quantity(text: str) -> Quantity | None:
    """Read `text` as one value with its unit and hedges, or return None."""
    folded = fold(text).strip(_EDGES)
    match = next((m for m in _NUMBER.finditer(folded) if m["arabic"]), _NUMBER.search(folded))
    if match is None:
        return None
    before, after = folded[: match.start()], folded[match.end() :]
    if len(before) > _PREFIX or len(after) > _SUFFIX or numbers(before) or numbers(after):
        return None
    hedges = {_HEDGES[word] for word in _HEDGE.findall(before + (match["between"] or ""))}
    while hedge := _HEDGE.match(after):
        hedges.add(_HEDGES[hedge[0]])
        after = after[hedge.end() :]
    if after.endswith(("左右", "以上", "以下", "以内")):
        hedges.add(_HEDGES[after[-2:]])
        after = after[:-2]
    return Quantity(_value(match), after, frozenset(hedges))


def exact_match(answer: str, gold: str) -> bool:
    """Say whether the two are the same but for white space, width, case and punctuation."""
    return fold(answer).strip(_EDGES) == fold(gold).strip(_EDGES)


def lenient_match(answer: str, gold: str) -> bool:
    """Say whether `answer` gives what `gold` gives in a few more or fewer words.

    A value must have the same number, hedges and, where both name one, unit. A text may be the
    other's greater part, as long as no number comes or goes.
    """
    if exact_match(answer, gold):
        return True
    first, second = quantity(answer), quantity(gold)
    if first is not None and second is not None:
        return (
            first.value == second.value
            and first.hedges == second.hedges
            and (first.unit in second.unit or second.unit in first.unit)
        )
    shorter, longer = sorted((fold(answer).strip(_EDGES), fold(gold).strip(_EDGES)), key=len)
    return (
        shorter in longer
        and len(shorter) >= _HALF * len(longer)
        and sorted(numbers(shorter)) == sorted(numbers(longer))
    )


def rouge_l(answer: str, gold: str) -> float:
    """Return the F1 of the longest common subsequence of characters, white space aside."""
    first, second = squash(answer), squash(gold)
    if not first or not second:
        return float(first == second)
    common = _common_subsequence(first, second)
    return 2 * common / (len(first) + len(second))


def _value(match: re.Match[str]) -> Fraction:
    value = Fraction(match["arabic"]) if match["arabic"] else Fraction(_chinese(match["chinese"]))
    for large in match["large"]:
        value *= _LARGE[large]
    if match["share"] or match["per"] == "%":
        value /= 100
    elif match["per"] == "‰":
        value /= 1000
    return value


def _chinese(word: str) -> int:
    """Read a number in Chinese numerals up to 9999: 五百四十三, 一九九八."""
    if not set(word) & set(_UNITS):
        return int("".join(str(_DIGITS[character]) for character in word))
    total = digit = 0
    for character in word:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return total + digit


def _common_subsequence(first: str, second: str) -> int:
    """Return the length of the longest common subsequence, a row at a time in one integer."""
    places: dict[str, int] = {}
    for index, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << index
    whole = (1 << len(first)) - 1
    row = whole
    for character in second:
        shared = row & places.get(character, 0)
        row = ((row + shared) | (row - shared)) & whole
    return len(first) - row.bit_count()
