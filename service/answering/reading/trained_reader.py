"""Read with a trained model beside the rules: rules propose values, the model weighs and finds.

Where the rules alone are sure, their word stands, unless the model is certain against it.
Elsewhere the model judges the passages that search and rules put first. What the rules propose in
them is weighed by it; where it points at words that no rule proposes, they are a reading as well.
What the question fixes (place, year, batch) stays the rules' to check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.document import Chunk, Document, Hit, Span
from service.answering.confidence import Calibration
from service.answering.reading.edges import tidied, whole_name
from service.answering.reading.objections import objections
from service.answering.reading.reader import Evidence, Reading, Trained, with_chances
from service.answering.reading.reader_model import Asked, Judgement, ReaderModel
from service.answering.reading.rule_reader import RuleReader
from service.answering.reading.sentences import sentence_around
from service.answering.reading.values import Value, ValueKind
from service.answering.understanding.asks import TOLD_BY_PASSAGES, TYPED
from service.answering.understanding.question import Inquiry

WEIGHTS = Path(__file__).with_name("weights")
_SURE = 0.6  # confidence of the rules alone from which their word stands, unless it is denied
_DENIED = -4.0  # log-odds of a span against there being no answer, below which it is none
_JUDGED = 8  # passages; each costs some ten milliseconds
_OF_RULES = 3  # readings of the rules whose passages are judged, wherever search put them
_FOUND = 2  # spans a passage that the model may propose
_ALIKE = 0.7  # share of their common stretch in which two spans overlap
_FIGURE = re.compile(r"[\d〇零一二三四五六七八九十百千万亿半两]")

Rank = Callable[[Evidence], float]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A passage with what the model makes of it."""

    document: Document
    hit: Hit
    judgement: Judgement

    def trained(self, support: float, *, ruled: float) -> Trained:
        """Return what the model makes of a span with this support."""
        judgement = self.judgement
        return Trained(judgement.relevance, judgement.answerability, support, ruled)

    def inside(self, span: Span) -> Span | None:
        """Return a span of the document as one of the passage, None where it lies outside."""
        start = self.hit.chunk.span.start
        if span.start < start or span.start >= self.hit.chunk.span.end:
            return None
        return Span(span.start - start, min(span.end, self.hit.chunk.span.end) - start)


class TrainedReader:
    """Reads with rules and a model. Implements `Reader`."""

    def __init__(self, rules: RuleReader, model: ReaderModel, calibration: Calibration) -> None:
        self._rules = rules
        self._model = model
        self._calibration = calibration

    def read(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        """Return readings, best first: values where a value is asked for, else sentences."""
        proposed = self._rules.read(inquiry, hits)
        sure = _is_sound(proposed) and self._calibration.of_value(proposed[0].evidence) >= _SURE
        if sure and not self._denied(inquiry, proposed[0]):
            return proposed
        judged = self._judge(inquiry, hits, proposed)
        spoken = [reading for reading in proposed if reading.answer is not None]
        rank = self._calibration.rank_value
        weighed = self._weighed(spoken, judged, rank)
        return _ranked([*weighed, *self._pointed_at(inquiry, judged, spoken)]) or proposed

    def passages(self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]]) -> list[Reading]:
        """Return whole sentences, best first.

        Where one thing was asked for and no value found, the words of the question say little:
        they stand in any sentence about it. There the model is always asked.
        """
        proposed = self._rules.passages(inquiry, hits)
        sure = proposed and self._calibration.of_passage(proposed[0].evidence) >= _SURE
        if sure and inquiry.asks in TOLD_BY_PASSAGES and not proposed[0].objections:
            return proposed
        judged = self._judge(inquiry, hits, proposed)
        weighed = self._weighed(proposed, judged, self._calibration.rank_passage)
        return _ranked([*weighed, *self._told(inquiry, judged, proposed)]) or proposed

    def judged(self, inquiry: Inquiry, readings: Sequence[Reading]) -> list[Reading]:
        """Return the same readings with what the model makes of them."""
        hits = [(reading.sentence.document, reading.sentence.hit) for reading in readings]
        weighed = self._weighed(
            readings, self._judge(inquiry, hits, ()), self._calibration.rank_value
        )
        found = {reading.answer: reading for reading in weighed}
        return [found.get(reading.answer, reading) for reading in readings]

    def _denied(self, inquiry: Inquiry, reading: Reading) -> bool:
        """Say whether the model is certain that this is not what was asked.

        It has read few English questions, and is not asked about those.
        """
        if inquiry.english:
            return False
        (weighed,) = self.judged(inquiry, [reading])
        trained = weighed.evidence.trained  # None where the answer begins before the passage does
        return trained is not None and trained.support < _DENIED

    def _judge(
        self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]], proposed: Sequence[Reading]
    ) -> list[_Judged]:
        chosen: dict[Chunk, tuple[Document, Hit]] = {}
        for reading in [r for r in proposed if not r.objections][:_OF_RULES]:
            chosen.setdefault(
                reading.sentence.hit.chunk, (reading.sentence.document, reading.sentence.hit)
            )
        for document, hit in hits:
            if len(chosen) >= _JUDGED:
                break
            chosen.setdefault(hit.chunk, (document, hit))
        question = inquiry.question if inquiry.english else inquiry.wording
        asked = [Asked.of(question, document, hit.chunk) for document, hit in chosen.values()]
        judgements = self._model.judge(asked)
        return [
            _Judged(document, hit, judgement)
            for (document, hit), judgement in zip(chosen.values(), judgements, strict=True)
        ]

    def _weighed(
        self, readings: Iterable[Reading], judged: Sequence[_Judged], rank: Rank
    ) -> Iterator[Reading]:
        """Yield the readings that stand in judged passages, with what the model makes of them."""
        for reading in readings:
            for one in judged:
                inside = one.inside(reading.answer or reading.sentence.span)
                if inside is None or one.document.id != reading.sentence.document.id:
                    continue
                if reading.answer is None:
                    support = _best_within(one.judgement, inside)
                else:
                    support = one.judgement.support(inside)
                trained = one.trained(support, ruled=1.0)
                yield _scored(reading, trained, rank)
                break

    def _pointed_at(
        self, inquiry: Inquiry, judged: Sequence[_Judged], known: Sequence[Reading]
    ) -> Iterator[Reading]:
        """Yield what the model points at and no rule proposes."""
        for one in judged:
            taken = [r.answer for r in known if r.answer and r.sentence.document is one.document]
            for found, support in one.judgement.best(_FOUND):
                start = one.hit.chunk.span.start
                span = tidied(one.document.text, Span(start + found.start, start + found.end))
                if inquiry.asks not in TYPED:
                    span = whole_name(one.document.text, span)
                words = span.of(one.document.text)
                if not words or any(_says_the_same(span, other, inquiry) for other in taken):
                    continue
                if inquiry.asks in TYPED and not _FIGURE.search(words):
                    continue
                yield _scored(
                    self._reading(inquiry, one, span),
                    one.trained(support, ruled=0.0),
                    self._calibration.rank_value,
                )

    def _told(
        self, inquiry: Inquiry, judged: Sequence[_Judged], proposed: Sequence[Reading]
    ) -> Iterator[Reading]:
        """Yield the sentences that hold what the model points at, where rules give them singly."""
        single = {(reading.sentence.document.id, reading.sentence.span) for reading in proposed}
        for one in judged:
            for found, _ in one.judgement.best(1):
                start = one.hit.chunk.span.start
                span = tidied(one.document.text, Span(start + found.start, start + found.end))
                sentence = sentence_around(one.document, span, one.hit)
                if not span or (one.document.id, sentence.span) in single:
                    continue
                yield from self._weighed(
                    [self._rules.weigh(inquiry, sentence)],
                    [one],
                    self._calibration.rank_passage,
                )

    def _reading(self, inquiry: Inquiry, one: _Judged, span: Span) -> Reading:
        sentence = sentence_around(one.document, span, one.hit)
        passage = self._rules.weigh(inquiry, sentence)
        at = Span(span.start - sentence.span.start, span.end - sentence.span.start)
        own = sentence.text[: at.end]
        return replace(
            passage,
            answer=span,
            value=Value(ValueKind.NAME, at, at),
            objections=objections(inquiry, sentence, own, planned=False),
        )


def _is_sound(readings: Sequence[Reading]) -> bool:
    return bool(readings) and readings[0].answer is not None and not readings[0].objections


def _scored(reading: Reading, trained: Trained, rank: Rank) -> Reading:
    evidence: Evidence = replace(reading.evidence, trained=trained)
    return replace(reading, evidence=evidence, score=rank(evidence))


def _ranked(readings: Iterable[Reading]) -> list[Reading]:
    ordered = sorted(readings, key=lambda reading: (bool(reading.objections), -reading.score))
    return list(with_chances(ordered))


def _best_within(judgement: Judgement, sentence: Span) -> float:
    """Return the support of the likeliest answer inside a sentence of the passage."""
    inside = [
        n
        for n, place in enumerate(judgement.places)
        if place.start >= sentence.start and place.end <= sentence.end
    ]
    if not inside:
        return judgement.support(sentence)
    first, last = inside[0], inside[-1] + 1
    best = float("-inf")
    for start in range(first, last):
        best = max(best, float(judgement.starts[start] + judgement.ends[start:last].max()))
    return best


def _says_the_same(span: Span, other: Span, inquiry: Inquiry) -> bool:
    """Say whether a span is all but the one that rules found, or holds the value they found."""
    shared = min(span.end, other.end) - max(span.start, other.start)
    if inquiry.asks in TYPED:
        return shared > 0
    return shared >= _ALIKE * (max(span.end, other.end) - min(span.start, other.start))
