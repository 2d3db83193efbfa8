"""Answer a question, step by step: understand, retrieve, read, verify, put into words."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Protocol

from index.document import Document, Filter, Hit, Span, Status
from service.answering import compose, scope
from service.answering.answer import Answer, Citation, Notice, Outcome, Reason, Refusal
from service.answering.arithmetic import compute
from service.answering.asks import Asks, Operation
from service.answering.confidence import Calibration
from service.answering.facts import Fact, rendered_fact, stated_fact
from service.answering.lexicon import Lexicon
from service.answering.question import Inquiry, understand
from service.answering.reader import Evidence, Reading
from service.answering.rule_reader import RuleReader
from service.answering.sentences import quote_span, sentence_spans
from service.answering.spelling import mend
from service.answering.terms import bare
from service.answering.verify import unsupported

_PASSAGES_READ = 20
_PASSAGES_SHOWN = 3
_NEAREST_SHOWN = 3
_LACKING = 0.6  # a passage that lacks a word this weighty speaks of something else
_AS_GOOD = 0.06  # readings this close in score are rivals
_ASKS_ARTICLE = re.compile(r"第几条|哪一?条(?!例)|which article")
_COMPARING = {Operation.DIFFERENCE, Operation.REMAINDER, Operation.SHARE}
_COMPARES = re.compile(r"相差|减少|增长|增加|提高|下降|剩|结余|余下|尚未|未办|占|比例|比重|率")
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
_FACT_LABELS = {
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
_REFUSALS = {
    Reason.NO_BASIS: "知识库里没有找到这个问题的依据。请换一种说法再问，或转相关业务部门核实。",
    Reason.OUT_OF_SCOPE: "这个问题不在知识库的范围内。请转相关业务部门，或拨打12345反映。",
    Reason.TOO_VAGUE: "问题太笼统，请说明是哪个地方、哪份文件、哪件事。",
}


class Library(Protocol):
    """Where passages come from: the knowledge base, or part of it."""

    def retrieve(self, query: str, filter_: Filter, limit: int) -> Sequence[Hit]:
        """Return the best passages that the filter admits."""

    def document(self, document_id: str) -> Document:
        """Return a document."""

    def candidates(self, filter_: Filter) -> Sequence[scope.Candidate]:
        """Return what the catalogue says of every document that the filter admits."""


@dataclass(slots=True)
class _Clock:
    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        start = perf_counter()
        yield
        self.timings[step] = round((perf_counter() - start) * 1000, 2)


@dataclass(frozen=True, slots=True)
class Answering:
    """The whole path from a question to an answer, over one library.

    `region` is the site's own place, preferred where the question names none.
    """

    library: Library
    reader: RuleReader
    lexicon: Lexicon
    calibration: Calibration
    region: str | None = None
    public_url: str = ""
    models: Mapping[str, str] = field(default_factory=dict)

    def answer(self, question: str, filter_: Filter, revision: str = "") -> Answer:
        """Answer the question from what the filter admits."""
        clock = _Clock()
        with clock.measure("understand"):
            inquiry = understand(question, filter_.as_of, self.lexicon)
        answer = self._answer(inquiry, filter_, clock)
        trace = {"revision": revision, "models": self.models, "timings_ms": clock.timings}
        return replace(answer, trace=trace)

    def _answer(self, inquiry: Inquiry, filter_: Filter, clock: _Clock) -> Answer:
        if inquiry.vague:
            return _refused(inquiry, Reason.TOO_VAGUE, ())
        candidates = self.library.candidates(filter_)
        if inquiry.fact is not None:
            answer = self._fact(inquiry, candidates, filter_)
            if answer is not None:
                return answer
        with clock.measure("retrieve"):
            hits = self._retrieve(inquiry, candidates, filter_)
            mended = self._mended(inquiry, hits, filter_)
            if mended is not None:
                inquiry = mended
                hits = self._retrieve(inquiry, candidates, filter_)
        if inquiry.limits.article is not None:
            answer = self._article(inquiry, candidates, filter_)
            if answer is not None:
                return answer
        with clock.measure("read"):
            answer = self._computed(inquiry, hits, filter_) or self._read(inquiry, hits, filter_)
        return self._with_lapsed(inquiry, answer, filter_)

    def _retrieve(
        self, inquiry: Inquiry, candidates: Sequence[scope.Candidate], filter_: Filter
    ) -> list[tuple[Document, Hit]]:
        query = inquiry.search_text
        hits: dict[tuple[str, int], Hit] = {}
        named = scope.named_by_title(inquiry, candidates) or scope.named_by_place(
            inquiry, candidates
        )
        if named and len(named) < len(candidates):
            narrow = replace(filter_, documents=frozenset(candidate.id for candidate in named))
            for hit in self.library.retrieve(query, narrow, _PASSAGES_READ):
                hits.setdefault((hit.chunk.document_id, hit.chunk.span.start), hit)
        for hit in self.library.retrieve(query, filter_, _PASSAGES_READ):
            hits.setdefault((hit.chunk.document_id, hit.chunk.span.start), hit)
        return [(self.library.document(hit.chunk.document_id), hit) for hit in hits.values()]

    def _mended(
        self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]], filter_: Filter
    ) -> Inquiry | None:
        """Understand anew a question with slips of the keyboard; None where there are none."""
        if inquiry.english:
            return None
        texts = (hit.chunk.span.of(document.text) for document, hit in hits)
        wording = mend(inquiry.wording, texts)
        if wording == inquiry.wording:
            return None
        return replace(understand(wording, filter_.as_of, self.lexicon), question=inquiry.question)

    # Facts about a document

    def _fact(
        self, inquiry: Inquiry, candidates: Sequence[scope.Candidate], filter_: Filter
    ) -> Answer | None:
        fact = inquiry.fact
        assert fact is not None  # noqa: S101 - the caller asked
        if inquiry.document_number is not None:
            found = scope.named_by_number(inquiry, candidates)
            if not found:
                return _refused(inquiry, Reason.NO_BASIS, ())
            return self._stated(inquiry, fact, self.library.document(found[0].id), filter_, 0.95)
        titled = scope.named_by_title(inquiry, candidates)
        if titled:
            chosen, confidence = self._latest(titled), 0.95
        else:
            ranked = scope.about(
                inquiry,
                scope.of_kind(inquiry, candidates),
                lambda metadata: rendered_fact(metadata, fact) or "",
            )
            fitting = [c for c, covered in ranked if covered.lacking < 0.55]
            stating = [c for c in fitting if rendered_fact(c.metadata, fact)]
            if not stating and fact in _ALSO_IN_TEXT:
                return None  # 什么时候印发 may be asked of something the text tells of
            if not stating:
                return _refused(inquiry, Reason.NO_BASIS, ())
            chosen, confidence = stating[0], 0.9
            rivals = [c for c in stating[1:] if _equally_meant(inquiry, c, chosen)]
            if rivals:
                preferred = self._preferred([chosen, *rivals])
                if preferred is None:
                    return _refused(inquiry, Reason.TOO_VAGUE, ())
                chosen, confidence = preferred, 0.75
        return self._stated(inquiry, fact, self.library.document(chosen.id), filter_, confidence)

    def _stated(
        self, inquiry: Inquiry, fact: Fact, document: Document, filter_: Filter, confidence: float
    ) -> Answer | None:
        stated = stated_fact(document, fact)
        title_span = stated_fact(document, Fact.TITLE)
        if stated is None:
            return None
        value, span = stated
        where = (
            span or (title_span[1] if title_span else None) or Span(0, min(40, len(document.text)))
        )
        quote = next(iter(sentence_spans(document.text, where)), where)
        if len(quote) > 200:
            quote = where
        citation = Citation.of(document, quote, filter_.as_of, self.public_url)
        script = compose.fact_script(
            _FACT_LABELS[fact], value, document.metadata.title, english=inquiry.english
        )
        if (
            span is None
            and unsupported(value, script, [citation])
            and not _renders(document, value)
        ):
            return None
        return Answer(
            inquiry.question,
            _new_id(),
            Outcome.ANSWERED,
            confidence,
            value,
            script,
            (citation,),
            _status_notices([citation]),
        )

    def _latest(self, candidates: Sequence[scope.Candidate]) -> scope.Candidate:
        return max(candidates, key=lambda c: str(c.metadata.issued_on or ""))

    def _preferred(self, candidates: Sequence[scope.Candidate]) -> scope.Candidate | None:
        """Choose among siblings: the site's own region, then the latest; None if still several."""
        home = [c for c in candidates if self.region and c.metadata.region == self.region]
        pool = home or list(candidates)
        latest = self._latest(pool)
        others = [c for c in pool if c.id != latest.id]
        if any(c.metadata.issued_on == latest.metadata.issued_on for c in others):
            return None
        if not home and len({c.metadata.region for c in pool}) > 1:
            return None
        return latest

    # Articles named by their number

    def _article(
        self, inquiry: Inquiry, candidates: Sequence[scope.Candidate], filter_: Filter
    ) -> Answer | None:
        titled = scope.named_by_title(inquiry, candidates)
        if not titled or inquiry.asks is not Asks.PASSAGE:
            return None
        document = self.library.document(self._latest(titled).id)
        for section in _walk(document):
            if section.label == inquiry.limits.article:
                sentence = next(iter(sentence_spans(document.text, section.span)), section.span)
                span = section.span if len(section.span) <= 200 else sentence
                span = _trimmed(document.text, span)
                citation = Citation.of(document, span, filter_.as_of, self.public_url)
                return Answer(
                    inquiry.question,
                    _new_id(),
                    Outcome.PASSAGES,
                    0.95,
                    citations=(citation,),
                    notices=_status_notices([citation]),
                )
        return _refused(inquiry, Reason.NO_BASIS, ())

    # Values and passages

    def _computed(
        self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]], filter_: Filter
    ) -> Answer | None:
        computation = compute(inquiry, hits, self.reader)
        if computation is None:
            return None
        first = computation.operands[0]
        evidence = [reading.evidence for reading in computation.operands]
        joint = Evidence(
            max(e.share for e in evidence),
            min(e.lacking for e in evidence),
            1.0,
            first.evidence.words,
            first.evidence.vectors,
            0.2,
        )
        confidence = self.calibration.of_value(joint)
        if confidence < self.calibration.answer_threshold:
            return None
        spans = dict.fromkeys(
            (reading.sentence.document.id, quote_span(reading.sentence, reading.answer))
            for reading in computation.operands
        )
        citations = tuple(
            Citation.of(first.sentence.document, span, filter_.as_of, self.public_url)
            for _, span in spans
        )
        script = compose.computed_script(
            computation.value, computation.formula, first, english=inquiry.english
        )
        follows = (computation.value, computation.formula)
        if unsupported(computation.value, script, citations, follows):
            return None
        return Answer(
            inquiry.question,
            _new_id(),
            Outcome.COMPUTED,
            round(confidence, 3),
            computation.value,
            script,
            citations,
            _status_notices(citations),
        )

    def _read(
        self, inquiry: Inquiry, hits: Sequence[tuple[Document, Hit]], filter_: Filter
    ) -> Answer:
        readings = self.reader.read(inquiry, hits)
        if inquiry.operation in _COMPARING:  # a plain value would answer another question
            readings = [r for r in readings if _COMPARES.search(r.sentence.text)]
        sound = [reading for reading in readings if not reading.objections]
        best = sound[0] if sound and not _ASKS_ARTICLE.search(inquiry.wording) else None
        if best is not None and best.answer is not None and inquiry.asks is not Asks.PASSAGE:
            answer = self._value(inquiry, sound, filter_)
            if answer is not None:
                return answer
        passages = self.reader.passages(inquiry, hits)
        if _ASKS_ARTICLE.search(inquiry.wording):
            answer = self._which_article(inquiry, passages, filter_)
            if answer is not None:
                return answer
        wanted = inquiry.asks in {Asks.PASSAGE, Asks.WHICH, Asks.WHO}
        if inquiry.asks is not Asks.PASSAGE:  # one thing was asked for: it must be spoken of
            passages = [r for r in passages if r.evidence.lacking < _LACKING]
        if wanted and passages and not passages[0].objections:
            answer = self._passages(inquiry, passages, filter_)
            if answer is not None:
                return answer
        return self._refusal(inquiry, readings or passages, filter_)

    def _value(
        self, inquiry: Inquiry, readings: Sequence[Reading], filter_: Filter
    ) -> Answer | None:
        best = self._among_siblings(inquiry, readings)
        if best is None:
            return self._conflict(inquiry, readings, filter_)
        confidence = self.calibration.of_value(best.evidence)
        if confidence < self.calibration.answer_threshold:
            return None
        citation = self._cite(best, filter_)
        answer = best.stated.replace("\n", "")
        script = compose.script_for(best, english=inquiry.english)
        if unsupported(answer, script, [citation]):
            return None
        return Answer(
            inquiry.question,
            _new_id(),
            Outcome.ANSWERED,
            round(confidence, 3),
            answer,
            script,
            (citation,),
            _status_notices([citation]),
        )

    def _among_siblings(self, inquiry: Inquiry, readings: Sequence[Reading]) -> Reading | None:
        """Choose where several documents state different values and the question names none."""
        best = readings[0]
        rivals = [
            reading
            for reading in readings[1:]
            if best.score - reading.score < _AS_GOOD
            and reading.sentence.document.id != best.sentence.document.id
            and bare(reading.stated) != bare(best.stated)
        ]
        if not rivals:
            return best
        places = {r.sentence.document.metadata.region for r in (best, *rivals)}
        documents = {r.sentence.document.id: r for r in reversed([best, *rivals])}
        if inquiry.limits.places and inquiry.limits.years and len(places) == 1:
            return best
        chosen = self._preferred(
            [scope.Candidate(i, r.sentence.document.metadata) for i, r in documents.items()]
        )
        return documents[chosen.id] if chosen else None

    def _conflict(
        self, inquiry: Inquiry, readings: Sequence[Reading], filter_: Filter
    ) -> Answer | None:
        best = readings[0]
        confidence = self.calibration.of_value(replace(best.evidence, margin=0.2))
        if confidence < self.calibration.answer_threshold:
            return None
        shown: dict[str, Reading] = {}
        for reading in readings:
            if best.score - reading.score < _AS_GOOD:
                shown.setdefault(reading.sentence.document.id, reading)
        citations = tuple(self._cite(r, filter_) for r in list(shown.values())[:5])
        notice = Notice("conflict", "不同地方或年份的文件说法不同，请先问清是哪个地方、哪一年。")
        return Answer(
            inquiry.question,
            _new_id(),
            Outcome.PASSAGES,
            round(confidence, 3),
            citations=citations,
            notices=(notice, *_status_notices(citations)),
        )

    def _which_article(
        self, inquiry: Inquiry, readings: Sequence[Reading], filter_: Filter
    ) -> Answer | None:
        """Answer 第几条 with the article that the best passage stands in."""
        best = next((reading for reading in readings if not reading.objections), None)
        if best is None:
            return None
        confidence = self.calibration.of_passage(best.evidence)
        citation = self._cite(best, filter_)
        article = re.match(r"(?:第.{1,12}?条(?:之.)?)", citation.locator)
        if article is None or confidence < self.calibration.passage_threshold:
            return None
        script = compose.fact_script("规定", article[0], citation.title, english=inquiry.english)
        if unsupported(article[0], script, [citation]):
            return None
        return Answer(
            inquiry.question,
            _new_id(),
            Outcome.ANSWERED,
            round(confidence, 3),
            article[0],
            script,
            (citation,),
            _status_notices([citation]),
        )

    def _passages(
        self, inquiry: Inquiry, readings: Sequence[Reading], filter_: Filter
    ) -> Answer | None:
        confidence = self.calibration.of_passage(readings[0].evidence)
        if confidence < self.calibration.passage_threshold:
            return None
        sound = [r for r in readings if not r.objections]
        shown = [r for r in sound[:_PASSAGES_SHOWN] if sound[0].score - r.score < 0.15]
        citations = tuple(self._cite(reading, filter_) for reading in shown)
        return Answer(
            inquiry.question,
            _new_id(),
            Outcome.PASSAGES,
            round(confidence, 3),
            citations=citations,
            notices=_status_notices(citations),
        )

    def _refusal(self, inquiry: Inquiry, readings: Sequence[Reading], filter_: Filter) -> Answer:
        near = sorted(readings, key=lambda reading: -reading.score)
        nearest: dict[Span, Citation] = {}
        for reading in near[: 2 * _NEAREST_SHOWN]:
            if reading.evidence.share >= 0.4:
                citation = self._cite(reading, filter_)
                nearest.setdefault(Span(citation.start, citation.end), citation)
        known = near[0].evidence.share if near else 0.0
        reason = Reason.NO_BASIS if known >= 0.3 else Reason.OUT_OF_SCOPE
        return _refused(inquiry, reason, tuple(nearest.values())[:_NEAREST_SHOWN])

    def _cite(self, reading: Reading, filter_: Filter) -> Citation:
        span = quote_span(reading.sentence, reading.answer)
        return Citation.of(reading.sentence.document, span, filter_.as_of, self.public_url)

    def _with_lapsed(self, inquiry: Inquiry, answer: Answer, filter_: Filter) -> Answer:
        """Warn of a text that would have answered but is not in force on the day asked for."""
        if answer.outcome is not Outcome.REFUSED or not inquiry.terms:
            return answer
        ended = frozenset(
            {Status.REPEALED, Status.EXPIRED, Status.AMENDED, Status.NOT_YET_EFFECTIVE}
        )
        lapsed = replace(filter_, statuses=ended)
        hits = self.library.retrieve(inquiry.search_text, lapsed, 5)
        found = [(self.library.document(hit.chunk.document_id), hit) for hit in hits]
        readings = [r for r in self.reader.read(inquiry, found) if not r.objections]
        if not readings or readings[0].evidence.share < 0.75:
            return answer
        citation = self._cite(readings[0], filter_)
        return replace(answer, notices=(*answer.notices, *_status_notices([citation])))


def _walk(document: Document) -> Iterator:  # type: ignore[type-arg]
    stack = [document.root]
    while stack:
        section = stack.pop()
        yield section
        stack.extend(reversed(section.children))


def _trimmed(text: str, span: Span) -> Span:
    stripped = span.of(text).strip()
    start = text.index(stripped, span.start)
    return Span(start, start + len(stripped))


def _equally_meant(inquiry: Inquiry, other: scope.Candidate, chosen: scope.Candidate) -> bool:
    scores = {
        candidate.id: covered.share for candidate, covered in scope.about(inquiry, [other, chosen])
    }
    return abs(scores.get(other.id, 0.0) - scores.get(chosen.id, 0.0)) < 0.05


def _renders(document: Document, value: str) -> bool:
    metadata = document.metadata
    return value in {metadata.title, metadata.document_number, metadata.issuer} or bool(value)


def _refused(inquiry: Inquiry, reason: Reason, nearest: tuple[Citation, ...]) -> Answer:
    refusal = Refusal(reason, _REFUSALS[reason], nearest)
    return Answer(inquiry.question, _new_id(), Outcome.REFUSED, 0.0, refusal=refusal)


def _new_id() -> str:
    return uuid.uuid4().hex


_STATUS_WORDS = {
    Status.REPEALED: "已废止，不能作为依据",
    Status.EXPIRED: "已失效，不能作为依据",
    Status.AMENDED: "已被新的版本取代，请以现行版本为准",
    Status.NOT_YET_EFFECTIVE: "尚未施行",
    Status.UNVERIFIED: "没有载明日期，效力未经核实",
}


def _status_notices(citations: Sequence[Citation]) -> tuple[Notice, ...]:
    told: dict[str, Notice] = {}
    for citation in citations:
        if citation.status in _STATUS_WORDS:
            message = f"《{citation.title}》{_STATUS_WORDS[citation.status]}。"
            told.setdefault(message, Notice(citation.status.value, message))
    return tuple(told.values())
