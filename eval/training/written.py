"""Groups from questions written by hand: answers, and near misses with what tempts to answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.matching import squash
from eval.training.library import Library
from eval.training.passages import Located, Text
from index.document import Span

QUESTIONS = Path(__file__).with_name("questions")


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """A question over one document; `span` answers it, or `tempting` only seems to."""

    id: str
    question: str
    source: str
    document: str
    span: Span | None
    tempting: Span | None
    style: str


@dataclass(frozen=True, slots=True)
class PlacedQuestion:
    """A written question with the passage that answers, or tempts, and its document."""

    asked: WrittenQuestion
    text: Text
    located: Located

    @property
    def has_answer(self) -> bool:
        """Say whether the document answers it."""
        return self.asked.span is not None

    @property
    def answer(self) -> str:
        """Return the words of the answer, or of what tempts."""
        return self.located.span.of(self.located.passage.text)


def load_written(folder: Path) -> list[WrittenQuestion]:
    """Read every file of written questions in a folder; a line half written is left out."""
    found: dict[str, WrittenQuestion] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for row in _rows(path):
            found.setdefault(str(row["id"]), _question(row))
    return list(found.values())


def place(questions: Iterable[WrittenQuestion], library: Library) -> Iterator[PlacedQuestion]:
    """Yield the questions whose place is found in the text as the product reads it."""
    for asked in questions:
        span = asked.span or asked.tempting
        stored = library.stored(asked.source, asked.document)
        if span is None or stored is None:
            continue
        text = library.text(asked.source, asked.document)
        inside = span_as_read(span, stored, text)
        if inside is None:
            continue
        located = text.locate(inside)
        if located is not None and len(located.span):
            yield PlacedQuestion(asked, text, located)


def span_as_read(span: Span, stored: str, text: Text) -> Span | None:
    """Return where the product reads what stands at `span` of the stored text, if it does."""
    inside = text.read_span(span.start, span.end)
    if inside is None or squash(inside.of(text.document.text)) != squash(span.of(stored)):
        return None
    return inside


def trains(question: WrittenQuestion, library: Library) -> bool:
    """Say whether a written question may be trained on."""
    return library.trains(question.source, question.document)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # its writer is at it
            continue


def _question(row: dict[str, Any]) -> WrittenQuestion:
    span = None if row.get("start") is None else Span(int(row["start"]), int(row["end"]))
    tempting = row.get("tempting")
    return WrittenQuestion(
        str(row["id"]),
        str(row["question"]),
        str(row["source"]),
        str(row["document"]),
        span,
        Span(*map(int, tempting)) if tempting else None,
        str(row.get("style", "")),
    )
