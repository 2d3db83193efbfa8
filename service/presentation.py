"""The JSON of what the desk gives back, the same on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from index.answer_sheets.sheet import Remark
from index.document import SHANGHAI, Document, Kind, Metadata, Section, Status
from index.store.answer_sheets import SheetReport
from index.store.catalogue import DocumentSummary
from index.store.curated import CuratedAnswer
from index.store.feedback import Feedback
from index.store.gaps import Gap
from index.store.jobs import Job
from index.store.wording import Basis
from service.answering.answer import Answer, Citation, Outcome, Part
from service.succession import ended_json

if TYPE_CHECKING:
    from service.desk import SearchHit
    from service.synonyms.keeping import Import
    from service.synonyms.table import Entry
    from service.synonyms.wanted import WantedWord

Json = dict[str, Any]

OUTCOMES = {
    Outcome.ANSWERED: "已找到依据",
    Outcome.COMPUTED: "计算得出",
    Outcome.PASSAGES: "相关原文",
    Outcome.REFUSED: "未找到依据",
}
STATUSES = {
    Status.IN_FORCE: "现行有效",
    Status.NOT_YET_EFFECTIVE: "尚未施行",
    Status.AMENDED: "已被修改",
    Status.REPEALED: "已废止",
    Status.EXPIRED: "已失效",
    Status.UNVERIFIED: "未核实",
}
KINDS = {
    Kind.LAW: "法律",
    Kind.ADMINISTRATIVE_REGULATION: "行政法规",
    Kind.LOCAL_REGULATION: "地方性法规",
    Kind.RULE: "规章",
    Kind.NORMATIVE_DOCUMENT: "规范性文件",
    Kind.REPORT: "报告",
    Kind.INTERPRETATION: "解读",
    Kind.SERVICE_GUIDE: "办事指南",
    Kind.FAQ: "常见问答",
    Kind.OTHER: "其他",
}


def today() -> date:
    """Return the day it is in Shanghai."""
    return datetime.now(SHANGHAI).date()


def outcome_name(value: str) -> str:
    """Return the Chinese label of an outcome."""
    return OUTCOMES[Outcome(value)]


def status_name(value: str) -> str:
    """Return the Chinese label of a status."""
    return STATUSES[Status(value)]


def answer_json(answer: Answer) -> Json:
    """Return the one JSON of an answer, as `wenju ask --json` and POST /api/answer give it."""
    return {
        "question": answer.question,
        "id": answer.id,
        **_given_json(answer),
        "parts": [{"question": part.question, **_given_json(part)} for part in answer.parts],
        "trace": dict(answer.trace),
    }


def _given_json(given: Answer | Part) -> Json:
    """Return what is given to a question, or to one of the parts of a question."""
    refusal = given.refusal
    return {
        "outcome": given.outcome.value,
        "answer": given.answer,
        "script": given.script,
        "confidence": round(given.confidence, 4),
        "citations": [citation_json(citation) for citation in given.citations],
        "notices": [
            {"kind": str(notice.kind), "message": notice.message} for notice in given.notices
        ],
        "refusal": refusal
        and {
            "reason": refusal.reason.value,
            "message": refusal.message,
            "nearest": [citation_json(citation) for citation in refusal.nearest],
        },
    }


def citation_json(citation: Citation) -> Json:
    """Return a citation with its days as ISO 8601 text."""
    return {
        "document_id": citation.document_id,
        "title": citation.title,
        "document_number": citation.document_number,
        "issuer": citation.issuer,
        "status": citation.status.value,
        "issued_on": _iso(citation.issued_on),
        "effective_on": _iso(citation.effective_on),
        "locator": citation.locator,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "url": citation.url,
        "source": citation.source,
    }


def source_line(citation: Json) -> str:
    """Name a citation's source in one line: title, number, locator, page and status."""
    name = document_name(citation["title"], citation["document_number"])
    page = f"　第 {citation['page']} 页" if citation["page"] else ""
    status = status_name(citation["status"])
    return f"{name}{citation['locator']}{page}　{status}"


def document_name(title: str, number: str | None) -> str:
    """Name a document as one would in writing: its title, and its 文号 where it has one."""
    return f"《{title}》（{number}）" if number else f"《{title}》"


def search_json(query: str, hits: Sequence[SearchHit]) -> Json:
    """Return the passages found, as `wenju search --json` and GET /api/search give them."""
    return {
        "query": query,
        "hits": [
            {
                "rank": hit.rank,
                "score": round(hit.score, 4),
                "citation": citation_json(hit.citation),
            }
            for hit in hits
        ],
    }


def metadata_json(metadata: Metadata, day: date) -> Json:
    """Return every field of the metadata, and the status on `day`."""
    fields: Json = {}
    for name in Metadata.__dataclass_fields__:
        value = getattr(metadata, name)
        if isinstance(value, tuple):
            value = list(value)
        fields[name] = _iso(value) if isinstance(value, date) else value
    return {**fields, "status": metadata.status_on(day).value}


def summary_json(summary: DocumentSummary, day: date) -> Json:
    """Return what a list shows of a document."""
    return {
        "id": summary.id,
        "source": summary.source,
        "length": summary.length,
        "chunks": summary.chunks,
        "chunks_with_vectors": summary.chunks_with_vectors,
        "added_at": summary.added_at.isoformat(timespec="seconds"),
        "updated_at": summary.updated_at.isoformat(timespec="seconds"),
        "url": f"/documents/{summary.id}",
        "metadata": metadata_json(summary.metadata, day),
    }


def document_json(document: Document, day: date) -> Json:
    """Return all that was read from a document but its text."""
    return {
        "id": document.id,
        "source": document.source,
        "sha256": document.sha256,
        "length": len(document.text),
        "url": f"/documents/{document.id}",
        "metadata": metadata_json(document.metadata, day),
        "evidence": {
            name: {"start": span.start, "end": span.end, "quote": span.of(document.text)}
            for name, span in document.evidence.items()
        },
        "sections": _outline(document.root.children, document.text),
        "removals": [
            {"text": removal.text, "reason": removal.reason} for removal in document.removals
        ],
    }


def job_json(job: Job) -> Json:
    """Return how far a file has come."""
    error = {"code": job.error_code, "message": job.error_message} if job.error_code else None
    return {
        "id": job.id,
        "state": job.state.value,
        "source": job.source,
        "document_id": job.document_id,
        "progress": round(job.progress, 3),
        "error": error,
        "members": list(job.members),
        "answers": job.answers and asdict(job.answers),
        "endings": [ended_json(one) for one in job.endings],
        "created_at": job.created_at.isoformat(timespec="seconds"),
        "updated_at": job.updated_at.isoformat(timespec="seconds"),
    }


def sheet_json(report: SheetReport) -> Json:
    """Return what became of a spreadsheet's rows, row by row."""
    return {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "withdrawn": report.withdrawn,
        "rejected": [_remark_json(one) for one in report.remarks if one.rejected],
        "remarks": [_remark_json(one) for one in report.remarks if not one.rejected],
        "gone": [asdict(one) for one in report.gone],
    }


def _remark_json(remark: Remark) -> Json:
    return {
        "sheet": remark.sheet,
        "row": remark.row or None,
        "question": remark.question,
        "code": remark.code,
        "message": remark.message,
    }


def curated_json(kept: CuratedAnswer) -> Json:
    """Return a curated answer."""
    draft = kept.draft
    return {
        "id": kept.id,
        "question": draft.question,
        "answer": draft.answer,
        "wordings": list(draft.wordings),
        "script": draft.script,
        "basis": draft.basis and basis_json(draft.basis),
        "valid_from": _moment(draft.valid_from),
        "valid_until": _moment(draft.valid_until),
        "disclosure": draft.disclosure.value,
        "stated_basis": draft.stated_basis,
        "agency": draft.agency,
        "phone": draft.phone,
        "region": draft.region,
        "origin": kept.origin and asdict(kept.origin),
        "created_at": kept.created_at.isoformat(timespec="seconds"),
        "updated_at": kept.updated_at.isoformat(timespec="seconds"),
    }


def gap_json(gap: Gap) -> Json:
    """Return a question that found no answer."""
    return {
        "key": gap.key,
        "question": gap.question,
        "times": gap.times,
        "first_asked_at": gap.first_asked_at.isoformat(timespec="seconds"),
        "last_asked_at": gap.last_asked_at.isoformat(timespec="seconds"),
        "reason": gap.reason,
        "channel": gap.channel,
        "nearest": [basis_json(basis) for basis in gap.nearest],
    }


def synonym_json(entry: Entry) -> Json:
    """Return a line of the table of synonyms."""
    return {
        "word": entry.synonym.word,
        "official": list(entry.synonym.official),
        "note": entry.synonym.note,
        "enabled": entry.synonym.enabled,
        "origin": entry.origin.value,
        "changed_by": entry.changed_by,
        "changed_at": entry.changed_at and entry.changed_at.isoformat(timespec="seconds"),
    }


def synonym_import_json(done: Import) -> Json:
    """Return what became of the lines of a table of synonyms."""
    return {
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "rejected": [asdict(one) for one in done.rejected],
    }


def wanted_word_json(wanted: WantedWord) -> Json:
    """Return a word of refused questions that no document has."""
    return {"word": wanted.word, "times": wanted.times, "questions": list(wanted.questions)}


def feedback_json(feedback: Feedback) -> Json:
    """Return what a person thought of an answer, with what is left of that answer."""
    answered = feedback.answered
    return {
        "answer_id": feedback.answer_id,
        "verdict": feedback.verdict,
        "comment": feedback.comment,
        "channel": feedback.channel,
        "at": feedback.at.isoformat(timespec="seconds"),
        "answered": answered
        and {
            "question": answered.question,
            "outcome": answered.outcome,
            "answer": answered.answer,
            "confidence": round(answered.confidence, 4),
            "basis": [basis_json(basis) for basis in answered.basis],
            "at": answered.at.isoformat(timespec="seconds"),
        },
    }


def basis_json(basis: Basis) -> Json:
    """Return where in which document something stands."""
    return {
        "document_id": basis.document_id,
        "start": basis.span.start,
        "end": basis.span.end,
    }


def _outline(sections: Sequence[Section], text: str) -> list[Json]:
    return [
        {
            "kind": section.kind.value,
            "label": section.label,
            "heading": section.heading.of(text) if section.heading else None,
            "start": section.span.start,
            "end": section.span.end,
            "children": _outline(section.children, text),
        }
        for section in sections
    ]


def _moment(moment: datetime | None) -> str | None:
    """Return a moment by the clocks of Shanghai, a midnight as its day."""
    if moment is None:
        return None
    text = moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    return text.removesuffix("T00:00")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
