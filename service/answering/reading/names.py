"""Find who and where: agencies, places and persons named in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from index.document import Span
from service.answering.reading.values import Value, ValueKind

_AGENCY = re.compile(
    r"(?:局|委员会|委|办公室|办|部门|部|厅|院|政府|机关|法院|检察院|中心|公司|协会|大学|学校|医院|银行|机构|组织|单位|股|科|处|所|站|党组|小组|国务院|常委会|代表大会|企业|采购人|供应商|主席|总理|部队|社|团)$"
)
_PLACE = re.compile(r"(?:省|市|县|区|镇|乡|街道|村|两地|三地)$")
_CLAUSE_END = re.compile(r"[，。；：！？\n]")
_LEAD = re.compile(r"^.{0,12}?(?:实现|包括|对|将|把|围绕|有)")
_MARKED = re.compile(r"(?:“[^“”]{1,20}”|（[^（）]{1,12}）)$")
_LONGEST_OBJECT = 60
_LINKING = frozenset(
    {"是", "有", "为", "由", "通过", "共享", "依托", "推进", "实施", "开展", "上线", "统筹"}
)
_JOINER = frozenset("、和与及")
_INSIDE = frozenset("njlbis")


def find_names(sentence: str) -> list[Value]:
    """Return agencies, places and persons, and lists of them, as values."""
    return [
        Value(ValueKind.ORGANISATION, span, span, noun=_after(sentence, span.end))
        for span in _joined(sentence, list(_single(sentence)))
    ]


def find_phrases(sentence: str, noun: str) -> list[Value]:
    """Return the noun phrases that end with `noun`: 资源共享交换平台 for 平台."""
    found = []
    for match in re.finditer(re.escape(noun), sentence):
        start = _phrase_start(sentence, match.start())
        if start < match.start():
            span = Span(start, match.end())
            found.append(Value(ValueKind.ORGANISATION, span, span))
    return found


def find_objects(sentence: str, verb: str) -> list[Value]:
    """Return what stands after `verb` up to the end of its clause: 涉及|综窗改革、智慧城市建设."""
    found = []
    for match in re.finditer(rf"{re.escape(verb)}[了到至为着过]?[：:]?", sentence):
        end = _CLAUSE_END.search(sentence, match.end())
        span = Span(match.end(), end.start() if end else len(sentence))
        text = span.of(sentence).rstrip("的")
        if 2 <= len(text) <= _LONGEST_OBJECT:
            span = Span(span.start, span.start + len(text))
            found.append(Value(ValueKind.LIST, span, span))
    return found


def find_enumerations(sentence: str, noun: str, unit: str) -> list[Value]:
    """Return lists summed up by a number or by 等: 市、镇、村三级, or what 等项目 ends."""
    ends = [rf"[两二三四五六七八九十\d]+{unit}"] if unit else []
    ends += [rf"(?=等{re.escape(noun)})"] if noun else []
    found = []
    for end in ends:
        for match in re.finditer(
            rf"(?:[^，。；：！？、\n]{{1,30}}、)+[^，。；：！？、\n]{{1,30}}?{end}", sentence
        ):
            lead = _LEAD.match(match[0])
            span = Span(match.start() + (lead.end() if lead else 0), match.end())
            found.append(Value(ValueKind.LIST, span, span))
    return found


def _phrase_start(sentence: str, end: int) -> int:
    """Return where the noun phrase up to `end` begins, names in marks and brackets included."""
    start = _words_back(sentence, end)
    while (marked := _MARKED.search(sentence[:start])) is not None:
        start = _words_back(sentence, marked.start())
    return start


def _words_back(sentence: str, end: int) -> int:
    start = end
    for word, tag in reversed(rjieba.tag(sentence[:end])):
        inside = tag[0] in _INSIDE or tag in {"vn", "nr", "eng", "m", "q", "f", "v", "a"}
        if not inside or not re.match(r"[\u4e00-\u9fffA-Za-z0-9]", word) or word in _LINKING:
            break
        start -= len(word)
    return start


def _single(sentence: str) -> Iterator[Span]:
    offset, start, end = 0, -1, -1
    for word, tag in rjieba.tag(sentence):
        inside = (tag[0] in _INSIDE or tag in {"vn", "nr", "f"}) and bool(
            re.match(r"[\u4e00-\u9fffA-Za-z（]", word)
        )
        if inside and start < 0:
            start = offset
        if inside and (_AGENCY.search(word) or _PLACE.search(word) or tag == "nt"):
            end = offset + len(word)
        if inside and tag == "nr" and 2 <= len(word) <= 4 and start == offset:
            end = offset + len(word)
        if not inside:
            if start >= 0 and end > start + 1:
                yield Span(start, end)
            start = end = -1
        offset += len(word)
    if start >= 0 and end > start + 1:
        yield Span(start, end)


def _joined(sentence: str, spans: list[Span]) -> Iterator[Span]:
    pending: Span | None = None
    for span in spans:
        if pending is not None and sentence[pending.end : span.start] in _JOINER:
            pending = Span(pending.start, span.end)
            continue
        if pending is not None:
            yield pending
        pending = span
    if pending is not None:
        yield pending


def _after(sentence: str, offset: int) -> str:
    match = re.match(r"[\u4e00-\u9fff]{0,8}", sentence[offset:])
    return match[0] if match else ""
