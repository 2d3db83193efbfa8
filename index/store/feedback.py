"""What was answered, as little as needed, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from index.store.columns import now
from index.store.database import Database
from index.store.tables import AnswerRow, FeedbackRow
from index.store.wording import Basis, pack_places, unpack_places


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: what feedback refers to."""

    id: str
    question: str
    outcome: str
    answer: str | None
    confidence: float
    basis: tuple[Basis, ...]
    channel: str
    revision: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person said of an answer; `answered` is None where the answer is forgotten."""

    sequence: int
    answer_id: str
    verdict: str
    comment: str
    channel: str
    at: datetime
    answered: Answered | None


class AnswerLog:
    """Keeps and returns the answers of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, answers: Sequence[Answered]) -> None:
        """Keep answers that were given."""
        if not answers:
            return
        with self._database.writing() as connection:
            connection.execute(insert(AnswerRow), [_row(one) for one in answers])

    def get(self, answer_id: str) -> Answered | None:
        """Return an answer, or None where it is forgotten or never was."""
        with self._database.reading() as connection:
            query = select(AnswerRow.__table__).where(AnswerRow.id == answer_id)
            row = connection.execute(query).one_or_none()
        return _answered(row) if row else None

    def forget_before(self, moment: datetime) -> int:
        """Delete the answers given before `moment`; return how many there were."""
        with self._database.writing() as connection:
            return connection.execute(delete(AnswerRow).where(AnswerRow.at < moment)).rowcount


class FeedbackBook:
    """Keeps and returns the feedback in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, answer_id: str, verdict: str, comment: str, channel: str) -> None:
        """Keep what a person said of an answer."""
        row = {
            "answer_id": answer_id,
            "verdict": verdict,
            "comment": comment,
            "channel": channel,
            "at": now(),
        }
        with self._database.writing() as connection:
            connection.execute(insert(FeedbackRow), [row])

    def latest(self, limit: int = 100, before: int | None = None) -> list[Feedback]:
        """List what was said, the newest first; `before` is the sequence of what came later."""
        newest = select(FeedbackRow.__table__).order_by(FeedbackRow.sequence.desc()).limit(limit)
        if before is not None:
            newest = newest.where(FeedbackRow.sequence < before)
        with self._database.reading() as connection:
            rows = connection.execute(newest).all()
            ids = {row.answer_id for row in rows}
            answers = {
                row.id: _answered(row)
                for row in connection.execute(
                    select(AnswerRow.__table__).where(AnswerRow.id.in_(ids))
                )
            }
        return [
            Feedback(
                row.sequence,
                row.answer_id,
                row.verdict,
                row.comment,
                row.channel,
                row.at,
                answers.get(row.answer_id),
            )
            for row in rows
        ]


def _row(one: Answered) -> dict[str, Any]:
    return {
        "id": one.id,
        "question": one.question,
        "outcome": one.outcome,
        "answer": one.answer,
        "confidence": one.confidence,
        "basis": pack_places(one.basis),
        "channel": one.channel,
        "revision": one.revision,
        "at": one.at,
    }


def _answered(row: Row[Any]) -> Answered:
    return Answered(
        id=row.id,
        question=row.question,
        outcome=row.outcome,
        answer=row.answer,
        confidence=row.confidence,
        basis=unpack_places(row.basis),
        channel=row.channel,
        revision=row.revision,
        at=row.at,
    )
