"""Answer a question, step by step: understand, retrieve, read, verify, put into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from time import perf_counter

from index.document import Filter, Hit, Status
from service.answering import scope
from service.answering.answer import Answer, Outcome, Reason
from service.answering.answers.articles import (
    answer_article,
    answer_which_article,
    asks_which_article,
)
from service.answering.answers.computed import answer_computed
from service.answering.answers.facts import answer_fact
from service.answering.answers.lists import answer_list, listing_of
from service.answering.answers.parts import joined
from service.answering.answers.passages import answer_passages, refuse
from service.answering.answers.values import answer_value
from service.answering.case import Case, Means, status_notices
from service.answering.reading.listings import Listing
from service.answering.reading.reader import Reading
from service.answering.scope import Candidate
from service.answering.understanding.asks import (
    MAY_BE_TOLD_BY_PASSAGES,
    TOLD_BY_PASSAGES,
    TYPED,
    Asks,
    Operation,
)
from service.answering.understanding.parts import AskedPart, parts_of
from service.answering.understanding.question import understand
from service.answering.understanding.spelling import mend

_PASSAGES_READ = 20
_LACKING = 0.6  # a passage that lacks a word this weighty speaks of something else
_SENSED = 2.0  # log-odds from which the model is taken to know what other words mean
_COMPARING = {Operation.DIFFERENCE, Operation.REMAINDER, Operation.SHARE}
_COMPARES = re.compile(r"相差|减少|增长|增加|提高|下降|剩|结余|余下|尚未|未办|占|比例|比重|率")
_ADDS = re.compile(r"合起来|加起来|加在一起|加总|合在一起|加埋|altogether|combined|\bsum\b")
_TOTAL = re.compile(r"共|合计|总")
_ENDED = frozenset({Status.REPEALED, Status.EXPIRED, Status.AMENDED, Status.NOT_YET_EFFECTIVE})
_LAPSED_READ = 5
_WOULD_HAVE_ANSWERED = 0.75  # share of the question's weight in a text not in force

Hear = Callable[[str, float], None]  # is told of each step when it is done, and its milliseconds
Own = Callable[[str], Answer | None]  # the site's own answer to a question


def nothing_of_its_own(question: str) -> None:
    """Answer nothing: there are no answers of the site's own."""
    del question


def unheard(step: str, milliseconds: float) -> None:
    """Tell nobody."""
    del step, milliseconds


@dataclass(slots=True)
class _Clock:
    hear: Hear
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        start = perf_counter()
        yield
        took = (perf_counter() - start) * 1000
        self.timings[step] = round(self.timings.get(step, 0.0) + took, 2)
        self.hear(step, round(took, 2))


@dataclass(frozen=True, slots=True)
class Answering:
    """The whole path from a question to an answer."""

    means: Means

    def answer(
        self,
        question: str,
        filter_: Filter,
        revision: str = "",
        hear: Hear = unheard,
        own: Own = nothing_of_its_own,
    ) -> Answer:
        """Answer the question from what the filter admits, part by part where it has several.

        `own` gives the site's own answer to a part.
        """
        clock = _Clock(hear)
        parts = parts_of(question)
        if parts:
            answers = [self._part(part, filter_, clock, own) for part in parts]
            answer = joined(question, answers)
        else:
            answer = self._whole(AskedPart(question), filter_, clock)
        trace = {"revision": revision, "models": self.means.models, "timings_ms": clock.timings}
        return replace(answer, trace=trace)

    def _part(self, part: AskedPart, filter_: Filter, clock: _Clock, own: Own) -> Answer:
        return own(part.question) or self._whole(part, filter_, clock)

    def _whole(self, part: AskedPart, filter_: Filter, clock: _Clock) -> Answer:
        with clock.measure("understand"):
            case = self.understood(part.question, filter_, part.about)
        return self._answer(case, clock)

    def understood(self, question: str, filter_: Filter, about: str = "") -> Case:
        """Return the question as a case, nothing searched yet."""
        inquiry = understand(question, filter_.as_of, self.means.lexicon, about)
        return Case(inquiry, filter_, self.means.library.candidates(filter_), self.means)

    def _answer(self, case: Case, clock: _Clock) -> Answer:
        if case.inquiry.vague:
            return case.refused(Reason.TOO_VAGUE)
        answer = answer_fact(case)
        if answer is not None:
            return answer
        with clock.measure("retrieve"):
            case = found(case)
        answer = answer_article(case)
        if answer is not None:
            return answer
        with clock.measure("read"):
            answer = answer_computed(case) or _read(case)
        return _with_lapsed(case, answer)


def found(case: Case) -> Case:
    """Return the case with its passages, slips of the keyboard mended."""
    return _mended(_retrieved(case))


def _retrieved(case: Case) -> Case:
    """Find passages; those of a document or place that the question names come first.

    Where it speaks to an office (你们), what offices say of their work takes every other place:
    laws, many and near to everything, would fill them all.
    """
    inquiry, candidates = case.inquiry, case.candidates
    everywhere = _searched(case, candidates)
    named = scope.named_by_title(inquiry, candidates) or scope.named_by_place(inquiry, candidates)
    spoken_to = [] if named else scope.spoken_to(inquiry, candidates)
    if 0 < len(named) < len(candidates):
        ordered = [*_searched(case, named), *everywhere]
    elif 0 < len(spoken_to) < len(candidates):
        ordered = _by_turns(_searched(case, spoken_to), everywhere)
    else:
        ordered = everywhere
    hits: dict[tuple[str, int], Hit] = {}
    for hit in ordered:
        hits.setdefault((hit.chunk.document_id, hit.chunk.span.start), hit)
    library = case.means.library
    passages = [(library.document(hit.chunk.document_id), hit) for hit in hits.values()]
    return replace(case, hits=passages)


def _searched(case: Case, candidates: Sequence[Candidate]) -> list[Hit]:
    """Search some of the documents that the question may be about, or all of them."""
    filter_ = case.filter_
    if len(candidates) < len(case.candidates):
        documents = frozenset(candidate.id for candidate in candidates)
        filter_ = replace(filter_, documents=documents)
    found = case.means.library.retrieve(case.inquiry.search_text, filter_, _PASSAGES_READ)
    return list(found)


def _by_turns(first: Sequence[Hit], second: Sequence[Hit]) -> list[Hit]:
    return [hit for pair in zip_longest(first, second) for hit in pair if hit is not None]


def _mended(case: Case) -> Case:
    """Understand and search anew where the question has slips of the keyboard."""
    inquiry = case.inquiry
    if inquiry.english:
        return case
    texts = (hit.chunk.span.of(document.text) for document, hit in case.hits)
    wording = mend(inquiry.wording, texts)
    if wording == inquiry.wording:
        return case
    anew = understand(wording, case.filter_.as_of, case.means.lexicon)
    return _retrieved(replace(case, inquiry=replace(anew, question=inquiry.question)))


def _read(case: Case) -> Answer:
    inquiry, reader = case.inquiry, case.means.reader
    readings = near = reader.read(inquiry, case.hits)
    if inquiry.operation in _COMPARING:  # a plain value would answer another question
        readings = [r for r in readings if _COMPARES.search(r.sentence.text)]
    if inquiry.operation is Operation.SUM and _ADDS.search(inquiry.wording):
        readings = [r for r in readings if _is_total(r)]
    which_article = asks_which_article(inquiry.wording)
    sound = [reading for reading in readings if not reading.objections]
    answer = None if which_article else _stated(case, sound)
    if answer is not None:
        return answer
    passages = reader.passages(inquiry, case.hits)
    if which_article:
        answer = answer_which_article(case, passages)
        if answer is not None:
            return answer
    if inquiry.asks not in TOLD_BY_PASSAGES:  # one thing was asked for: it must be spoken of
        passages = [r for r in passages if speaks_of_what_is_asked(r)]
    return _told_by_passages(case, passages) or refuse(case, near or passages)


def speaks_of_what_is_asked(reading: Reading) -> bool:
    """Say whether a passage lacks no weighty word, or means the same to the model."""
    trained = reading.evidence.trained
    sensed = trained is not None and min(trained.relevance, trained.answerability) >= _SENSED
    return sensed or reading.evidence.lacking < _LACKING


def _stated(case: Case, sound: Sequence[Reading]) -> Answer | None:
    """Answer with the list or the value that the best readings without objections state."""
    if not sound:
        return None
    listing = listing_of(case, sound[0])
    answer = _of_listing(case, sound, listing) if listing is not None else None
    if answer is None and sound[0].answer is not None and case.inquiry.asks is not Asks.PASSAGE:
        return answer_value(case, sound)
    return answer


def _of_listing(case: Case, sound: Sequence[Reading], listing: Listing) -> Answer | None:
    """Answer from a list: with the value asked for where it is one line of a guide, or whole.

    What a service costs is said whole: 首次不收费，补领收二十元 is no price of twenty.
    """
    within = [r for r in sound if r.answer is not None and listing.states(r)]
    if within and case.inquiry.asks in TYPED - {Asks.MONEY}:
        answer = answer_value(case, within)
        if answer is not None:
            return answer
    return answer_list(case, sound[0], listing)


def _told_by_passages(case: Case, passages: Sequence[Reading]) -> Answer | None:
    """Answer with the list that the best passage belongs to, or with passages where that may be."""
    if not passages or passages[0].objections:
        return None
    listing = listing_of(case, passages[0])
    answer = answer_list(case, passages[0], listing) if listing is not None else None
    if answer is None and case.inquiry.asks in MAY_BE_TOLD_BY_PASSAGES:
        return answer_passages(case, passages)
    return answer


def _is_total(reading: Reading) -> bool:
    """Say whether a value is stated as a total; one of the parts would not be what was asked."""
    if reading.answer is None:
        return True
    text, start = reading.sentence.document.text, reading.answer.start
    return _TOTAL.search(text, max(reading.sentence.span.start, start - 8), start) is not None


def _with_lapsed(case: Case, answer: Answer) -> Answer:
    """Warn of a text that would have answered but is not in force on the day asked for."""
    if answer.outcome is not Outcome.REFUSED or not case.inquiry.terms:
        return answer
    lapsed = replace(case.filter_, statuses=_ENDED)
    library, reader = case.means.library, case.means.reader
    hits = library.retrieve(case.inquiry.search_text, lapsed, _LAPSED_READ)
    passages = [(library.document(hit.chunk.document_id), hit) for hit in hits]
    readings = [r for r in reader.read(case.inquiry, passages) if not r.objections]
    if not readings or readings[0].evidence.share < _WOULD_HAVE_ANSWERED:
        return answer
    citation = case.cite(readings[0])
    return replace(answer, notices=(*answer.notices, *status_notices([citation])))
