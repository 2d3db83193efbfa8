"""Answer with passages, where no one span is the answer; or refuse, showing what came nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.document import Span
from service.answering.answer import Answer, Citation, Outcome, Reason
from service.answering.case import Case, proviso_notices
from service.answering.reading.reader import Reading, is_part_of

_SHOWN = 3
_AS_RELEVANT = 0.15  # passages this close in score to the first are shown beside it
_WORTH_SHOWING = 0.4  # share of the question's weight
_IN_SCOPE = 0.3
_RELEVANT = 0.0  # log-odds of the trained reader: it sees the sense where no word is shared


def answer_passages(case: Case, readings: Sequence[Reading]) -> Answer | None:
    """Show the passages that answer; None where the best is not sure enough."""
    calibration = case.means.calibration
    confidence = calibration.of_passage(readings[0].evidence)
    if confidence < calibration.passage_threshold:
        return None
    sound = [reading for reading in readings if not reading.objections]
    shown: list[Reading] = []
    for reading in sound:
        relevant = sound[0].score - reading.score < _AS_RELEVANT
        if relevant and not any(is_part_of(reading, other) for other in shown):
            shown.append(reading)
    shown = shown[:_SHOWN]
    citations = [case.cite(reading) for reading in shown]
    beside = [one for one in case.cited_with(citations[0]) if one not in citations]
    given = case.answered(Outcome.PASSAGES, confidence, [*citations, *beside])
    return replace(given, notices=(*given.notices, *proviso_notices(beside)))


def refuse(case: Case, readings: Sequence[Reading]) -> Answer:
    """Refuse for want of a basis, or as out of scope where nothing came near."""
    near = sorted(readings, key=lambda reading: -reading.score)
    nearest: dict[Span, Citation] = {}
    for reading in near[: 2 * _SHOWN]:
        if _speaks_of_it(reading, _WORTH_SHOWING):
            citation = case.cite(reading)
            nearest.setdefault(Span(citation.start, citation.end), citation)
    known = bool(near) and _speaks_of_it(near[0], _IN_SCOPE)
    reason = Reason.NO_BASIS if known else Reason.OUT_OF_SCOPE
    return case.refused(reason, list(nearest.values())[:_SHOWN])


def _speaks_of_it(reading: Reading, least: float) -> bool:
    """Say whether a passage shares this much of the question's words, or its sense."""
    evidence = reading.evidence
    if evidence.trained is not None and evidence.trained.relevance >= _RELEVANT:
        return True
    return evidence.share >= least
