"""Answers of one's own: what the site has decided to say, before anything is searched."""

from __future__ import annotations

import uuid

from index.document import Filter
from index.errors import DocumentNotFound
from index.knowledge_base import KnowledgeBase
from index.store.curated import CuratedAnswer
from service.answering.answer import Answer, Citation, Notice, Outcome

_WITHOUT_BASIS = Notice("without_basis", "这是标准问答，没有注明依据，引用前请核实。")


def curated_answer(
    question: str, knowledge_base: KnowledgeBase, filter_: Filter, public_url: str
) -> Answer | None:
    """Return the site's own answer to exactly this question, or None.

    None also where its basis is gone, not in force on the day, or not for this channel: then the
    documents are asked.
    """
    kept = knowledge_base.curated.find(question, filter_.as_of, filter_.disclosures)
    if kept is None:
        return None
    citations: tuple[Citation, ...] = ()
    if kept.draft.basis is not None:
        citation = _basis(kept, knowledge_base, filter_, public_url)
        if citation is None:
            return None
        citations = (citation,)
    return Answer(
        question=question,
        id=uuid.uuid4().hex,
        outcome=Outcome.ANSWERED,
        confidence=1.0,
        answer=kept.draft.answer,
        script=kept.draft.script or kept.draft.answer,
        citations=citations,
        notices=() if citations else (_WITHOUT_BASIS,),
        trace={
            "revision": str(knowledge_base.revision),
            "models": {"reader": "curated"},
            "timings_ms": {},
        },
    )


def _basis(
    kept: CuratedAnswer, knowledge_base: KnowledgeBase, filter_: Filter, public_url: str
) -> Citation | None:
    basis = kept.draft.basis
    assert basis is not None  # noqa: S101 - the caller looked
    try:
        document = knowledge_base.document(basis.document_id)
    except DocumentNotFound:
        return None
    if basis.span.end > len(document.text) or not filter_.admits(document.id, document.metadata):
        return None
    return Citation.of(document, basis.span, filter_.as_of, public_url)
