"""Answer what a document is: its 文号, who signed it, when it was issued."""

from __future__ import annotations

from index.document import Document, Span
from service.answering import compose, scope
from service.answering.answer import Answer, Citation, Outcome, Reason
from service.answering.answers.siblings import of_one_name, preferred
from service.answering.case import Case, Said
from service.answering.reading.document_facts import rendered_fact, stated_fact
from service.answering.reading.sentences import QUOTE_LIMIT, sentence_spans
from service.answering.understanding.facts import Fact
from service.answering.understanding.question import Inquiry

_NAMED, _CHOSEN, _PREFERRED = 0.95, 0.9, 0.75  # how sure it is that this document was meant
_SPEAKS_OF_ANOTHER = 0.55  # weight of a word that title and agency lack
_ALSO_IN_TEXT = frozenset(
    {
        Fact.ISSUED_ON,
        Fact.PRINTED_ON,
        Fact.EFFECTIVE_ON,
        Fact.ISSUER,
        Fact.DISCLOSURE,
        Fact.EXPIRES_ON,
    }
)
_LABELS = {
    Fact.DOCUMENT_NUMBER: "文号",
    Fact.SIGNER: "签发人",
    Fact.ISSUED_ON: "成文日期",
    Fact.PRINTED_ON: "印发日期",
    Fact.EFFECTIVE_ON: "施行日期",
    Fact.EXPIRES_ON: "失效日期",
    Fact.COPIED_TO: "抄送单位",
    Fact.RECIPIENTS: "主送单位",
    Fact.DISCLOSURE: "公开方式",
    Fact.ISSUER: "发文机关",
    Fact.TITLE: "标题",
}


def answer_fact(case: Case) -> Answer | None:
    """Answer from what the catalogue knows; None where the text itself may tell."""
    fact = case.inquiry.fact
    if fact is None:
        return None
    if case.inquiry.document_number is not None:
        named = scope.named_by_number(case.inquiry, case.candidates)
        if not named:
            return case.refused(Reason.NO_BASIS)
    else:
        named = scope.named_by_title(case.inquiry, case.candidates)
    if named:
        one = of_one_name(named, case.means.region)
        if one is None:
            return case.refused(Reason.TOO_VAGUE)
        return _stated(case, fact, case.document(one), _NAMED)
    return _of_document_described(case, fact)


def _of_document_described(case: Case, fact: Fact) -> Answer | None:
    """Answer for the document that the question's words, place and year fit best."""
    pointed = scope.pointed_at(case.inquiry, case.candidates)
    ranked = scope.about(
        case.inquiry,
        pointed or scope.of_kind(case.inquiry, case.candidates),
        lambda metadata: rendered_fact(metadata, fact) or "",
    )
    stating = [
        candidate
        for candidate, covered in ranked
        if (pointed or covered.lacking < _SPEAKS_OF_ANOTHER)
        and rendered_fact(candidate.metadata, fact)
    ]
    if not stating:  # 什么时候印发 may be asked of something the text tells of
        return None if fact in _ALSO_IN_TEXT else case.refused(Reason.NO_BASIS)
    rivals = [c for c in stating[1:] if _equally_meant(case.inquiry, c, stating[0])]
    if not rivals:
        return _stated(case, fact, case.document(stating[0]), _CHOSEN)
    chosen = preferred([stating[0], *rivals], case.means.region)
    if chosen is None:
        return case.refused(Reason.TOO_VAGUE)
    return _stated(case, fact, case.document(chosen), _PREFERRED)


def _stated(case: Case, fact: Fact, document: Document, confidence: float) -> Answer | None:
    stated = stated_fact(document, fact)
    if stated is None:
        return None
    value, span = stated
    value = _without(value, case.inquiry.limits.excepted)
    quote = _quoted(document, span)
    citation = Citation.of(document, quote, case.filter_.as_of, case.means.public_url)
    script = compose.fact_script(
        _LABELS[fact], value, document.metadata.title, english=case.inquiry.english
    )
    return case.answered(Outcome.ANSWERED, confidence, [citation], Said(value, script))


def _without(value: str, excepted: tuple[str, ...]) -> str:
    """Leave out of a list what the question already knows: 除了…，还抄送了谁."""
    named = value.split("、")
    others = [name for name in named if not any(phrase in name for phrase in excepted)]
    return "、".join(others) or value


def _quoted(document: Document, stated_at: Span | None) -> Span:
    """Return what to quote: where the fact is stated, else the title, else the beginning."""
    title = stated_fact(document, Fact.TITLE)
    where = stated_at or (title[1] if title else None) or Span(0, min(40, len(document.text)))
    sentence = next(iter(sentence_spans(document.text, where)), where)
    return sentence if len(sentence) <= QUOTE_LIMIT else where


def _equally_meant(inquiry: Inquiry, other: scope.Candidate, chosen: scope.Candidate) -> bool:
    scores = {
        candidate.id: covered.share for candidate, covered in scope.about(inquiry, [other, chosen])
    }
    return abs(scores.get(other.id, 0.0) - scores.get(chosen.id, 0.0)) < 0.05
