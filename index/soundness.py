"""Whether a text's numbering adds up: its 条, its 编, 章 and 节, its 项, each under one parent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.articles import order_of
from index.document import Section, SectionKind, Span
from index.markers import mark_at


class Fault(StrEnum):
    """What may be wrong with a numbering."""

    ARTICLE_GAP = "article_gap"  # 第二条 is followed by 第四条
    ARTICLE_REPEATED = "article_repeated"  # a number that stood before, or a smaller one
    CHAPTER_GAP = "chapter_gap"  # a 编, 章 or 节 is missing, or the first is not 第一
    CHAPTER_REPEATED = "chapter_repeated"
    CHAPTER_EMPTY = "chapter_empty"  # nothing below it, though its siblings hold articles
    MISPLACED = "misplaced"  # 章 below 节, 条 beside 章, 条 below 条
    ITEM_GAP = "item_gap"  # （一） is followed by （三）
    ARTICLE_EMPTY = "article_empty"  # a number and no words


@dataclass(frozen=True, slots=True)
class Flaw:
    """A place where the numbering does not add up; `words` is a sentence for a person."""

    fault: Fault
    span: Span
    words: str


_RANKS = {
    SectionKind.PART: 1,
    SectionKind.CHAPTER: 2,
    SectionKind.DIVISION: 3,
    SectionKind.ARTICLE: 4,
}
_ITEMS = {SectionKind.ITEM, SectionKind.SUBITEM}


def flaws(text: str, root: Section) -> Iterator[Flaw]:
    """Yield what does not add up, the main text and every annex by itself."""
    annexes = [child for child in root.children if child.kind is SectionKind.ANNEX]
    main = [child for child in root.children if child.kind is not SectionKind.ANNEX]
    for part in (main, *([annex] for annex in annexes)):
        articles = list(articles_in(part))
        yield from article_flaws(articles)
        if articles:
            inner = part[0].children if part[0].kind is SectionKind.ANNEX else part
            yield from _tree_flaws(text, inner, {})
            yield from _item_flaws(text, articles)
            yield from _empty_articles(text, articles)


def article_flaws(articles: Iterable[Section]) -> Iterator[Flaw]:
    """Yield where article numbers do not run on; those that begin anew are another text's."""
    last, last_label = (0, 0), ""
    for article in articles:
        order, span = order_of(article.label), article.heading or article.span
        if order == last or (order < last and order[0] != 1):
            yield Flaw(
                Fault.ARTICLE_REPEATED, span, f"{article.label}在{last_label}之后重复或倒退。"
            )
        elif order[0] > last[0] + 1 or (order[0] == last[0] and order[1] > last[1] + 1):
            yield Flaw(
                Fault.ARTICLE_GAP,
                span,
                f"{last_label or '开头'}与{article.label}之间的条文缺失或未能识别。",
            )
        last, last_label = order, article.label


def articles_in(sections: Iterable[Section]) -> Iterator[Section]:
    """Yield the articles, in reading order."""
    for section in sections:
        if section.kind is SectionKind.ARTICLE:
            yield section
        else:
            yield from articles_in(section.children)


def _tree_flaws(
    text: str, siblings: Sequence[Section], before: dict[SectionKind, int]
) -> Iterator[Flaw]:
    """Yield where 编, 章 and 节 do not count from one, or 条 stand beside or below the wrong thing.

    `before` are the last numbers of each kind in the text so far: 章 may run on across 编.
    """
    counted = [section for section in siblings if section.kind in _RANKS]
    headings = [section for section in counted if section.kind is not SectionKind.ARTICLE]
    last: dict[SectionKind, int] = {}
    holding = any(any(articles_in([section])) for section in headings)
    for section in headings:
        mark = mark_at(section.span.of(text))
        number, label = (
            (mark.number, section.span.of(text)[: mark.length].strip()) if mark else (0, "")
        )
        runs_on = section.kind not in last and number == before.get(section.kind, 0) + 1
        if number <= last.get(section.kind, 0):
            yield Flaw(Fault.CHAPTER_REPEATED, _heading(section), f"“{label}”的编号重复或倒退。")
        elif number != last.get(section.kind, 0) + 1 and not runs_on:
            yield Flaw(Fault.CHAPTER_GAP, _heading(section), f"“{label}”之前缺编号。")
        last[section.kind] = before[section.kind] = number
        if holding and not any(articles_in([section])):
            yield Flaw(Fault.CHAPTER_EMPTY, _heading(section), f"“{label}”之下没有条文。")
        for child in section.children:
            if _RANKS.get(child.kind, 9) <= _RANKS[section.kind]:
                yield Flaw(Fault.MISPLACED, _heading(child), "章节的层级颠倒。")
        yield from _tree_flaws(text, section.children, before)
    if headings and len(counted) > len(headings):
        loose = next(section for section in counted if section.kind is SectionKind.ARTICLE)
        yield Flaw(Fault.MISPLACED, _heading(loose), f"{loose.label}不在章节之下，旁边却有章节。")


def _item_flaws(text: str, articles: Iterable[Section]) -> Iterator[Flaw]:
    """Yield where the 项 of a 款, or the 目 of a 项, do not count from one."""
    for article in articles:
        for section in article.walk():
            last = 0
            for item in section.children:
                if item.kind not in _ITEMS:
                    continue
                mark = mark_at(item.span.of(text))
                number = mark.number if mark else 0
                if number != last + 1:
                    yield Flaw(
                        Fault.ITEM_GAP, item.span, f"{article.label}的{item.label}之前缺编号。"
                    )
                last = number


def _empty_articles(text: str, articles: Iterable[Section]) -> Iterator[Flaw]:
    for article in articles:
        heading = article.heading
        rest = text[heading.end : article.span.end] if heading else article.span.of(text)
        if not rest.strip():
            yield Flaw(Fault.ARTICLE_EMPTY, article.span, f"{article.label}没有内容。")


def _heading(section: Section) -> Span:
    return section.heading or section.span
