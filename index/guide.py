"""办事指南 as fields, and pages of questions and answers as pairs: spans of what is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.document import Document, Section, SectionKind, Span
from index.guide_captions import ANY_CAPTION, GuideField, guide_field
from index.markers import Style, mark_at

_FEWEST = 3  # different fields that make a text a guide and no mere notice with a telephone number
_LONGEST_CAPTION = 20
_INLINE = re.compile(
    rf"(?:^|(?<=[；;|\n]))\s*(?P<caption>{ANY_CAPTION}(?:[（(][^）)\n]{{1,12}}[）)])?)\s*[：:]"
)
_QUESTION = re.compile(
    r"\s*(?:问|Q)\s*\d{0,3}\s*[：:.．、]\s*|\s*\d{1,3}\s*[.．、]\s*(?:问[：:]\s*)?(?=[^\n]{4,120}[？?]\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWER = re.compile(r"\s*(?:答|A)\s*\d{0,3}\s*[：:.．、]\s*", re.IGNORECASE)
_FRAME = {SectionKind.SIGNATURE, SectionKind.FIELD, SectionKind.IMPRINT, SectionKind.TITLE}


@dataclass(frozen=True, slots=True)
class Captioned:
    """A field of a service: the caption as printed, and what stands behind it."""

    field: GuideField
    caption: Span
    value: Span


@dataclass(frozen=True, slots=True)
class Service:
    """A service that a guide describes; `fields` are in reading order and do not overlap."""

    span: Span
    fields: tuple[Captioned, ...]

    def of(self, field: GuideField) -> tuple[Span, ...]:
        """Return what is said of one field."""
        return tuple(one.value for one in self.fields if one.field is field)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its answer, without the words 问 and 答."""

    question: Span
    answer: Span


@dataclass(frozen=True, slots=True)
class _Paragraph:
    span: Span  # without the white space at its ends
    style: Style | None
    is_heading: bool
    is_frame: bool


def services(document: Document) -> tuple[Service, ...]:
    """Return the services that a document describes field by field; empty where it is no guide."""
    groups: list[list[Captioned]] = []
    for one in _captioned(document.text, _paragraphs(document)):
        again = groups and one.field in {other.field for other in groups[-1]}
        if not groups or (one.field is GuideField.SERVICE and again):
            groups.append([])
        groups[-1].append(one)
    return tuple(
        Service(Span(group[0].caption.start, group[-1].value.end), tuple(group))
        for group in groups
        if len({one.field for one in group}) >= _FEWEST
    )


def _paragraphs(document: Document) -> list[_Paragraph]:
    headings: dict[int, Section] = {}
    frames: list[Span] = []
    for section in document.root.walk():
        if section.kind is SectionKind.HEADING:
            headings.setdefault(section.span.start, section)
        elif section.kind in _FRAME:
            frames.append(section.span)
    found = []
    for line in re.finditer(r"[^\n]+", document.text):
        printed = line[0].strip()
        if not printed:
            continue
        start = line.start() + line[0].index(printed[0])
        span = Span(start, start + len(printed))
        mark = mark_at(document.text, start)
        found.append(
            _Paragraph(
                span,
                mark.style if mark else None,
                line.start() in headings and headings[line.start()].heading is not None,
                any(start in frame for frame in frames),
            )
        )
    return found


def _captioned(text: str, paragraphs: Sequence[_Paragraph]) -> Iterator[Captioned]:
    """Yield the fields in reading order; what follows a caption is its value until the next."""
    opened: tuple[GuideField, Span, int, _Paragraph] | None = None  # field, caption, value from
    last = 0  # where the value so far ends
    for paragraph in paragraphs:
        found = _captions_in(text, paragraph)
        ends = paragraph.is_frame or (opened is not None and _ends(opened[3], paragraph))
        if opened is not None and (found or ends):
            yield from _closed(text, opened, last)
            opened = None
        for (field, caption, start), following in zip(found, [*found[1:], None], strict=False):
            if following is not None:
                yield from _closed(text, (field, caption, start, paragraph), following[1].start)
            elif paragraph.is_frame:
                yield from _closed(text, (field, caption, start, paragraph), paragraph.span.end)
            else:
                opened = (field, caption, start, paragraph)
        last = paragraph.span.end
    if opened is not None:
        yield from _closed(text, opened, last)


def _closed(
    text: str, opened: tuple[GuideField, Span, int, _Paragraph], end: int
) -> Iterator[Captioned]:
    field, caption, start, _ = opened
    value = text[start:end]
    stripped = value.strip(" \t\n\u3000；;|")
    if stripped:
        begin = start + value.index(stripped)
        yield Captioned(field, caption, Span(begin, begin + len(stripped)))


def _ends(opened: _Paragraph, paragraph: _Paragraph) -> bool:
    """Say whether a paragraph ends the value: a heading like the caption's own, or a higher one."""
    if opened.style is not None:
        return paragraph.style is opened.style
    if paragraph.style is Style.COMMA:
        return paragraph.is_heading
    return paragraph.style is None and paragraph.is_heading


def _captions_in(text: str, paragraph: _Paragraph) -> list[tuple[GuideField, Span, int]]:
    """Return the captions of a paragraph with where their values begin."""
    span = paragraph.span
    mark = mark_at(text, span.start)
    start = span.start + (mark.length if mark else 0)
    words = text[start : span.end]
    alone = re.sub(r"\s*[：:]$", "", words)
    field = guide_field(alone) if len(alone) <= _LONGEST_CAPTION else None
    if field is not None:
        return [(field, Span(start, start + len(alone)), span.end)]
    found = []
    for match in _INLINE.finditer(words):
        named = guide_field(match["caption"])
        if named is not None:
            place = Span(start + match.start("caption"), start + match.end("caption"))
            found.append((named, place, start + match.end()))
    return found if found and not words[: found[0][1].start - start].strip() else []


def pairs(document: Document) -> tuple[Pair, ...]:
    """Return the questions of a page of questions and answers, with their answers."""
    found: list[Pair] = []
    question: Span | None = None
    answer: int | None = None
    end = 0
    for paragraph in _paragraphs(document):
        text, span = document.text, paragraph.span
        asks, answers = (
            _QUESTION.match(text, span.start, span.end),
            _ANSWER.match(text, span.start, span.end),
        )
        asked = asks.end() if asks else None
        if asked is None and paragraph.is_heading and text[: span.end].endswith(("？", "?")):
            mark = mark_at(text, span.start)
            asked = span.start + (mark.length if mark else 0)
        if asked is not None:
            asked += len(text[asked : span.end]) - len(text[asked : span.end].lstrip())
        if asked is not None or paragraph.is_frame:
            if question is not None and answer is not None and answer < end:
                found.append(Pair(question, Span(answer, end)))
            question, answer = (Span(asked, span.end) if asked is not None else None), None
        elif question is not None and answer is None:
            answer = answers.end() if answers else span.start
        end = span.end
    if question is not None and answer is not None and answer < end:
        found.append(Pair(question, Span(answer, end)))
    return tuple(found) if len(found) > 1 else ()
