"""What was answered, as little as needed, and what people said of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select

from index.store.columns import now
from index.store.database import Database
from index.store.tables import AnswerRow, FeedbackRow
from index.store.wording import Basis, pack_places, unpack_places


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """What a confidence was made of: numbers by name, for a value or a passage.

    `reader` names who read; the numbers of another are not comparable. No words are kept.
    """

    sort: str
    reader: str
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was given: what feedback refers to.

    `evidence` is None where no evidence was weighed: facts of a document, the site's own answers.
    """

    id: str
    question: str
    outcome: str
    answer: str | None
    confidence: float
    basis: tuple[Basis, ...]
    channel: str
    revision: int
    at: datetime
    evidence: KeptEvidence | None = None


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

    def weighed(self, limit: int) -> list[Answered]:
        """List answers and refusals whose evidence was kept, the newest first."""
        query = (
            select(AnswerRow.__table__)
            .where(AnswerRow.evidence.is_not(None))
            .order_by(AnswerRow.at.desc(), AnswerRow.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_answered(row) for row in connection.execute(query)]

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

    def verdicts(self, answer_ids: Collection[str]) -> dict[str, str]:
        """Return what was last said of each of these answers; those nobody judged are absent."""
        query = select(FeedbackRow.answer_id, FeedbackRow.verdict).order_by(FeedbackRow.sequence)
        with self._database.reading() as connection:
            said = {row.answer_id: row.verdict for row in connection.execute(query)}
        return {answer_id: said[answer_id] for answer_id in answer_ids if answer_id in said}

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
        "evidence": None if one.evidence is None else _pack(one.evidence),
    }


def _pack(evidence: KeptEvidence) -> str:
    features = {name: round(value, 4) for name, value in evidence.features.items()}
    return json.dumps({"sort": evidence.sort, "reader": evidence.reader, "features": features})


def _unpack(packed: str | None) -> KeptEvidence | None:
    if packed is None:
        return None
    kept = json.loads(packed)
    return KeptEvidence(kept["sort"], kept["reader"], kept["features"])


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
        evidence=_unpack(row.evidence),
    )
