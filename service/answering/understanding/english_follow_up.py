"""Complete an English question that leans on the one before, as "and the second batch?" does.

Only one thing is exchanged, for the only one of its kind; otherwise nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.document import Span
from service.answering.understanding.english_clauses import property_of
from service.answering.understanding.language import is_english, plain_quotes

_LONGEST = 60  # characters of a question that leans on another
_LEAD = re.compile(
    r"(?:(?:and|but|so|ok|okay|then)\b[\s,]*)+(?:(?:what|how)\s+about\s+)?|(?:what|how)\s+about\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:\s+(?:then|instead))?[\s?.!]*$", re.IGNORECASE)
_PLACED = re.compile(r"(?P<preposition>(?:in|at|for|of|from|during)\s+)?(?:the\s+)?", re.IGNORECASE)
_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d{1,2}(?:st|nd|rd|th))"
)
_PART = r"(?:article|chapter|section|part|batch|phase|stage|round|quarter|item|paragraph)"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_NAME = r"[A-Z][A-Za-z'-]+(?:\s+[A-Z][A-Za-z'-]+){0,3}"
_OFFICE = re.compile(r"(?:Bureau|Office|Department|Commission|Committee|Court|Cent(?:er|re))$")
_NO_NAME = re.compile(rf"(?:{_MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|I)")
_ORDINALS = re.compile(
    rf"(?P<exchanged>{_ORDINAL})(?:\s+(?P<kind>one|[a-z]{{3,}}))?", re.IGNORECASE
)
_KINDS = (
    _ORDINALS,
    re.compile(rf"(?P<kind>{_PART})\s+(?P<exchanged>\d{{1,3}})", re.IGNORECASE),
    re.compile(r"(?P<exchanged>(?:19|20)\d\d)"),
    re.compile(rf"(?P<exchanged>{_MONTH})"),
)

_EACH = re.compile(r"[\s,]*\b(?:respectively|each)\b(?=\W*$)", re.IGNORECASE)
_JOINED = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?:in\s+)?(?:the\s+)?"
_SEPARATED = re.compile(_JOINED, re.IGNORECASE)
_LISTED = tuple(
    re.compile(rf"\b(?P<listed>{one}(?:{_JOINED}{one})+)(?:\s+(?P<kind>{_PART}(?:e?s)?))?\b", flags)
    for one, flags in (
        (rf"{_ORDINAL}(?:\s+{_PART}\b)?", re.IGNORECASE),
        (r"(?:19|20)\d\d", 0),
        (_MONTH, 0),
        (_NAME, 0),
    )
)
_KIND = re.compile(rf"\s+{_PART}$", re.IGNORECASE)


def completed_in_english(question: str, previous: str) -> str | None:
    """Return the question with what it leaves out taken from the one before, or None."""
    question, previous = plain_quotes(question.strip()), plain_quotes(previous.strip())
    lead = _LEAD.match(question)
    if lead is None or not is_english(previous) or len(question) > _LONGEST:
        return None
    bare = _TAIL.sub("", question[lead.end() :])
    placed = _PLACED.match(bare)
    said = bare[placed.end() :] if placed else bare
    for kind in _KINDS:
        match = kind.fullmatch(said)
        if match is not None:
            return _exchanged(previous, kind, match) or _added(previous, kind, placed, said)
    asked = property_of(said, previous)
    if asked is not None:
        return f"{asked}?"
    if re.fullmatch(_NAME, said) and not _NO_NAME.fullmatch(said):
        return _of_another(previous, said, placed)
    return None


def asked_of_each(question: str) -> tuple[str, ...]:
    """Return the question for each of the things it is asked of; empty where it is of one.

    How many items are in the first and the second batch respectively?
    """
    question = question.strip(" ?.!")
    bare = _EACH.sub("", question)
    found = [match for match in (kind.search(bare) for kind in _LISTED) if match is not None]
    if bare == question or len(found) != 1:
        return ()
    listed = found[0]
    ones = _SEPARATED.split(listed["listed"])
    kind = _KIND.search(f" {re.sub('e?s$', '', listed['kind'] or '')}") or _KIND.search(ones[-1])
    named = kind[0] if kind else ""
    start, end = bare[: listed.start()], bare[listed.end() :]
    return tuple(f"{start}{_KIND.sub('', one)}{named}{end}" for one in ones)


def _exchanged(previous: str, kind: re.Pattern[str], match: re.Match[str]) -> str | None:
    """Ask the same of another batch, article, year or month."""
    sort = (match.groupdict().get("kind") or "").lower()
    whole = re.compile(rf"\b(?:{kind.pattern})\b", kind.flags)
    found = list(whole.finditer(previous))
    if sort not in {"", "one"}:
        found = [one for one in found if (one["kind"] or "").lower() == sort]
    elif kind is _ORDINALS:  # the first batch, not: was first issued
        found = [one for one in found if previous[: one.start()].lower().endswith("the ")]
    if len(found) != 1:
        return None
    return _with(previous, Span(*found[0].span("exchanged")), match["exchanged"])


def _added(
    previous: str, kind: re.Pattern[str], placed: re.Match[str] | None, said: str
) -> str | None:
    """Add a year where it is asked for as one and there was none."""
    is_year = re.fullmatch(r"\d{4}", said)
    if not is_year or kind.search(previous) or placed is None or not placed["preposition"]:
        return None
    return _ending(previous, f" {placed['preposition'].strip().lower()} {said}")


def _of_another(previous: str, name: str, placed: re.Match[str] | None) -> str | None:
    """Ask the same of another place or office."""
    names = list(_names(previous))
    if not names and placed and (placed["preposition"] or "").strip().lower() in {"in", "at"}:
        return _ending(previous, f" {placed[0].strip().lower()} {name}")
    if len(names) != 1:
        return None
    there = names[0].of(previous)
    ours, theirs = _OFFICE.search(name), _OFFICE.search(there)
    if ours is not None or theirs is not None:
        is_alike = ours is not None and theirs is not None and ours[0] == theirs[0]
        return _with(previous, names[0], name) if is_alike else None
    is_place = re.search(r"\b(?:in|at|of|from)\s+(?:the\s+)?$", previous[: names[0].start])
    return _with(previous, names[0], name) if is_place else None


def _names(text: str) -> Iterator[Span]:
    """Yield where names stand; the first word has its capital in any case."""
    for match in re.finditer(rf"\b{_NAME}", text):
        if match.start() > 0 and not _NO_NAME.fullmatch(match[0]):
            yield Span(*match.span())


def _with(text: str, span: Span, words: str) -> str:
    return f"{text[: span.start]}{words}{text[span.end :]}"


def _ending(previous: str, words: str) -> str:
    bare = previous.rstrip("?.! ")
    return f"{bare}{words}{previous[len(bare) :]}"
