"""Read by rules: the sentence by what the question is about, the span by what it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.document import Document, Hit, Span
from service.answering.reading.identity import LEGISLATION, identity
from service.answering.reading.names import (
    find_enumerations,
    find_names,
    find_objects,
    find_phrases,
)
from service.answering.reading.objections import objections
from service.answering.reading.reader import Evidence, Reading, with_margins
from service.answering.reading.sentences import Sentence, sentences
from service.answering.reading.values import Value, ValueKind, find_values
from service.answering.understanding.asks import Asks
from service.answering.understanding.places import stem
from service.answering.understanding.question import Inquiry
from service.answering.understanding.terms import Coverage, Term, bare, coverage, presence

_KINDS: dict[Asks, frozenset[ValueKind]] = {
    Asks.COUNT: frozenset({ValueKind.COUNT}),
    Asks.MONEY: frozenset({ValueKind.MONEY}),
    Asks.RATE: frozenset({ValueKind.RATE}),
    Asks.PERIOD: frozenset({ValueKind.PERIOD}),
    Asks.DATE: frozenset({ValueKind.DATE}),
    Asks.PHONE: frozenset({ValueKind.PHONE}),
    Asks.ADDRESS: frozenset({ValueKind.ADDRESS}),
    Asks.WHO: frozenset({ValueKind.ORGANISATION}),
    Asks.WHICH: frozenset(
        {ValueKind.TITLE, ValueKind.NAME, ValueKind.ORGANISATION, ValueKind.LIST}
    ),
}
_NUMERIC = frozenset({ValueKind.COUNT, ValueKind.MONEY, ValueKind.RATE, ValueKind.PERIOD})
_CASES = frozenset({"个", "件", "宗", "条", "项", "起", "单", "例", "次", "份", "篇"})
_DEVICES = frozenset({"台", "部", "个", "套", "架"})
_PEOPLE = frozenset({"人", "名", "位", "个", "员"})
_FAMILIES = (_CASES, _DEVICES, _PEOPLE, frozenset({"家", "个", "户"}), frozenset({"天", "日"}))

# How much a word in each place says about a value, from the value's own words outwards.
_OWN, _STEP, _FLOOR, _AFTERWARDS, _FOLLOWING = 1.0, 0.04, 0.8, 0.35, 0.85
_BEFORE, _HEADINGS, _TITLE = 0.6, 0.8, 0.8
_OTHER_PART = 0.7  # what stands before a semicolon is said of something else, as often as not
_SURELY = 0.85  # presence from which a word is there, or its synonym
_RIVALRY = 0.15  # what a value loses whose neighbour is the one the words stand with
_HEADED = 0.95  # a passage is about what its heading says
_PLACE_NOUN = re.compile(r"(?:区|市|县|镇|省|地方|城市|地区|村)$")
_VAGUE_NOUNS = frozenset({"内容", "方面", "问题", "事情", "东西", "工作", "情况", "地方", "方式"})
_PER_SENTENCE = 40  # sentences read closely


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a sentence that belongs to one value, and the contexts round it."""

    own: str
    contexts: tuple[tuple[str, float], ...]


class RuleReader:
    """Reads without a model. Implements `Reader`."""

    def read(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        """Return readings, best first: values where a value is asked for, else sentences."""
        found = sentences(hits)
        ranked = sorted(
            found, key=lambda sentence: -self._relevance(inquiry.terms, sentence).share
        )[:_PER_SENTENCE]
        readings: list[Reading] = []
        for sentence in ranked:
            readings += self._values(inquiry, sentence)
        if not readings or inquiry.asks is Asks.PASSAGE:
            readings = [self.weigh(inquiry, sentence) for sentence in ranked]
        readings.sort(key=lambda reading: (bool(reading.objections), -reading.score))
        return list(with_margins(readings))

    def passages(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        """Return whole sentences by relevance."""
        found = [self.weigh(inquiry, sentence) for sentence in sentences(hits)]
        found.sort(key=lambda reading: (bool(reading.objections), -reading.score))
        return list(with_margins(found))

    def judged(self, inquiry: Inquiry, readings: Sequence[Reading]) -> list[Reading]:
        """Return the readings as they are: rules have said of them what they can."""
        del inquiry
        return list(readings)

    def _relevance(self, terms: Sequence[Term], sentence: Sentence) -> Coverage:
        return coverage(terms, ((bare(sentence.text), 1.0), *_surroundings(sentence)))

    def weigh(self, inquiry: Inquiry, sentence: Sentence) -> Reading:
        """Return the reading of a whole sentence."""
        headed = ((bare(sentence.headings), _HEADED),)
        contexts = ((bare(sentence.text), 1.0), *_surroundings(sentence), *headed)
        covered = coverage(_terms_for(inquiry, sentence), contexts)
        hit = sentence.hit
        evidence = Evidence(
            covered.share,
            covered.lacking,
            0.5,
            hit.words,
            hit.vectors,
            specificity=_specificity(inquiry),
        )
        against = objections(inquiry, sentence, sentence.before + sentence.text, planned=False)
        return Reading(
            sentence,
            None,
            None,
            _score(evidence, hit) + _echo(inquiry, sentence.text),
            evidence,
            against,
        )

    def _values(self, inquiry: Inquiry, sentence: Sentence) -> Iterator[Reading]:
        kinds = _KINDS.get(inquiry.asks, frozenset())
        text = sentence.text
        values = [value for value in _values_of(text, inquiry) if value.kind in kinds]
        if inquiry.asks in {Asks.WHICH, Asks.WHO}:
            values = [value for value in values if _is_news(value.span.of(text), inquiry)]
        terms = _terms_for(inquiry, sentence)
        windows = [
            _window(sentence, value, [other for other in values if other.kind is value.kind])
            for value in values
        ]
        outdone = _outdone(terms, [window.own for window in windows])
        for position, (value, window) in enumerate(zip(values, windows, strict=True)):
            covered = coverage(terms, window.contexts)
            fit = _fit(inquiry, value, window.own, text)
            hit = sentence.hit
            evidence = Evidence(
                covered.share,
                covered.lacking,
                fit,
                hit.words,
                hit.vectors,
                specificity=_specificity(inquiry),
                named=float(inquiry.asks in {Asks.WHICH, Asks.WHO}),
            )
            span = Span(
                sentence.span.start + value.span.start, sentence.span.start + value.span.end
            )
            against = objections(inquiry, sentence, window.own, planned=value.planned)
            yield Reading(
                sentence,
                _with_noun(inquiry, sentence, value, span),
                value,
                _score(evidence, hit)
                + _echo(inquiry, text)
                - _RIVALRY * outdone[position]
                - 0.001 * position,
                evidence,
                against,
            )


def _terms_for(inquiry: Inquiry, sentence: Sentence) -> Sequence[Term]:
    """Return the words to cover.

    A law holds everywhere and need not name the place asked about, but one that does not is the
    less likely to be what was meant.
    """
    if sentence.document.metadata.kind not in LEGISLATION:
        return inquiry.terms
    return (*inquiry.terms, *(Term(stem(bare(place)), 1.0) for place in inquiry.limits.places))


def _values_of(text: str, inquiry: Inquiry) -> Iterable[Value]:
    request = inquiry.request
    if request.kind is Asks.WHO and not _PLACE_NOUN.search(request.noun):
        return find_names(text)
    if request.kind not in {Asks.WHICH, Asks.WHO}:
        return find_values(text)
    if _PLACE_NOUN.search(request.noun):
        return _places_named(text, inquiry)
    quoted = [v for v in find_values(text) if v.kind in {ValueKind.TITLE, ValueKind.NAME}]
    named = len(request.noun) > 1 and request.noun not in _VAGUE_NOUNS
    phrases = find_phrases(text, request.noun) if named else []
    listed = find_enumerations(text, request.noun, request.unit)
    objects = find_objects(text, request.verb) if request.verb else []
    return [*_merge_neighbours(text, quoted), *phrases, *listed, *objects]


def _places_named(text: str, inquiry: Inquiry) -> Iterator[Value]:
    """Yield the single places of the kind asked for (哪个区) that the question does not name."""
    noun = inquiry.request.noun[-1]
    for match in re.finditer(
        rf"(?<=[^\u4e00-\u9fff]|[与和同在由对赴到])[\u4e00-\u9fff]{{2,9}}?{noun}", text
    ):
        span = Span(*match.span())
        if not any(place in match[0] for place in inquiry.limits.places):
            yield Value(ValueKind.ORGANISATION, span, span)


def _is_news(stated: str, inquiry: Inquiry) -> bool:
    """Say whether an answer tells more than the question did: 跨城通办 does not, asked about it."""
    plain = bare(stated)
    for term in sorted(inquiry.terms, key=lambda term: -len(term.text)):
        plain = plain.replace(term.text, "")
    news = len(plain) >= max(2, 0.4 * len(bare(stated)))
    return news and bare(stated) not in bare(inquiry.wording)


def _merge_neighbours(text: str, values: list[Value]) -> list[Value]:
    """Join 《桥》、《1921》 into one answer: asked which, both were meant."""
    merged: list[Value] = []
    for value in values:
        if merged and value.span.start < merged[-1].span.end:
            continue  # a name inside a title is not asked for on its own
        if merged and text[merged[-1].span.end : value.span.start] in {"", "、", "和", "与", "及"}:
            span = Span(merged[-1].span.start, value.span.end)
            merged[-1] = replace(merged[-1], span=span, core=span, noun=value.noun)
        else:
            merged.append(value)
    return merged


def _surroundings(sentence: Sentence) -> tuple[tuple[str, float], ...]:
    return (
        (bare(sentence.before), _BEFORE),
        (bare(sentence.headings), _HEADINGS),
        (identity(sentence.document.metadata), _TITLE),
    )


def _window(sentence: Sentence, value: Value, rivals: Sequence[Value]) -> _Window:
    text = sentence.text
    index = rivals.index(value)
    dated = value.kind is ValueKind.DATE
    previous = rivals[index - 1].span.end if index else 0
    following = rivals[index + 1].span.start if index + 1 < len(rivals) else len(text)
    apart = ""
    if dated:  # what a date dates comes after it as often as before
        own = text[_clause_start(text, value.span.start) : following]
    else:
        begin = max(previous, text.rfind("；", 0, value.span.start) + 1)
        own = text[begin : _noun_end(text, value.span.end, following)]
        apart = text[previous:begin]
    contexts = [(bare(own), _OWN), (bare(apart), _OTHER_PART)]
    end = previous
    for step, rival in enumerate(reversed(rivals[:index]), 1):
        start = rivals[index - step - 1].span.end if index - step else 0
        cut = max(start, min(end, text.rfind("；", start, value.span.start) + 1))
        contexts.append((bare(text[cut:end]), max(_FLOOR, _OWN - _STEP * step)))
        contexts.append((bare(text[start:cut]), _OTHER_PART))
        end = rival.span.start
    # What follows a value may well belong to it, unless it leads up to the next one.
    stop = text.find("；", value.span.end)
    free = index + 1 == len(rivals) or 0 <= stop < following
    rest = text[value.span.end : stop if 0 <= stop < following else following]
    contexts.append((bare(rest), _FOLLOWING if dated or free else _AFTERWARDS))
    whole = dated or value.kind not in _NUMERIC
    contexts.append((bare(text), _FOLLOWING if whole else _AFTERWARDS))
    return _Window(own, (*contexts, *_surroundings(sentence)))


def _outdone(terms: Sequence[Term], windows: Sequence[str]) -> list[float]:
    """Say of each value what share of the question stands with a neighbour, and none with it.

    Of 建议 1 件，提案 6 件 the words 人大代表建议 stand with the first; what is said before the
    first value of a sentence holds for all, unless the first alone has words of the question.
    """
    total = sum(term.weight for term in terms) or 1.0
    words = [term for term in terms if len(term.text) > 1]
    own = [
        {term.text: term.weight for term in words if presence(term, bare(window)) >= _SURELY}
        for window in windows
    ]
    shares = []
    for mine in own:
        lost = [
            sum(weight for text, weight in other.items() if text not in mine)
            for other in own
            if not mine.keys() - other.keys()
        ]
        shares.append(max(lost, default=0.0) / total)
    return shares


def _clause_start(text: str, offset: int) -> int:
    return max(text.rfind(mark, 0, offset) for mark in "。；，") + 1


def _noun_end(text: str, start: int, limit: int) -> int:
    """Reach to the end of the clause, over a quoted name that names what is counted."""
    match = re.compile(r"(?:\s?[“《][^”》]{1,30}[”》])?[^，。；、！？“《\n]*").match(
        text, start, limit
    )
    return match.end() if match else start


def _fit(inquiry: Inquiry, value: Value, own: str, text: str) -> float:
    """Say how well a value is of the kind asked for: 1 when unit and noun are the ones named."""
    if inquiry.asks in {Asks.WHICH, Asks.WHO}:
        return _name_fit(inquiry, value, text)
    unit = 0.75
    if inquiry.request.unit and value.unit:
        unit = _unit_fit(inquiry.request.unit, value.unit)
    if inquiry.asks is Asks.RATE and inquiry.request.noun:
        return unit * (1.0 if _names_rate(inquiry, own) else 0.3)
    if not inquiry.request.noun or inquiry.asks is not Asks.COUNT:
        return unit
    return unit * _noun_fit(inquiry, value, own)


def _noun_fit(inquiry: Inquiry, value: Value, own: str) -> float:
    """Say whether what is counted is what was asked: 事项 in 56 个事项, not 专窗 before it."""
    noun = Term(inquiry.request.noun, 1.0, _synonyms(inquiry, inquiry.request.noun))
    after = bare(value.noun)
    fit = presence(noun, after)
    if after and not value.noun.startswith(("的", "以", "内", "左右", "，")):
        clause = bare(re.split(r"[，；。：]", own[: len(own) - len(value.noun)])[-1])
        return max(fit, 0.6 * presence(noun, clause), 0.15)
    return max(fit, presence(noun, bare(own)), 0.4)


def _names_rate(inquiry: Inquiry, own: str) -> bool:
    """Say whether a value is the rate asked for: 办结率, or a word for 办结 with 率."""
    stem = inquiry.request.noun[:-1]
    words = [stem, *_synonyms(inquiry, stem), *_synonyms(inquiry, inquiry.request.noun)]
    text = bare(own)
    return any(presence(Term(word, 1.0), text) >= 0.85 for word in words)


def _synonyms(inquiry: Inquiry, noun: str) -> tuple[str, ...]:
    return next((term.alternatives for term in inquiry.terms if term.text == noun), ())


def _unit_fit(asked: str, stated: str) -> float:
    if asked == stated or asked in stated or stated in asked:
        return 1.0
    return 0.8 if any({asked, stated} <= family for family in _FAMILIES) else 0.25


def _name_fit(inquiry: Inquiry, value: Value, text: str) -> float:
    """Say whether the noun asked for (哪个小程序) stands beside the name, or in it."""
    if value.kind is ValueKind.LIST:
        return 0.8
    if not inquiry.request.noun:
        return 0.5
    noun = Term(inquiry.request.noun, 1.0, _synonyms(inquiry, inquiry.request.noun))
    before = bare(text[max(0, value.span.start - 12) : value.span.start])
    after = bare(text[value.span.end : value.span.end + 10])
    inside = bare(value.span.of(text))
    beside = max((presence(term, after) for term in inquiry.terms), default=0.0)
    return max(
        presence(noun, inside),
        presence(noun, after),
        0.9 * presence(noun, before),
        0.7 * beside if inquiry.asks is Asks.WHICH else 0.0,
        0.2,
    )


def _with_noun(inquiry: Inquiry, sentence: Sentence, value: Value, span: Span) -> Span:
    """Take what is counted into the answer: 56 个事项, not 56 个."""
    if value.kind is not ValueKind.COUNT or not value.noun:
        return span
    text = sentence.document.text
    rest = text[span.end : sentence.span.end]
    quoted = re.match(r"\s?[“《][^”》]{1,20}[”》](?:主题|活动|系统|平台|事项|工程|项目)?", rest)
    if quoted and not value.span.of(sentence.text).endswith(("内", "上", "下")):
        return Span(span.start, span.end + quoted.end()) if value.planned else span
    for length in (4, 3, 2):
        noun = value.noun[:length]
        if bare(noun) and len(noun) == length and _names_counted(inquiry, noun):
            return Span(span.start, span.end + rest.index(noun[0]) + length)
    return span


def _names_counted(inquiry: Inquiry, noun: str) -> bool:
    if noun == inquiry.request.noun:
        return True
    return any(noun == term.text or noun in term.alternatives for term in inquiry.terms)


def _specificity(inquiry: Inquiry) -> float:
    limits = inquiry.limits
    fixed = len(limits.ordinals) + len(limits.titles) + len(limits.places)
    return sum(term.weight for term in inquiry.terms) + 0.5 * fixed


def _echo(inquiry: Inquiry, text: str) -> float:
    """Return a little for each pair of characters that the sentence repeats: it breaks ties."""
    asked, said = bare(inquiry.wording), bare(text)
    pairs = [asked[i : i + 2] for i in range(len(asked) - 1)]
    return 0.06 * sum(pair in said for pair in pairs) / max(1, len(pairs))


def _score(evidence: Evidence, hit: Hit) -> float:
    """Order readings: what is covered first, then fit, then what retrieval thought."""
    return (
        0.60 * evidence.share
        + 0.22 * evidence.fit
        - 0.10 * evidence.lacking
        + 0.08 * evidence.words
        + 0.10 * evidence.vectors
        + 0.02 * min(1.0, hit.score)
    )
