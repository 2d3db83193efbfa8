"""Answer questions that name an article, or ask which one it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.document import Span
from service.answering import compose, scope
from service.answering.answer import Answer, Citation, Outcome, Reason
from service.answering.answers.siblings import latest
from service.answering.case import Case, Said
from service.answering.reading.reader import Reading
from service.answering.reading.sentences import QUOTE_LIMIT, sentence_spans
from service.answering.understanding.asks import TOLD_BY_PASSAGES
from service.answering.verify import unsupported

_ASKS_WHICH = re.compile(r"第几条|哪一?条(?!例)|which article")
_ARTICLE = re.compile(r"第.{1,12}?条(?:之.)?")
_SURE = 0.95


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
    document = case.document(latest(titled))
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
    """Answer 第几条 with the article that the best passage stands in."""
    best = next((reading for reading in readings if not reading.objections), None)
    if best is None:
        return None
    calibration = case.means.calibration
    confidence = calibration.of_passage(best.evidence)
    citation = case.cite(best)
    article = _ARTICLE.match(citation.locator)
    if article is None or confidence < calibration.passage_threshold:
        return None
    script = compose.fact_script("规定", article[0], citation.title, english=case.inquiry.english)
    if unsupported(article[0], script, [citation]):
        return None
    return case.answered(Outcome.ANSWERED, confidence, [citation], Said(article[0], script))


def _trimmed(text: str, span: Span) -> Span:
    stripped = span.of(text).strip()
    start = text.index(stripped, span.start)
    return Span(start, start + len(stripped))
