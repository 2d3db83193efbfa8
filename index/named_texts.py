"""Which texts a text speaks for: the names it goes by, those it repeals, the one it amends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from index.document import Document, Span
from index.fold import fold
from index.identity import normal_number
from index.markers import DOCUMENT_NUMBER
from index.numerals import DATE_PATTERN, dates
from index.parts import Parts
from index.repeal_lists import listed_as_repealed


class Relation(StrEnum):
    """How a text stands to the text whose name it bears or says."""

    IS = "is"
    PRINTS = "prints"  # 关于印发《…办法》的通知: the 办法
    REPEALS = "repeals"  # 《…》同时废止
    AMENDS = "amends"  # 关于修改《…》的决定


@dataclass(frozen=True, slots=True)
class NamedText:
    """A text as another names it, or itself.

    `span` is where it is said. `on` is the day of a repeal where that is not the day on which
    the repealing text begins. `said_of` are the words before the name: 1992年国务院发布的.
    """

    relation: Relation
    title: str
    span: Span
    document_number: str | None = None
    on: date | None = None
    said_of: str = ""

    @property
    def key(self) -> str:
        """Return what its versions share."""
        return title_key(self.title)


_VERSION = re.compile(
    r"[(\[【]?(?:(?:19|20)\d\d(?:年(?:\d{1,2}月(?:\d{1,2}日)?)?|-\d\d-\d\d)?)?(?:第[一二三四五六七八九十]+次)?"
    r"(?:修订|修正|修改|修订版|修正版|修订本|修正本|年?版)[)\]】]?$"
    r"|[(\[【](?:19|20)\d\d(?:年|-\d\d-\d\d|年\d{1,2}月\d{1,2}日)?[)\]】]$"
)
_LONGEST_KEY = 200  # characters; a database has its limit for what it can look up
_MARKS = re.compile(r"[\s《》〈〉<>“”\"'·,、]+")
_PRINTS = re.compile(
    r"关于(?:重新)?(?:印发|发布|公布|颁布|转发|修订印发|修订)\s*[《〈](?P<name>.+)[》〉]\s*的\s*(?:通知|公告|通告|令|决定)$"
    r"|关于(?:重新)?(?:印发|发布|公布|颁布)(?P<bare>[^《》]+(?:条例|办法|规定|细则|规则|准则|规程|规范|标准)(?:[（(][试暂]行[）)])?)的\s*(?:通知|公告|通告)$"
)
_DECIDES = re.compile(
    r"关于(?P<verb>修改|修订|修正|废止)(?P<names>(?:[、和及]?\s*[《〈].+?[》〉])+).*的\s*(?:决定|公告|通知)$"
)
_NAME = re.compile(r"《(?P<title>[^《》]{2,120})》")
_NOTE = re.compile(r"\s*[（(](?P<note>[^（）()]{0,80}(?:[（(][^（）()]*[）)][^（）()]*)?)[）)]")
_SENTENCE = re.compile(r"[^。；\n]+")
_ENDS = r"(?:同时|同日|同步|即行|即时|一并|一律|相应)?(?:予以)?(?:废止|失效|停止执行)"
_TAIL = re.compile(
    r"(?:等[^，,、。《\x00]{0,10})?(?:均|都)?[，,]?\s*"
    rf"(?:从?自?(?P<from>{DATE_PATTERN}|本[^，,。《\x00]{{1,12}}(?:施行|实施|生效|印发|发布|公布)之日|即日)起?\s*)?"
    rf"{_ENDS}(?=[，,、）)\s]|$)"
)
_LEAD = re.compile(
    r"(?:同时|现予|决定|现决定|一并|予以)\s*(?:予以)?废止(?:了)?(?P<of>[^《\x00，,。：:]{0,40}|[^《\x00。：:]{0,30}[：:])(?=[《\x00])"
)
_SUPPORTS = re.compile(r"(?:根据|按照|依照|依据|遵照|贯彻|落实|执行|违反|除)[^，,、。]{0,12}$")


def title_key(title: str) -> str:
    """Return what the titles of a text's versions share: no year, no 修订, no 中华人民共和国."""
    key = _MARKS.sub("", fold(title))
    while (shorter := _VERSION.sub("", key)) != key and shorter:
        key = shorter
    return (key.removeprefix("中华人民共和国") or key or title)[:_LONGEST_KEY]


def digest(document: Document) -> str:
    """Return what two copies of the same wording share, whatever format they came in."""
    words = re.sub(r"[\W_]+", "", document.text)
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def named_texts(document: Document) -> tuple[NamedText, ...]:
    """Return the names a document goes by, first its title, and the texts it ends or amends."""
    parts = Parts(document.text, document.root)
    title, number = document.metadata.title, document.metadata.document_number
    place = document.evidence.get("title", Span(0, 0))
    own = [NamedText(Relation.IS, title, place, number)]
    prints = _PRINTS.search(title)
    if prints is not None:
        printed = prints["name"] or prints["bare"]
        own.append(NamedText(Relation.PRINTS, printed, place, number))
    said = [*_decided(title, place), *_repealed(parts)]
    return (*own, *said, *_listed(parts, {one.title for one in said}))


def _decided(title: str, place: Span) -> Iterator[NamedText]:
    """Yield what a 决定 says in its title that it amends or repeals."""
    match = _DECIDES.search(title)
    if match is None:
        return
    relation = Relation.REPEALS if match["verb"] == "废止" else Relation.AMENDS
    for name in re.findall(r"[《〈](.+?)[》〉]", match["names"]):
        yield NamedText(relation, name, place)


def _listed(parts: Parts, already: set[str]) -> Iterator[NamedText]:
    """Yield what a list in an annex, or in the decision itself, says is repealed."""
    for one in listed_as_repealed(parts):
        if one.title not in already:
            yield NamedText(
                Relation.REPEALS, one.title, one.span, one.document_number, None, one.said
            )


def _repealed(parts: Parts) -> Iterator[NamedText]:
    """Yield the texts that the body says are repealed, wholly and by this text."""
    for body in parts.bodies():
        for sentence in _SENTENCE.finditer(parts.text, body.start, body.end):
            if "废止" in sentence[0] or "失效" in sentence[0] or "停止执行" in sentence[0]:
                yield from _repealed_in(parts, Span(*sentence.span()))


def _repealed_in(parts: Parts, sentence: Span) -> Iterator[NamedText]:
    """Yield the names of a sentence's lists, each 《…》 hidden so that it cannot be misread."""
    text = sentence.of(parts.text)
    names = list(_NAME.finditer(text))
    hidden = _NAME.sub(lambda match: "\x00" * len(match[0]), text)
    for lead in _LEAD.finditer(hidden):
        for name, said_of in _list_from(names, hidden, lead):
            yield _named(parts, sentence, name, said_of, None)
    pending: list[tuple[re.Match[str], str]] = []
    position, supports = 0, False
    for name in names:
        before = hidden[position : name.start()]
        if not _goes_on(before):
            pending = []
        after = name.end()
        note = _NOTE.match(hidden, after)
        after = note.end() if note else after
        joined = re.fullmatch(r"\s*(?:[、和及与]|以及)*\s*", before) is not None
        supports = _SUPPORTS.search(before) is not None or (supports and joined)
        if not supports:
            pending.append((name, before))
        position = after
        tail = _TAIL.match(hidden, after)
        if tail is not None:
            on = next((day for _, day in dates(tail["from"] or "")), None)
            for one, said_of in pending:
                yield _named(parts, sentence, one, said_of, on)
            pending = []


def _goes_on(before: str) -> bool:
    """Say whether what stands between two names joins them in one list."""
    joined = before.strip()
    return not joined or (
        re.match(r"(?:等)?(?:[、，,和及与]|以及)", joined) is not None
        and not re.search(r"(?:施行|实施|执行|生效|有效)[，,]?$|废止|失效", joined)
    )


def _list_from(
    names: list[re.Match[str]], hidden: str, lead: re.Match[str]
) -> Iterator[tuple[re.Match[str], str]]:
    """Yield the names of the list that begins behind `lead`."""
    position, said_of = lead.end(), lead["of"]
    for name in names:
        if name.start() < position:
            continue
        between = hidden[position : name.start()]
        if position != lead.end():
            if not _goes_on(between) or len(between) > 60:
                return
            said_of = between
        elif between.strip():
            return
        note = _NOTE.match(hidden, name.end())
        position = note.end() if note else name.end()
        if re.match(r"\s*(?:第|中|的(?!通知))", hidden[position:]):
            return  # only a part of it
        yield name, said_of


def _named(
    parts: Parts, sentence: Span, name: re.Match[str], said_of: str, on: date | None
) -> NamedText:
    text = sentence.of(parts.text)
    note = _NOTE.match(text, name.end())
    number = DOCUMENT_NUMBER.match(note["note"].strip()) if note else None
    start = sentence.start + len(text) - len(text.lstrip())
    return NamedText(
        Relation.REPEALS,
        name["title"],
        Span(start, sentence.start + len(text.rstrip())),
        normal_number(number) if number else None,
        on,
        said_of.strip(" 、，,和及与"),
    )
