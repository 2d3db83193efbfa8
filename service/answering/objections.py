"""Hold a sentence against what the question fixes: place, year, batch, planned or done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.document import Kind
from index.numerals import number
from service.answering.identity import identity
from service.answering.limits import written_ordinal
from service.answering.places import stem
from service.answering.question import Inquiry
from service.answering.sentences import Sentence
from service.answering.terms import bare

_LEGISLATION = {Kind.LAW, Kind.ADMINISTRATIVE_REGULATION, Kind.LOCAL_REGULATION, Kind.RULE}
_YEAR = re.compile(r"((?:19|20)\d{2})\s?(?:年|[—－-])")
_MONTH = re.compile(r"(\d{1,2}|[一二三四五六七八九十]{1,2})\s?月")
_PLANNED = re.compile(r"拟|计划|预计|力争|将|打算|争取")
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
    limits, metadata = inquiry.limits, sentence.document.metadata
    text = bare(sentence.text)
    legislation = metadata.kind in _LEGISLATION
    home = identity(metadata)
    for place in limits.places:
        name = stem(bare(place))
        if not legislation and name not in home and name not in text:
            yield "place"
    for agency in limits.agencies:
        if not legislation and agency not in home and agency not in text:
            yield "agency"
    if not legislation:
        yield from _time_objections(inquiry, sentence)
    for ordinal in limits.ordinals:
        if bare(ordinal) not in bare(_with_written_ordinals(window)):
            yield "ordinal"
    for phrase in limits.exact:
        if phrase not in text and phrase not in home:
            yield "exact"
    for title in limits.titles:
        wanted = bare(title)
        if wanted not in bare(metadata.title) and wanted not in bare(
            sentence.before + sentence.text
        ):
            yield "title"
    if planned and limits.done and not limits.planned:
        yield "planned"
    if limits.planned and not planned and not _PLANNED.search(sentence.text):
        yield "done"
    for verb in limits.negated:
        if not re.search(rf"{_DENIED.pattern}[^，。；]{{0,4}}{re.escape(verb)}", sentence.text):
            yield "negated"


def _time_objections(inquiry: Inquiry, sentence: Sentence) -> Iterator[str]:
    metadata = sentence.document.metadata
    years = inquiry.limits.years
    if years:
        stated = {int(year) for year in _YEAR.findall(sentence.text)}
        covered = {int(year) for year in _YEAR.findall(metadata.title + " ")}
        covered |= {int(year) for year in re.findall(r"((?:19|20)\d{2})", metadata.title)}
        if not covered and metadata.issued_on is not None:
            covered = {metadata.issued_on.year}
        if not set(years) <= (stated | covered):
            yield "year"
        elif stated and not set(years) & stated:
            yield "year"
    if inquiry.limits.months and inquiry.asks.value != "date":
        stated_months = {number(month) for month in _MONTH.findall(sentence.text)}
        if stated_months and not set(inquiry.limits.months) <= stated_months:
            yield "month"
        elif not stated_months and (
            metadata.issued_on is None or metadata.issued_on.month not in inquiry.limits.months
        ):
            yield "month"


def _with_written_ordinals(text: str) -> str:
    return re.sub(r"第\s?(\d+)", lambda match: f"第{written_ordinal(match[1])}", text)
