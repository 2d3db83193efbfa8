"""The articles of a law: which 第X条 begins one, and its 款, 项 and 目."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.document import Section, SectionKind, Span
from index.markers import Mark, Style, mark_at
from index.numerals import numeral
from index.units import Unit

_ITEM_STYLES = {
    Style.COMMA,
    Style.BRACKET,
    Style.DOT,
    Style.BRACKET_DIGIT,
    Style.CIRCLE,
}
_INLINE_ITEM = re.compile(r"(?<=[：；。:;])\s*(?=[（(]\s?[一二三四五六七八九十]{1,3}\s?[）)])")
_GLUED_LEAD = re.compile(r"(?<=[。；])[^。；：:]{2,}[：:]$")
_CAPTION = re.compile(r"\s*[【（(〔]([^】）)〕]{1,30})[】）)〕](?=\s|\S)")
_FEWEST = 2  # articles that make a text a law and no mere mention of one


def accepted_articles(units: Sequence[Unit]) -> set[int]:
    """Return which units begin an article, as against a sentence that opens with a reference.

    第十条规定的… opens a sentence. Where articles are set off from their text by a space, a mark
    that is not is a reference; where they are not, only the next number in turn is an article.
    """
    candidates = [
        (index, unit.mark)
        for index, unit in enumerate(units)
        if unit.mark is not None and unit.mark.style is Style.ARTICLE
    ]
    spaced = sum(mark.spaced for _, mark in candidates) * 2 > len(candidates)
    accepted: set[int] = set()
    last = (0, 0)
    for index, mark in candidates:
        refers = re.match(r"\s*(?:规定|[的和至到或及与、]|第.{1,3}[款项])", _rest(units[index]))
        begins_anew = mark.order == (1, 0) and not refers
        in_turn = begins_anew or mark.order in {(last[0] + 1, 0), (last[0], last[1] + 1)}
        if mark.spaced and spaced:
            accept = not (refers and not in_turn)
        else:
            skips_few = last < mark.order <= (last[0] + 3, 0) and not refers
            accept = in_turn or (not spaced and skips_few and bool(accepted))
        if accept:
            accepted.add(index)
            last = mark.order
    return accepted if len(accepted) >= _FEWEST else set()


def _rest(unit: Unit) -> str:
    return unit.text[unit.mark.length :] if unit.mark else unit.text


@dataclass(slots=True)
class _Item:
    """A 项 or 目 being built."""

    start: int
    depth: int
    number: int
    label: str
    children: list[_Item] = field(default_factory=list)


@dataclass(slots=True)
class _Clause:
    """A 款 being built: an unnumbered paragraph and the items that hang on it."""

    start: int
    items: list[_Item] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)


def article_section(
    unit: Unit, following: Sequence[Unit], span: Span, level: int, label: str
) -> Section:
    """Build an article out of its first paragraph and those that follow."""
    clauses = _clauses(unit, following)
    heading = _article_heading(unit)
    if len(clauses) == 1 and not clauses[0].items:
        return Section(SectionKind.ARTICLE, level, span, heading, label)
    bounds = [*(clause.start for clause in clauses[1:]), span.end]
    children = tuple(
        _clause_section(
            clause, end, level + 1, f"第{numeral(number)}款" if len(clauses) > 1 else ""
        )
        for number, (clause, end) in enumerate(zip(clauses, bounds, strict=True), 1)
    )
    return Section(SectionKind.ARTICLE, level, span, heading, label, children)


def _article_heading(unit: Unit) -> Span:
    """Return the span of 第十二条, with a caption in brackets that stands beside it."""
    length = unit.mark.length if unit.mark else 0
    caption = re.match(r"\s*【[^】]{1,30}】", unit.text[length:])
    return Span(unit.start, unit.start + length + (caption.end() if caption else 0))


def _clauses(unit: Unit, following: Sequence[Unit]) -> list[_Clause]:
    clauses = [_Clause(unit.start)]
    after = [*following[1:], None]
    _add_inline_items(clauses[-1], unit, _rest_start(unit), following[0] if following else None)
    empty = not _rest(unit).strip()  # the mark stands alone, its text on the next line
    item_open = False
    lead: int | None = (
        None  # where a paragraph begins that goes on with an item, or leads in a list
    )
    before = unit
    for paragraph, next_one in zip(following, after, strict=False):
        mark = paragraph.mark
        if mark is not None and mark.style in _ITEM_STYLES:
            _resume(clauses, mark)
            if mark.number == 1 and mark.style in clauses[-1].styles[:1]:
                lead = lead if lead is not None else _glued_lead(before)
                clauses += [_Clause(lead)] if lead is not None else []
            lead = None
            _add_item(clauses[-1], paragraph, 0)
            _add_inline_items(clauses[-1], paragraph, mark.length, next_one)
        elif not (empty or item_open):
            clauses.append(_Clause(paragraph.start))
            _add_inline_items(clauses[-1], paragraph, 0, next_one)
        elif item_open:
            lead = paragraph.start
        empty = False
        before = paragraph
        inside = bool(clauses[-1].items)
        item_open = inside and not paragraph.text.endswith(("。", "！", "”", "）"))
    return clauses


def _resume(clauses: list[_Clause], mark: Mark) -> None:
    """Fold the 款 that an item in turn shows to be but paragraphs of the item before it."""
    if mark.number == 1 or mark.style in clauses[-1].styles:
        return
    for index in range(len(clauses) - 2, -1, -1):
        clause = clauses[index]
        if clause.styles[:1] == [mark.style]:
            if clause.items[-1].number == mark.number - 1:
                inner = [item for later in clauses[index + 1 :] for item in later.items]
                clause.items[-1].children += [_deeper(item) for item in inner]
                del clauses[index + 1 :]
                del clause.styles[1:]
            return


def _deeper(item: _Item) -> _Item:
    """Return a 项 of what was taken for a 款 as the 目 it is."""
    label = item.label.removesuffix("项").removesuffix("目") + "目"
    children = [_deeper(child) for child in item.children]
    return _Item(item.start, item.depth + 1, item.number, label, children)


def _rest_start(unit: Unit) -> int:
    return unit.mark.length if unit.mark else 0


def _glued_lead(unit: Unit) -> int | None:
    """Return where the sentence begins that leads in a list, glued to the item before it."""
    found = _GLUED_LEAD.search(unit.text)
    return unit.start + found.start() if found else None


def _add_inline_items(clause: _Clause, unit: Unit, offset: int, following: Unit | None) -> None:
    """Add the items that stand in the same paragraph: …的：（一）…；（二）….

    Of one alone, `following` says whether it is one: there （二） stands at the head of a line.
    """
    found = [
        (match.end(), mark)
        for match in _INLINE_ITEM.finditer(unit.text, offset)
        if (mark := mark_at(unit.text, match.end()))
    ]
    expected = 1
    if clause.items and (unit.mark is not None and unit.mark.style is Style.BRACKET):
        expected = unit.mark.number + 1
    chain = []
    for position, mark in found:
        if mark.number == expected:
            chain.append(position)
            expected += 1
    goes_on = following is not None and _continues(following.mark, expected)
    if len(chain) >= _FEWEST or (chain and (clause.items or goes_on)):
        for position in chain:
            _add_item(clause, unit, position)


def _continues(mark: Mark | None, number: int) -> bool:
    return mark is not None and mark.style is Style.BRACKET and mark.number == number


def _add_item(clause: _Clause, unit: Unit, offset: int) -> None:
    mark = mark_at(unit.text, offset)
    if mark is None:
        return
    if mark.style in clause.styles:
        del clause.styles[clause.styles.index(mark.style) + 1 :]
    else:
        clause.styles.append(mark.style)
    depth = len(clause.styles)
    number = re.sub(r"[\s.．、（()）]", "", unit.text[offset : offset + mark.length])
    shown = f"（{number}）" if mark.style in {Style.BRACKET, Style.BRACKET_DIGIT} else number
    item = _Item(
        unit.start + offset, depth, mark.number, f"第{shown}{'项' if depth == 1 else '目'}"
    )
    siblings = clause.items
    for _ in range(depth - 1):
        if not siblings:
            break
        siblings = siblings[-1].children
    siblings.append(item)


def _clause_section(clause: _Clause, end: int, level: int, label: str) -> Section:
    span = Span(clause.start, end)
    children = _item_sections(clause.items, span, level + 1)
    return Section(SectionKind.PARAGRAPH, level, span, None, label, children)


def _item_sections(items: Sequence[_Item], within: Span, level: int) -> tuple[Section, ...]:
    if not items:
        return ()
    lead = (
        (Section(SectionKind.PREAMBLE, level, Span(within.start, items[0].start)),)
        if within.start < items[0].start
        else ()
    )
    bounds = [*(item.start for item in items[1:]), within.end]
    return lead + tuple(
        Section(
            SectionKind.ITEM if item.depth == 1 else SectionKind.SUBITEM,
            level,
            Span(item.start, end),
            None,
            item.label,
            _item_sections(item.children, Span(item.start, end), level + 1),
        )
        for item, end in zip(items, bounds, strict=True)
    )


def order_of(label: str) -> tuple[int, int]:
    """Return what an article is ordered by: 第十二条之一 is (12, 1)."""
    mark = mark_at(label)
    return mark.order if mark else (0, 0)
