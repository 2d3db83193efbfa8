"""The questions that honest refusal is measured on, each with what would be right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from eval.datasets import Half, Policies, PolicyQuestion, Question
from eval.fitting import written
from eval.matching import squash
from eval.near_misses import Answerable, NearMiss, near_misses
from eval.policy_answers import result_of
from eval.refusals import Trial
from eval.scoring import CLAIMS, REPORT, Judge
from eval.training.library import Library
from eval.training.written import PlacedQuestion
from eval.workbench import Asking, document_id_of, text_file
from index.document import SHANGHAI
from service.answering.answer import Answer, Outcome

DEVELOPMENT, WRITTEN, NCP = "development", "written", "ncp"


def development(asking: Asking, questions: Sequence[Question]) -> list[Trial]:
    """Return our own questions."""
    judge = Judge(asking.text)
    return [_own(one, judge) for one in questions]


def _own(one: Question, judge: Judge) -> Trial:
    refusable = set(one.outcome) == {str(Outcome.REFUSED)}
    return Trial(
        one.id,
        DEVELOPMENT,
        one.id,
        one.question,
        not refusable,
        lambda answer: judge(one, answer).right,
    )


def written_questions(library: Library, half: Half) -> list[Trial]:
    """Return the written questions of kept documents, near misses by hand among them."""
    return [
        Trial(
            one.asked.id,
            WRITTEN,
            one.asked.document,
            one.asked.question,
            one.has_answer,
            partial(_says_written, one, _document_id(one, library)),
        )
        for one in written.load_kept(library, half)
    ]


def policy_questions(policies: Policies, half: Half | None) -> list[Trial]:
    """Return NCP's questions, answerable and not; one half, or all."""
    ids = {name: document_id_of(text.encode()) for name, text in policies.documents.items()}
    halves = list(Half) if half is None else [half]
    asked = [one for h in halves for one in (*policies.half(h), *policies.unanswerable_half(h))]
    return [
        Trial(
            one.id,
            NCP,
            policies.cluster_of(one),
            one.question,
            bool(one.documents),
            partial(_says_policy, one, frozenset(ids[name] for name in one.documents)),
        )
        for one in asked
    ]


def missed_development(asking: Asking, questions: Sequence[Question]) -> list[Trial]:
    """Return near misses made from our own questions, and the questions they were made from."""
    titles = {one.id: one.metadata.title for one in asking.desk.knowledge_base.documents()}
    (report,) = [
        one.id
        for one in asking.desk.knowledge_base.documents()
        if one.metadata.kind.value == REPORT
    ]
    judge = Judge(asking.text)
    asked = []
    for one in questions:
        named = one.document or REPORT
        document = report if named == REPORT else _named(named, titles)
        if one.quote and document is not None:
            asked.append((one, Answerable(one.id, one.question, document)))
    known = {one.id: _own(one, judge) for one, _ in asked}
    return _with_misses(known, near_misses([a for _, a in asked], _texts(asking), _day(asking)))


def missed_written(asking: Asking, library: Library, half: Half) -> list[Trial]:
    """Return near misses made from written questions, and the questions they were made from."""
    placed = {one.asked.id: one for one in written.load_kept(library, half) if one.has_answer}
    asked = [
        Answerable(one.asked.id, one.asked.question, _document_id(one, library))
        for one in placed.values()
    ]
    known = {one.id: one for one in written_questions(library, half) if one.id in placed}
    return _with_misses(known, near_misses(asked, _texts(asking), _day(asking)))


def _with_misses(known: dict[str, Trial], misses: Iterator[NearMiss]) -> list[Trial]:
    found = list(misses)
    made_from = {one.made_from for one in found}
    return [
        *(trial for name, trial in known.items() if name in made_from),
        *(
            replace(
                known[one.made_from],
                id=one.id,
                question=one.question,
                answerable=False,
                kind=one.kind,
            )
            for one in found
        ),
    ]


def _document_id(one: PlacedQuestion, library: Library) -> str:
    stored = library.stored(one.asked.source, one.asked.document) or ""
    return document_id_of(text_file("", stored).content)


def _day(asking: Asking) -> date:
    return asking.as_of or datetime.now(SHANGHAI).date()


def _texts(asking: Asking) -> dict[str, str]:
    return {
        one.id: f"{one.metadata.title}\n{asking.text(one.id)}"
        for one in asking.desk.knowledge_base.documents()
    }


def _named(document: str, titles: dict[str, str]) -> str | None:
    found = [name for name, title in titles.items() if document in title or title in document]
    return found[0] if len(found) == 1 else None


def _says_written(one: PlacedQuestion, document: str, answer: Answer) -> bool:
    quoted = any(squash(one.answer) in squash(c.quote) for c in answer.citations)
    if answer.outcome not in CLAIMS:
        return quoted
    cited = quoted or any(c.document_id == document for c in answer.citations)
    return cited and written.says(answer.answer or "", one.answer)


def _says_policy(one: PolicyQuestion, documents: frozenset[str], answer: Answer) -> bool:
    found = result_of(one, "", documents, answer, 0.0)
    return found.right or (answer.outcome not in CLAIMS and found.quoted)
