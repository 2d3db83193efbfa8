"""The desk: everything a channel may ask for, wired once and safe for many threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum

from index.agencies import agencies_of
from index.document import SHANGHAI, Disclosure, Document, Filter, Hit, Kind, Span
from index.fold import fold
from index.hidden_names import HiddenNames
from index.knowledge_base import KnowledgeBase
from index.remembered import Remembered
from index.store.askings import Asking
from index.store.catalogue import DocumentSummary
from index.store.feedback import Answered, KeptEvidence
from index.store.gaps import Miss
from index.store.wording import Basis
from service.agencies import FormerNames, former_agencies
from service.answering.answer import Answer, Citation
from service.answering.answering import Answering, Hear, unheard
from service.answering.case import Means
from service.answering.confidence import Calibration, Weighed, features
from service.answering.reading.reader import Reader
from service.answering.reading.reader_model import ReaderModel
from service.answering.reading.reranking import READ, Reranker
from service.answering.reading.rule_reader import RuleReader
from service.answering.reading.trained_reader import WEIGHTS, TrainedReader
from service.answering.scope import Candidate
from service.answering.understanding.everyday import official_for
from service.answering.understanding.follow_up import completed
from service.answering.understanding.lexicon import Lexicon
from service.curated import CuratedDesk
from service.frequent import ANSWERED, MOST_TRIED, frequent_questions, may_be_counted
from service.settings import Settings
from service.site_calibration import FollowedCalibration, reader_identity
from service.succession import lapse_notices
from service.suggestions import suggest
from service.synonyms.exact import ExactTerms, exact_terms
from service.synonyms.table import lexicon_with

_FIRST_DAY = date(1, 1, 2)  # the day before has no beginning in Shanghai that a store can hold


class Channel(StrEnum):
    """Where a question comes from. All but the operator's own command line show what is public."""

    CLI = "cli"
    WEB = "web"
    HTTP = "http"
    OPENAI = "openai"
    MCP = "mcp"
    WECHAT = "wechat"
    WECOM = "wecom"  # employees: the application and the bot
    WECOM_SERVICE = "wecom_service"  # citizens: 微信客服


class Verdict(StrEnum):
    """What a person thinks of an answer."""

    USEFUL = "useful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What a request wants the answer to rest on; it narrows, never widens. Empty: anything."""

    issuers: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    documents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A ranked passage and where it stands."""

    rank: int
    score: float
    citation: Citation


class Desk:
    """Answers questions from a knowledge base, and remembers what it could not answer."""

    def __init__(
        self,
        settings: Settings,
        knowledge_base: KnowledgeBase,
        calibration: Calibration | None = None,
    ) -> None:
        self.settings = settings
        self.knowledge_base = knowledge_base
        self._hidden_names: Remembered[tuple[int, frozenset[Disclosure]], HiddenNames] = Remembered(
            4
        )
        self._tried: Remembered[tuple[int, Filter, str], Answer] = Remembered(2 * MOST_TRIED)
        self._names: Remembered[int, FormerNames] = Remembered(1)
        self.agencies = agencies_of(settings.data_dir)
        self.curated = CuratedDesk(
            knowledge_base, settings.region, settings.public_url, lambda: self.exact_terms
        )
        shipped = calibration or Calibration.bundled()
        self._calibration = FollowedCalibration(
            shipped, settings.data_dir if calibration is None else None, settings.reader
        )
        self._lexicons: Remembered[int, Lexicon] = Remembered(1)
        self._terms: Remembered[int, ExactTerms] = Remembered(1)
        reader, self._reranker = _readers(settings, shipped)
        self._means = Means(
            library=_Library(knowledge_base),
            reader=reader,
            lexicon=Lexicon.bundled(),
            calibration=shipped,
            region=settings.region,
            public_url=settings.public_url,
            models={"embedding": settings.model, "reader": settings.reader},
        )

    @property
    def lexicon(self) -> Lexicon:
        """Return what questions are understood by, with the site's synonyms as they are now."""
        base = self.knowledge_base
        return self._lexicons.get(base.revision, lambda: lexicon_with(base.synonyms.all()))

    @property
    def exact_terms(self) -> ExactTerms:
        """Return the synonyms that are exact enough to make two questions one, as they are now."""
        revision = self.knowledge_base.revision
        return self._terms.get(revision, lambda: exact_terms(self.lexicon))

    @property
    def answering(self) -> Answering:
        """Return the path from a question to an answer, as knowledge base and site are now."""
        return Answering(replace(self._means, lexicon=self.lexicon, calibration=self.calibration))

    @property
    def calibration(self) -> Calibration:
        """Return how sure is how sure, with what the site has learnt and set."""
        threshold, current = self.settings.refusal_threshold, self._calibration()
        return current if threshold is None else current.at_threshold(threshold)

    def _keeping_account(self, weighed: list[Weighed]) -> Answering:
        """Return the path to an answer that tells of each weighing on it."""
        means = self.answering.means
        return Answering(replace(means, calibration=replace(means.calibration, account=weighed)))

    def ask(  # noqa: PLR0913  all but the question by name
        self,
        question: str,
        *,
        as_of: date | None = None,
        filter_: RequestFilter | None = None,
        channel: Channel,
        sees_internal: bool = False,
        previous: str | None = None,
        asker: str | None = None,
        hear: Hear = unheard,
    ) -> Answer:
        """Answer a question, from the site's own answers first, then from the documents.

        `previous` is what the same person asked before: a question that leans on it (那第二批呢)
        is answered as the whole question, which the answer then bears.
        `sees_internal` is for a caller who may see more than the channel shows to anybody.
        `asker` tells people apart, so that what many ask can be offered; without it nothing is
        counted, and who it was is not kept.
        `hear` is told of each step while it is worked on, in the caller's thread.
        """
        if previous is not None:
            question = completed(question, previous) or question
        admitted = self.admitted(channel, as_of, filter_, sees_internal=sees_internal)

        def own(question: str) -> Answer | None:
            return self.curated.answer(question, admitted, _moment(admitted.as_of))

        answer = own(question)
        names = self._former_names()
        weighed: list[Weighed] = []
        if answer is None:
            revision = str(self.knowledge_base.revision)
            answering = self._keeping_account(weighed)

            def asked(wording: str) -> Answer:
                weighed.clear()
                return answering.answer(wording, admitted, revision, hear, own)

            answer = names.answer(question, asked)
        days = self.settings.lapse_notice_days
        hidden = self.hidden_names(channel, sees_internal=sees_internal)
        lapsing = lapse_notices(answer, self.knowledge_base, admitted.as_of, days, hidden)
        renamed = former_agencies(answer, self.agencies, admitted.as_of, names)
        answer = replace(answer, notices=(*answer.notices, *lapsing, *renamed))
        self._remember(answer, channel, weighed)
        is_everybodys = channel is not Channel.CLI and not sees_internal and filter_ is None
        if asker is not None and is_everybodys and as_of is None:
            self._count(answer, asker)
        return answer

    def search(  # noqa: PLR0913  all but the query by name
        self,
        query: str,
        *,
        limit: int,
        as_of: date | None = None,
        filter_: RequestFilter | None = None,
        channel: Channel,
        sees_internal: bool = False,
    ) -> list[SearchHit]:
        """Return the passages nearest to the query, best first; each quote is the whole passage.

        The trained reader, where there is one, has its say in the order of the first.
        """
        admitted = self.admitted(channel, as_of, filter_, sees_internal=sees_internal)
        sought = " ".join([query, *official_for(fold(query), self.lexicon)])
        base, reranker = self.knowledge_base, self._reranker
        hits = base.retrieve(sought, admitted, limit if reranker is None else max(limit, READ))
        found = [(base.document(hit.chunk.document_id), hit) for hit in hits]
        if reranker is not None:
            found = reranker.reranked(query, found)
        url = self.settings.public_url
        return [
            SearchHit(rank, hit.score, Citation.of(document, hit.chunk.span, admitted.as_of, url))
            for rank, (document, hit) in enumerate(found[:limit], 1)
        ]

    def suggestions(self, limit: int) -> list[str]:
        """Return questions that public documents answer, each tried before it is offered."""
        return suggest(self.answering, self.admitted(Channel.WEB), limit)

    def frequent_questions(self, limit: int, offered: Sequence[str] = ()) -> list[str]:
        """Return what people ask most and public documents answer, the most asked first.

        `offered` are questions that are shown beside them.
        """
        admitted = self.admitted(Channel.WEB)
        moment = datetime.now(SHANGHAI)

        def own(question: str) -> str | None:
            found = self.knowledge_base.curated.find(question, moment, admitted.disclosures)
            return found[0].draft.question if found else None

        def answered(question: str) -> Answer:
            own_answer = self.curated.answer(question, admitted, moment)
            if own_answer is not None:
                return own_answer
            tried = (self.knowledge_base.revision, admitted, question)
            return self._tried.get(tried, lambda: self.answering.answer(question, admitted))

        asked = self.knowledge_base.askings.frequent(moment.date(), MOST_TRIED)
        return frequent_questions(asked, answered, own, offered, limit)

    def may_see(
        self,
        document: Document | DocumentSummary,
        channel: Channel,
        *,
        sees_internal: bool = False,
    ) -> bool:
        """Say whether a channel may be shown a document at all, in force or not."""
        return document.metadata.disclosure in self._disclosures(channel, sees_internal)

    def hidden_names(self, channel: Channel, *, sees_internal: bool = False) -> HiddenNames:
        """Return the names of the documents that a channel may not be shown."""
        disclosures = self._disclosures(channel, sees_internal)
        key = (self.knowledge_base.revision, disclosures)
        return self._hidden_names.get(
            key,
            lambda: HiddenNames.of(
                one.metadata
                for one in self.knowledge_base.documents()
                if one.metadata.disclosure not in disclosures
            ),
        )

    def admitted(
        self,
        channel: Channel,
        as_of: date | None = None,
        filter_: RequestFilter | None = None,
        *,
        sees_internal: bool = False,
    ) -> Filter:
        """Return what a channel may see, in force on the day, narrowed to what was asked for."""
        wanted = filter_ or RequestFilter()
        return Filter(
            as_of=as_of or datetime.now(SHANGHAI).date(),
            issuers=self._issuers(wanted.issuers),
            regions=wanted.regions,
            kinds=wanted.kinds,
            documents=wanted.documents,
            disclosures=self._disclosures(channel, sees_internal),
        )

    def _issuers(self, wanted: frozenset[str]) -> frozenset[str]:
        """Return the issuers that a request means, those that have become them among them."""
        if not wanted:
            return wanted
        there = (one.metadata.issuer for one in self.knowledge_base.documents())
        return self.agencies.issuers(wanted, set(there))

    def _former_names(self) -> FormerNames:
        """Return what agencies of today were called when they issued what is here."""
        revision = self.knowledge_base.revision
        there = (one.metadata.issuer for one in self.knowledge_base.documents())
        return self._names.get(revision, lambda: FormerNames.of(self.agencies, there))

    def _disclosures(self, channel: Channel, sees_internal: bool) -> frozenset[Disclosure]:  # noqa: FBT001  of this class alone
        if channel is Channel.CLI or sees_internal:
            return frozenset(Disclosure)
        return self.settings.public_disclosures

    def _count(self, answer: Answer, asker: str) -> None:
        """Count a question among what is asked, where it was answered and names nobody."""
        if answer.outcome in ANSWERED and may_be_counted(answer.question):
            today = datetime.now(SHANGHAI).date()
            self.knowledge_base.journal.put(Asking(answer.question, asker, today))

    def _remember(self, answer: Answer, channel: Channel, weighed: Sequence[Weighed]) -> None:
        """Keep the answer for feedback to refer to, and a question without one as a gap."""
        journal = self.knowledge_base.journal
        journal.put(
            Answered(
                id=answer.id,
                question=answer.question,
                outcome=answer.outcome.value,
                answer=answer.answer,
                confidence=answer.confidence,
                basis=_places(answer.citations),
                channel=channel.value,
                revision=self.knowledge_base.revision,
                at=datetime.now(SHANGHAI),
                evidence=self._evidence(answer, weighed),
            )
        )
        for one in answer.parts or (answer,):
            if one.refusal is not None:
                reason, nearest = one.refusal.reason.value, _places(one.refusal.nearest)
                journal.put(Miss(one.question, reason, channel.value, nearest))

    def _evidence(self, answer: Answer, weighed: Sequence[Weighed]) -> KeptEvidence | None:
        """Return what the answer's confidence was made of; of a refusal, what came nearest.

        A verdict on an answer in parts says nothing of any one of them.
        """
        if answer.parts:
            return None
        if answer.refusal is not None:
            found = max(weighed, key=lambda one: one.confidence, default=None)
        else:
            sure = answer.confidence
            found = next((one for one in weighed if round(one.confidence, 3) == sure), None)
        if found is None:
            return None
        reader = reader_identity(self.settings.reader)
        return KeptEvidence(found.sort, reader, features(found.evidence))


def _moment(day: date) -> datetime:
    """Return the moment a question is about: now, or the beginning of another day."""
    now = datetime.now(SHANGHAI)
    if day == now.date():
        return now
    return datetime.combine(max(day, _FIRST_DAY), time(), SHANGHAI)


def _places(citations: Iterable[Citation]) -> tuple[Basis, ...]:
    return tuple(Basis(one.document_id, Span(one.start, one.end)) for one in citations)


def _readers(settings: Settings, calibration: Calibration) -> tuple[Reader, Reranker | None]:
    """Return what reads for answers, and what orders search by the same model."""
    if settings.reader == "rules":
        return RuleReader(), None
    model = ReaderModel(WEIGHTS, settings.threads)
    return TrainedReader(RuleReader(), model, calibration), Reranker(model)


class _Library:
    """The knowledge base as answering sees it."""

    def __init__(self, knowledge_base: KnowledgeBase) -> None:
        self._knowledge_base = knowledge_base
        self._candidates: Remembered[tuple[int, Filter], tuple[Candidate, ...]] = Remembered(8)

    def retrieve(self, query: str, filter_: Filter, limit: int) -> Sequence[Hit]:
        return self._knowledge_base.retrieve(query, filter_, limit)

    def document(self, document_id: str) -> Document:
        return self._knowledge_base.document(document_id)

    def candidates(self, filter_: Filter) -> Sequence[Candidate]:
        """List what the filter admits; most questions ask with the same one."""
        key = (self._knowledge_base.revision, filter_)
        return self._candidates.get(key, lambda: tuple(self._admitted(filter_)))

    def _admitted(self, filter_: Filter) -> Iterator[Candidate]:
        for summary in self._knowledge_base.documents():
            if filter_.admits(summary.id, summary.metadata):
                yield Candidate(summary.id, summary.metadata)
