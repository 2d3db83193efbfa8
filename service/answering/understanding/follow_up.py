"""Complete a question that leans on the one before, as 那第二批呢 on 第一批有多少项.

Only where what it changes is plain to see; otherwise a question stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import rjieba

from index.document import Span
from service.answering.understanding.english_follow_up import completed_in_english
from service.answering.understanding.language import is_english
from service.answering.understanding.numerals import CHINESE
from service.answering.understanding.places import find_places
from service.answering.understanding.properties import (
    asked_about,
    asked_property,
    names_nothing,
)

_LONGEST = 24  # characters of a question that leans on another
_LEAD = re.compile(r"^(?:请问|那么|那|噉|咁|还有|至于|换成|要是|如果是|和|，|,|\s)+")
_TAIL = re.compile(r"(?P<leaning>又?(?:怎么样|怎样|如何|呢)[啊呀]?)?[？?。！!~～\s]*$")
_MERELY_ASKS = re.compile(
    r"(?:在|的|一共|总共|共|又|是|有|了|多少|几|[个件项宗家人条名户次]|情况|话|吗|么|、|，|,|\s)*"
)
_PRONOUN = re.compile(
    r"它|(?:该|这个|这部|这份|上述)(?:办法|规定|条例|细则|文件|通知|意见|方案|报告|标准)"
)
_AGENCY = re.compile(r"[\u4e00-\u9fff]{2,}(?:局|厅|委员会|办公室|法院|检察院|部)")
_COMPOUND = 4  # characters
_LEVEL = frozenset("省市县区镇")
_POLITE = re.compile(r"^(?:请问一下|请问|你好|您好|麻烦问下)?[，,、\s]*")
_NUMBER = rf"[{CHINESE}\d]+"
_PATTERNS = {
    "title": r"《[^《》]{2,60}》",
    "article": rf"第\s?{_NUMBER}\s?条(?:之[一二三四五六七八九十]+)?",
    "half": r"[上下]半年",
    "quarter": r"第?[一二三四]季度",
    "批": rf"第\s?{_NUMBER}\s?批|[首头]一?批",
    "year": r"(?:19|20)\d{2}\s?年度?|二[〇零○][〇零○一二三四五六七八九]{2}年度?|[今去前明后本上]年",
    "month": rf"(?:\d{{1,2}}|[{CHINESE}]{{1,2}})\s?月(?:份|底)?",
    **{
        unit: rf"第\s?{_NUMBER}\s?{unit}"
        for unit in ("期", "次", "届", "轮", "阶段", "部分", "类", "档", "章", "款", "项")
    },
}
_LIMITS = re.compile("|".join(f"(?P<k{n}>{p})" for n, p in enumerate(_PATTERNS.values())))
_KINDS = tuple(_PATTERNS)
_PARTS_OF_A_YEAR = ("month", "half", "quarter")
_BEFORE_ALL = frozenset({"year", "place", *_PARTS_OF_A_YEAR})


@dataclass(frozen=True, slots=True)
class Limit:
    """What a question fixes, where it stands, and of what kind: a year, a place, a batch."""

    kind: str
    span: Span


def completed(question: str, previous: str) -> str | None:
    """Return the question with what it leaves out taken from the one before it.

    None where it stands for itself, or where it is not plain what it leaves out.
    """
    if question.isascii() or is_english(question):
        return completed_in_english(question, previous)
    previous, bare = previous.strip(), _bare(question)
    if not previous or not bare or len(bare) > _LONGEST:
        return None
    return _made_whole(question, bare, previous)


def _made_whole(question: str, bare: str, previous: str) -> str | None:
    own = list(limits_in(bare))
    pronoun = _PRONOUN.match(bare)
    if pronoun is not None:
        return _of_the_same(question, bare[pronoun.end() :], previous, own)
    asked = asked_property(_without(bare, own).strip("的"))
    if asked is None and not own and names_nothing(bare):
        asked = bare
    if asked is not None:
        return _of_what_was_asked_about(previous, bare, own, asked)
    if own and _MERELY_ASKS.fullmatch(_without(bare, own)):
        return _exchanged(previous, bare, own)
    tail = _TAIL.search(question)
    if tail is not None and tail["leaning"] and not own:
        return _of_another(previous, bare)
    return None


def _bare(question: str) -> str:
    tail = _TAIL.search(question)
    return _LEAD.sub("", question[: tail.start()] if tail else question)


def _of_the_same(question: str, rest: str, previous: str, own: Sequence[Limit]) -> str | None:
    """Put the one text that was named in the place of 它."""
    titles = [one.span.of(previous) for one in limits_in(previous) if one.kind == "title"]
    if len(titles) != 1 or any(one.kind == "title" for one in own) or not rest:
        return None
    return f"{titles[0]}{question[question.index(rest) :]}"


def property_asked(question: str) -> str | None:
    """Return the question for the property that a question names and nothing besides, or None."""
    return asked_property(_bare(question))


def _of_what_was_asked_about(
    previous: str, bare: str, own: Sequence[Limit], asked: str
) -> str | None:
    """Ask for another property of the same thing, year and place; its own limits take their place.

    None where the limits have no place to take: 深圳的办件量 is a matter of its own.
    """
    about = asked_about(previous)
    kinds = {one.kind for one in limits_in(about)}
    if not about or any(one.kind not in kinds for one in own):
        return None
    whole = _exchanged(about, bare, own)
    return whole and f"{whole}{asked}"


def _exchanged(previous: str, bare: str, own: Sequence[Limit]) -> str | None:
    """Ask the same of another year, place or batch."""
    whole: str | None = previous
    for one in own:
        if whole is None or [other.kind for other in own].count(one.kind) > 1:
            return None
        whole = _with(whole, one.kind, one.span.of(bare))
    return whole


def _with(question: str, kind: str, words: str) -> str | None:
    """Put a limit in the place of the one of its kind, or where there is none, before all."""
    limits = list(limits_in(question))
    same = [one.span for one in limits if one.kind == kind]
    if len(same) == 1:
        return f"{question[: same[0].start]}{words}{question[same[0].end :]}"
    if same or kind not in _BEFORE_ALL:
        return None
    years = [one.span for one in limits if one.kind == "year"]
    parts = [one.span for one in limits if one.kind in _PARTS_OF_A_YEAR]
    if kind in _PARTS_OF_A_YEAR and (parts or len(years) > 1):
        return None
    if kind == "year" and parts:
        at = parts[0].start
    elif kind in _PARTS_OF_A_YEAR and years:
        at = years[0].end
    else:
        polite = _POLITE.match(question)
        at = polite.end() if polite else 0
    return f"{question[:at]}{words}{question[at:]}"


def _of_another(previous: str, bare: str) -> str | None:
    """Ask the same of another thing of the same sort: 变更登记 for 设立登记, 财政局 for 民政局."""
    if _AGENCY.fullmatch(bare):
        return _of_another_agency(previous, bare)
    words = rjieba.tag(bare)
    if len(bare) < _COMPOUND or len(words[-1][0]) < 2 or not _name(words):
        return None
    found = set(_of_one_sort(rjieba.tag(previous), words))
    if len(found) != 1:
        return None
    start, end = found.pop()
    return f"{previous[:start]}{bare}{previous[end:]}"


def _of_one_sort(
    before: Sequence[tuple[str, str]], words: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, int]]:
    """Yield where something stands that ends alike, and has as many words or characters."""
    last, length = words[-1][0], len(_joined(words))
    starts = list(accumulate((len(word) for word, _ in before), initial=0))
    for index, (word, _) in enumerate(before):
        first = index + 1 - len(words)
        if not word.endswith(last):
            continue
        if word == last and len(words) > 1 and first >= 0 and _name(before[first : index + 1]):
            yield starts[first], starts[index + 1]
        start = starts[index + 1] - length
        if start in starts[: index + 1] and _name(before[starts.index(start) : index + 1]):
            yield start, starts[index + 1]


def _name(words: Sequence[tuple[str, str]]) -> bool:
    return all(tag[0] in "nvalbj" for _, tag in words)


def _of_another_agency(previous: str, bare: str) -> str | None:
    """Put one agency in the place of the other; its level stays: 市财政局 for 市民政局."""
    found = []
    words = rjieba.cut(previous)
    for index, word in enumerate(words):
        if _AGENCY.fullmatch(word):
            begin = len("".join(words[:index]))
            level = bare[0] in _LEVEL and index > 0 and words[index - 1] in _LEVEL
            found.append(Span(begin - int(level), begin + len(word)))
    if len(found) != 1:
        return None
    replaced = found[0].of(previous)
    if replaced[0] in _LEVEL and bare[0] not in _LEVEL:
        bare = replaced[0] + bare
    return f"{previous[: found[0].start]}{bare}{previous[found[0].end :]}"


def limits_in(text: str) -> Iterator[Limit]:
    """Yield what a text fixes, from left to right; no two overlap."""
    found = [
        Limit(_KINDS[int(str(match.lastgroup)[1:])], Span(match.start(), match.end()))
        for match in _LIMITS.finditer(text)
    ]
    names = sorted(set(find_places(_blanked(text, found))), key=len, reverse=True)
    for name in names:
        for match in re.finditer(re.escape(name), text):
            span = Span(match.start(), match.end())
            if all(span.end <= one.span.start or one.span.end <= span.start for one in found):
                found.append(Limit("place", span))
    return iter(sorted(found, key=lambda one: one.span.start))


def _blanked(text: str, limits: Sequence[Limit]) -> str:
    for one in limits:
        text = f"{text[: one.span.start]}{' ' * len(one.span)}{text[one.span.end :]}"
    return text


def _without(text: str, limits: Sequence[Limit]) -> str:
    return "".join(_blanked(text, limits).split())


def _joined(words: Sequence[tuple[str, str]]) -> str:
    return "".join(word for word, _ in words)
