"""Hold a sentence against what the question fixes: place, year, batch, planned or done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.numerals import number
from service.answering.reading.identity import LEGISLATION, identity
from service.answering.reading.sentences import Sentence
from service.answering.understanding.asks import Asks
from service.answering.understanding.limits import Limits, written_ordinal
from service.answering.understanding.places import stem
from service.answering.understanding.question import Inquiry
from service.answering.understanding.terms import bare

_YEAR = re.compile(r"((?:19|20)\d{2})\s?(?:年|[—－-])")
_MONTH = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,2})\s?月")
_PLANNED = re.compile(r"拟|计划|预计|力争|将|打算|争取")
_OURS = re.compile(r"[我本全][省市县区镇]")
_BATCH = re.compile(r"第[一二三四五六七八九十\d]+[批期次届轮]")
_HAPPENED = frozenset({Asks.COUNT, Asks.RATE, Asks.MONEY})
_COUNTED = 12  # characters in which a value names what it counts
_DENIED = re.compile(r"未|没|不|无")


def objections(
    inquiry: Inquiry, sentence: Sentence, window: str, *, planned: bool
) -> tuple[str, ...]:
    """Name every limit of the question that the sentence breaks.

    `window` is the part of the sentence that belongs to the value; `planned` says whether the
    value is stated as a plan.
    """
    return tuple(_objections(inquiry, sentence, window, planned=planned))


def _objections(
    inquiry: Inquiry, sentence: Sentence, window: str, *, planned: bool
) -> Iterator[str]:
    legislation = sentence.document.metadata.kind in LEGISLATION
    if not legislation:
        yield from _home_objections(inquiry.limits, sentence)
        yield from _time_objections(inquiry, sentence)
    elif inquiry.limits.years and inquiry.asks in _HAPPENED:
        yield "year"  # a law says what holds, not how much of it happened in a year
    yield from _wording_objections(inquiry.limits, sentence, window)
    limits = inquiry.limits
    if planned and limits.done and not limits.planned:
        yield "planned"
    if limits.planned and not planned and not _PLANNED.search(sentence.text):
        yield "done"
    for verb in limits.negated:
        if not re.search(rf"{_DENIED.pattern}[^，。；]{{0,4}}{re.escape(verb)}", sentence.text):
            yield "negated"


def _home_objections(limits: Limits, sentence: Sentence) -> Iterator[str]:
    """Object to another place or agency than the document's own, unless the sentence names it."""
    text, home = bare(sentence.text), identity(sentence.document.metadata)
    for place in limits.places:
        name = stem(bare(place))
        elsewhere = name not in text or _OURS.search(sentence.text)  # 我市 is not the other city
        if name not in home and elsewhere:
            yield "place"
    for agency in limits.agencies:
        if agency not in home and agency not in text:
            yield "agency"


def _wording_objections(limits: Limits, sentence: Sentence, window: str) -> Iterator[str]:
    text, title = bare(sentence.text), bare(sentence.document.metadata.title)
    around = bare(sentence.before) + text
    several = len(set(_BATCH.findall(sentence.text))) > 1
    if (
        _BATCH.search(window)
        and several
        and not (limits.ordinals or limits.loose)
        and len(window) < len(sentence.text)
    ):
        yield "which"  # 第一批 and 第二批 are both stated, and the question names neither
    for ordinal in limits.ordinals:
        if bare(ordinal) not in bare(_with_written_ordinals(window)):
            yield "ordinal"
    for phrase in limits.exact:
        if phrase not in text and phrase not in title:
            yield "exact"
    for phrase in limits.excepted:
        if bare(phrase) in bare(window[-_COUNTED:]):
            yield "excepted"
    for named in limits.titles:
        if bare(named) not in title and bare(named) not in around:
            yield "title"


def _time_objections(inquiry: Inquiry, sentence: Sentence) -> Iterator[str]:
    metadata = sentence.document.metadata
    years = inquiry.limits.years
    if years:
        stated = {int(year) for year in _YEAR.findall(sentence.text)}
        covered = {int(year) for year in _YEAR.findall(metadata.title + " ")}
        covered |= {int(year) for year in re.findall(r"((?:19|20)\d{2})", metadata.title)}
        if not covered and metadata.issued_on is not None:
            covered = {metadata.issued_on.year}
        if not set(years) <= (stated | covered) or (stated and not set(years) & stated):
            yield "year"
    if inquiry.limits.months and inquiry.asks.value != "date":
        stated_months = {number(month) for month in _MONTH.findall(sentence.text)}
        if (stated_months and not set(inquiry.limits.months) <= stated_months) or (
            not stated_months
            and (
                metadata.issued_on is None or metadata.issued_on.month not in inquiry.limits.months
            )
        ):
            yield "month"


def _with_written_ordinals(text: str) -> str:
    return re.sub(r"第\s?(\d+)", lambda match: f"第{written_ordinal(match[1])}", text)
