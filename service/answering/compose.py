"""Put an answer into words for the ear: the answer, the date it holds for, a source to say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.document import Document, Span
from service.answering.reading.identity import LEGISLATION
from service.answering.reading.reader import Reading
from service.answering.understanding.language import is_english
from service.answering.verify import spoken_dates

_CLAUSE_END = "，；。！？\n"
_ENUMERATION = re.compile(
    r"^(?:第[一二三四五六七八九十百千零]+条(?:之.)?\s*|[一二三四五六七八九十]+是|（[一二三四五六七八九十\d]+）|\d+[.．、](?!\d))\s*"
)
_NOW = re.compile(r"(?:截至)?目前，?|今年以来，?|现阶段，?|近年来，?")
_DATED = re.compile(r"截(?:至|止)[^，。；]{2,16}(?:年|月|日|底|末)")
_SPACES = re.compile(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])")
_SOURCE = re.compile(r"来源是[^。]*。$")
_ANY_SOURCE = re.compile(r"(?:来源是[^。]*。|(?<=\.) Source: [^.]*\.)$")
WITHOUT_BASIS = "其余所问没有找到依据，需要核实后再答复。"
_FEW, _FIRST = 5, 3  # items read aloud: so many, or the first so many of more
_LISTENED_TO = 200  # characters
_TAKES_BACK = re.compile(r"\s*(?:但|不过|然而|前[款一二两三]|本条)")
_LONGEST_PROVISO = 100  # characters; a longer one is read from the quote
_LONG_ENOUGH = 12  # a clause shorter than this says too little on its own


def script_for(reading: Reading, *, english: bool, title: str | None = None) -> str:
    """Write what an agent reads aloud for a reading."""
    document = reading.sentence.document
    answer = spoken(reading.stated, document)
    source = title or document.metadata.title
    if english:
        return f"{answer}{_as_of_english(reading)}. Source: {source}."
    clause = spoken(_clause(reading), document)
    said = f"{answer}。" if answer not in clause or len(answer) < len(clause) else ""
    return f"{said}{_as_of(reading, clause)}{clause}。来源是{source}。"


def fact_script(label: str, value: str, title: str, *, english: bool) -> str:
    """Write what an agent reads aloud for a fact about a document."""
    if english:
        return f"{value}. Source: {title}."
    return f"{value}。这是{title}的{label}。"


def computed_script(value: str, formula: str, reading: Reading, *, english: bool) -> str:
    """Write what an agent reads aloud for a computed answer, its formula said out."""
    source = reading.sentence.document.metadata.title
    if english:
        return f"{value}, computed: {formula}{_as_of_english(reading)}. Source: {source}."
    dated = _as_of(reading, "")
    return f"{value}。{dated}由原文数字计算得出：{formula}。来源是{source}。"


def list_script(
    head: str, items: Sequence[str], document: Document, locator: str
) -> tuple[str, tuple[str, ...]]:
    """Write what an agent reads aloud for a list, and what is counted in it.

    Of a long list it says how many there are, and reads the first.
    """
    said = [spoken(item, document) for item in items]
    lead = spoken(head, document)
    source = f"来源是{document.metadata.title}{_SPACES.sub('', locator)}。"
    if len(said) == 1:
        return f"{lead}：{said[0]}。{source}", ()
    read = _read_aloud(said)
    if read == len(said):
        return f"{lead}：{'；'.join(said)}。{source}", ()
    counted = (f"{len(said)}项", f"{read}项", f"{len(said) - read}项")
    first = "；".join(said[:read])
    return (
        f"{lead}，共{counted[0]}，前{counted[1]}是：{first}。其余{counted[2]}见依据。{source}",
        counted,
    )


def _read_aloud(items: Sequence[str]) -> int:
    """Return how many items one can listen to: all of a short list, else the first."""
    if len(items) <= _FEW and sum(map(len, items)) <= _LISTENED_TO:
        return len(items)
    length = 0
    for index, item in enumerate(items[:_FIRST]):
        length += len(item)
        if length > _LISTENED_TO and index:
            return index
    return min(_FIRST, len(items) - 1)


def with_proviso(script: str, quotes: Sequence[str]) -> str:
    """Add to a script what takes back part of it, in front of the source."""
    source = _SOURCE.search(script)
    provisos = [one for one in quotes if _TAKES_BACK.match(one) and len(one) <= _LONGEST_PROVISO]
    if source is None or not provisos:
        return script
    said = "".join(f"{one.strip('。；， ')}。" for one in provisos)
    return f"{script[: source.start()]}{said}{source[0]}"


def said_in_turn(scripts: Sequence[str]) -> list[str]:
    """Return scripts to be read one after another, a source they share named once, at the end."""
    ends = [match[0] if (match := _ANY_SOURCE.search(script)) else "" for script in scripts]
    return [
        script.removesuffix(end) if end and end == following else script
        for script, end, following in zip(scripts, ends, [*ends[1:], ""], strict=True)
    ]


def without_basis(question: str) -> str:
    """Say of a part of a question that there is no answer to it."""
    if is_english(question):
        return f"No basis was found for: {question.strip('?. ')}. It has to be checked first."
    return f"至于{question.strip('？?。 ')}，没有找到依据，需要核实后再答复。"


def spoken(text: str, document: Document) -> str:
    """Return text as said to a caller: no line breaks, 我市 and 我局 named, 目前 left out."""
    metadata = document.metadata
    text = _SPACES.sub("", text.strip())
    text = _NOW.sub("", _ENUMERATION.sub("", text))
    if metadata.region:
        text = re.sub(r"我[市县区省镇]", metadata.region, text)
        text = re.sub(r"(?<![\u4e00-\u9fff])全([市县区省镇])", rf"{metadata.region}全\1", text)
    if metadata.issuer:
        text = re.sub(r"我[局委办厅院部中心]", metadata.issuer, text)
    return text.strip("，；。：、 ")


def _clause(reading: Reading) -> str:
    sentence, answer = reading.sentence, reading.answer or reading.sentence.span
    text = sentence.document.text
    start = answer.start
    while start > sentence.span.start and text[start - 1] not in _CLAUSE_END:
        start -= 1
    end = answer.end
    while end < sentence.span.end and text[end] not in _CLAUSE_END:
        end += 1
    if answer.start - start + end - answer.end < _LONG_ENOUGH:
        start = _one_clause_back(text, start, sentence.span)
    return text[start:end]


def _one_clause_back(text: str, start: int, span: Span) -> int:
    position = start - 1
    while position > span.start and text[position - 1] not in _CLAUSE_END:
        position -= 1
    return max(position, span.start)


def _as_of(reading: Reading, clause: str) -> str:
    metadata = reading.sentence.document.metadata
    if metadata.kind in LEGISLATION or (reading.value and reading.value.kind.value == "date"):
        return ""
    if _DATED.search(clause):
        return ""
    before = reading.sentence.document.text[
        reading.sentence.span.start : (reading.answer or reading.sentence.span).start
    ]
    own = _DATED.findall(before)
    if own:
        return f"{_SPACES.sub('', own[-1])}，"
    return f"截至{spoken_dates(metadata.issued_on)[0]}，" if metadata.issued_on else ""


def _as_of_english(reading: Reading) -> str:
    metadata = reading.sentence.document.metadata
    if metadata.kind in LEGISLATION or metadata.issued_on is None:
        return ""
    return f", as of {spoken_dates(metadata.issued_on)[1]}"
