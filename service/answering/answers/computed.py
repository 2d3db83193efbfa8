"""Answer with what follows from several stated values, each of them quoted."""

from __future__ import annotations

from collections.abc import Sequence

from service.answering import compose
from service.answering.answer import Answer, Citation, Outcome
from service.answering.case import Case, Said
from service.answering.confidence import probability
from service.answering.reading.arithmetic import compute
from service.answering.reading.reader import Reading, joint_evidence
from service.answering.reading.rule_reader import RuleReader
from service.answering.reading.sentences import quote_span
from service.answering.verify import unsupported


def answer_computed(case: Case) -> Answer | None:
    """Work out a sum, difference, remainder or share; None where it is not asked or not sure."""
    computation = compute(case.inquiry, case.hits, RuleReader())
    if computation is None:
        return None
    operands = computation.operands
    confidence = _confidence(case, operands)
    if confidence < case.means.calibration.answer_threshold:
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


def _confidence(case: Case, operands: Sequence[Reading]) -> float:
    """Return how sure the rules are; where they are not, a trained reader has half the say."""
    calibration = case.means.calibration
    ruled = calibration.of_value(joint_evidence(operands))
    if ruled >= calibration.answer_threshold:
        return ruled
    trained = joint_evidence(case.means.reader.judged(case.inquiry, operands)).trained
    if trained is None:
        return ruled
    return (ruled + probability(trained.answerability)) / 2
