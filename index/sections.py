"""The structure of an official text: a tree of sections whose leaves tile it.

The children of a section tile it: where a section has words of its own before its first
subsection (its heading line, say), they are a first child without a label.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from index.annexes import listed_annexes, regions
from index.articles import accepted_articles, article_section
from index.document import Section, SectionKind, Span
from index.formats.raw import OutlineHeading
from index.frame import contents_length, head_of, is_order, printed_span, tail_of
from index.markers import Mark, Style, annex_label, closes_sentence
from index.units import Unit, units

_RANKS = {
    Style.PART: 1.0,
    Style.SUBPART: 2.0,
    Style.CHAPTER: 3.0,
    Style.DIVISION: 4.0,
    Style.ARTICLE: 5.0,
    Style.COMMA: 11.0,
    Style.BRACKET: 12.0,
    Style.DOT: 13.0,
    Style.BRACKET_DIGIT: 14.0,
    Style.CIRCLE: 15.0,
}
_KINDS = {
    Style.PART: SectionKind.PART,
    Style.SUBPART: SectionKind.PART,
    Style.CHAPTER: SectionKind.CHAPTER,
    Style.DIVISION: SectionKind.DIVISION,
}
_ABOVE_ARTICLES = 4.5  # 一、 where it groups articles, as a 章 does
_LONGEST_HEADING = 50  # characters; a first sentence longer than this is text, not a heading
_LARGEST_LEAP = 3  # 1. 2. 5. is a slip, 1. 2. 37. is no numbering


@dataclass(slots=True)
class _Node:
    """A section being built: it ends where the next one of its rank begins."""

    unit: Unit
    rank: float
    kind: SectionKind
    label: str
    units: list[Unit] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)


def parse(text: str, outline: Sequence[OutlineHeading] = ()) -> Section:
    """Build the section tree of a text; `outline` is what the format marks as headings."""
    whole = Span(0, len(text))
    found = units(text, outline)
    if not found:
        return Section(SectionKind.DOCUMENT, 0, whole)
    main, *annexes = regions(found)
    children = _region(main, 1, main=True)
    ordered = any(
        child.kind is SectionKind.TITLE and is_order(child.span.of(text)) for child in children
    )
    for annex in annexes:
        children.append(_annex(annex, text, labelled=not ordered))
    return Section(SectionKind.DOCUMENT, 0, whole, children=tuple(children))


def _annex(found: Sequence[Unit], text: str, *, labelled: bool) -> Section:
    """Build an annex: 附件2, or a regulation that follows the notice that issues it."""
    children = _region(found, 2, main=False)
    title = next((child for child in children if child.kind is SectionKind.TITLE), None)
    heading: Span | None = found[0].printed
    label = annex_label(found[0].text)
    if not label:
        heading = title.heading if title else None
        label = f"《{_unspaced(heading.of(text))}》" if heading else ""
    span = Span(found[0].start, found[-1].end)
    return Section(SectionKind.ANNEX, 1, span, heading, label if labelled else "", tuple(children))


def _region(found: Sequence[Unit], level: int, *, main: bool) -> list[Section]:
    """Build what stands side by side in the main text or in an annex: frame and body."""
    head = head_of(found, main=main)
    body_start = sum(length for _, length in head)
    tail = tail_of(found[body_start:]) if len(found) > body_start else []
    body_end = len(found) - sum(length for _, length in tail)
    body = found[body_start:body_end]
    listed = listed_annexes(body)
    fields = [(SectionKind.FIELD, len(listed))] if listed else []
    return [
        *_frame(found[:body_start], head, level),
        *_body(body[: listed.start], level),
        *_frame(body[listed.start : listed.stop], fields, level),
        *_body(body[listed.stop :], level),
        *_frame(found[body_end:], tail, level),
    ]


def _frame(
    found: Sequence[Unit], parts: Iterable[tuple[SectionKind, int]], level: int
) -> list[Section]:
    sections, position = [], 0
    for kind, length in parts:
        taken = found[position : position + length]
        heading = printed_span(taken) if kind is SectionKind.TITLE else None
        sections.append(Section(kind, level, Span(taken[0].start, taken[-1].end), heading))
        position += length
    return sections


def _body(found: Sequence[Unit], level: int) -> list[Section]:
    """Build the body: a preamble, then headings or articles nested by rank."""
    found = _without_contents(found)
    articles = accepted_articles(found)
    found = [
        replace(unit, mark=None)
        if unit.mark and unit.mark.style is Style.ARTICLE and index not in articles
        else unit
        for index, unit in enumerate(found)
    ]  # 第十条规定的… only refers
    headings = _article_headings(found) if articles else frozenset()
    ranks = _outline_ranks(found)
    root = _Node(found[0], 0.0, SectionKind.DOCUMENT, "") if found else None
    if root is None:
        return []
    path = [root]
    numbering: dict[Style, int] = {}
    for unit in found:
        if unit.start in headings:
            node: _Node | None = _Node(unit, _ABOVE_ARTICLES, SectionKind.HEADING, "")
        else:
            node = _node(unit, ranks, numbering, in_law=bool(articles))
        if node is None or (path[-1].rank == _RANKS[Style.ARTICLE] and node.rank > path[-1].rank):
            path[-1].units.append(unit)
            continue
        while path[-1].rank >= node.rank:
            path.pop()
        path[-1].children.append(node)
        path.append(node)
    end = found[-1].end
    return list(_children_of(root, found[0].start, end, level))


def _without_contents(found: Sequence[Unit]) -> list[Unit]:
    """Return the paragraphs, those of a table of contents without their marks.

    Where the word 目录 is lost, its entries still recur and have nothing between them.
    """
    unmarked: set[int] = set()
    last = {_unspaced(unit.text): index for index, unit in enumerate(found) if _is_chapter(unit)}
    for index, (unit, following) in enumerate(itertools.pairwise(found)):
        length = contents_length(found, index)
        unmarked |= set(range(index, index + length)) if length > 1 else set()
        if _is_chapter(unit) and _is_chapter(following) and last[_unspaced(unit.text)] > index:
            unmarked.add(index)
    return [
        replace(unit, mark=None) if index in unmarked else unit for index, unit in enumerate(found)
    ]


def _is_chapter(unit: Unit) -> bool:
    return unit.mark is not None and unit.mark.style in _KINDS


def _article_headings(found: Sequence[Unit]) -> frozenset[int]:
    """Return where headings 一、二、三、 group articles whose numbers run on below them."""
    starts: list[int] = []
    last = 0
    for unit, following in itertools.pairwise(found):
        mark = unit.mark
        heads = following.mark is not None and following.mark.style is Style.ARTICLE
        if mark is None or mark.style is not Style.COMMA or not heads:
            continue
        if mark.number in {last + 1, 2 - bool(last)} and not closes_sentence(unit.text):
            starts.append(unit.start)
            last = mark.number
    return frozenset(starts) if len(starts) > 1 else frozenset()


def _node(
    unit: Unit, ranks: dict[int, float], numbering: dict[Style, int], *, in_law: bool
) -> _Node | None:
    """Return the node that a paragraph opens, or None where it only goes on."""
    mark = unit.mark
    if mark is None:
        if unit.outline_level is None:
            return None
        return _Node(unit, ranks[unit.outline_level], SectionKind.HEADING, _unnumbered(unit))
    rank = _RANKS[mark.style]
    number = _unspaced(unit.text[: mark.length])
    if mark.style is Style.ARTICLE:
        return _Node(unit, rank, SectionKind.ARTICLE, number)
    if mark.style in _KINDS:
        is_heading = len(unit.text) <= _LONGEST_HEADING and "改为" not in unit.text
        label = "" if in_law else number
        return _Node(unit, rank, _KINDS[mark.style], label) if is_heading else None
    if unit.outline_level is None and not _in_turn(mark, numbering):
        return None
    numbering[mark.style] = mark.number
    return _Node(unit, rank, SectionKind.HEADING, heading_label(mark, unit.text))


def _in_turn(mark: Mark, numbering: dict[Style, int]) -> bool:
    """Say whether a number may be meant as one: 1, or not far beyond the last of its style."""
    if mark.style in {Style.COMMA, Style.BRACKET}:
        return True
    return mark.number <= numbering.get(mark.style, 0) + _LARGEST_LEAP


def heading_label(mark: Mark, text: str) -> str:
    """Return the step that a numbered heading of a 公文 adds to a locator."""
    number = re.sub(r"[\s.．、（()）]", "", text[: mark.length])
    match mark.style:
        case Style.COMMA:
            return f"第{number}部分"
        case Style.BRACKET:
            return f"第（{number}）项"
        case Style.BRACKET_DIGIT:
            return f"第（{number}）点"
        case _:
            return f"第{number}点"


def _unspaced(text: str) -> str:
    return re.sub(r"\s", "", text).replace("笫", "第")  # a slip of optical reading


def _unnumbered(unit: Unit) -> str:
    """Return the label of a heading that has no number."""
    return f"“{unit.text.rstrip('：:')}”部分" if len(unit.text) <= _LONGEST_HEADING else ""


def _outline_ranks(found: Sequence[Unit]) -> dict[int, float]:
    """Rank the outline levels of unnumbered headings among the numbered ones beside them."""
    levels = {unit.outline_level for unit in found if unit.outline_level is not None}
    marked: dict[int, float] = {}
    for unit in found:
        if unit.outline_level is not None and unit.mark is not None:
            marked.setdefault(unit.outline_level, _RANKS[unit.mark.style])
    ranks: dict[int, float] = {}
    above = 0.0
    for level in sorted(levels):
        above = max(marked.get(level, above + 0.01), above + 0.01)
        ranks[level] = above
    return ranks


def _children_of(node: _Node, start: int, end: int, level: int) -> tuple[Section, ...]:
    """Close the children of a node, with the words before them as a child of their own."""
    if not node.children:
        if node.kind is not SectionKind.DOCUMENT or start == end:
            return ()
        return (Section(SectionKind.PREAMBLE, level, Span(start, end)),)
    sections = []
    first = node.children[0].unit.start
    if start < first:
        sections.append(Section(SectionKind.PREAMBLE, level, Span(start, first)))
    bounds = [child.unit.start for child in node.children[1:]] + [end]
    for child, child_end in zip(node.children, bounds, strict=True):
        sections.append(_section(child, child_end, level))
    return tuple(sections)


def _section(node: _Node, end: int, level: int) -> Section:
    span = Span(node.unit.start, end)
    if node.kind is SectionKind.ARTICLE:
        return article_section(node.unit, node.units, span, level, node.label)
    children = _children_of(node, span.start, end, level + 1)
    return Section(node.kind, level, span, heading_of(node.unit), node.label, children)


def heading_of(unit: Unit) -> Span | None:
    """Return the span of a heading's own words, without a sentence that runs on after it.

    None where the paragraph is only a numbered sentence.
    """
    text = unit.text
    marked = unit.mark.length if unit.mark else 0
    sentence = re.search("[。；：！？]|:$", text[marked:])
    end = marked + sentence.start() if sentence else len(text)
    runs_on = end < len(text) - 1
    alone = not runs_on and closes_sentence(text) and "，" in text[marked:end]
    if end > _LONGEST_HEADING or alone or not text[marked:end].strip():
        return None if unit.outline_level is None else unit.printed
    return Span(unit.start, unit.start + len(text[:end].rstrip()))
