"""Answers of one's own: what the site has decided to say, before anything is searched."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from index.document import Filter, Kind
from index.errors import DocumentNotFound
from index.fold import fold
from index.knowledge_base import KnowledgeBase
from index.store.curated import CuratedAnswer
from service.answering.answer import Answer, Citation, Notice, Outcome, Reason, Refusal
from service.answering.understanding.places import stem
from service.same_question import is_same_by_terms, is_same_question
from service.synonyms.exact import ExactTerms

_WITHOUT_BASIS = Notice("without_basis", "这是标准问答，没有注明依据，引用前请核实。")
_SURE, _SAME_SENSE = 1.0, 0.9
_SOON = timedelta(days=7)  # before it lapses, an answer says so
_NAMED_AT_MOST = 8  # regions to choose from


@dataclass(frozen=True, slots=True)
class CuratedDesk:
    """Where the site's own answers are kept, and for which region it asks first.

    `terms` gives the synonyms that are exact enough to make two questions one, as they are now.
    """

    knowledge_base: KnowledgeBase
    region: str | None = None
    public_url: str = ""
    terms: Callable[[], ExactTerms] = ExactTerms

    def answer(self, question: str, filter_: Filter, at: datetime) -> Answer | None:
        """Return the site's own answer to this question as it holds at a moment, or None.

        Exactly this question is looked for first, then one that is surely the same in other
        words, then one that is so but for an official word. None also where its basis is gone,
        not in force on the day, or not for this channel: then the documents are asked.
        """
        curated = self.knowledge_base.curated

        def exactly(wording: str) -> list[CuratedAnswer]:
            return curated.find(wording, at, filter_.disclosures)

        def surely(wording: str) -> list[CuratedAnswer]:
            near = curated.near(wording, at, filter_.disclosures)
            return [one for one in near if _asks(one, wording, is_same_question)]

        def by_terms(wording: str) -> list[CuratedAnswer]:
            terms = self.terms()
            marked = terms.marked(wording)
            if marked is None:
                return []
            near = [
                one
                for either in (marked.everyday, marked.official)
                for one in curated.near(either, at, filter_.disclosures)
            ]
            same = partial(is_same_by_terms, terms=terms)
            found = {one.id: one for one in near if _asks(one, wording, same)}
            return list(found.values())

        for find in (exactly, surely, by_terms):
            for found in self._found(question, filter_, find):
                one_answer = len({kept.draft.answer for kept in found}) == 1
                if find is not exactly and not one_answer and len(_regions(found)) < len(found):
                    return None  # two answers to the same: not sure
                if one_answer or len(found) == 1:
                    return self._given(question, found[0], filter_, at, exact=find is exactly)
                return self._which_region(question, found)
        return None

    def _found(
        self, question: str, filter_: Filter, find: Callable[[str], list[CuratedAnswer]]
    ) -> Iterator[list[CuratedAnswer]]:
        """Yield what answers the question as it stands, then without the region it names."""
        found = self._of_here(find(question), filter_)
        if found:
            yield found
        for region, rest in self._without_region(question):
            is_here = self.region is not None and stem(region) == stem(self.region)
            wanted = {stem(region)} | ({""} if is_here else set())
            found = [one for one in find(rest) if stem(one.draft.region or "") in wanted]
            if found := _narrowed(found, filter_):
                yield found

    def _of_here(self, found: Sequence[CuratedAnswer], filter_: Filter) -> list[CuratedAnswer]:
        """Leave those for the site's region where there are any, else those for everywhere."""
        found = _narrowed(found, filter_)
        here = [one for one in found if self.region and _is_for(one, self.region)]
        return here or [one for one in found if not one.draft.region] or found

    def _without_region(self, question: str) -> Iterator[tuple[str, str]]:
        """Yield each region that the question names, with what is left of the question."""
        wording = fold(question)
        regions = self.knowledge_base.curated.regions() | ({self.region} if self.region else set())
        for region in sorted(regions, key=len, reverse=True):
            for name in dict.fromkeys((fold(region), stem(fold(region)))):
                if len(name) > 1 and name in wording:
                    rest = wording.replace(name, "", 1).removeprefix("的").strip()
                    if rest:
                        yield region, rest
                    break

    def _given(
        self, question: str, kept: CuratedAnswer, filter_: Filter, at: datetime, *, exact: bool
    ) -> Answer | None:
        draft = kept.draft
        citations: tuple[Citation, ...] = ()
        if draft.basis is not None:
            citation = self._basis(kept, filter_)
            if citation is None:
                return None
            citations = (citation,)
        elif _is_narrowed(filter_):
            return None  # the caller wants it to rest on documents
        notices = [] if exact else [_same_sense(kept)]
        return Answer(
            question=question,
            id=uuid.uuid4().hex,
            outcome=Outcome.ANSWERED,
            confidence=_SURE if exact else _SAME_SENSE,
            answer=draft.answer,
            script=draft.script or draft.answer,
            citations=citations,
            notices=(*notices, *self._notices(kept, at)),
            trace=self._trace(),
        )

    def _notices(self, kept: CuratedAnswer, at: datetime) -> Iterator[Notice]:
        draft = kept.draft
        if draft.stated_basis:
            yield Notice("stated_basis", f"依据（标准问答中注明）：{draft.stated_basis}")
        elif draft.basis is None:
            yield _WITHOUT_BASIS
        if draft.region and not (self.region and _is_for(kept, self.region)):
            yield Notice("region", f"适用地区：{draft.region}。")
        if draft.valid_until is not None and draft.valid_until - at <= _SOON:
            yield Notice("expires_soon", f"这条答复{_until(draft.valid_until)}止有效。")
        contact = [draft.agency or "", f"电话 {draft.phone}" if draft.phone else ""]
        if any(contact):
            yield Notice("contact", "承办单位：" + "，".join(filter(None, contact)) + "。")

    def _basis(self, kept: CuratedAnswer, filter_: Filter) -> Citation | None:
        basis = kept.draft.basis
        assert basis is not None  # noqa: S101 - the caller looked
        try:
            document = self.knowledge_base.document(basis.document_id)
        except DocumentNotFound:
            return None
        is_there = basis.span.end <= len(document.text)
        if not is_there or not filter_.admits(document.id, document.metadata):
            return None
        return Citation.of(document, basis.span, filter_.as_of, self.public_url)

    def _which_region(self, question: str, found: Sequence[CuratedAnswer]) -> Answer:
        named = _regions(found)
        shown = "、".join(named[:_NAMED_AT_MOST]) + ("等" if len(named) > _NAMED_AT_MOST else "")
        message = f"这个问题各地的答复不同，请先问清是哪里（{shown}），再连同地名一起问。"
        return Answer(
            question=question,
            id=uuid.uuid4().hex,
            outcome=Outcome.REFUSED,
            confidence=0.0,
            refusal=Refusal(Reason.TOO_VAGUE, message),
            trace=self._trace(),
        )

    def _trace(self) -> dict[str, object]:
        return {
            "revision": str(self.knowledge_base.revision),
            "models": {"reader": "curated"},
            "timings_ms": {},
        }


def _asks(kept: CuratedAnswer, question: str, same: Callable[[str, str], bool]) -> bool:
    wordings = (kept.draft.question, *kept.draft.wordings)
    return any(same(question, wording) for wording in wordings)


def _same_sense(kept: CuratedAnswer) -> Notice:
    message = f"按标准问答“{kept.draft.question}”答复，请核对问的是不是同一件事。"
    return Notice("same_sense", message)


def _is_for(kept: CuratedAnswer, region: str) -> bool:
    return stem(kept.draft.region or "") == stem(region)


def _regions(found: Iterable[CuratedAnswer]) -> list[str]:
    return sorted({one.draft.region or "各地" for one in found})


def _narrowed(found: Iterable[CuratedAnswer], filter_: Filter) -> list[CuratedAnswer]:
    """Leave those for the regions asked for, and those for everywhere."""
    wanted = filter_.regions
    return [
        one for one in found if not wanted or not one.draft.region or one.draft.region in wanted
    ]


def _is_narrowed(filter_: Filter) -> bool:
    kinds = bool(filter_.kinds) and Kind.FAQ not in filter_.kinds
    return bool(filter_.documents or filter_.issuers) or kinds


def _until(moment: datetime) -> str:
    """Say until when, as one would: a day that is over at midnight is named by itself."""
    if (moment.hour, moment.minute) == (0, 0):
        last = moment - timedelta(days=1)
        return f"到{last.year}年{last.month}月{last.day}日"
    return f"到{moment.year}年{moment.month}月{moment.day}日{moment:%H:%M}"
