"""Measure an exported reader on what was never trained on, each question's result in a file.

`python -m eval.training.evaluate FOLDER --data DIR --questions DIR --output FILE`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, TypeVar

import numpy as np
import typer

from eval.datasets import Half, data_directory
from eval.matching import exact_match, fold, rouge_l
from eval.metrics import auroc
from eval.progress import Progress
from eval.training import reading_sets
from eval.training.library import HEBEI, NCP, Library
from eval.training.negatives import PassageIndex, alike
from eval.training.passages import Passage, Text, holds, windows
from eval.training.pools import locate_policy
from eval.training.written import QUESTIONS, PlacedQuestion, load_written, place, trains
from index.document import Span
from service.answering.reading.reader_model import Asked, Judgement, ReaderModel

_LIMIT = 10  # passages that retrieval hands over
_WEIGHTS = (0, 5, 10, 20, 40)  # of the retrieval's score, 0 to 1, beside the relevance
_SPAN_LOGITS = 0.5  # of start and end together, beside the answerability
Row = dict[str, object]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that retrieval proposes, its score, and what the reader makes of it."""

    passage: Passage
    words: float
    judgement: Judgement

    @property
    def answer(self) -> tuple[str, float]:
        """Return the likeliest answer in it and how much speaks for it."""
        best = self.judgement.best(1)
        span, score = best[0] if best else (Span(0, 0), 0.0)
        return span.of(self.passage.text), score


class Measuring:
    """Asks a reader, and gathers what came of it."""

    def __init__(self, reader: ReaderModel, progress: Progress) -> None:
        self._reader = reader
        self._progress = progress

    def reading(self, questions: Sequence[reading_sets.ReadingQuestion], label: str) -> list[Row]:
        """Read whole contexts, window by window, and score the answers."""
        rows: list[Row] = []
        for one in self._progress(questions, label):
            passages = [span.of(one.context) for span in _overlapping(one.context)]
            judged = self._reader.judge([Asked(one.question, (), text) for text in passages])
            found = [
                (span.of(text), score)
                for text, judgement in zip(passages, judged, strict=True)
                for span, score in judgement.best(1)
            ]
            answer = max(found, key=lambda pair: pair[1])[0] if found else ""
            gold = [words for words, _ in one.answers]
            rows.append({"id": one.id, "answer": answer, **_scores(answer, gold)})
        return rows

    def candidates(self, question: str, index: PassageIndex) -> list[Candidate]:
        """Return what retrieval by words proposes, judged."""
        found = index.search(question, _LIMIT)
        asked = [Asked(question, passage.heading, passage.text) for passage, _ in found]
        judged = self._reader.judge(asked)
        return [
            Candidate(passage, words, judgement)
            for (passage, words), judgement in zip(found, judged, strict=True)
        ]

    def asked(
        self, name: str, question: str, index: PassageIndex, gold: tuple[Passage, str] | None
    ) -> Row:
        """Rank and read the candidates of a question; `gold` is the right passage and answer."""
        found = self.candidates(question, index)
        row: Row = {"id": name, "answerable": gold is not None}
        row["words"] = max((one.words for one in found), default=0.0)
        row["answerability"] = max((_surety(one) for one in found), default=-20.0)
        if gold is None:
            return row
        right = [_is_right(one.passage, *gold) for one in found]
        row["found"] = any(right)
        for weight in _WEIGHTS:
            ranked = [one.judgement.relevance + weight * one.words for one in found]
            row[f"right_first_{weight}"] = bool(right and right[int(np.argmax(ranked))])
            chosen = found[int(np.argmax(ranked))].answer[0] if found else ""
            row[f"f1_{weight}"] = _scores(chosen, [gold[1]])["f1"]
        row["right_first_words"] = bool(right and right[0])
        alone = self._reader.judge([Asked(question, gold[0].heading, gold[0].text)])[0]
        best = alone.best(1)
        answer = best[0][0].of(gold[0].text) if best else ""
        return row | {
            "given_right": _surety_of(alone),
            "answer": answer,
            **_scores(answer, [gold[1]]),
        }

    def policies(self, library: Library, folder: Path, limit: int) -> list[Row]:
        """Ask NCP's held-out half, and as many questions without an answer."""
        texts = list(library.policy_texts(training=False, sources=(NCP,)))
        index = PassageIndex.build(folder / "ncp", _passages_of(texts))
        asked = _some(library.policies.half(Half.HELD_OUT), limit)
        rows = []
        for question in self._progress(asked, "NCP"):
            found = locate_policy(question, library)
            if found is not None:
                passage, span = found[0].passage, found[0].span
                gold = (passage, span.of(passage.text))
                rows.append(self.asked(question.id, question.question, index, gold))
        without = _some(library.policies.unanswerable_half(Half.HELD_OUT), limit)
        return rows + [
            self.asked(question.id, question.question, index, None)
            for question in self._progress(without, "NCP ∅")
        ]

    def written(
        self, asked: Sequence[PlacedQuestion], library: Library, folder: Path, limit: int
    ) -> list[Row]:
        """Ask the written questions of documents never trained on, near misses among them."""
        laws = {one.text.key: one.text for one in asked if one.asked.source.startswith("laws/")}
        texts = list(library.policy_texts(training=False, sources=(NCP, HEBEI)))
        index = PassageIndex.build(folder / "all", _passages_of([*texts, *laws.values()]))
        rows = []
        for one in self._progress(_some(asked, limit), "手写问题"):
            gold = (one.located.passage, one.answer) if one.has_answer else None
            row = self.asked(one.asked.id, one.asked.question, index, gold)
            if gold is None:
                tempting = one.located.passage
                judged = self._reader.judge(
                    [Asked(one.asked.question, tempting.heading, tempting.text)]
                )
                row["given_tempting"] = _surety_of(judged[0])
            rows.append(row | {"style": one.asked.style, "source": one.asked.source})
        return rows


def measure(
    reader: ReaderModel, data: Path, questions: Path, limit: int, progress: Progress
) -> tuple[dict[str, object], dict[str, list[Row]]]:
    """Return the scores, and each question's result."""
    library = Library(data)
    asked = [one for one in load_written(questions) if not trains(one, library)]
    placed = list(place(asked, library))
    measuring = Measuring(reader, progress)
    rows = {
        name: measuring.reading(
            _some(reading_sets.parts(reading_sets.load_reading(data, name))[1], limit), name
        )
        for name in (reading_sets.CMRC, reading_sets.DRCD)
    }
    with TemporaryDirectory(prefix="wenju-reader-") as folder:
        rows["ncp"] = measuring.policies(library, Path(folder), limit)
        rows["written"] = measuring.written(placed, library, Path(folder), 2 * limit)
    return {name: summary(found) for name, found in rows.items()}, rows


def summary(rows: Sequence[Row]) -> dict[str, float]:
    """Return the means of what a set's questions have in common, and the AUROCs."""
    found = {"questions": float(len(rows))}
    names = {name for row in rows for name, value in row.items() if _is_number(value)}
    for name in sorted(names - {"words", "answerability", "answerable"}):
        values = [float(str(row[name] + 0)) for row in rows if _is_number(row.get(name))]  # type: ignore[operator]  # numbers, by the line before
        found[name] = round(float(np.mean(values)), 4)
    if any(not row.get("answerable", True) for row in rows):
        # what retrieval did not find, no reader can answer
        told = [row for row in rows if row.get("found", True)]
        for name in ("words", "answerability"):
            there = [float(str(row[name])) for row in told if row["answerable"]]
            absent = [float(str(row[name])) for row in told if not row["answerable"]]
            found[f"auroc_{name}"] = round(auroc(there, absent), 4)
        found |= _on_the_passage_itself(rows)
    return found


def _on_the_passage_itself(rows: Sequence[Row]) -> dict[str, float]:
    """Tell right passages from tempting ones, each judged alone."""
    right = [float(str(row["given_right"])) for row in rows if "given_right" in row]
    tempting = [float(str(row["given_tempting"])) for row in rows if "given_tempting" in row]
    if not right or not tempting:
        return {}
    return {"auroc_near_misses": round(auroc(right, tempting), 4)}


def _is_number(value: object) -> bool:
    return isinstance(value, bool | int | float)


def _surety(candidate: Candidate) -> float:
    return _surety_of(candidate.judgement)


def _surety_of(judgement: Judgement) -> float:
    """Return how sure the reader is that a passage holds the answer."""
    best = judgement.best(1)
    return judgement.answerability + _SPAN_LOGITS * (best[0][1] if best else -20.0)


def _scores(answer: str, gold: Sequence[str]) -> dict[str, float]:
    exact = max(float(exact_match(answer, one)) for one in gold)
    return {"exact": exact, "f1": max(rouge_l(fold(answer), fold(one)) for one in gold)}


def _is_right(passage: Passage, right: Passage, answer: str) -> bool:
    same = passage.document == right.document or alike(passage.text, right.text)
    return same and holds(passage.text, answer)


def _overlapping(context: str) -> list[Span]:
    """Cut a context into windows, and again into windows that lie across their borders."""
    spans = windows(context)
    across = [
        Span((one.start + one.end) // 2, (other.start + other.end) // 2)
        for one, other in pairwise(spans)
    ]
    return [*spans, *across]


def _passages_of(texts: Sequence[Text]) -> list[Passage]:
    return [passage for text in texts for passage in text.passages]


def _some(items: Sequence[Item], limit: int) -> list[Item]:
    """Return the same few of many every time."""
    shuffled = list(items)
    random.Random(7).shuffle(shuffled)  # noqa: S311 - a choice, no secret
    return shuffled[:limit]


def main(  # noqa: PLR0913 - a command's options
    folder: Annotated[Path, typer.Argument(help="导出的阅读模型")],
    *,
    questions: Annotated[Path, typer.Option(help="手写问题的目录（*.jsonl）")] = QUESTIONS,
    output: Annotated[Path, typer.Option(help="结果写到哪个文件（JSON）")],
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    limit: Annotated[int, typer.Option(help="每个集合最多问多少题")] = 300,
    threads: Annotated[int, typer.Option(help="线程数")] = 2,
) -> None:
    """Measure and write scores and results."""
    reader = ReaderModel(folder, threads)
    scores, rows = measure(reader, data_directory(data), questions, limit, Progress(shown=True))
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(scores, ensure_ascii=False, indent=1) + "\n", "utf-8")
    with output.with_suffix(".rows.jsonl").open("w", encoding="utf-8") as file:
        for name, found in rows.items():
            file.writelines(
                json.dumps({"set": name, **row}, ensure_ascii=False) + "\n" for row in found
            )
    typer.echo(json.dumps(scores, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    typer.run(main)
