"""What a bundle's members say, as JSON and back; what comes back is checked to be whole."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, TypeVar

from index.document import Chunk, Disclosure, Document, Kind, Metadata, Section, Span, Status
from index.errors import DamagedBundle, InvalidRequest
from index.store.content import (
    METADATA_FIELDS,
    document_from,
    metadata_from_json,
    metadata_to_json,
    structure_json,
)
from index.store.curated import CuratedAnswer, Draft, Origin, checked
from index.store.wording import Basis

Read = TypeVar("Read")
_FAULTS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
_CHOICES = {"kind": Kind, "disclosure": Disclosure, "ended_by": Status | None}
_DEEPEST = 40  # sections within sections


@dataclass(frozen=True, slots=True)
class CarriedDocument:
    """A document on its way: its reading, and the metadata fields that a person has set.

    `passages` are digests of what the model read for each of the carried vectors.
    """

    document: Document
    edited: tuple[str, ...]
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CarriedAnswer:
    """A curated answer on its way, with the words of its basis."""

    answer: CuratedAnswer
    basis_words: str | None = None


def document_json(carried: CarriedDocument) -> bytes:
    """Write a document."""
    document = carried.document
    return _packed(
        {
            "id": document.id,
            "source": document.source,
            "sha256": document.sha256,
            "metadata": json.loads(metadata_to_json(document.metadata)),
            "edited": carried.edited,
            "passages": carried.passages,
            "structure": structure_json(document),
            "text": document.text,
        }
    )


def document_of(content: bytes, document_id: str) -> CarriedDocument:
    """Read a document. Raises DamagedBundle for what no export of ours would say."""
    try:
        given = json.loads(content)
        metadata = metadata_from_json(json.dumps(given["metadata"]))
        document = document_from(
            given["source"],
            given["sha256"],
            given["text"],
            metadata,
            given["structure"],
            document_id=given["id"],
        )
        carried = CarriedDocument(document, tuple(given["edited"]), tuple(given["passages"]))
        sound = document.id == document_id and _is_sound(carried)
    except _FAULTS as error:
        raise damaged(f"documents/{document_id}.json") from error
    if not sound:
        raise damaged(f"documents/{document_id}.json")
    return carried


def curated_json(answers: Iterable[CarriedAnswer]) -> bytes:
    """Write the curated answers."""
    return _packed([_answer_json(carried) for carried in answers])


def curated_of(content: bytes) -> list[CarriedAnswer]:
    """Read the curated answers. Raises DamagedBundle."""
    try:
        return [_answer(given) for given in json.loads(content)]
    except (*_FAULTS, InvalidRequest) as error:
        raise damaged("curated.json") from error


def digests(title: str, text: str, chunks: Sequence[Chunk]) -> tuple[str, ...]:
    """Return a digest of what the model reads of each passage."""
    inputs = (chunk.embedding_input(title, text) for chunk in chunks)
    return tuple(
        hashlib.sha256(one.encode("utf-8", "surrogatepass")).hexdigest()[:32] for one in inputs
    )


def damaged(member: str) -> DamagedBundle:
    """Say that a member is not what an export would hold."""
    return DamagedBundle(
        f"导出文件里的 {member} 已损坏或被改动，什么也没有导入。请重新导出，或重新拷贝后再导入。"
    )


def _packed(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _is_sound(carried: CarriedDocument) -> bool:
    document = carried.document
    length = len(document.text)
    within = [*document.evidence.values(), *(run.span for run in document.origin)]
    words = (document.source, document.sha256, document.text)
    return (
        all(isinstance(one, str) for one in (*words, *carried.edited, *carried.passages))
        and document.id == document.sha256[: len(document.id)]
        and set(carried.edited) <= set(METADATA_FIELDS)
        and _is_metadata(document.metadata)
        and document.root.span == Span(0, length)
        and _is_tree(document.root, _DEEPEST)
        and all(span.end <= length for span in within)
        and set(document.evidence) <= set(METADATA_FIELDS)
        and all(isinstance(removal.text, str) for removal in document.removals)
        and all(isinstance(removal.source_start, int) for removal in document.removals)
        and all(math.isfinite(page.confidence) for page in document.recognised)
    )


def _is_tree(section: Section, depth: int) -> bool:
    position = section.span.start
    for child in section.children:
        if depth == 0 or child.span.start < position or child.span.end > section.span.end:
            return False
        if not _is_tree(child, depth - 1):
            return False
        position = child.span.end
    heading = section.heading
    words: tuple[object, object] = section.label, section.level
    whole = heading is None or heading.end <= section.span.end
    return whole and isinstance(words[0], str) and isinstance(words[1], int)


def _is_metadata(metadata: Metadata) -> bool:
    """Say whether every field holds what it may."""
    for field in fields(Metadata):
        value = getattr(metadata, field.name)
        if field.default == ():
            fits = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
        elif field.name in _CHOICES:
            fits = isinstance(value, _CHOICES[field.name])
        elif field.name.endswith("_on") or field.name == "review_by":
            fits = isinstance(value, date | None)
        else:
            fits = isinstance(value, str | None)
        if not fits:
            return False
    return bool(metadata.title)


def _answer_json(carried: CarriedAnswer) -> dict[str, Any]:
    answer, draft = carried.answer, carried.answer.draft
    basis, origin = draft.basis, answer.origin
    given: dict[str, Any] = {
        "id": answer.id,
        "question": draft.question,
        "answer": draft.answer,
        "wordings": draft.wordings,
        "disclosure": draft.disclosure,
        "created_at": answer.created_at.isoformat(),
        "valid_from": _moment(draft.valid_from),
        "valid_until": _moment(draft.valid_until),
        "script": draft.script,
        "stated_basis": draft.stated_basis,
        "agency": draft.agency,
        "phone": draft.phone,
        "region": draft.region,
        "basis": None,
        "origin": None,
    }
    if basis is not None:
        place = [basis.document_id, basis.span.start, basis.span.end]
        given["basis"] = [*place, carried.basis_words]
    if origin is not None:
        given["origin"] = [origin.source, origin.sheet, origin.row]
    return given


def _answer(given: dict[str, Any]) -> CarriedAnswer:
    basis, words = None, None
    if given["basis"] is not None:
        document_id, start, end, words = given["basis"]
        basis = Basis(_text(document_id), Span(start, end))
    draft = Draft(
        question=_text(given["question"]),
        answer=_text(given["answer"]),
        wordings=tuple(_text(one) for one in given["wordings"]),
        basis=basis,
        disclosure=Disclosure(given["disclosure"]),
        valid_from=_perhaps(_aware, given["valid_from"]),
        valid_until=_perhaps(_aware, given["valid_until"]),
        script=_perhaps(_text, given["script"]),
        stated_basis=_perhaps(_text, given["stated_basis"]),
        agency=_perhaps(_text, given["agency"]),
        phone=_perhaps(_text, given["phone"]),
        region=_perhaps(_text, given["region"]),
    )
    origin = given["origin"]
    if origin is not None:
        source, sheet, row = origin
        origin = Origin(_text(source), _text(sheet), int(row))
    created = _aware(given["created_at"])
    answer = CuratedAnswer(_text(given["id"]), checked(draft), created, created, origin)
    if not 0 < len(answer.id) <= 32:
        raise ValueError(answer.id)
    return CarriedAnswer(answer, words and _text(words))


def _perhaps(read: Callable[[str], Read], value: str | None) -> Read | None:
    return None if value is None else read(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def without_endings(document: Document, edited: Sequence[str]) -> Document:
    """Return a document as it was before another one ended it, which settles itself again."""
    kept = document.metadata.replaced_by if "replaced_by" in edited else ()
    metadata = replace(document.metadata, ended_on=None, ended_by=None, replaced_by=kept)
    return replace(document, metadata=metadata)
