"""Where a text refers to another text or to another place in itself, and what it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from index.document import Document, Section, SectionKind, Span
from index.identity import normal_number
from index.markers import DOCUMENT_NUMBER
from index.numerals import NUMERAL
from index.parts import Parts


class ReferenceKind(StrEnum):
    """How a reference names what it refers to."""

    NAMED = "named"  # 《…条例》第五条, 刑法第三百八十三条
    NUMBERED = "numbered"  # 国发〔2020〕5号
    OWN = "own"  # 本办法第十条, 第十条
    NEAR = "near"  # 前款, 本条第二款, 前两条


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where something else is referred to.

    `title` and `document_number` name another text, `steps` the place in it from the outside in:
    第五条, 第二款. `until` is the last place where several in a row are meant. `near` is the word
    that counts from where the reference itself stands: 前款.
    """

    kind: ReferenceKind
    span: Span
    title: str | None = None
    document_number: str | None = None
    steps: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    near: str | None = None


_ORDER = rf"(?:[{NUMERAL}]{{1,7}}|\d{{1,4}})"
_STEP = (
    rf"第\s?{_ORDER}\s?(?:分?编|章(?!程)|节|条(?:之[{NUMERAL}]{{1,3}})?(?!例)|款|项(?!目)|目(?![的标录]))"
    rf"|第?\s?[（(]\s?{_ORDER}\s?[）)]\s?[项目](?![目的标录])"
)
_ONE_STEP = re.compile(_STEP)
_STEPS = rf"(?:{_STEP})(?:\s?(?:{_STEP}))*"
_PLACE = re.compile(
    rf"(?P<first>{_STEPS})(?:\s?至\s?(?P<last>{_STEPS}|第?\s?[（(]?{_ORDER}[）)]?\s?[条款项]))?"
)
_JOINED = re.compile(r"\s?(?:、|和|或者|或|及|以及|与|，)\s?(?:《(?!))?(?=第|[（(])")
_NAME = re.compile(
    r"《(?P<title>[^《》\n]{2,80}(?:[〈《<＜][^《》\n]{1,80}[〉》>＞][^《》\n]{0,40})?)》"
    r"(?:\s?[（(](?P<note>[^（()）]{2,60}(?:[（(][^（()）]{1,20}[）)])?[^（()）]{0,20})[）)])?"
)
_ALIAS = re.compile(
    r"《(?P<title>[^《》\n]{2,80})》[^。\n《]{0,30}?[（(]以下?(?:统|简)?称(?:为)?[“”\"《]?(?P<alias>[^”“\"》）)，]{2,30})"
)
_TEXT = (
    r"(?:法|法典|宪法|条例|办法|规定|细则|规则|规程|准则|章程|决定|决议|通知|意见|方案|规划|纲要|目录|标准|规范|制度"
    r"|公约|协定|议定书|解释|批复|公告|通告|措施|指南|要点|计划|修正案|守则|指引|令|函|清单|规章|大纲|预案)"
)
_IS_TEXT = re.compile(rf"{_TEXT}(?:[（(〔\[][^）)〕\]]{{1,24}}[）)〕\]])?$")
_OWN = re.compile(
    rf"本(?:法|条例|办法|规定|细则|规则|规程|准则|章程|决定|通知|意见|方案|制度|解释|规范|公约|指南|标准)(?=\s?(?:{_STEP}))"
)
_NEAR = re.compile(
    r"(?P<word>前[两二三四五六]?[条款项](?!目)|上[一]?[条款](?!例)|本[条款](?!例|项)|本项(?!目)|本[章节编](?![程目能约制者写排]))"
)
_UNMARKED = re.compile(
    rf"(?P<title>[\u4e00-\u9fff]{{1,28}}(?:法|法典|条例|办法|规定|细则|规则))(?=\s?第\s?{_ORDER}\s?条)"
)
_CITED = re.compile(
    r"(?<=依照|按照|根据|违反|适用|符合|执行)(?P<title>[\u4e00-\u9fff]{2,14}?(?<!办)法(?:典|实施条例)?|宪法)"
    r"(?=(?:的有关|有关|的)?规定|处罚|处理|、)"
)  # 依照产品质量法的有关规定: a law without its marks, and no article of it
_BEFORE_NAME = re.compile(
    r"^.*(?:依照|按照|根据|依据|遵照|违反|适用|符合|执行|参照|对照|修改|废止|比照|触犯|履行|落实|具有|犯有|属于|所列|所称|由|对|将|因|和|与|及|或者|有|是|除|以|在|的|犯|按|具备|达到|满足|遵守|违背|参见|如|被|据|见|至)"
)
_ORDINANCE = re.compile(
    rf"(?P<agency>[\u4e00-\u9fff、]{{2,30}}?)令\s?[（(]?\s?第?\s?(?P<serial>[\d{NUMERAL}]{{1,5}})\s?号"
)
_NO_NAME = re.compile(
    rf"^(?!宪法$){_TEXT}$|[本该此]{_TEXT}$|^(?:上述|前述|有关|相关|国家|其他|法律)"
)
_HEADINGS = {
    SectionKind.PART,
    SectionKind.CHAPTER,
    SectionKind.DIVISION,
    SectionKind.ARTICLE,
    SectionKind.ITEM,
    SectionKind.SUBITEM,
    SectionKind.HEADING,
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What a document shows elsewhere: where its sections begin, and the names it uses."""

    begins: frozenset[int]
    names: frozenset[str]


def references(document: Document) -> tuple[Reference, ...]:
    """Return the references of a document's body, in reading order; none overlaps another."""
    parts = Parts(document.text, document.root)
    aliases = {match["alias"]: match["title"] for match in _ALIAS.finditer(document.text)}
    names = {match["title"] for match in _NAME.finditer(document.text)} | set(aliases)
    known = _Known(
        frozenset(
            section.span.start for section in document.root.walk() if section.kind in _HEADINGS
        ),
        frozenset(name.removeprefix("中华人民共和国") for name in names),
    )
    own = document.metadata.document_number
    found: list[Reference] = []
    for body in parts.bodies():
        for sentence in re.finditer(r"[^\n]+", document.text[body.start : body.end]):
            start = body.start + sentence.start()
            found += _in_paragraph(document.text, Span(start, body.start + sentence.end()), known)
    kept = [one for one in found if own is None or one.document_number != own or one.title]
    return tuple(replace(one, title=aliases.get(one.title or "", one.title)) for one in kept)


def _in_paragraph(text: str, within: Span, known: _Known) -> Iterator[Reference]:
    """Yield the references of a paragraph from left to right."""
    position = within.start
    while position < within.end:
        found = _next(text, position, within.end, known)
        if not found:
            return
        yield from found
        position = found[-1].span.end


def _next(text: str, start: int, end: int, known: _Known) -> list[Reference]:
    """Return the first reference from `start` on, with those that its list goes on with."""
    candidates: list[tuple[int, int, int, list[Reference]]] = []
    for pattern, reader in _READERS:
        position = start
        while match := pattern.search(text, position, end):
            found = reader(text, match, end, known)
            if found:
                candidates.append((found[0].span.start, -found[0].span.end, len(candidates), found))
                break
            position = match.start() + 1 if pattern is not _NAME else match.end()
    return min(candidates)[3] if candidates else []


def _named(text: str, match: re.Match[str], end: int, _: _Known) -> list[Reference]:
    """Read 《…办法》（文号）第五条, and the places that follow."""
    title, note = match["title"], match["note"]
    number = _number_of(note) if note else None
    name_end = match.end() if number else match.end("title") + 1
    places = _places(text, name_end, end)
    if not places and number is None and not _IS_TEXT.search(title):
        return []  # the name of a form, a book, a newspaper
    first = Reference(ReferenceKind.NAMED, Span(match.start(), name_end), title, number)
    return _with_places(first, places)


def _number_of(note: str) -> str | None:
    match = DOCUMENT_NUMBER.search(note)
    if match:
        return normal_number(match)
    order = _ORDINANCE.search(note)
    if order is None:
        return None
    agency = re.sub(r"中华人民共和国|^.*(?:年|月|日)", "", order["agency"])
    return f"{agency}令第{order['serial']}号"


def _own(text: str, match: re.Match[str], end: int, _: _Known) -> list[Reference]:
    first = Reference(ReferenceKind.OWN, Span(*match.span()))
    return _with_places(first, _places(text, match.end(), end))


def _near(text: str, match: re.Match[str], end: int, _: _Known) -> list[Reference]:
    first = Reference(ReferenceKind.NEAR, Span(*match.span()), near=match["word"])
    return _with_places(first, _places(text, match.end(), end))


def _unmarked(text: str, match: re.Match[str], end: int, known: _Known) -> list[Reference]:
    """Read 刑法第三百八十三条: a name without its marks, from the last word that leads up to it."""
    words = match["title"]
    lead = _BEFORE_NAME.match(words)
    length = max((len(name) for name in known.names if words.endswith(name)), default=0)
    start = match.end() - length if length else match.start() + (lead.end() if lead else 0)
    title = text[start : match.end()]
    if _NO_NAME.search(title):
        return []  # 办法第十条: which one stands elsewhere
    first = Reference(ReferenceKind.NAMED, Span(start, match.end()), title)
    return _with_places(first, _places(text, match.end(), end))


def _cited(_: str, match: re.Match[str], __: int, ___: _Known) -> list[Reference]:
    if _NO_NAME.search(match["title"]):
        return []
    return [Reference(ReferenceKind.NAMED, Span(*match.span("title")), match["title"])]


def _numbered(_: str, match: re.Match[str], __: int, ___: _Known) -> list[Reference]:
    agency = match["agency"]
    lead = _BEFORE_NAME.match(agency)
    start = match.start() + (lead.end() if lead and lead.end() < len(agency) else 0)
    number = normal_number(match).removeprefix(agency[: start - match.start()])
    return [Reference(ReferenceKind.NUMBERED, Span(start, match.end()), document_number=number)]


def _bare(text: str, match: re.Match[str], end: int, known: _Known) -> list[Reference]:
    """Read 第十条 that stands alone: a place in the same text, unless it opens that place."""
    if match.start() in known.begins or not re.match(r"第", match[0]):
        return []
    places = _places(text, match.start(), end)
    if not any(step.endswith(("条", "款", "项")) or "条之" in step for step in places[0][1]):
        return []
    if places[0][1][0].endswith(("项", "款")):
        return []  # without its 条 it is told only by what stands before
    kind = ReferenceKind.OWN
    return [Reference(kind, span, steps=steps, until=until) for span, steps, until in places]


_READERS: tuple[
    tuple[re.Pattern[str], Callable[[str, re.Match[str], int, _Known], list[Reference]]], ...
] = (
    (_NAME, _named),
    (_OWN, _own),
    (_NEAR, _near),
    (_UNMARKED, _unmarked),
    (_CITED, _cited),
    (DOCUMENT_NUMBER, _numbered),
    (_ONE_STEP, _bare),
)

Place = tuple[Span, tuple[str, ...], tuple[str, ...]]


def _places(text: str, start: int, end: int) -> list[Place]:
    """Return the places named from `start` on: 第五条第二款、第三款和第七条."""
    found: list[Place] = []
    gap = re.compile(r"的?\s?(?=第|[（(])").match(text, start, end)
    position = gap.end() if gap else start
    outer: tuple[str, ...] = ()
    while match := _PLACE.match(text, position, end):
        steps = _outer(outer, _steps(match["first"]))
        until = _steps(match["last"]) if match["last"] else ()
        found.append((Span(*match.span()), steps, _outer(steps, until) if until else ()))
        outer = found[-1][2] or steps
        joined = _JOINED.match(text, match.end(), end)
        if joined is None:
            break
        position = joined.end()
    return found


def _steps(words: str) -> tuple[str, ...]:
    plain = re.sub(r"\s", "", words)
    found = tuple(_normal(match[0]) for match in _ONE_STEP.finditer(plain))
    return found or (_normal(plain),)


def _normal(step: str) -> str:
    """Write a step as locators do: 第（三）项, 第二款."""
    plain = step.replace("(", "（").replace(")", "）")
    plain = plain if plain.startswith("第") else f"第{plain}"
    match = re.fullmatch(rf"第({_ORDER})项", plain)
    return f"第（{match[1]}）项" if match else plain


_DEPTHS = {"编": 0, "章": 1, "节": 2, "条": 3, "款": 4, "项": 5, "目": 6}


def depth_of(step: str) -> int:
    """Return how deep a step leads: 编 0, 章 1, 节 2, 条 3, 款 4, 项 5, 目 6."""
    return 3 if "条" in step else _DEPTHS[step[-1]]


def _outer(before: Sequence[str], steps: Sequence[str]) -> tuple[str, ...]:
    """Return steps completed by those before them that lead less deep: 第五条 for 第三款."""
    first = depth_of(steps[0])
    kept = [step for step in before if depth_of(step) < first]
    if first <= 3:
        kept = []
    return (*kept, *steps)


def _with_places(first: Reference, places: Sequence[Place]) -> list[Reference]:
    """Return a reference for each place; the first takes in the name."""
    if not places:
        return [first]
    span, steps, until = places[0]
    found = [replace(first, span=Span(first.span.start, span.end), steps=steps, until=until)]
    for span, steps, until in places[1:]:
        found.append(replace(first, span=span, steps=steps, until=until))
    return found


# Where a reference leads -------------------------------------------------------------------


def place_in(document: Document, reference: Reference) -> Section | None:
    """Return the section of its own document that a reference without a name leads to."""
    path = document.root.path_to(reference.span.start)
    region = next((one for one in path if one.kind is SectionKind.ANNEX), document.root)
    if reference.kind is ReferenceKind.NEAR:
        start = _counted(path, region, reference.near or "")
        return section_at(document.text, start, reference.steps) if start else None
    return section_at(document.text, region, reference.steps)


def section_at(text: str, root: Section, steps: Sequence[str]) -> Section | None:
    """Return the section that steps lead to from `root`, None where one of them is not there."""
    current = root
    for step in steps:
        found = _below(text, current, step)
        if found is None:
            return None
        current = found
    return current


def _below(text: str, section: Section, step: str) -> Section | None:
    """Return the section that a step leads to. 第一款 of an article that has but one is itself."""
    kind = _KINDS[depth_of(step)]
    for child in section.walk():
        if child is section or child.kind is not kind:
            continue
        if child.label == step or (not child.label and _heads(text, child, step)):
            return child
    alone = section.kind is SectionKind.ARTICLE and not any(
        child.label.endswith("款") for child in section.children
    )
    return section if step == "第一款" and alone else None


def _heads(text: str, section: Section, step: str) -> bool:
    """Say whether a 章, which adds no step to a law's locators, is headed by its number."""
    heading = section.heading
    return heading is not None and re.sub(r"\s", "", heading.of(text)).startswith(step)


_KINDS = (
    SectionKind.PART,
    SectionKind.CHAPTER,
    SectionKind.DIVISION,
    SectionKind.ARTICLE,
    SectionKind.PARAGRAPH,
    SectionKind.ITEM,
    SectionKind.SUBITEM,
)  # by depth
_NEAR_KINDS = {
    "条": SectionKind.ARTICLE,
    "款": SectionKind.PARAGRAPH,
    "项": SectionKind.ITEM,
    "章": SectionKind.CHAPTER,
    "节": SectionKind.DIVISION,
    "编": SectionKind.PART,
}


def _counted(path: Sequence[Section], region: Section, word: str) -> Section | None:
    """Return what 本条, 前款 or 前两条 is, counted from the place that `path` leads to."""
    kind = _NEAR_KINDS[word[-1]]
    here = next((section for section in path if section.kind is kind), None)
    if word.startswith("本") or here is None:
        return here
    if kind is SectionKind.ARTICLE:
        siblings = [one for one in region.walk() if one.kind is kind]
    else:
        parent = next(one for one in path if any(child is here for child in one.children))
        siblings = [child for child in parent.children if child.kind is kind]
    place = next(index for index, one in enumerate(siblings) if one is here)
    return siblings[place - 1] if place else None
