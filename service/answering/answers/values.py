"""Answer with a stated value, or show that documents disagree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.answering import compose
from service.answering.answer import Answer, Notice, Outcome
from service.answering.answers.siblings import preferred
from service.answering.case import Case, Said, proviso_notices
from service.answering.confidence import log_odds
from service.answering.reading.contradictions import contradict
from service.answering.reading.reader import Reading
from service.answering.scope import Candidate
from service.answering.understanding.asks import TYPED
from service.answering.understanding.terms import bare
from service.answering.verify import unsupported

_SAYS_NOTHING = re.compile(
    r"(?:有关|相关|其他|其它|上述|前款|必要的?|所需的?|一定的?)[\u4e00-\u9fff]{2,4}"
    r"|.*[；;]\s*（[一二三四五六七八九十]+）.*",
    re.DOTALL,
)
_AS_GOOD = 0.06  # readings this close in score are rivals
_AS_LIKELY = 1.5  # log-odds by which a model puts one before its rival; scores near one are close
_SIDES_SHOWN = 5
_AT_ODDS = "现行有效的文件说法不一，下面并列原文，请核实以哪一份为准再答复。"
_OF_SIBLINGS = "不同地方或年份的文件说法不同，请先问清是哪个地方、哪一年。"


def answer_value(case: Case, readings: Sequence[Reading]) -> Answer | None:
    """Answer with the best of readings without objections; None where it is not sure enough."""
    best = _among_siblings(case, readings)
    if best is None:
        return _conflict(case, readings)
    calibration = case.means.calibration
    confidence = calibration.of_value(best.evidence)
    if case.inquiry.asks not in TYPED and says_nothing(best.stated):
        return None
    if confidence < calibration.answer_threshold:
        return None
    citation = case.cite(best)
    beside = case.cited_with(citation)
    answer = best.stated.replace("\n", "")
    script = compose.script_for(best, english=case.inquiry.english)
    if not case.inquiry.english:
        script = compose.with_proviso(script, [one.quote for one in beside])
    if unsupported(answer, script, [citation, *beside]):
        return None
    given = case.answered(Outcome.ANSWERED, confidence, [citation, *beside], Said(answer, script))
    return replace(given, notices=(*given.notices, *proviso_notices(beside)))


def says_nothing(stated: str) -> bool:
    """Say whether words that were found name nothing: 有关材料, or a list cut in two."""
    return _SAYS_NOTHING.fullmatch(stated) is not None


def _among_siblings(case: Case, readings: Sequence[Reading]) -> Reading | None:
    """Choose where several documents state different values and the question names none."""
    best = readings[0]
    rivals = [
        reading
        for reading in readings[1:]
        if as_good(reading, best)
        and reading.sentence.document.id != best.sentence.document.id
        and bare(reading.stated) != bare(best.stated)
    ]
    if not rivals:
        return best
    if any(contradict(best, rival) for rival in rivals):
        return None
    limits = case.inquiry.limits
    places = {r.sentence.document.metadata.region for r in (best, *rivals)}
    if limits.places and limits.years and len(places) == 1:
        return best
    documents = {r.sentence.document.id: r for r in reversed([best, *rivals])}
    candidates = [Candidate(i, r.sentence.document.metadata) for i, r in documents.items()]
    chosen = preferred(candidates, case.means.region)
    return documents[chosen.id] if chosen else None


def as_good(reading: Reading, best: Reading) -> bool:
    """Say whether a reading may be what is meant as well as the best one."""
    if best.score - reading.score >= _AS_GOOD:
        return False
    if best.evidence.trained is None or reading.evidence.trained is None:
        return True
    return log_odds(best.score) - log_odds(reading.score) < _AS_LIKELY


def _conflict(case: Case, readings: Sequence[Reading]) -> Answer | None:
    best = readings[0]
    calibration = case.means.calibration
    confidence = calibration.of_value(best.evidence.unrivalled())  # its rivals are its siblings
    if confidence < calibration.answer_threshold:
        return None
    shown: dict[str, Reading] = {}
    for reading in readings:
        if as_good(reading, best):
            shown.setdefault(reading.sentence.document.id, reading)
    sides = list(shown.values())[:_SIDES_SHOWN]
    citations = [case.cite(reading) for reading in sides]
    at_odds = any(contradict(best, side) for side in sides)
    notice = Notice("conflict", _AT_ODDS if at_odds else _OF_SIBLINGS)
    answer = case.answered(Outcome.PASSAGES, confidence, citations)
    return replace(answer, notices=(notice, *answer.notices))
