"""A question asked of several things at once, made whole for each: 第一批和第二批分别是多少项."""

from __future__ import annotations

import re
from collections.abc import Sequence

import rjieba

from service.answering.understanding.follow_up import completed, limits_in
from service.answering.understanding.predicates import property_at_end

_EACH = re.compile(r"分别|各自|各(?=是|为|有|占|多少|几|能|要|需|收|办|不|最)")
_ASKS_VALUE = re.compile(r"多少|几|什么|谁|哪|多久|多长|何时|如何|怎")
_LONG_NAME = 4  # characters of a name that is hardly the end of another: 政协提案
_SEPARATOR = re.compile(r"、|和|与|跟|以及|及|同")
_QUOTED = re.compile(r"[“‘《「『（(][^”’》」』）)]*[”’》」』）)]")
_MARKS = " ，,、的"
_ASIDE = re.compile(r"[，,]?(?:一般|最长|最短|最高|最低|最多|最少|一共|总共|共|目前|都|到底)*$")
_COUNT = r"(?:多少|几多?)[^多少几，,、和与及？?]{1,6}"
_OF_COUNTS = re.compile(rf"^(?P<head>.*?)(?P<counts>{_COUNT}(?:(?:、|和|与|以及|及)有?{_COUNT})+)$")
_COUNTS = re.compile(_COUNT)
_ALL_TOGETHER = re.compile(r"共|合计|总|加起来|加埋|加在一起|合起来|差|比")
_OF_PROPERTIES = re.compile(
    r"^(?P<listed>[^，,？?]+?)(?:都)?(?P<asks>(?:是|叫|为)(?:什么|多少|谁|几号|哪[天年里]).{0,4})$"
)


def distributed(question: str) -> tuple[str, ...]:
    """Return the question for each of the things it is asked of; empty where it is of one."""
    question = question.rstrip("？?。！! ")
    each = _EACH.search(question)
    if each is not None and _ASKS_VALUE.search(question, each.end()):
        head, tail = question[: each.start()], question[each.end() :]
        return _of_one_sort(head, tail) or _properties(_split(head), tail)
    counts = _OF_COUNTS.match(question)
    if counts is not None and not _ALL_TOGETHER.search(question):
        return tuple(f"{counts['head']}{one}" for one in _COUNTS.findall(counts["counts"]))
    asked = _OF_PROPERTIES.match(question)
    return _properties(_split(asked["listed"]), asked["asks"]) if asked else ()


def without_quoted(text: str) -> str:
    """Return the text with what stands in quotes or brackets made blank, of the same length."""
    return _QUOTED.sub(lambda match: "　" * len(match[0]), text)


def _split(head: str) -> list[str]:
    """Split what is listed: 热线办结率 and 满意率."""
    cuts = [match.span() for match in _SEPARATOR.finditer(without_quoted(head))]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(head)]
    return [head[start:end] for start, end in zip(starts, ends, strict=True)]


def _of_one_sort(head: str, tail: str) -> tuple[str, ...]:
    """Ask the first of them, then the same of each other, where it is plain what that changes."""
    aside = _ASIDE.search(head)
    cut = aside.start() if aside else len(head)
    listed, aside_words = head[:cut], head[cut:]
    pieces = _split(listed)
    if len(pieces) < 2:
        return ()
    first, *others = pieces
    limits = list(limits_in(others[-1]))
    middle = ""
    if limits and limits[0].span.start == 0:  # 2022年 in 2021年和2022年热线分别受理多少宗
        begins = limits[0].span.end
        others[-1], middle = others[-1][:begins], others[-1][begins:]
    rest = f"{middle}{aside_words.lstrip('，,')}{tail}"
    found = [f"{first}{rest}"]
    for other in others:
        again = completed(f"{other.strip(_MARKS)}呢", found[0]) or _beside(first, other, rest)
        if again is None:
            return ()
        found.append(again)
    return tuple(found)


def _beside(first: str, other: str, rest: str) -> str | None:
    """Ask the same of another name, where the first begins its clause and is a name as long."""
    clause = max(first.rfind(mark) for mark in "，,") + 1
    for limit in limits_in(first):
        clause = max(clause, limit.span.end)
    name = first[clause:]
    is_name = all(tag[0] in "nvajlb" for _, tag in rjieba.tag(f"{name}{other}".replace("的", "")))
    shorter, longer = sorted((len(name), len(other)))
    as_long = longer - shorter <= (2 if shorter >= _LONG_NAME else 1)
    alike = name.endswith("的") == other.endswith("的") and as_long
    return f"{first[:clause]}{other}{rest}" if alike and is_name and len(other) > 1 else None


def _properties(listed: Sequence[str], asks: str) -> tuple[str, ...]:
    """Ask each property of one thing: 文号 and 签发人 in 报告的文号和签发人是什么."""
    if len(listed) < 2:
        return ()
    starts = [property_at_end(one) for one in listed]
    if starts[0] < 0 or any(start != 0 for start in starts[1:]):
        return ()
    owner = listed[0][: starts[0]]
    return tuple(f"{owner}{one[start:]}{asks}" for one, start in zip(listed, starts, strict=True))
