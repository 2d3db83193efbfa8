"""Answer with what follows from several stated values, each of them quoted."""

from __future__ import annotations

from service.answering import compose
from service.answering.answer import Answer, Citation, Outcome
from service.answering.case import Case, Said
from service.answering.reading.arithmetic import compute
from service.answering.reading.reader import joint_evidence
from service.answering.reading.rule_reader import RuleReader
from service.answering.reading.sentences import quote_span
from service.answering.verify import unsupported


def answer_computed(case: Case) -> Answer | None:
    """Work out a sum, difference, remainder or share; None where it is not asked or not sure."""
    computation = compute(case.inquiry, case.hits, RuleReader())
    if computation is None:
        return None
    calibration = case.means.calibration
    operands = computation.operands
    confidence = calibration.of_value(joint_evidence(operands))
    if confidence < calibration.answer_threshold:
        return None
    spans = dict.fromkeys(
        (operand.sentence.document.id, quote_span(operand.sentence, operand.answer))
        for operand in operands
    )
    document = operands[0].sentence.document
    citations = [
        Citation.of(document, span, case.filter_.as_of, case.means.public_url) for _, span in spans
    ]
    script = compose.computed_script(
        computation.value, computation.formula, operands[0], english=case.inquiry.english
    )
    follows = (computation.value, computation.formula)
    if unsupported(computation.value, script, citations, follows):
        return None
    return case.answered(Outcome.COMPUTED, confidence, citations, Said(computation.value, script))
