"""The questions that retrieval is fitted on, each set over its own documents.

What may be trained on is in the hands of `eval.training.library`: never the untuned halves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from eval import policies, statutes
from eval.datasets import Half, LegalQuestion, Policies, Question, Statutes
from eval.matching import squash
from eval.training.library import NCP, Library
from eval.training.passages import key_of
from eval.training.written import WrittenQuestion, span_as_read
from eval.workbench import document_id_of
from index.document import Chunk, Document, Span
from index.incoming import Incoming
from index.read import read_document

_BESIDE = 200  # characters round an answer that may be asked for when measuring
_BEGINNING = 14  # characters of a quote by which its passage is known
Answers = Callable[[Document, Chunk], bool]


@dataclass(frozen=True, slots=True)
class Sought:
    """A question, and which passages answer it.

    Questions over the same documents are of one `group`: who learns from one knows of all.
    `documents` are those that alone may hold a passage that `answers`; None: any may.
    """

    question: str
    group: str
    answers: Answers
    documents: frozenset[str] | None = None

    def is_right(self, document: Document, one: Chunk) -> bool:
        """Say whether a passage of a document answers it."""
        may = self.documents is None or document.id in self.documents
        return may and self.answers(document, one)

    @property
    def fold(self) -> int:
        """Say which of two folds the group is in; the same always and everywhere."""
        return hashlib.sha256(f"fold {self.group}".encode()).digest()[0] % 2  # no half_of again


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and all documents that are searched for them."""

    name: str
    documents: Sequence[Document]
    questions: Sequence[Sought]


def policy_questions(found: Policies, trains: Callable[[str], bool] | None = None) -> QuestionSet:
    """Return NCP's tuning half; right is a passage that holds the whole answer.

    `trains` says of a text whether its document is among those searched; None: all are.
    """
    ids = {name: document_id_of(text.encode()) for name, text in found.documents.items()}
    files = [
        file
        for file in policies.files(found)
        if trains is None or trains(file.content.decode("utf-8"))
    ]
    questions = [
        Sought(
            question.question,
            found.cluster_of(question),
            partial(_holds, answer=squash(question.answer)),
            frozenset(ids[name] for name in question.documents),
        )
        for question in found.half(Half.TUNING)
    ]
    return QuestionSet("NCP", _read(files), questions)


def legal_questions(
    found: Statutes, trains: Callable[[LegalQuestion], bool] | None = None
) -> QuestionSet:
    """Return STARD's tuning half; right is a passage that begins in an article that answers.

    `trains` says of a question whether it is among them; None: all are.
    """
    laws = [statutes.Law.of(title, articles) for title, articles in found.laws.items()]
    by_document = {document_id_of(law.file.content): law for law in laws}

    def begins_in(document: Document, one: Chunk, articles: frozenset[int]) -> bool:
        law = by_document[document.id]
        if articles.isdisjoint(law.articles):
            return False
        first = statutes.source_place(document, one.span.start)
        last = statutes.source_place(document, one.span.end - 1)
        return not articles.isdisjoint(law.articles_in(first, last)[:1])

    questions = [
        Sought(
            question.question,
            found.cluster_of(question),
            partial(begins_in, articles=frozenset(question.articles)),
        )
        for question in found.half(Half.TUNING)
        if trains is None or trains(question)
    ]
    return QuestionSet("STARD", _read(law.file for law in laws), questions)


def own_questions(
    asked: Iterable[Question], files: Iterable[Incoming], worded: Callable[[str], str]
) -> QuestionSet:
    """Return our own questions of what the project ships; right is a passage with the quote.

    `worded` gives a question's words as the product searches for them.
    """
    questions = [
        Sought(
            worded(question.question),
            question.id,
            partial(_shares, quote=squash(question.quote)),
        )
        for question in asked
        if question.quote
    ]
    return QuestionSet("自有题", _read(files), questions)


def written_questions(written: Iterable[WrittenQuestion], library: Library) -> QuestionSet:
    """Return the questions written for training, over those of their documents that train."""
    documents: dict[tuple[str, str], Document] = {}
    questions = []
    for one in written:
        place = (one.source, one.document)
        stored = library.stored(*place)
        if stored is None or one.span is None or not library.trains(*place):
            continue
        text = library.text(*place)
        span = span_as_read(one.span, stored, text)
        if span is None or not library.halves.trains_passage(_around(text.document, span)):
            continue
        documents[place] = text.document
        answers = partial(_contains, offset=span.start)
        within = frozenset([text.document.id])
        questions.append(Sought(one.question, one.document, answers, within))
    return QuestionSet("手写题", list(documents.values()), questions)


def _around(document: Document, span: Span) -> str:
    return document.text[max(0, span.start - _BESIDE) : span.end + _BESIDE]


def trains_policy(library: Library) -> Callable[[str], bool]:
    """Return what says of a policy's text whether it may be trained on."""
    return lambda text: library.trains(NCP, key_of(text))


def _read(files: Iterable[Incoming]) -> list[Document]:
    return [read_document(file.content, file.source, file.known) for file in files]


def right_places(
    questions: Iterable[Sought], passages: Sequence[tuple[Document, Chunk]]
) -> Iterator[list[int]]:
    """Yield the places of the passages that answer each question, in order."""
    places: dict[str, list[int]] = {}
    for place, (document, _) in enumerate(passages):
        places.setdefault(document.id, []).append(place)
    for one in questions:
        within = places if one.documents is None else one.documents
        may = sorted(place for document in within for place in places.get(document, ()))
        yield [place for place in may if one.is_right(*passages[place])]


def _holds(document: Document, one: Chunk, *, answer: str) -> bool:
    return answer in squash(one.span.of(document.text))


def _shares(document: Document, one: Chunk, *, quote: str) -> bool:
    """Say whether a passage holds a quote, or as much of it as it begins with."""
    text = squash(one.span.of(document.text))
    return quote[:_BEGINNING] in text or text in quote


def _contains(document: Document, one: Chunk, *, offset: int) -> bool:
    del document
    return offset in one.span
