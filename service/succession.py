"""Versions, what ends when, and what rests on it, as JSON and as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from index.comparison import Article, ArticleChange, Comparison
from index.document import Document, Metadata, Status
from index.errors import DocumentNotFound
from index.hidden_names import HiddenNames
from index.impact import Affected, Fate
from index.knowledge_base import KnowledgeBase
from index.store.succession import Ended, Lineage, Version
from index.succession import Question
from service.answering.answer import Answer, Notice

Json = dict[str, Any]

_HOLDING = {Status.IN_FORCE, Status.UNVERIFIED}
HOW = {Status.AMENDED: "被新版本取代", Status.REPEALED: "被废止"}
FATES = {
    Fate.KEPT: "条文未变，应改引新版本",
    Fate.MOVED: "条文未变，条号变了",
    Fate.CHANGED: "条文有改动",
    Fate.REMOVED: "条文已删去",
    Fate.ENDED: "文件已经或即将失效",
}
_ASKED = {
    Question.DAYS_UNKNOWN: "可能因《{title}》而失效，但日期读不出来，没有自动处理。"
    "请核对并填写两份文件的日期。",
    Question.ISSUER_DIFFERS: "《{title}》与它同名或点名废止它，但发文机关对不上，没有自动处理。"
    "请核对；确已失效的，请填 ended_on 和 ended_by。",
    Question.NOT_SAID: "《{title}》与它同名，日期更晚，但文中没有说明是否取代它。"
    "请核对；确已取代的，请填 ended_on 和 ended_by=amended。",
    Question.AMENDED: "已被《{title}》修改，知识库里还没有修改后的全文。请收进修改后的文本。",
}
_UNDATED = {
    "issued_on": "成文或公布日期",
    "effective_on": "施行日期",
    "expires_on": "失效日期",
}


def lapse_notices(
    answer: Answer, base: KnowledgeBase, day: date, days: int, hidden: HiddenNames
) -> Iterator[Notice]:
    """Yield a notice for every cited text that ends within so many days of `day`, once each.

    What ends it is not named where it is `hidden` from who asks.
    """
    told = set()
    for citation in answer.citations:
        if citation.document_id in told or citation.status not in _HOLDING:
            continue
        told.add(citation.document_id)
        document = _document(base, citation.document_id)  # None: removed this moment
        until = document.metadata.valid_until if document else None
        if document and until and (until.date() - day).days <= days:
            yield Notice("lapsing", _lapse(hidden.cleared(document.metadata)))


def _lapse(metadata: Metadata) -> str:
    until = metadata.valid_until
    assert until is not None  # noqa: S101 - the caller looked
    day = f"{until.year}年{until.month}月{until.day}日"
    status = metadata.status_on(until.date())
    follower = "".join(f"《{name}》" for name in metadata.replaced_by)
    if status is Status.AMENDED:
        return f"《{metadata.title}》自{day}起由新版本取代，届时请以新版本为准。"
    if status is Status.REPEALED and follower:
        return f"《{metadata.title}》自{day}起被{follower}废止，届时请以后者为准。"
    return f"《{metadata.title}》自{day}起失效，届时请核实有无新规定。"


def shown_lineage(
    base: KnowledgeBase,
    document: Document,
    sees: Callable[[Document], bool] = lambda _: True,
) -> Json:
    """Return, under `lineage`, how a document stands to the others that the reader `sees`."""
    lineage = base.lineage(document.id)
    titles: dict[str, str | None] = {}

    def title_of(document_id: str) -> str | None:
        if document_id not in titles:
            other = _document(base, document_id)
            titles[document_id] = other.metadata.title if other and sees(other) else None
        return titles[document_id]

    by = lineage.ended_by
    return {
        "lineage": {
            "ended_by": ended_json(by) if by and title_of(by.by) is not None else None,
            "ended": [ended_json(one) for one in lineage.ended if title_of(one.document_id)],
            "versions": [
                {
                    "document_id": one.document_id,
                    "title": one.title,
                    "begins_on": one.begins_on and one.begins_on.isoformat(),
                }
                for one in lineage.versions
                if title_of(one.document_id)
            ],
            "questions": [*_open(lineage, title_of), *undated(document)],
        }
    }


def visible_versions(
    base: KnowledgeBase, document_id: str, sees: Callable[[Document], bool]
) -> list[Version]:
    """Return the versions of a text that the reader `sees`, itself among them, oldest first."""
    return [
        one
        for one in base.lineage(document_id).versions
        if (document := _document(base, one.document_id)) and sees(document)
    ]


def _document(base: KnowledgeBase, document_id: str) -> Document | None:
    try:
        return base.document(document_id)
    except DocumentNotFound:
        return None


def _open(lineage: Lineage, title_of: Callable[[str], str | None]) -> Iterator[str]:
    for asked in lineage.questions:
        title = title_of(asked.by)
        if title is not None and asked.question is not None:
            yield _ASKED[asked.question].format(title=title)


def undated(document: Document) -> Iterator[str]:
    """Yield what the text says of its days that could not be worked out."""
    for field, name in _UNDATED.items():
        span = document.evidence.get(field)
        if span is not None and getattr(document.metadata, field) is None:
            said = span.of(document.text)
            yield f"原文写有“{said}”，但算不出{name}，没有填写。请核对后填 {field}。"
    metadata = document.metadata
    named = document.evidence.get("issued_on")
    if named is not None and not len(named) and metadata.issued_on:
        yield (
            f"公布日期 {metadata.issued_on} 取自文件名，原文没有写到这一天。请核对后填 issued_on。"
        )
    issued_on, effective_on = metadata.issued_on, metadata.effective_on
    read = {"issued_on", "effective_on"} <= set(document.evidence)
    if read and issued_on and effective_on and effective_on < issued_on:
        yield (
            f"这是 {issued_on} 修改过的版本，原文没有写修改自哪天起施行，暂按这一天算。"
            "请核对；不同的，请填 effective_on。"
        )


def ended_json(ended: Ended) -> Json:
    """Return that one document ended another, and where it says so."""
    return {
        "document_id": ended.document_id,
        "title": ended.title,
        "ended_on": ended.on.isoformat(),
        "ended_by": ended.how.value,
        "by": ended.by,
        "by_title": ended.by_title,
        "said": {"start": ended.said.start, "end": ended.said.end},
    }


def ended_line(ended: Ended, document_id: str | None = None) -> str:
    """Say in a line what ended what, seen from one of the two."""
    if ended.by == document_id:
        word = "取代" if ended.how is Status.AMENDED else "废止"
        return f"自 {ended.on} 起{word}《{ended.title}》（{ended.document_id}）"
    return f"自 {ended.on} 起{HOW[ended.how]}：《{ended.by_title}》（{ended.by}）"


def comparison_json(comparison: Comparison, before: Document, after: Document) -> Json:
    """Return what changed from one version to the next."""
    return {
        "before": _named(before),
        "after": _named(after),
        "unchanged": comparison.unchanged,
        "changes": [_change(one, before, after) for one in comparison.changes],
    }


def _named(document: Document) -> Json:
    begins = document.metadata.valid_from
    return {
        "document_id": document.id,
        "title": document.metadata.title,
        "begins_on": begins and begins.date().isoformat(),
    }


def _change(one: ArticleChange, before: Document, after: Document) -> Json:
    return {
        "change": one.change.value,
        "before": one.before and _article(one.before, before),
        "after": one.after and _article(one.after, after),
        "words": [{"edit": edit.value, "text": words} for edit, words in one.words],
    }


def _article(article: Article, document: Document) -> Json:
    return {
        "label": article.label,
        "start": article.span.start,
        "end": article.span.end,
        "text": article.span.of(document.text).strip(),
    }


def impact_json(document_id: str, affected: Sequence[Affected]) -> Json:
    """Return what rests on texts that changed or ended."""
    return {"document_id": document_id, "affected": [_affected(one) for one in affected]}


def _affected(one: Affected) -> Json:
    now = one.now
    return {
        "question": one.question,
        "curated_id": one.curated_id,
        "document_id": one.document_id,
        "locator": one.locator,
        "start": one.place.start,
        "end": one.place.end,
        "fate": one.fate.value,
        "ended_on": one.ended_on and one.ended_on.isoformat(),
        "now": now
        and {
            "document_id": one.now_in,
            "label": now.label,
            "start": now.span.start,
            "end": now.span.end,
        },
    }


def earlier_version(versions: Sequence[Version], document_id: str) -> str | None:
    """Return the version before a document, or None where there is none."""
    ids = [version.document_id for version in versions]
    place = ids.index(document_id) if document_id in ids else 0
    return ids[place - 1] if place else None
