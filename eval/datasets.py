"""The sets that questions are measured on, and their two halves.

A half is drawn by a hash, so it never changes: `tuning` to fit weights and thresholds on,
`held_out` to report. No document that answers a question is in both.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import ClassVar, TypeVar, cast

from index.errors import WenjuError
from service.settings import EVALUATION_VARIABLE

QUESTIONS = Path(__file__).parent / "questions"
_T = TypeVar("_T")


class Half(StrEnum):
    """Which part of a set a question belongs to."""

    TUNING = "tuning"
    HELD_OUT = "held_out"


class DatasetAbsent(WenjuError):
    """A set is not on this computer; the message says how to name the folder."""

    code: ClassVar[str] = "dataset_absent"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of our own, as eval/questions/README.md describes it."""

    id: str
    question: str
    kind: str
    outcome: tuple[str, ...]  # any of these is right
    answers: tuple[str, ...] = ()  # any of these is right
    must_contain: tuple[str, ...] = ()  # all of these stand in the answer
    quote: str | None = None  # the words the answer rests on
    document: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PolicyQuestion:
    """A question whose answer is a literal span of a document, white space aside."""

    id: str
    question: str
    answer: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Policies:
    """NCP: government policy documents, questions they answer and questions they do not."""

    documents: Mapping[str, str]
    questions: tuple[PolicyQuestion, ...]
    unanswerable: tuple[PolicyQuestion, ...]

    @cached_property
    def clusters(self) -> Mapping[str, str]:
        """Lead each document to the name of its group.

        Documents are grouped where one question names them together or their text is the same.
        """
        first_with_text: dict[str, str] = {}
        links = [question.documents for question in self.questions]
        for document_id, text in self.documents.items():
            links.append((document_id, first_with_text.setdefault(text, document_id)))
        return _connected(self.documents, links)

    def cluster_of(self, question: PolicyQuestion) -> str:
        """Return the group whose questions rise and fall together."""
        return self.clusters[question.documents[0]] if question.documents else question.id

    def half(self, half: Half) -> tuple[PolicyQuestion, ...]:
        """Return the answerable questions of one half."""
        return tuple(q for q in self.questions if half_of(self.cluster_of(q)) is half)

    def unanswerable_half(self, half: Half) -> tuple[PolicyQuestion, ...]:
        """Return the unanswerable questions of one half."""
        return tuple(q for q in self.unanswerable if half_of(q.id) is half)


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a law."""

    id: int
    law: str
    number: str  # 第十二条
    text: str


@dataclass(frozen=True, slots=True)
class LegalQuestion:
    """An everyday question, and the articles that answer it."""

    id: str
    question: str
    articles: tuple[int, ...]


@dataclass(frozen=True)
class Statutes:
    """STARD: everyday legal questions over the articles of national law."""

    articles: tuple[Article, ...]
    questions: tuple[LegalQuestion, ...]

    @cached_property
    def law_of(self) -> Mapping[int, str]:
        """Lead each article to its law."""
        return {article.id: article.law for article in self.articles}

    @cached_property
    def laws(self) -> Mapping[str, tuple[Article, ...]]:
        """Return each law's articles, in the order of the law."""
        grouped: dict[str, list[Article]] = {}
        for article in self.articles:
            grouped.setdefault(article.law, []).append(article)
        return {law: tuple(articles) for law, articles in grouped.items()}

    @cached_property
    def clusters(self) -> Mapping[str, str]:
        """Lead each article to the name of its group: those that questions name together.

        By law would be coarser than it is useful: half of the questions ask about 民法典.
        """
        return _connected(
            [str(article.id) for article in self.articles],
            [[str(article) for article in question.articles] for question in self.questions],
        )

    def cluster_of(self, question: LegalQuestion) -> str:
        """Return the group whose questions rise and fall together."""
        return self.clusters[str(question.articles[0])]

    def half(self, half: Half) -> tuple[LegalQuestion, ...]:
        """Return the questions of one half; no article answers questions of both."""
        return tuple(q for q in self.questions if half_of(self.cluster_of(q)) is half)


def half_of(key: str) -> Half:
    """Return the half that a document or a law belongs to; the same always and everywhere."""
    digest = hashlib.sha256(key.encode()).digest()
    return Half.HELD_OUT if digest[0] % 2 else Half.TUNING


def data_directory(given: Path | None) -> Path:
    """Return the folder of the external sets: the option, else the environment's."""
    named = given or (Path(value) if (value := os.environ.get(EVALUATION_VARIABLE)) else None)
    if named is None:
        raise DatasetAbsent(
            f"未指定评测数据目录。请用 --data 目录 指定，或设置环境变量 {EVALUATION_VARIABLE}；"
            "目录下应有 ncp/ 与 stard/。"
        )
    if not named.is_dir():
        raise DatasetAbsent(
            f"评测数据目录不存在：{named}。请检查 --data 或 {EVALUATION_VARIABLE}。"
        )
    return named


def load_ncp(directory: Path) -> Policies:
    """Read `ncp/` of the data directory."""
    folder = _folder(directory, "ncp")
    return Policies(
        documents={str(row["id"]): str(row["text"]) for row in _rows(folder / "documents.jsonl")},
        questions=tuple(
            PolicyQuestion(
                str(row["id"]),
                str(row["question"]),
                str(row["answer"]),
                tuple(cast("list[str]", row["documents"])),
            )
            for row in _rows(folder / "questions.jsonl")
        ),
        unanswerable=tuple(
            PolicyQuestion(str(row["id"]), str(row["question"]), "", ())
            for row in _rows(folder / "unanswerable.jsonl")
        ),
    )


def load_stard(directory: Path) -> Statutes:
    """Read `stard/` of the data directory."""
    folder = _folder(directory, "stard")
    return Statutes(
        articles=tuple(
            Article(cast("int", row["id"]), str(row["law"]), str(row["article"]), str(row["text"]))
            for row in _rows(folder / "articles.jsonl")
        ),
        questions=tuple(
            LegalQuestion(
                str(row["id"]), str(row["question"]), tuple(cast("list[int]", row["articles"]))
            )
            for row in _rows(folder / "questions.jsonl")
        ),
    )


def load_questions(path: Path) -> tuple[Question, ...]:
    """Read a set of our own, one JSON object a line."""
    if not path.is_file():
        raise DatasetAbsent(f"没有这个问题集：{path}。")
    questions = tuple(_question(row) for row in _rows(path))
    repeated = len(questions) - len({question.id for question in questions})
    if repeated:
        raise ValueError(f"{path.name}: {repeated} ids occur twice")
    return questions


def _question(row: Mapping[str, object]) -> Question:
    return Question(
        id=str(row["id"]),
        question=str(row["question"]),
        kind=str(row["kind"]),
        outcome=_strings(row["outcome"]),
        answers=_strings(row.get("answers")),
        must_contain=_strings(row.get("must_contain")),
        quote=str(row["quote"]) if row.get("quote") else None,
        document=str(row["document"]) if row.get("document") else None,
        note=str(row.get("note") or ""),
    )


def _strings(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (
        (value,) if isinstance(value, str) else tuple(str(v) for v in cast("list[object]", value))
    )


def _folder(directory: Path, name: str) -> Path:
    folder = directory / name
    if not folder.is_dir():
        raise DatasetAbsent(f"评测数据目录 {directory} 下没有 {name}/，无法运行这项评测。")
    return folder


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _connected(keys: Iterable[str], links: Iterable[Sequence[str]]) -> dict[str, str]:
    """Lead each key to the smallest of the keys it is linked with, however far."""
    parent = {key: key for key in keys}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for first, *others in links:
        for other in others:
            parent[root(other)] = root(first)
    smallest: dict[str, str] = {}
    for key in sorted(parent):
        smallest.setdefault(root(key), key)
    return {key: smallest[root(key)] for key in parent}


def evenly(items: Sequence[_T], most: int) -> list[_T]:
    """Return at most so many of the items, from all over."""
    count = min(most, len(items))
    return [items[place * len(items) // count] for place in range(count)]
