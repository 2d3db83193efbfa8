"""Bring the curated answers of a bundle into a catalogue, all in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from index.answer_sheets.period import Period
from index.bundle.contents import CarriedAnswer
from index.store.content import unpack_text
from index.store.curated import (
    CuratedAnswer,
    answers_of,
    columns_of,
    open_gaps,
    set_wordings,
)
from index.store.database import Database
from index.store.tables import ContentRow, CuratedRow, WordingRow
from index.store.wording import wording_key


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that did not come in, with a stable code and a sentence."""

    question: str
    code: str
    message: str


@dataclass(slots=True)
class AnswersBroughtIn:
    """What became of the answers, in figures; of those that did not come in, why."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    removed: int = 0
    refused: list[Refused] = field(default_factory=list)


def bring_in_answers(
    database: Database, carried: Sequence[CarriedAnswer], *, keep: bool, mirror: bool
) -> AnswersBroughtIn:
    """Write the answers: new ones, and those that differ in the place of what is here.

    An answer is the same where its id is, or where a spreadsheet of the same name asks the same
    for the same region. With `keep` what is here stays; with `mirror` all others go first.
    """
    brought = AnswersBroughtIn()
    with database.writing() as connection:
        here = _here(connection)
        rows = {row: one for one in here.values() if (row := _row_of(one)) is not None}
        matches = [
            here.get(one.answer.id) or rows.get(_row_of(one.answer) or ()) for one in carried
        ]
        if mirror:
            wanted = {match.id for match in matches if match is not None}
            _remove(connection, gone := [one for one in here if one not in wanted])
            brought.removed = len(gone)
        for one, match in zip(carried, matches, strict=True):
            _bring_in(connection, one, match, brought, keep=keep)
    return brought


def _bring_in(
    connection: Connection,
    carried: CarriedAnswer,
    match: CuratedAnswer | None,
    brought: AnswersBroughtIn,
    *,
    keep: bool,
) -> None:
    answer = carried.answer
    if match is not None:
        answer = replace(answer, id=match.id)
        if (match.draft, match.origin) == (answer.draft, answer.origin):
            brought.unchanged += 1
            return
        if keep:
            brought.kept += 1
            return
    refused = _refusal(connection, replace(carried, answer=answer))
    if refused is not None:
        brought.refused.append(refused)
        return
    origin = answer.origin
    values: dict[str, Any] = {
        **columns_of(answer.draft),
        "source": origin.source if origin else None,
        "source_sheet": origin.sheet if origin else None,
        "source_row": origin.row if origin else None,
    }
    if match is None:
        values |= {"id": answer.id, "created_at": answer.created_at}
        connection.execute(insert(CuratedRow), [values])
        brought.added += 1
    else:
        connection.execute(update(CuratedRow).where(CuratedRow.id == answer.id).values(values))
        brought.changed += 1
    set_wordings(connection, answer.id, answer.draft)


def _here(connection: Connection) -> dict[str, CuratedAnswer]:
    rows = connection.execute(select(CuratedRow.__table__)).all()
    return {answer.id: answer for answer in answers_of(connection, rows)}


def _row_of(answer: CuratedAnswer) -> tuple[str, ...] | None:
    """Name the row of a spreadsheet as `answer_sheets` does: its file, question and region."""
    if answer.origin is None:
        return None
    return answer.origin.source, wording_key(answer.draft.question), answer.draft.region or ""


def _refusal(connection: Connection, carried: CarriedAnswer) -> Refused | None:
    """Say why an answer cannot come in: its basis reads otherwise here, or another one holds."""
    answer, draft = carried.answer, carried.answer.draft
    if draft.basis is not None and carried.basis_words is not None:
        query = select(ContentRow.text).where(ContentRow.document_id == draft.basis.document_id)
        text = connection.execute(query).scalar()
        if text is None or draft.basis.span.of(unpack_text(text)) != carried.basis_words:
            message = "依据的那一处在这里的文件中不是原来的文字，没有导入。请核对依据后重新录入。"
            return Refused(draft.question, "basis_differs", message)
    asked = select(WordingRow.curated_id).where(
        WordingRow.folded == wording_key(draft.question), WordingRow.position == 0
    )
    rows = connection.execute(select(CuratedRow.__table__).where(CuratedRow.id.in_(asked))).all()
    period = Period(draft.valid_from, draft.valid_until)
    for other in answers_of(connection, rows):
        theirs = Period(other.draft.valid_from, other.draft.valid_until)
        same = other.id != answer.id and other.draft.region == draft.region
        if same and other.draft.answer != draft.answer and theirs.overlaps(period):
            message = "这里对同一问题已有另一答复，没有导入。请改那一条，或先删去它再导入。"
            return Refused(draft.question, "answered_elsewhere", message)
    return None


def _remove(connection: Connection, curated_ids: Sequence[str]) -> None:
    for curated_id in curated_ids:
        open_gaps(connection, curated_id)
        connection.execute(delete(CuratedRow).where(CuratedRow.id == curated_id))
