"""Check an answer before it is shown: nothing in it may rest on anything but its quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from index.fold import fold
from service.answering.answer import Citation
from service.answering.understanding.numerals import CHINESE
from service.answering.understanding.terms import bare

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
_CHINESE_NUMBER = re.compile(
    rf"百分之[{CHINESE}]+|[{CHINESE}]*[一二两三四五六七八九十百千][{CHINESE}]*[万亿]?"
    r"(?=个|年|月|日|天|项|件|宗|条|台|家|户|人|名|元|倍|岁|周岁|小时|分|次|份|种|级|批)"
)
_NAMED = re.compile(r"《([^《》]+)》|“([^“”]+)”")
_NUMBERED = re.compile(r"[\u4e00-\u9fff]{2}〔\d{4}〕\d+号")


def unsupported(
    answer: str, script: str, citations: Iterable[Citation], computed: Iterable[str] = ()
) -> list[str]:
    """Return what `answer` and `script` state without basis; empty when all of it is founded.

    `computed` are values that follow from quoted operands.
    """
    citations = list(citations)
    quotes = " ".join(_plain(citation.quote) for citation in citations)
    rendered = " ".join(_plain(text) for text in _rendered(citations))
    follows = {_plain(value) for value in computed}
    missing = []
    if not follows and bare(answer) not in bare(quotes) and bare(answer) not in bare(rendered):
        missing.append(answer)
    missing += [
        fact
        for fact in (*_facts(answer), *_facts(script))
        if not (_holds(fact, quotes) or _holds(fact, rendered) or _follows(fact, follows))
    ]
    return missing


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", fold(text)) if not text.isascii() else text


def _facts(text: str) -> Iterator[str]:
    plain = fold(text)
    yield from (match[0] for match in _NUMBER.finditer(plain))
    yield from (match[0] for match in _CHINESE_NUMBER.finditer(plain))
    yield from (match[1] or match[2] for match in _NAMED.finditer(text))
    yield from (match[0] for match in _NUMBERED.finditer(text))


def _holds(fact: str, text: str) -> bool:
    """Say whether `text` states the fact; 56 does not occur in 156 or 56.2."""
    if fact[0].isdigit():
        return re.search(rf"(?<![\d.]){re.escape(fact)}(?!\.?\d)", text) is not None
    return bare(fact) in bare(text)


def _follows(fact: str, computed: set[str]) -> bool:
    return any(_holds(fact, value) for value in computed)


def _rendered(citations: Iterable[Citation]) -> Iterator[str]:
    for citation in citations:
        yield citation.title
        yield citation.locator
        yield from filter(None, (citation.document_number, citation.issuer))
        for day in (citation.issued_on, citation.effective_on):
            if day is not None:
                yield from spoken_dates(day)


def spoken_dates(day: date) -> tuple[str, str]:
    """Return a day as one says it in Chinese and in English."""
    return f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B} {day.year}"
