"""Answer questions that name an article, or ask which one it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.document import SectionKind, Span
from service.answering import compose, scope
from service.answering.answer import Answer, Citation, Outcome, Reason
from service.answering.answers.siblings import of_one_name
from service.answering.case import Case, Said
from service.answering.reading.reader import Reading
from service.answering.reading.sentences import QUOTE_LIMIT, sentence_spans
from service.answering.scope import Candidate
from service.answering.understanding.asks import TOLD_BY_PASSAGES
from service.answering.understanding.terms import bare, chinese_terms
from service.answering.verify import unsupported

_ASKS_WHICH = re.compile(r"第几条|哪一?条(?!例)|which article")
_ARTICLE = re.compile(r"第.{1,12}?条(?:之.)?")
_SURE = 0.95
_ALONE = 0.8  # no other article of the law has the words


def asks_which_article(wording: str) -> bool:
    """Say whether the answer is the number of an article."""
    return _ASKS_WHICH.search(wording) is not None


def answer_article(case: Case) -> Answer | None:
    """Show the article that the question names by law and number; None if it asks for more."""
    if case.inquiry.limits.article is None or case.inquiry.asks not in TOLD_BY_PASSAGES:
        return None
    titled = scope.named_by_title(case.inquiry, case.candidates)
    if not titled:
        return None
    one = of_one_name(titled, case.means.region)
    if one is None:
        return case.refused(Reason.TOO_VAGUE)
    document = case.document(one)
    for section in document.root.walk():
        if section.label == case.inquiry.limits.article:
            span = section.span
            if len(span) > QUOTE_LIMIT:
                span = next(iter(sentence_spans(document.text, span)), span)
            span = _trimmed(document.text, span)
            citation = Citation.of(document, span, case.filter_.as_of, case.means.public_url)
            return case.answered(Outcome.PASSAGES, _SURE, [citation])
    return case.refused(Reason.NO_BASIS)


def answer_which_article(case: Case, readings: Sequence[Reading]) -> Answer | None:
    """Answer 第几条 with the one article that has the words, or that of the best passage."""
    found = _only_article(case)
    if found is not None:
        return _numbered(case, found, _ALONE)
    best = next((reading for reading in readings if not reading.objections), None)
    if best is None:
        return None
    calibration = case.means.calibration
    confidence = calibration.of_passage(best.evidence)
    if confidence < calibration.passage_threshold:
        return None
    return _numbered(case, case.cite(best), confidence)


def _numbered(case: Case, citation: Citation, confidence: float) -> Answer | None:
    article = _ARTICLE.match(citation.locator)
    if article is None:
        return None
    script = compose.fact_script("规定", article[0], citation.title, english=case.inquiry.english)
    if unsupported(article[0], script, [citation]):
        return None
    return case.answered(Outcome.ANSWERED, confidence, [citation], Said(article[0], script))


def _only_article(case: Case) -> Citation | None:
    """Cite the article of the law named in the question that alone has all words asked about."""
    titled = scope.named_by_title(case.inquiry, case.candidates)
    one = of_one_name(titled, case.means.region) if titled else None
    if one is None or case.inquiry.english:
        return None
    document = case.document(one)
    words = _words_beside(one, case)
    holding = [
        section
        for section in document.root.walk()
        if section.kind is SectionKind.ARTICLE
        if _held(words, section.span.of(document.text)) == len(words)
    ]
    if not words or len(holding) != 1:
        return None
    spans = sentence_spans(document.text, holding[0].span)
    fullest = max(spans, key=lambda span: _held(words, span.of(document.text)))
    return Citation.of(document, fullest, case.filter_.as_of, case.means.public_url)


def _words_beside(law: Candidate, case: Case) -> list[str]:
    """Return the words of the question that are neither the law's name nor mere asking."""
    named = scope.name_of(law.metadata.title)
    wording = bare(case.inquiry.wording).replace(named, "，")
    wording = wording.replace(scope.without_place(named, law.metadata.region), "，")
    wording = _ASKS_WHICH.sub("，", wording)
    terms = chinese_terms(wording, case.means.lexicon)
    return [term.text for term in terms if len(term.text) > 1]


def _held(words: Sequence[str], text: str) -> int:
    said = bare(text)
    return sum(word in said for word in words)


def _trimmed(text: str, span: Span) -> Span:
    stripped = span.of(text).strip()
    start = text.index(stripped, span.start)
    return Span(start, start + len(stripped))
