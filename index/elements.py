"""The elements of a 公文 (GB/T 9704): which form it has, and where each element stands."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from index.document import Document, Section, SectionKind, Span
from index.frame import is_order
from index.identity import number_of
from index.markers import Style, field_name, field_value_start, is_letterhead, is_note, mark_at
from index.masthead import (
    COPY_NUMBER,
    SECRECY,
    URGENCY,
    is_above_letterhead,
    is_agency_name,
    is_dated_line,
    is_minutes,
)
from index.metadata import copied_to_of, recipients_of, signer_of
from index.named_texts import title_key
from index.numerals import DATE, number
from index.parts import Parts


class Form(StrEnum):
    """In which form an official text is set."""

    DOCUMENT = "document"  # 文件格式
    LETTER = "letter"  # 信函格式
    ORDER = "order"  # 命令（令）格式
    MINUTES = "minutes"  # 纪要格式


class Element(StrEnum):
    """What may stand around the body of an official text."""

    COPY_NUMBER = "copy_number"  # 份号
    SECRECY = "secrecy"  # 密级和保密期限
    URGENCY = "urgency"  # 紧急程度
    LETTERHEAD = "letterhead"  # 发文机关标志
    NUMBER = "document_number"  # 发文字号, 令号, the number of 纪要
    SIGNER = "signer"  # 签发人
    TITLE = "title"  # 标题
    RECIPIENTS = "recipients"  # 主送机关
    ATTACHMENT = "attachment"  # 附件说明, one for each 附件
    SIGNATURE = "signature"  # 发文机关署名, or who signed a 令
    ISSUED_ON = "issued_on"  # 成文日期
    NOTE = "note"  # 附注
    COPIED_TO = "copied_to"  # 抄送机关
    PRINTED_BY = "printed_by"  # 印发机关
    PRINTED_ON = "printed_on"  # 印发日期
    CHAIR = "chair"  # 主持
    PRESENT = "present"  # 出席
    ATTENDING = "attending"  # 列席
    ABSENT = "absent"  # 请假


@dataclass(frozen=True, slots=True)
class Stated:
    """An element and the words that state it; `annex` is the 附件 that an attachment names."""

    element: Element
    span: Span
    annex: Span | None = None


@dataclass(frozen=True, slots=True)
class Official:
    """The form of a 公文, and its elements in reading order."""

    form: Form
    stated: tuple[Stated, ...]

    def of(self, element: Element) -> tuple[Span, ...]:
        """Return where one element is stated."""
        return tuple(one.span for one in self.stated if one.element is element)


_COMMON = {Element.NUMBER, Element.TITLE, Element.ISSUED_ON, Element.NOTE}  # laws have them, too
_OFFICE = re.compile(r"(?:印\s*发|印\s*制)$")
_ENTRY = re.compile(r"(?:^|(?<=\s)|(?<=[；;]))\s*\d{1,2}\s?[.．、]\s*(?!\d)")
_ATTENDANCE = (
    (Element.CHAIR, r"(?:会议)?主\s*持(?:人|人员)?"),
    (Element.PRESENT, r"出\s*席(?:人员|人|领导|单位)?|(?:参加|参会)(?:人员|人|单位)?"),
    (Element.ATTENDING, r"列\s*席(?:人员|人|单位)?"),
    (Element.ABSENT, r"请\s*假(?:人员|人)?|缺\s*席(?:人员|人)?"),
)
_CHAIRED = re.compile(r"[，,日]\s*(?P<name>[\u4e00-\u9fff·]{2,24}?)(?:同志)?主持(?:召开|了)")
_OFFICER_SIGNS = re.compile(r"\S*[长席理任]\s")


def official(document: Document) -> Official | None:
    """Return the elements of a 公文; None where a text has none but a title and a number."""
    parts = Parts(document.text, document.root)
    form = form_of(parts)
    stated = [*_above(parts, form), *_opening(parts, form), *_closing(parts), *_imprint(parts)]
    if form is Form.MINUTES:
        stated += _attendance(parts)
    if form is Form.DOCUMENT and all(one.element in _COMMON for one in stated):
        return None
    return Official(form, tuple(sorted(stated, key=lambda one: (one.span.start, one.span.end))))


def form_of(parts: Parts) -> Form:
    """Return the form that the name at the top or the 文号 shows."""
    names = [span.of(parts.text) for span in itertools.islice(_top_lines(parts), 4)]
    if any(is_minutes(name) for name in names):
        return Form.MINUTES
    titles = parts.of(SectionKind.TITLE)
    if any(is_order(title.span.of(parts.text)) for title in titles):
        return Form.ORDER
    found = number_of(parts)
    if found is not None and re.search(r"函〔", found[0]):
        return Form.LETTER
    bare = any(is_agency_name(name) and not is_letterhead(name) for name in names)
    return Form.LETTER if bare and titles and parts.of(SectionKind.HEAD) else Form.DOCUMENT


def _lines(text: str, span: Span) -> Iterator[Span]:
    """Yield the lines of a span without the white space around them."""
    for line in re.finditer(r"[^\n]+", span.of(text)):
        printed = line[0].strip()
        if printed:
            start = span.start + line.start() + line[0].index(printed[0])
            yield Span(start, start + len(printed))


def _top_lines(parts: Parts) -> Iterator[Span]:
    """Yield the lines above the title, and the title where it is the name at the top itself."""
    named = False
    for section in parts.root.children:
        if section.kind is SectionKind.HEAD:
            for line in _lines(parts.text, section.span):
                named = named or not is_above_letterhead(line.of(parts.text))
                yield line
            continue
        if section.kind is SectionKind.TITLE and not named:
            yield section.heading or section.span
        return


def _above(parts: Parts, form: Form) -> Iterator[Stated]:
    """Yield 份号, 密级, 紧急程度 and the name in the 红头."""
    for span in _top_lines(parts):
        line = span.of(parts.text)
        if is_above_letterhead(line):
            for element, pattern in (
                (Element.COPY_NUMBER, COPY_NUMBER),
                (Element.SECRECY, SECRECY),
                (Element.URGENCY, URGENCY),
            ):
                for match in pattern.finditer(line):
                    yield Stated(element, _within(span, match.span()))
        elif is_letterhead(line) or _is_name(line, form):
            yield Stated(Element.LETTERHEAD, span)


def _is_name(line: str, form: Form) -> bool:
    """Say whether a line at the top is the name that its form puts there."""
    match form:
        case Form.LETTER:
            return is_agency_name(line)
        case Form.ORDER:
            return is_order(line)
        case Form.MINUTES:
            return is_minutes(line)
        case _:
            return False


def _opening(parts: Parts, form: Form) -> Iterator[Stated]:
    """Yield 发文字号, 签发人, 标题 and 主送, and the day that minutes have below their name."""
    if (found := number_of(parts)) is not None:
        yield Stated(Element.NUMBER, found[1])
    if (signer := signer_of(parts)) is not None and signer[1] is not None:
        yield Stated(Element.SIGNER, signer[1])
    names = {span for span in _top_lines(parts) if _is_name(span.of(parts.text), form)}
    for section in parts.of(SectionKind.TITLE):
        title = section.heading or section.span
        if title not in names:
            yield Stated(Element.TITLE, title)
    if (recipients := recipients_of(parts)) is not None and recipients[1] is not None:
        yield Stated(Element.RECIPIENTS, recipients[1])
    if form is Form.MINUTES:
        for section in parts.of(SectionKind.HEAD):
            for line in _lines(parts.text, section.span):
                if is_dated_line(line.of(parts.text)):
                    yield from _signed(parts.text, line)


def _closing(parts: Parts) -> Iterator[Stated]:
    """Yield 附件说明, 署名, 成文日期 and 附注."""
    yield from _attachments(parts)
    for section in parts.of(SectionKind.SIGNATURE):
        for line in _lines(parts.text, section.span):
            yield from _signed(parts.text, line)
    for section in parts.of(SectionKind.FIELD):
        for line in _lines(parts.text, section.span):
            if is_note(line.of(parts.text)):
                yield Stated(Element.NOTE, line)


def _signed(text: str, line: Span) -> Iterator[Stated]:
    """Yield who signs on a line, and the day."""
    printed = line.of(text)
    day = DATE.search(printed)
    names = (printed[: day.start()] if day else printed).rstrip()
    pieces = list(re.finditer(r"\S+(?:[ \u3000](?! |\u3000)\S+)*", names))
    if names and (_OFFICER_SIGNS.match(names) or not all(is_agency_name(p[0]) for p in pieces)):
        yield Stated(Element.SIGNATURE, _within(line, (0, len(names))))
    else:
        yield from (Stated(Element.SIGNATURE, _within(line, p.span())) for p in pieces)
    if day is not None:
        yield Stated(Element.ISSUED_ON, _within(line, day.span()))


def _attachments(parts: Parts) -> Iterator[Stated]:
    """Yield each 附件 that the text says it has, with the annex where it is printed."""
    fields = parts.of(SectionKind.FIELD)
    for index, section in enumerate(fields):
        if field_name(section.span.of(parts.text)) not in {"附件", "附"}:
            continue
        end = section.span.end
        for after in fields[index + 1 :]:
            printed = after.span.of(parts.text).strip()
            if after.span.start != end or field_name(printed) or is_note(printed):
                break
            end = after.span.end
        start = section.span.start + field_value_start(section.span.of(parts.text))
        entries = list(_entries(parts.text, Span(start, end)))
        for serial, entry in enumerate(entries, 1):
            annex = _annex(parts, entry, serial, alone=len(entries) == 1)
            yield Stated(Element.ATTACHMENT, entry, annex)


def _entries(text: str, value: Span) -> Iterator[Span]:
    """Yield the names of a list 1. 2. 3., or the one name."""
    words = value.of(text)
    marks = list(_ENTRY.finditer(words))
    starts = [mark.end() for mark in marks] or [0]
    ends = [*(mark.start() for mark in marks[1:]), len(words)]
    for start, end in zip(starts, ends, strict=True):
        name = words[start:end].strip(" \u3000\t\n；;。")
        if name:
            begin = value.start + words.index(name, start)
            yield Span(begin, begin + len(name))


def _annex(parts: Parts, entry: Span, serial: int, *, alone: bool) -> Span | None:
    """Return the annex of a number or of a title."""
    key = title_key(entry.of(parts.text))
    for annex in parts.annexes:
        titles = [one.span for one in annex.children if one.kind is SectionKind.TITLE]
        if any(title_key(title.of(parts.text).strip()) == key for title in titles):
            return annex.span
    for annex in parts.annexes:
        label = re.search(r"附\s?件?\s?(?P<number>[\d一二三四五六七八九十]*)", _label(parts, annex))
        if label is not None and (number(label["number"]) or (1 if alone else None)) == serial:
            return annex.span
    return None


def _label(parts: Parts, annex: Section) -> str:
    return annex.heading.of(parts.text) if annex.heading else ""


def _imprint(parts: Parts) -> Iterator[Stated]:
    """Yield 抄送 and 印发, which stand below the last annex where there is one."""
    if (copied := copied_to_of(parts)) is not None and copied[1] is not None:
        yield Stated(Element.COPIED_TO, copied[1])
    for section in parts.last(SectionKind.IMPRINT):
        for line in _lines(parts.text, section.span):
            printed = line.of(parts.text)
            day = DATE.search(printed)
            office = _OFFICE.sub("", printed[: day.start()] if day else printed).rstrip()
            if office:
                yield Stated(Element.PRINTED_BY, _within(line, (0, len(office))))
            if day is not None:
                yield Stated(Element.PRINTED_ON, _within(line, day.span()))
    for section in parts.last(SectionKind.FIELD):
        printed = section.span.of(parts.text).rstrip()
        if field_name(printed) in {"印发机关", "印发单位"}:
            start = section.span.start + field_value_start(printed)
            yield Stated(Element.PRINTED_BY, Span(start, section.span.start + len(printed)))


def _attendance(parts: Parts) -> Iterator[Stated]:
    """Yield who chaired a meeting, was present, attended and was absent."""
    main = Span(0, min((annex.span.start for annex in parts.annexes), default=len(parts.text)))
    opened: tuple[Element, Span] | None = None
    chaired = False
    for line in _lines(parts.text, main):
        words = line.of(parts.text)
        if opened is not None and opened[1].of(parts.text).endswith(("、", "，", ",")):
            stop = line.start + len(words.rstrip("。；;"))
            opened = opened[0], Span(opened[1].start, stop)
            continue
        if opened is not None:
            yield Stated(*opened)
        opened = None
        mark = mark_at(words)
        at = mark.length if mark and mark.style in {Style.COMMA, Style.BRACKET} else 0
        for element, caption in _ATTENDANCE:
            match = re.compile(rf"(?:{caption})\s*[：:]\s*(?=\S)").match(words, at)
            if match is not None:
                stop = match.end() + len(words[match.end() :].rstrip("。；;"))
                opened = element, Span(line.start + match.end(), line.start + stop)
                chaired |= element is Element.CHAIR
    if opened is not None:
        yield Stated(*opened)
    said = None if chaired else _CHAIRED.search(parts.text, main.start, main.end)
    if said is not None:
        yield Stated(Element.CHAIR, Span(*said.span("name")))


def _within(span: Span, place: tuple[int, int]) -> Span:
    return Span(span.start + place[0], span.start + place[1])
