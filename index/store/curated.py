"""标准问答: questions the desk answers in its own words, before it searches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from index.document import Disclosure, Span
from index.errors import CuratedNotFound, InvalidRequest
from index.store.columns import now
from index.store.database import Database
from index.store.tables import CuratedRow, GapRow, WordingRow
from index.store.wording import Basis, wording_key

LONGEST_QUESTION = 1000
LONGEST_ANSWER = 4000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person writes. It holds from `valid_from` until the day before `valid_until`.

    `wordings` are other ways to ask the same. Without a basis the desk must say so.
    """

    question: str
    answer: str
    wordings: tuple[str, ...] = ()
    script: str | None = None
    basis: Basis | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    disclosure: Disclosure = Disclosure.PUBLIC


@dataclass(frozen=True, slots=True)
class CuratedAnswer:
    """A draft that is kept."""

    id: str
    draft: Draft
    created_at: datetime
    updated_at: datetime


class CuratedAnswers:
    """Reads and changes the curated answers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, question: str, day: date, disclosures: Collection[Disclosure] = ()
    ) -> CuratedAnswer | None:
        """Return the answer to exactly this question that holds on `day`, the latest if several.

        No `disclosures` means any.
        """
        query = (
            select(CuratedRow.__table__)
            .join(WordingRow, WordingRow.curated_id == CuratedRow.id)
            .where(WordingRow.folded == wording_key(question))
            .where(or_(CuratedRow.valid_from.is_(None), CuratedRow.valid_from <= day))
            .where(or_(CuratedRow.valid_until.is_(None), CuratedRow.valid_until > day))
            .order_by(CuratedRow.updated_at.desc())
            .limit(1)
        )
        if disclosures:
            query = query.where(CuratedRow.disclosure.in_(disclosures))
        with self._database.reading() as connection:
            found = _answers(connection, connection.execute(query).all())
        return found[0] if found else None

    def all(self) -> list[CuratedAnswer]:
        """List all, the last changed first."""
        query = select(CuratedRow.__table__).order_by(CuratedRow.updated_at.desc())
        with self._database.reading() as connection:
            return _answers(connection, connection.execute(query).all())

    def resting_on(self, document_id: str) -> list[CuratedAnswer]:
        """List those whose basis lies in a document."""
        query = select(CuratedRow.__table__).where(CuratedRow.basis_document == document_id)
        with self._database.reading() as connection:
            return _answers(connection, connection.execute(query).all())

    def get(self, curated_id: str) -> CuratedAnswer:
        """Return one. Raises CuratedNotFound."""
        with self._database.reading() as connection:
            return _get(connection, curated_id)

    def add(self, draft: Draft) -> CuratedAnswer:
        """Keep a new answer; the gaps that ask the same are closed."""
        draft, curated_id = _checked(draft), uuid4().hex[:16]
        with self._database.writing() as connection:
            values = {"id": curated_id, "created_at": now(), **_columns(draft)}
            connection.execute(insert(CuratedRow), [values])
            _set_wordings(connection, curated_id, draft)
            return _get(connection, curated_id)

    def change(self, curated_id: str, draft: Draft) -> CuratedAnswer:
        """Put a draft in the place of an answer. Raises CuratedNotFound."""
        draft = _checked(draft)
        with self._database.writing() as connection:
            _get(connection, curated_id)
            changing = update(CuratedRow).where(CuratedRow.id == curated_id)
            connection.execute(changing.values(_columns(draft)))
            _set_wordings(connection, curated_id, draft)
            return _get(connection, curated_id)

    def remove(self, curated_id: str) -> None:
        """Take an answer away; the gaps it closed are open again. Raises CuratedNotFound."""
        with self._database.writing() as connection:
            _get(connection, curated_id)
            connection.execute(delete(CuratedRow).where(CuratedRow.id == curated_id))
            _open_gaps(connection, curated_id)


def _checked(draft: Draft) -> Draft:
    if not 0 < len(draft.question.strip()) <= LONGEST_QUESTION:
        raise InvalidRequest(f"问题应有 1 到 {LONGEST_QUESTION} 个字。")
    if not 0 < len(draft.answer.strip()) <= LONGEST_ANSWER:
        raise InvalidRequest(f"答案应有 1 到 {LONGEST_ANSWER} 个字。")
    if draft.valid_from and draft.valid_until and draft.valid_until <= draft.valid_from:
        raise InvalidRequest("失效日期应晚于生效日期。")
    return draft


def _columns(draft: Draft) -> dict[str, Any]:
    return {
        "question": draft.question.strip(),
        "answer": draft.answer.strip(),
        "script": draft.script,
        "basis_document": draft.basis.document_id if draft.basis else None,
        "basis_start": draft.basis.span.start if draft.basis else None,
        "basis_end": draft.basis.span.end if draft.basis else None,
        "valid_from": draft.valid_from,
        "valid_until": draft.valid_until,
        "disclosure": draft.disclosure,
        "updated_at": now(),
    }


def _set_wordings(connection: Connection, curated_id: str, draft: Draft) -> None:
    connection.execute(delete(WordingRow).where(WordingRow.curated_id == curated_id))
    wordings: dict[str, tuple[int, str]] = {}
    for position, wording in enumerate((draft.question, *draft.wordings)):
        if wording.strip():
            wordings.setdefault(wording_key(wording), (position, wording.strip()))
    rows = [
        {"curated_id": curated_id, "folded": folded, "position": position, "wording": wording}
        for folded, (position, wording) in wordings.items()
    ]
    connection.execute(insert(WordingRow), rows)
    _open_gaps(connection, curated_id)
    closing = update(GapRow).where(GapRow.folded.in_(wordings))
    connection.execute(closing.values(answered_by=curated_id))


def _open_gaps(connection: Connection, curated_id: str) -> None:
    """Open again the gaps that an answer closed."""
    closed = update(GapRow).where(GapRow.answered_by == curated_id)
    connection.execute(closed.values(answered_by=None))


def _get(connection: Connection, curated_id: str) -> CuratedAnswer:
    query = select(CuratedRow.__table__).where(CuratedRow.id == curated_id)
    found = _answers(connection, connection.execute(query).all())
    if not found:
        raise CuratedNotFound(f"没有编号为 {curated_id} 的标准问答，可能已被删除。")
    return found[0]


def _answers(connection: Connection, rows: Iterable[Row[Any]]) -> list[CuratedAnswer]:
    return [
        CuratedAnswer(
            id=row.id,
            draft=Draft(
                question=row.question,
                answer=row.answer,
                wordings=_wordings(connection, row.id),
                script=row.script,
                basis=_basis(row),
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                disclosure=row.disclosure,
            ),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def _wordings(connection: Connection, curated_id: str) -> tuple[str, ...]:
    """Return the other wordings; position 0 is the question itself."""
    return tuple(
        connection.execute(
            select(WordingRow.wording)
            .where(WordingRow.curated_id == curated_id, WordingRow.position > 0)
            .order_by(WordingRow.position)
        ).scalars()
    )


def _basis(row: Row[Any]) -> Basis | None:
    if row.basis_document is None:
        return None
    return Basis(row.basis_document, Span(row.basis_start, row.basis_end))
