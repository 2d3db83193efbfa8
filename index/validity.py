"""When a document was issued, takes effect and expires, as it says itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from index.document import SectionKind, Span
from index.numerals import DATE_PATTERN, dates, day_after, number
from index.parts import Parts
from index.units import is_dated_signature

_EFFECT = r"(?:正式|开始)?(?:施行|实施|实行|执行|生效|试行)"
_SELF = r"本[^，。；\s第]{1,6}?"
_EFFECTIVE = re.compile(
    rf"(?P<subject>{_SELF})?\s*(?:从|自)\s*(?P<when>{DATE_PATTERN}|"
    r"(?P<own>公布|发布|印发|颁布|颁发|签发|下发)(?:之日|日|(?=起)))\s*(?:零时|0时)?\s*起?\s*"
    rf"(?:(?P<delay>\d{{1,3}}|[一二三四五六七八九十]{{1,3}})\s*[日天]后)?\s*{_EFFECT}"
)
_HEAD_EFFECTIVE = re.compile(rf"^[（(]?\s*{DATE_PATTERN}\s*起?\s*(?:施行|实施)", re.MULTILINE)
_SENTENCE_START = re.compile(r"(?:^|[。；，,：\s]|第[^，。；\s]{1,7}条)\s*$")
_UNTIL = re.compile(
    rf"(?:有效期|执行期限?|施行期限?|期限)\s*(?:为)?\s*(?:截?至|到)\s*(?P<day>{DATE_PATTERN})"
    rf"|(?:起{_EFFECT}|之日起)[，,、]?\s*(?:有效期)?\s*(?:执行)?[至到]\s*(?P<end>{DATE_PATTERN})"
)
_TERM = re.compile(
    rf"(?:(?:起{_EFFECT}[，,、；]?\s*|{_SELF})(?:(?:有效|试行有效|试行|执行|施行|实施)期|暂定|期限)限?\s*(?:暂定)?(?:为|：)?"
    rf"|(?:起|{_SELF})(?:暂时|暂定)?试行)\s*"
    r"(?P<length>(?P<count>\d{1,2}|[一二两三四五六七八九十]{1,2})\s*"
    r"(?P<unit>年|个月)(?:半)?)(?!度|以[上内])"
)
_PUBLISHED_WITHIN = timedelta(days=90)  # of being passed or approved
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


def version_on_of(parts: Parts, named_on: date | None) -> tuple[date, Span] | None:
    """Return the day of the text's last version, where need be from its file's name.

    Collections of laws tell versions apart by a day in the name while the 题注 stops at an
    earlier one. A day so taken has an empty span: it stands nowhere in the text.
    """
    issued = issued_on_of(parts)
    if named_on is None or not parts.has_articles():
        return issued
    if issued is None or named_on - issued[0] > _PUBLISHED_WITHIN:
        place = issued[1].end if issued else 0
        return named_on, Span(place, place)
    return issued


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
        signed = is_dated_signature(before.strip() + text[span.start : span.end] + says.strip())
        if alone or written or signed or (_ENACTED.search(says) and not _TAKES_EFFECT.match(says)):
            yield day, span


def effective_on_of(
    parts: Parts, title: str, issued_on: date | None
) -> tuple[date | None, Span] | None:
    """Return the 施行日期, where the document states just one for itself.

    The day is None, and the span there, where it cannot be told: counted from a day that is not
    known, or several days stated. An amended text still says when its first version took effect;
    the head's day for this version comes before that.
    """
    found: list[tuple[date | None, Span, str]] = []
    heads = [section.span for section in parts.of(SectionKind.HEAD)]
    for span in [*parts.bodies(), *heads]:
        for match in _EFFECTIVE.finditer(parts.text, span.start, span.end):
            before = parts.text[max(0, match.start() - 12) : match.start()]
            begins = _SENTENCE_START.search(before) or (span in heads and match[0][0].isspace())
            if not match["subject"] and not begins:
                continue  # another text is said to take effect
            day = _day(match, issued_on)
            found.append((day, Span(*match.span("when")), match["subject"] or ""))
    of_version = _of_version(found, heads, issued_on)
    if of_version is not None:
        return of_version
    ending = re.sub(r"[（(][^）)]*[）)]$", "", title)[-2:]
    if not found:
        return _stated_in_head(parts.text, heads)
    for wanted in (lambda subject: subject[-2:].removeprefix("本") in ending, bool, lambda _: True):
        days = {day: span for day, span, subject in found if wanted(subject)}
        stated = {day: span for day, span in days.items() if day is not None}
        if len(stated) == 1:
            return next(iter(stated.items()))
        if days:
            return None, next(iter(days.values()))
    return None


def _stated_in_head(text: str, heads: Sequence[Span]) -> tuple[date, Span] | None:
    """Return the day of a line of the 题注 that says no more: 2021年1月1日 施行."""
    for head in heads:
        for match in _HEAD_EFFECTIVE.finditer(text, head.start, head.end):
            for span, day in dates(text, match.start(), match.end()):
                return day, span
    return None


def _of_version(
    found: Sequence[tuple[date | None, Span, str]], heads: Sequence[Span], issued_on: date | None
) -> tuple[date, Span] | None:
    """Return the day the head names for this version, where all others are of earlier ones."""
    stated = {day: span for day, span, _ in reversed(found) if day is not None}
    if issued_on is None:
        return None
    late = [(day, span) for day, span in stated.items() if day >= issued_on]
    of_head = [one for one in late if any(one[1] in head for head in heads)]
    return of_head[0] if len(late) == len(of_head) == 1 else None


def _day(match: re.Match[str], issued_on: date | None) -> date | None:
    stated = next((day for _, day in dates(match["when"])), None)
    day = issued_on if match["own"] else stated
    if day is not None and match["delay"]:
        day += timedelta(days=number(match["delay"]) or 0)
    return day


def expires_on_of(parts: Parts, begins_on: date | None) -> tuple[date | None, Span] | None:
    """Return the first day the document no longer holds, where it states it for itself.

    The day is None, and the span there, where it is counted from a day that is not known, or
    where the text states several.
    """
    stated: dict[date, Span] = {}
    counted: dict[date | None, Span] = {}
    for body in parts.bodies():
        for match in _UNTIL.finditer(parts.text, body.start, body.end):
            if not _speaks_of_itself(parts.text, match.start()):
                continue
            group = "day" if match["day"] else "end"
            for day_span, day in dates(parts.text, *match.span(group)):
                stated[day_after(day)] = day_span
        for match in _TERM.finditer(parts.text, body.start, body.end):
            counted[_end_of_term(match, begins_on)] = Span(*match.span("length"))
    days = [*(stated or counted).items()]
    if not days:
        return None
    return days[0] if len(days) == 1 else (None, days[0][1])


def _end_of_term(match: re.Match[str], begins_on: date | None) -> date | None:
    count = number(match["count"])
    if begins_on is None or not count:
        return None
    months = count * (1 if match["unit"] == "个月" else 12) + 6 * match[0].endswith("半")
    return _months_later(begins_on, months)


def _speaks_of_itself(text: str, position: int) -> bool:
    sentence = text[max(text.rfind(mark, 0, position) for mark in "。；\n") + 1 : position]
    return re.search(rf"{_SELF}|起{_EFFECT}", sentence) is not None or not sentence.strip()


def _months_later(day: date, months: int) -> date:
    """Return the day of the same number; where that month has none, the first of the next."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        year, month = divmod(day.year * 12 + day.month + months, 12)
        return date(year, month + 1, 1)
