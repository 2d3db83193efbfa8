"""Bring a spreadsheet's rows in as curated answers: new ones, changed ones, those that are gone.

A row is the same row as before where a file of the same name asks the same for the same region.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from index.answer_sheets.period import Period
from index.answer_sheets.sheet import AnswerRow, AnswerSheet, Remark
from index.document import SHANGHAI
from index.store.columns import now
from index.store.curated import (
    CuratedAnswer,
    Draft,
    Origin,
    answers_of,
    columns_of,
    wording_rows,
)
from index.store.database import Database, batches
from index.store.tables import CuratedRow, GapRow, SheetReportRow, WordingRow
from index.store.wording import wording_key

_SHOWN = 40  # characters of a question in a remark


@dataclass(frozen=True, slots=True)
class Gone:
    """An answer whose row is not in the new version of its file."""

    id: str
    sheet: str
    row: int
    question: str


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What became of a file's rows. `gone` rows stay in use unless they are `withdrawn`."""

    added: int
    changed: int
    unchanged: int
    withdrawn: int
    remarks: tuple[Remark, ...] = ()
    gone: tuple[Gone, ...] = ()

    @property
    def rejected(self) -> int:
        """Count the rows that did not come in."""
        return sum(remark.rejected for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """A report in figures."""

    added: int
    changed: int
    unchanged: int
    rejected: int
    gone: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class _Claim:
    """A wording that another source answers already."""

    answer: str
    region: str | None
    period: Period
    origin: str | None


@dataclass(frozen=True, slots=True)
class _Plan:
    new: Sequence[AnswerRow]
    changed: Sequence[tuple[str, AnswerRow]]
    unchanged: Sequence[tuple[str, AnswerRow]]
    gone: Sequence[CuratedAnswer]
    remarks: Sequence[Remark]

    def report(self, *, withdraws: bool) -> SheetReport:
        return SheetReport(
            added=len(self.new),
            changed=len(self.changed),
            unchanged=len(self.unchanged),
            withdrawn=len(self.gone) if withdraws else 0,
            remarks=tuple(self.remarks),
            gone=tuple(_gone(kept) for kept in self.gone),
        )


class SheetReports:
    """Reads what became of the rows of spreadsheets, and says what would."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preview(self, source: str, sheet: AnswerSheet) -> SheetReport:
        """Say what would become of the rows if the file came in now."""
        with self._database.reading() as connection:
            return _plan(connection, source, sheet).report(withdraws=False)

    def of_job(self, job_id: str) -> SheetReport | None:
        """Return the report of a job, None where it brought in no spreadsheet of answers."""
        query = select(SheetReportRow.__table__).where(SheetReportRow.job_id == job_id)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        details = json.loads(row.details)
        return SheetReport(
            row.added,
            row.changed,
            row.unchanged,
            row.withdrawn,
            tuple(Remark(**remark) for remark in details["remarks"]),
            tuple(Gone(**gone) for gone in details["gone"]),
        )


def counts(connection: Connection, job_ids: Collection[str]) -> dict[str, SheetCounts]:
    """Return the figures of those jobs that brought in a spreadsheet of answers."""
    columns = [getattr(SheetReportRow, name) for name in SheetCounts.__dataclass_fields__]
    found: dict[str, SheetCounts] = {}
    for ids in batches(sorted(job_ids)):
        query = select(SheetReportRow.job_id, *columns).where(SheetReportRow.job_id.in_(ids))
        for row in connection.execute(query):
            found[row[0]] = SheetCounts(*row[1:])
    return found


def bring_in(
    connection: Connection, job_id: str, source: str, sheet: AnswerSheet, *, withdraws: bool
) -> None:
    """Keep a file's rows, and what became of each; `withdraws` takes away those that are gone."""
    plan = _plan(connection, source, sheet)
    ids = {id(row): uuid4().hex[:16] for row in plan.new}
    kept = [(ids[id(row)], row) for row in plan.new]
    moment = now()
    if kept:
        values = [{"id": one, "created_at": moment, **_values(row, source)} for one, row in kept]
        connection.execute(insert(CuratedRow), values)
    if plan.changed:
        _update(connection, [{"key": one, **_values(row, source)} for one, row in plan.changed])
        _forget_wordings(connection, [one for one, _ in plan.changed])
    if plan.unchanged:
        moved = [
            {"key": one, "source_sheet": row.sheet, "source_row": row.row}
            for one, row in plan.unchanged
        ]
        _update(connection, moved)
    if withdraws and plan.gone:
        _withdraw(connection, [one.id for one in plan.gone])
    _set_wordings(connection, [*kept, *plan.changed])
    _keep_report(connection, job_id, plan.report(withdraws=withdraws))


def draft_of(row: AnswerRow) -> Draft:
    """Return a row as a person would have written it at the desk."""
    return Draft(
        question=row.question,
        answer=row.answer,
        wordings=tuple(dict.fromkeys(_own_wordings(row))),
        script=row.script,
        valid_from=_in_shanghai(row.valid_from),
        valid_until=_in_shanghai(row.valid_until),
        disclosure=row.disclosure,
        stated_basis=row.basis,
        agency=row.agency,
        phone=row.phone,
        region=row.region,
    )


def _own_wordings(row: AnswerRow) -> Iterable[str]:
    """Yield the wordings that are not the question, or one another, over again."""
    seen = {wording_key(row.question)}
    for wording in row.wordings:
        key = wording_key(wording)
        if key not in seen:
            seen.add(key)
            yield wording


def _in_shanghai(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=SHANGHAI)


def _plan(connection: Connection, source: str, sheet: AnswerSheet) -> _Plan:
    query = select(CuratedRow.__table__).where(CuratedRow.source == source)
    query = query.order_by(CuratedRow.source_sheet, CuratedRow.source_row, CuratedRow.id)
    before: dict[tuple[str, str], list[CuratedAnswer]] = {}
    for kept in answers_of(connection, connection.execute(query).all()):
        key = wording_key(kept.draft.question), kept.draft.region or ""
        before.setdefault(key, []).append(kept)
    new: list[AnswerRow] = []
    changed: list[tuple[str, AnswerRow]] = []
    unchanged: list[tuple[str, AnswerRow]] = []
    for row in sheet.rows:
        same = before.get((wording_key(row.question), row.region or ""))
        if not same:
            new.append(row)
            continue
        draft = draft_of(row)
        exact = next((kept for kept in same if kept.draft == draft), None)
        kept = exact or same[0]
        same.remove(kept)
        (unchanged if exact else changed).append((kept.id, row))
    gone = [kept for left in before.values() for kept in left]
    fit, remarks = _not_answered_elsewhere(connection, source, new)
    return _Plan(fit, changed, unchanged, gone, [*sheet.remarks, *remarks])


def _not_answered_elsewhere(
    connection: Connection, source: str, rows: Sequence[AnswerRow]
) -> tuple[list[AnswerRow], list[Remark]]:
    """Leave out rows whose question somebody else answers otherwise, and say so."""
    claims = _claims(connection, source, {wording_key(row.question) for row in rows})
    fit: list[AnswerRow] = []
    remarks: list[Remark] = []
    for row in rows:
        claim = _against(row, claims.get(wording_key(row.question), ()))
        if claim is None:
            fit.append(row)
            continue
        whose = f"来自“{claim.origin}”" if claim.origin else "人工录入"
        message = f"知识库里已有这个问题的另一答复（{whose}），没有收进。请先改那一条或撤回它。"
        shown = row.question[:_SHOWN]
        remarks.append(Remark(row.sheet, row.row, shown, "answered_elsewhere", message))
    return fit, remarks


def _against(row: AnswerRow, claims: Iterable[_Claim]) -> _Claim | None:
    draft = draft_of(row)
    period = Period(draft.valid_from, draft.valid_until)
    return next(
        (
            claim
            for claim in claims
            if claim.region == row.region
            and claim.answer != row.answer
            and claim.period.overlaps(period)
        ),
        None,
    )


def _claims(
    connection: Connection, source: str, keys: Collection[str]
) -> Mapping[str, list[_Claim]]:
    found: dict[str, list[_Claim]] = {}
    for some in batches(sorted(keys)):
        query = (
            select(WordingRow.folded, CuratedRow.__table__)
            .join(CuratedRow, CuratedRow.id == WordingRow.curated_id)
            .where(WordingRow.folded.in_(some))
            .where(CuratedRow.source.is_distinct_from(source))
        )
        for row in connection.execute(query):
            period = Period(row.holds_from, row.holds_until)
            claim = _Claim(row.answer, row.region, period, row.source)
            found.setdefault(row.folded, []).append(claim)
    return found


def _values(row: AnswerRow, source: str) -> dict[str, Any]:
    origin = Origin(source, row.sheet, row.row)
    return {
        **columns_of(draft_of(row)),
        "source": origin.source,
        "source_sheet": origin.sheet,
        "source_row": origin.row,
    }


def _update(connection: Connection, values: Sequence[dict[str, Any]]) -> None:
    """Change many rows by their `key`, all in the same columns."""
    columns = [name for name in values[0] if name != "key"]
    # Of the table: of the class, many rows are changed by their keys under other rules.
    change = update(CuratedRow.metadata.tables[CuratedRow.__tablename__])
    change = change.where(CuratedRow.id == bindparam("key"))
    change = change.values({name: bindparam(f"new_{name}") for name in columns})
    given = [
        {"key": one["key"], **{f"new_{name}": one[name] for name in columns}} for one in values
    ]
    connection.execute(change, given)


def _forget_wordings(connection: Connection, ids: Sequence[str]) -> None:
    for some in batches(ids):
        connection.execute(delete(WordingRow).where(WordingRow.curated_id.in_(some)))
        reopened = update(GapRow).where(GapRow.answered_by.in_(some))
        connection.execute(reopened.values(answered_by=None))


def _withdraw(connection: Connection, ids: Sequence[str]) -> None:
    _forget_wordings(connection, ids)
    for some in batches(ids):
        connection.execute(delete(CuratedRow).where(CuratedRow.id.in_(some)))


def _set_wordings(connection: Connection, rows: Sequence[tuple[str, AnswerRow]]) -> None:
    """Write the wordings of rows, and close the gaps that ask the same."""
    wordings = [
        wording for curated_id, row in rows for wording in wording_rows(curated_id, draft_of(row))
    ]
    if not wordings:
        return
    connection.execute(insert(WordingRow), wordings)
    answered = {wording["folded"]: wording["curated_id"] for wording in wordings}
    for some in batches(sorted(answered)):
        asked = select(GapRow.folded).where(GapRow.folded.in_(some))
        for folded in connection.execute(asked).scalars().all():
            closing = update(GapRow).where(GapRow.folded == folded)
            connection.execute(closing.values(answered_by=answered[folded]))


def _keep_report(connection: Connection, job_id: str, report: SheetReport) -> None:
    details = {
        "remarks": [asdict(remark) for remark in report.remarks],
        "gone": [asdict(gone) for gone in report.gone],
    }
    connection.execute(delete(SheetReportRow).where(SheetReportRow.job_id == job_id))
    values = {
        "job_id": job_id,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "gone": len(report.gone),
        "withdrawn": report.withdrawn,
        "details": json.dumps(details, ensure_ascii=False),
    }
    connection.execute(insert(SheetReportRow).values(values))


def _gone(kept: CuratedAnswer) -> Gone:
    assert kept.origin is not None  # noqa: S101  it was found by its file
    return Gone(kept.id, kept.origin.sheet, kept.origin.row, kept.draft.question[:_SHOWN])
