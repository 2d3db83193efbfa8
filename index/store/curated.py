"""标准问答: questions the desk answers in its own words, before it searches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from index.document import Disclosure, Span
from index.errors import CuratedNotFound, InvalidRequest
from index.remembered import Remembered
from index.store.columns import is_after, now
from index.store.database import Database, batches
from index.store.near_wordings import NearWordings
from index.store.tables import CuratedRow, GapRow, WordingRow
from index.store.wording import Basis, wording_key

LONGEST_QUESTION = 1000
LONGEST_ANSWER = 4000


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person writes. It holds from `valid_from` until just before `valid_until`.

    `wordings` are other ways to ask the same. `basis` is a place in a document, `stated_basis`
    what a person wrote of one; without either the desk must say so.
    """

    question: str
    answer: str
    wordings: tuple[str, ...] = ()
    script: str | None = None
    basis: Basis | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    disclosure: Disclosure = Disclosure.PUBLIC
    stated_basis: str | None = None  # 依据
    agency: str | None = None  # 承办单位
    phone: str | None = None  # 联系电话
    region: str | None = None  # 地区; None holds everywhere


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of a spreadsheet that an answer came from, counted as Excel does."""

    source: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class CuratedAnswer:
    """A draft that is kept. `origin` is None where somebody wrote it at the desk."""

    id: str
    draft: Draft
    created_at: datetime
    updated_at: datetime
    origin: Origin | None = None


class CuratedAnswers:
    """Reads and changes the curated answers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wordings: Remembered[tuple[Any, ...], NearWordings] = Remembered(1)

    def find(
        self, question: str, at: datetime, disclosures: Collection[Disclosure] = ()
    ) -> list[CuratedAnswer]:
        """Return the answers to exactly this question that hold at a moment, the best first.

        What was written at the desk comes before what a spreadsheet says, then the last
        changed. Of each region there is one. No `disclosures` means any.
        """
        key = WordingRow.folded == wording_key(question)
        asked = select(WordingRow.curated_id).where(key)
        with self._database.reading() as connection:
            return _one_a_region(_live(connection, CuratedRow.id.in_(asked), at, disclosures))

    def near(
        self, question: str, at: datetime, disclosures: Collection[Disclosure] = ()
    ) -> list[CuratedAnswer]:
        """Return answers to questions in words like these that hold at a moment."""
        with self._database.reading() as connection:
            ids = self._nearest(connection).search(question)
            return _live(connection, CuratedRow.id.in_(ids), at, disclosures) if ids else []

    def regions(self) -> frozenset[str]:
        """Return every region that some answer is for."""
        with self._database.reading() as connection:
            return self._nearest(connection).regions

    def _nearest(self, connection: Connection) -> NearWordings:
        """Return the index of all wordings, made anew where an answer has changed."""
        stamp = connection.execute(
            select(func.count(CuratedRow.updated_at), func.max(CuratedRow.updated_at))
        ).one()
        return self._wordings.get(tuple(stamp), lambda: NearWordings.of(connection))

    def all(self) -> list[CuratedAnswer]:
        """List all, the last changed first."""
        return self.part()

    def part(
        self, limit: int | None = None, after: tuple[datetime, str] | None = None
    ) -> list[CuratedAnswer]:
        """List the last changed first; those after the one with this change and this id."""
        order = (CuratedRow.updated_at, CuratedRow.id)
        query = select(CuratedRow.__table__).order_by(*(column.desc() for column in order))
        if after is not None:
            query = query.where(is_after(after, order))
        query = query.limit(limit)
        with self._database.reading() as connection:
            return answers_of(connection, connection.execute(query).all())

    def resting_on(self, document_id: str) -> list[CuratedAnswer]:
        """List those whose basis lies in a document."""
        query = select(CuratedRow.__table__).where(CuratedRow.basis_document == document_id)
        with self._database.reading() as connection:
            return answers_of(connection, connection.execute(query).all())

    def get(self, curated_id: str) -> CuratedAnswer:
        """Return one. Raises CuratedNotFound."""
        with self._database.reading() as connection:
            return _get(connection, curated_id)

    def add(self, draft: Draft) -> CuratedAnswer:
        """Keep a new answer; the gaps that ask the same are closed."""
        draft, curated_id = checked(draft), uuid4().hex[:16]
        with self._database.writing() as connection:
            values = {"id": curated_id, "created_at": now(), **columns_of(draft)}
            connection.execute(insert(CuratedRow), [values])
            set_wordings(connection, curated_id, draft)
            return _get(connection, curated_id)

    def change(self, curated_id: str, draft: Draft) -> CuratedAnswer:
        """Put a draft in the place of an answer. Raises CuratedNotFound."""
        draft = checked(draft)
        with self._database.writing() as connection:
            _get(connection, curated_id)
            changing = update(CuratedRow).where(CuratedRow.id == curated_id)
            connection.execute(changing.values(columns_of(draft)))
            set_wordings(connection, curated_id, draft)
            return _get(connection, curated_id)

    def remove(self, curated_id: str) -> None:
        """Take an answer away; the gaps it closed are open again. Raises CuratedNotFound."""
        with self._database.writing() as connection:
            _get(connection, curated_id)
            connection.execute(delete(CuratedRow).where(CuratedRow.id == curated_id))
            open_gaps(connection, curated_id)


def checked(draft: Draft) -> Draft:
    """Return the draft if it may be kept. Raises InvalidRequest."""
    if not 0 < len(draft.question.strip()) <= LONGEST_QUESTION:
        raise InvalidRequest(f"问题应有 1 到 {LONGEST_QUESTION} 个字。")
    if not 0 < len(draft.answer.strip()) <= LONGEST_ANSWER:
        raise InvalidRequest(f"答案应有 1 到 {LONGEST_ANSWER} 个字。")
    if draft.valid_from and draft.valid_until and draft.valid_until <= draft.valid_from:
        raise InvalidRequest("失效时间应晚于生效时间。")
    return draft


def columns_of(draft: Draft) -> dict[str, Any]:
    """Return what the table holds of a draft, changed now."""
    return {
        "question": draft.question.strip(),
        "answer": draft.answer.strip(),
        "script": draft.script,
        "basis_document": draft.basis.document_id if draft.basis else None,
        "basis_start": draft.basis.span.start if draft.basis else None,
        "basis_end": draft.basis.span.end if draft.basis else None,
        "holds_from": draft.valid_from,
        "holds_until": draft.valid_until,
        "disclosure": draft.disclosure,
        "stated_basis": draft.stated_basis,
        "agency": draft.agency,
        "phone": draft.phone,
        "region": draft.region,
        "updated_at": now(),
    }


def set_wordings(connection: Connection, curated_id: str, draft: Draft) -> None:
    """Write an answer's wordings in the place of its earlier ones; close the gaps that ask them."""
    connection.execute(delete(WordingRow).where(WordingRow.curated_id == curated_id))
    rows = wording_rows(curated_id, draft)
    connection.execute(insert(WordingRow), rows)
    open_gaps(connection, curated_id)
    closing = update(GapRow).where(GapRow.folded.in_([row["folded"] for row in rows]))
    connection.execute(closing.values(answered_by=curated_id))


def wording_rows(curated_id: str, draft: Draft) -> list[dict[str, Any]]:
    """Return what the table of wordings holds of a draft; of the same wordings the first."""
    wordings: dict[str, tuple[int, str]] = {}
    for position, wording in enumerate((draft.question, *draft.wordings)):
        if wording.strip():
            wordings.setdefault(wording_key(wording), (position, wording.strip()))
    return [
        {"curated_id": curated_id, "folded": folded, "position": position, "wording": wording}
        for folded, (position, wording) in wordings.items()
    ]


def open_gaps(connection: Connection, curated_id: str) -> None:
    """Open again the gaps that an answer closed."""
    closed = update(GapRow).where(GapRow.answered_by == curated_id)
    connection.execute(closed.values(answered_by=None))


def _get(connection: Connection, curated_id: str) -> CuratedAnswer:
    query = select(CuratedRow.__table__).where(CuratedRow.id == curated_id)
    found = answers_of(connection, connection.execute(query).all())
    if not found:
        raise CuratedNotFound(f"没有编号为 {curated_id} 的标准问答，可能已被删除。")
    return found[0]


def _live(
    connection: Connection,
    wanted: ColumnElement[bool],
    at: datetime,
    disclosures: Collection[Disclosure],
) -> list[CuratedAnswer]:
    query = (
        select(CuratedRow.__table__)
        .where(wanted)
        .where(or_(CuratedRow.holds_from.is_(None), CuratedRow.holds_from <= at))
        .where(or_(CuratedRow.holds_until.is_(None), CuratedRow.holds_until > at))
        .order_by(CuratedRow.source.is_not(None), CuratedRow.updated_at.desc(), CuratedRow.id)
    )
    if disclosures:
        query = query.where(CuratedRow.disclosure.in_(disclosures))
    return answers_of(connection, connection.execute(query).all())


def _one_a_region(found: Iterable[CuratedAnswer]) -> list[CuratedAnswer]:
    best: dict[str | None, CuratedAnswer] = {}
    for one in found:
        best.setdefault(one.draft.region, one)
    return list(best.values())


def answers_of(connection: Connection, rows: Iterable[Row[Any]]) -> list[CuratedAnswer]:
    """Return the answers that rows of the table hold, each with its wordings."""
    rows = list(rows)
    wordings = _wordings(connection, [row.id for row in rows])
    return [
        CuratedAnswer(
            id=row.id,
            draft=Draft(
                question=row.question,
                answer=row.answer,
                wordings=tuple(wordings.get(row.id, ())),
                script=row.script,
                basis=_basis(row),
                valid_from=row.holds_from,
                valid_until=row.holds_until,
                disclosure=row.disclosure,
                stated_basis=row.stated_basis,
                agency=row.agency,
                phone=row.phone,
                region=row.region,
            ),
            created_at=row.created_at,
            updated_at=row.updated_at,
            origin=Origin(row.source, row.source_sheet, row.source_row) if row.source else None,
        )
        for row in rows
    ]


def _wordings(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the other wordings of each; position 0 is the question itself."""
    found: dict[str, list[str]] = {}
    for some in batches(ids):
        query = (
            select(WordingRow.curated_id, WordingRow.wording)
            .where(WordingRow.curated_id.in_(some), WordingRow.position > 0)
            .order_by(WordingRow.curated_id, WordingRow.position)
        )
        for curated_id, wording in connection.execute(query):
            found.setdefault(curated_id, []).append(wording)
    return found


def _basis(row: Row[Any]) -> Basis | None:
    if row.basis_document is None:
        return None
    return Basis(row.basis_document, Span(row.basis_start, row.basis_end))
