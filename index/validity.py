"""When a document was issued, takes effect and expires, as it says itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from index.document import SectionKind, Span
from index.numerals import DATE_PATTERN, dates, day_after, number
from index.parts import Parts

_EFFECT = r"(?:正式|开始)?(?:施行|实施|执行|生效|试行)"
_SELF = r"本[^，。；\s第]{1,6}?"
_EFFECTIVE = re.compile(
    rf"(?P<subject>{_SELF})?\s*(?:从|自)\s*(?P<when>{DATE_PATTERN}|"
    r"(?P<own>公布|发布|印发|颁布|签发)之日)\s*(?:零时|0时)?\s*起?\s*"
    rf"(?:(?P<delay>\d{{1,3}}|[一二三四五六七八九十]{{1,3}})\s*[日天]后)?\s*{_EFFECT}"
)
_SENTENCE_START = re.compile(r"(?:^|[。；，,：\s]|第[^，。；\s]{1,7}条)\s*$")
_UNTIL = re.compile(
    rf"(?:有效期|执行期限?|施行期限?|期限)\s*(?:为)?\s*(?:截?至|到)\s*(?P<day>{DATE_PATTERN})"
    rf"|(?:起{_EFFECT}|之日起)[，,、]?\s*(?:有效期)?\s*(?:执行)?[至到]\s*(?P<end>{DATE_PATTERN})"
)
_YEARS = re.compile(
    rf"(?:起{_EFFECT}[，,、]?\s*|{_SELF})(?:有效期|试行期|执行期)限?\s*(?:为|：)?\s*"
    r"(?P<years>\d{1,2}|[一二两三四五六七八九十]{1,2})\s*年"
)
_ENACTED = re.compile(r"通过|批准|公布|发布|颁布|修订|修正|修改|公告")
_TAKES_EFFECT = re.compile(r"^\s*起?\s*(?:正式)?(?:施行|实施|生效)")


def issued_on_of(parts: Parts) -> tuple[date, Span] | None:
    """Return the 成文日期: of the signature, or for a law the day of its last version.

    印发日期 is not it, 施行日期 is not it, nor is a date that stands in the text.
    """
    for section in reversed(parts.of(SectionKind.SIGNATURE)):
        signed = list(dates(parts.text, section.span.start, section.span.end))
        if signed:
            return signed[-1][1], signed[-1][0]
    heads = [*parts.of(SectionKind.HEAD), *parts.annex_sections(SectionKind.HEAD)]
    enacted = [event for section in heads for event in _enactments(parts.text, section.span)]
    return max(enacted, default=None)


def _enactments(text: str, within: Span) -> Iterator[tuple[date, Span]]:
    """Yield the days on which the head says a version was passed, amended or published."""
    found = list(dates(text, within.start, within.end))
    for index, (span, day) in enumerate(found):
        line_end = text.find("\n", span.end, within.end)
        stop = found[index + 1][0].start if index + 1 < len(found) else within.end
        stop = min(stop, line_end) if line_end >= 0 else stop
        says = text[span.end : stop]
        before = text[max(text.rfind("\n", 0, span.start) + 1, within.start) : span.start]
        alone = not says.strip("）) \u3000") and not before.strip("（( \u3000")
        written = before.rstrip(" ：:").endswith("成文日期")
        if alone or written or (_ENACTED.search(says) and not _TAKES_EFFECT.match(says)):
            yield day, span


def effective_on_of(parts: Parts, title: str, issued_on: date | None) -> tuple[date, Span] | None:
    """Return the 施行日期, where the document states just one for itself."""
    found: list[tuple[date, Span, str]] = []
    spans = [*parts.bodies(), *(section.span for section in parts.of(SectionKind.HEAD))]
    for span in spans:
        for match in _EFFECTIVE.finditer(parts.text, span.start, span.end):
            before = parts.text[max(0, match.start() - 12) : match.start()]
            if not match["subject"] and not _SENTENCE_START.search(before):
                continue  # another text is said to take effect
            day = _day(match, issued_on)
            if day is not None:
                found.append((day, Span(*match.span("when")), match["subject"] or ""))
    ending = re.sub(r"[（(][^）)]*[）)]$", "", title)[-2:]
    for wanted in (lambda subject: subject[-2:].removeprefix("本") in ending, bool, lambda _: True):
        days = {day: span for day, span, subject in found if wanted(subject)}
        if len(days) == 1:
            return next(iter(days.items()))
        if days:
            return None
    return None


def _day(match: re.Match[str], issued_on: date | None) -> date | None:
    stated = next((day for _, day in dates(match["when"])), None)
    day = issued_on if match["own"] else stated
    if day is not None and match["delay"]:
        day += timedelta(days=number(match["delay"]) or 0)
    return day


def expires_on_of(parts: Parts, begins_on: date | None) -> tuple[date, Span] | None:
    """Return the first day the document no longer holds, where it states it for itself."""
    found: dict[date, Span] = {}
    for span in parts.bodies():
        for match in _UNTIL.finditer(parts.text, span.start, span.end):
            if not _speaks_of_itself(parts.text, match.start()):
                continue
            group = "day" if match["day"] else "end"
            for day_span, day in dates(parts.text, *match.span(group)):
                found[day_after(day)] = day_span
        for match in _YEARS.finditer(parts.text, span.start, span.end):
            years = number(match["years"])
            if begins_on is not None and years:
                found[_years_later(begins_on, years)] = Span(match.start("years"), match.end())
    return next(iter(found.items())) if len(found) == 1 else None


def _speaks_of_itself(text: str, position: int) -> bool:
    sentence = text[max(text.rfind(mark, 0, position) for mark in "。；\n") + 1 : position]
    return re.search(rf"{_SELF}|起{_EFFECT}", sentence) is not None or not sentence.strip()


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
