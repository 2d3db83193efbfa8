"""The list that a sentence opens or stands in, whole: its head, and every item in order.

Read from the document's structure and text, so that an item does not end where a passage does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.document import Document, Section, SectionKind, Span
from index.guide import Captioned, services
from index.guide_captions import GuideField
from index.markers import Mark, Style, mark_at
from service.answering.reading.reader import Reading
from service.answering.reading.sentences import sentence_spans

_FEWEST = 2
_LONGEST_ITEM = 400  # characters; what is longer is a section with a heading, not an item
_STYLES = (Style.BRACKET, Style.DOT, Style.BRACKET_DIGIT, Style.CIRCLE, Style.COMMA)
_ITEMS = {SectionKind.ITEM, SectionKind.SUBITEM, SectionKind.HEADING}
_INLINE = re.compile(r"(?:^|(?<=[：:；;。，,\n]))\s*(?=[（(\d①-⑳一二三四五六七八九十])")
_ENDS = " \t\n\u3000"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as printed. `head` leads in (下列情形之一的：) or is the heading it stands under."""

    document: Document
    head: Span
    items: tuple[Span, ...]

    def is_led_by(self, span: Span) -> bool:
        """Say whether a span of the text stands in the head."""
        return self.head.overlaps(span)

    def states(self, reading: Reading) -> bool:
        """Say whether what a reading found stands in an item."""
        if reading.sentence.document.id != self.document.id or reading.answer is None:
            return False
        return any(item.overlaps(reading.answer) for item in self.items)

    def head_words(self) -> str:
        """Return what leads in, and the headings over it."""
        path = self.document.root.path_to(self.head.start)
        text = self.document.text
        headings = [node.heading.of(text) for node in path if node.heading is not None]
        return " ".join([*headings, self.head.of(text)])


def listing_around(document: Document, span: Span) -> Listing | None:
    """Return the innermost list whose head or item a sentence is, or None."""
    path = document.root.path_to(span.start)
    for section in reversed(path):
        found = _of_children(document, section) or _in_line(document, section, span)
        if found is not None:
            return found
    return None


def field_of_guide(document: Document, span: Span, field: GuideField) -> Listing | None:
    """Return a field of the service that a 办事指南 describes where a sentence stands."""
    for service in services(document):
        if not service.span.overlaps(span):
            continue
        stated = [one for one in service.fields if one.field is field]
        if stated:
            return _of_field(document, stated[0])
    only = services(document)
    if len(only) == 1 and span.start < only[0].span.start:  # the title, or what introduces it
        stated = [one for one in only[0].fields if one.field is field]
        return _of_field(document, stated[0]) if stated else None
    return None


def _of_field(document: Document, captioned: Captioned) -> Listing:
    value = captioned.value
    marked = _marked(document.text, value)
    head = captioned.caption
    if marked and marked[0].start > value.start:
        head = Span(head.start, _trimmed(document.text, Span(head.start, marked[0].start)).end)
    items = marked if marked and all(map(len, marked)) else tuple(_lines(document.text, value))
    return Listing(document, head, items)


def _of_children(document: Document, section: Section) -> Listing | None:
    """Return the list that a section's numbered children make."""
    items = [child for child in section.children if _is_item(child)]
    if len(items) < _FEWEST or len({child.kind for child in items}) > 1:
        return None
    if not _in_turn(document.text, [child.span.start for child in items]):
        return None
    spans = [_trimmed(document.text, child.span) for child in items]
    if items[0].kind is SectionKind.HEADING:
        spans[-1] = _without_what_follows(document.text, spans)
        if section.kind is SectionKind.DOCUMENT or any(
            _is_prose(span.of(document.text)) for span in spans
        ):
            return None
    if any(len(span) > _LONGEST_ITEM for span in spans):
        return None
    head = _head(document.text, section, items[0].span.start)
    return Listing(document, head, tuple(spans)) if len(head) and all(map(len, spans)) else None


def _is_item(section: Section) -> bool:
    return section.kind in _ITEMS and bool(section.label)


def _is_prose(item: str) -> bool:
    """Say whether a numbered stretch of a 公文 is a section of text rather than an item."""
    return item.count("。") > 1


def _in_turn(text: str, starts: Sequence[int]) -> bool:
    """Say whether marks count from one without a gap; of items cut out of a text some may lack."""
    marks = [mark_at(text, start + _indent(text, start)) for start in starts]
    return [mark.number for mark in marks if mark] == list(range(1, len(starts) + 1))


def _indent(text: str, start: int) -> int:
    return len(text[start : start + 20]) - len(text[start : start + 20].lstrip())


def _head(text: str, section: Section, until: int) -> Span:
    """Return the last sentence before the first item."""
    before = Span(section.span.start, until)
    sentences = list(sentence_spans(text, before))
    last = sentences[-1] if sentences else before
    return _trimmed(text, Span(max(last.start, section.span.start), min(last.end, until)))


def _without_what_follows(text: str, spans: Sequence[Span]) -> Span:
    """Return the last item without paragraphs after it, where those before it have but one."""
    last = spans[-1]
    if any("\n" in span.of(text) for span in spans[:-1]):
        return last
    return Span(last.start, last.start + len(last.of(text).split("\n")[0].rstrip()))


def _in_line(document: Document, section: Section, around: Span) -> Listing | None:
    """Return a list within a paragraph, or over the paragraphs of a section without structure."""
    if section.children or section.kind is SectionKind.DOCUMENT:
        return None
    items = _marked(document.text, section.span)
    if not items or around.start > items[-1].end or not all(map(len, items)):
        return None
    if any(len(item) > _LONGEST_ITEM for item in items):
        return None
    head = _head(document.text, section, items[0].start)
    return Listing(document, head, items) if len(head) else None


def _marked(text: str, within: Span) -> tuple[Span, ...]:
    """Return what is numbered 1, 2, 3 in a stretch of text: the first numbering in it."""
    found: list[tuple[int, Mark]] = []
    for match in _INLINE.finditer(text, within.start, within.end):
        mark = mark_at(text, match.end())
        if mark is not None and mark.style in _STYLES:
            found.append((match.end(), mark))
    style = next((mark.style for _, mark in found if mark.number == 1), None)
    chain: list[int] = []
    for start, mark in found:
        if mark.style is style and mark.number == len(chain) + 1:
            chain.append(start)
    if len(chain) < _FEWEST:
        return ()
    spans = [
        _trimmed(text, Span(start, end))
        for start, end in zip(chain, [*chain[1:], within.end], strict=True)
    ]
    if not any("\n" in span.of(text) for span in spans[:-1]):
        spans[-1] = _without_what_follows(text, spans)
    end = spans[-1].of(text)
    if not text[chain[0] - 1 : chain[0]].isspace() or "\n" not in end:  # in one paragraph
        stop = re.search(r"[。！？]", end)
        spans[-1] = Span(spans[-1].start, spans[-1].start + stop.end()) if stop else spans[-1]
    return tuple(spans)


def _lines(text: str, within: Span) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]+", text[within.start : within.end]):
        line = _trimmed(text, Span(within.start + match.start(), within.start + match.end()))
        if len(line):
            yield line


def _trimmed(text: str, span: Span) -> Span:
    words = span.of(text)
    start = span.start + len(words) - len(words.lstrip(_ENDS))
    return Span(start, max(start, span.start + len(words.rstrip(_ENDS))))
