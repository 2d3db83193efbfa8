"""The texts a decision lists as repealed: 废止的规章目录 in an annex, or below 废止下列文件."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.document import Section, SectionKind, Span
from index.identity import normal_number
from index.markers import DOCUMENT_NUMBER, Style, ends_as_title, mark_at
from index.parts import Parts

_ENDS = re.compile(r"废止|失效|停止执行")
_STAYS = re.compile(r"有效(?!期)|保留|修改|修订|修正|调整|继续|暂缓|拟|建议|征求意见|草案|公示")
_ONLY_PLANNED = re.compile(r"拟[^。；]{0,8}(?:废止|失效)|征求意见稿|公开征求[^。；]{0,8}意见")
_COUNT = re.compile(r"\s*[（(]\s*(?:共\s*)?\d+\s*[件部项个][）)]\s*$")
_LIST = re.compile(
    r"(?:目录|清单|一览表|名单|规章|法规|条例|(?:规范性|政策性)?文件|规定|决定|项目|(?:废止|失效|停止执行|有效|修改|修订)的?)"
    r"(?:[（(][^）)]*[）)])?$"
)
_BELOW = re.compile(r"下列|以下|如下")
_ANNEX_LABEL = re.compile(r"附\s?[件表录]?\s?[\d一二三四五六七八九十]{0,3}\s*[：:]?\s*")
_NAMED = re.compile(r"[、和及与]?\s*《(?P<title>[^《》]{2,120})》")
_PART_ONLY = re.compile(
    r"\s*(?:[（(][^（）()]*[）)])?\s*(?:第[一二三四五六七八九十百零\d]|中|的(?!通知|决定|公告))"
)
_UNMARKED = re.compile(r"[^（(；;|。，,：:]+(?:[（(](?:试行|暂行|修订|修正|修订稿|试行草案)[）)])?")
_COLUMN = re.compile(r"(?:^|[；;])\s*(?P<caption>[^：:；;]{1,16})[：:]\s*(?P<value>[^；;]*)")
_NAME_COLUMN = re.compile(r".*(?:名称|标题|题目|题名)|(?:规范性)?文件|规章|法规")
_FATE_COLUMN = re.compile(r".*(?:处理|清理|评估)(?:意见|结果|情况|决定|结论|方式)|类别|状态|效力")
_REASONS = re.compile(r"(?:说明|理由|依据|备注|原因)[：:]")
_NUMBER = re.compile(rf"(?:^|(?<=[（(：:；;，,\s|])){DOCUMENT_NUMBER.pattern}")
_GLUED_DETAIL = re.compile(r"发[布文](?:时间|单位|机关|日期|文号)")
_DETAIL = re.compile(r"(?:发文|发布|文号|说明|理由|依据|备注|公布|印发|制定)[^。]{0,16}[：:]")
_GAP = re.compile(r"[ \u3000]{2,}")
_LONGEST_HEADING = 60
_LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Listed:
    """A text in such a list; `said` is what the entry says behind its name."""

    title: str
    span: Span
    document_number: str | None
    said: str


def listed_as_repealed(parts: Parts) -> Iterator[Listed]:
    """Yield the texts that a decision lists under a heading which says that they end.

    What stands under a heading that says 修改 or 继续有效 goes on, as does all in a mere draft;
    a heading that says both leaves it to those below.
    """
    own = [section for section in parts.root.children if section.kind is not SectionKind.ANNEX]
    main = "".join(section.span.of(parts.text) for section in own)
    if not _ENDS.search(main) or _ONLY_PLANNED.search(main):
        return
    yield from _in_region(parts.text, own, lasting=False)
    for annex in parts.annexes:
        yield from _in_region(parts.text, annex.children, lasting=True)


def _in_region(
    text: str, sections: tuple[Section, ...] | list[Section], *, lasting: bool
) -> Iterator[Listed]:
    """Yield from the main text or an annex; in an annex a heading holds until the next."""
    ends = False
    for paragraph in _paragraphs(text, sections):
        printed = paragraph.of(text)
        said = _heading(printed, lasting=lasting)
        if said is not None:
            ends = said
            continue
        found = list(_entry(text, paragraph, ends=ends))
        yield from found
        if not lasting and not found and not _goes_on(printed):
            ends = False


def _goes_on(printed: str) -> bool:
    """Say whether a paragraph that names no text still belongs to a list: 2. or 说明：."""
    mark = mark_at(printed)
    numbered = mark is not None and mark.style is Style.DOT and mark.number > 1
    return numbered or _DETAIL.match(printed) is not None


def _paragraphs(text: str, sections: tuple[Section, ...] | list[Section]) -> Iterator[Span]:
    """Yield the title as one, and then line by line."""
    for section in sections:
        for leaf in section.leaves():
            if leaf.kind is SectionKind.TITLE:
                yield leaf.heading or leaf.span
                continue
            for line in re.finditer(r"[^\n]+", leaf.span.of(text)):
                printed = line[0].strip()
                if printed:
                    start = leaf.span.start + line.start() + line[0].index(printed[0])
                    yield Span(start, start + len(printed))


def _heading(printed: str, *, lasting: bool) -> bool | None:
    """Say whether what stands below a heading ends; None where it is no heading of a list."""
    mark = mark_at(printed)
    words = re.sub(r"\s", "", _GAP.split(printed[mark.length if mark else 0 :].strip())[0])
    words = _COUNT.sub("", _ANNEX_LABEL.sub("", words, count=1))
    speaks = _ENDS.search(words) or _STAYS.search(words)
    if not speaks or "《" in words or "〔" in words or re.search(r"。|；.", words):
        return None
    introduces = words.endswith(("：", ":")) and _BELOW.search(words) is not None
    names = len(words) <= _LONGEST_HEADING and _LIST.search(words.rstrip("：:")) is not None
    if not introduces and (not names or (not lasting and mark is None) or "的通知" in words):
        return None
    return _ENDS.search(words) is not None and _STAYS.search(words) is None


def _entry(text: str, paragraph: Span, *, ends: bool) -> Iterator[Listed]:
    """Yield the text, or texts, that an entry of a list names."""
    printed = paragraph.of(text)
    columns = {
        match["caption"].strip(): match["value"].strip() for match in _COLUMN.finditer(printed)
    }
    name = next(
        (value for caption, value in columns.items() if _NAME_COLUMN.fullmatch(caption)), None
    )
    fate = next(
        (value for caption, value in columns.items() if _FATE_COLUMN.fullmatch(caption)), ""
    )
    if fate and (_ENDS.search(fate) or _STAYS.search(fate)):
        ends = _STAYS.search(fate) is None
    if not ends:
        return
    if name:
        yield _listed(_bare(name), paragraph, printed.split(name, maxsplit=1)[1])
        return
    mark = mark_at(printed)
    start = mark.length if mark else 0
    named = list(_row_of_names(printed, start))
    if named:
        yield from (_listed(match["title"], paragraph, printed[match.end() :]) for match in named)
        return
    cell = _GLUED_DETAIL.split(_GAP.split(printed[start:].strip())[0])[0]
    plain = _UNMARKED.match(cell)
    number = DOCUMENT_NUMBER.fullmatch(cell.rstrip("；;。"))
    if number is not None:
        yield Listed(normal_number(number), paragraph, normal_number(number), "")
    elif plain is not None and mark is not None and mark.style is not Style.ARTICLE:
        title, rest = plain[0].strip(), printed[start + plain.end() :]
        by_number = _number(rest) is not None
        if 4 <= len(title) <= _LONGEST_TITLE and (ends_as_title(title) or by_number):
            yield _listed(title, paragraph, rest)


def _row_of_names(printed: str, start: int) -> Iterator[re.Match[str]]:
    """Yield the names that stand at the beginning of an entry, whole texts only."""
    position = start
    while (match := _NAMED.match(printed, position)) is not None:
        if not _PART_ONLY.match(printed, match.end()):
            yield match
        note = re.compile(r"\s*[（(][^（）()]*[）)]\s*").match(printed, match.end())
        position = note.end() if note else match.end()


def _bare(name: str) -> str:
    """Return a name from a table without the marks around it."""
    match = _NAMED.match(name)
    return match["title"] if match else name


def _listed(title: str, paragraph: Span, said: str) -> Listed:
    said = said[: reason.start()] if (reason := _REASONS.search(said)) else said
    said = said.split("《", maxsplit=1)[0]
    return Listed(title, paragraph, _number(said), said.strip(" \u3000；;。"))


def _number(said: str) -> str | None:
    match = _NUMBER.search(said)
    return normal_number(match) if match else None
