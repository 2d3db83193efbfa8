"""Which engine keeps the words: tantivy, SQLite FTS5 or bm25s, side by side under one load.

`python -m eval.benchmarks.lexical_engines --data DIR` prints the table of docs/retrieval.md. All
three are given the terms of `index.fold`, so that only the engines differ. bm25s is no dependency
of ours: without it its row is left out.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from eval.benchmarks.timing import Times, each
from eval.datasets import Statutes, data_directory, load_stard
from eval.report import Section, Table, show
from index.document import Filter, Metadata, Status
from index.engine import Entry
from index.fold import terms
from index.lexical import TantivyIndex

LIMIT = 100  # passages ranked for a question
TOP = 10  # of them compared with the reference
ASKED = 200
BATCH = 20_000  # passages a commit while building
KILLED = 5  # times, to see what is left
REGIONS = ("鹤山市", "江门市")
_WRITTEN = 50  # passages a commit while waiting to be killed


class Engine(Protocol):
    """One engine in a directory of its own; opening it again finds what it committed."""

    name: ClassVar[str]

    def __init__(self, directory: Path) -> None: ...
    def add(self, entries: Sequence[Entry]) -> None:
        """Add passages and commit them."""

    def search(self, query: str, region: str | None = None) -> list[int]:
        """Return the numbers of the best passages, of one region alone where it is given."""

    def count(self) -> int:
        """Return how many passages are there, having looked whether all is whole."""


class _Tantivy:
    """tantivy, as `index.lexical` uses it."""

    name: ClassVar[str] = "tantivy"

    def __init__(self, directory: Path) -> None:
        self._index = TantivyIndex.open(directory)

    def add(self, entries: Sequence[Entry]) -> None:
        self._index.put(entries)
        self._index.commit(self._index.revision + 1)

    def search(self, query: str, region: str | None = None) -> list[int]:
        regions = frozenset({region} if region else ())
        filter_ = Filter(date(2024, 1, 1), frozenset(Status), regions=regions)
        numbers: list[int] = self._index.search(query, filter_, LIMIT).numbers.tolist()
        return numbers

    def count(self) -> int:
        everything = Filter(date(2024, 1, 1), frozenset(Status))
        return len(self._index.search("的", everything, 10**6).numbers)


class _Fts5:
    """SQLite's full-text table over terms that are cut already."""

    name: ClassVar[str] = "SQLite FTS5"

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._file = sqlite3.connect(directory / "words.sqlite")
        self._file.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "CREATE TABLE IF NOT EXISTS passages (number INTEGER PRIMARY KEY, region TEXT);"
            "CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(terms,"
            """ tokenize = "unicode61 remove_diacritics 0 tokenchars '.〕'");"""
        )

    def add(self, entries: Sequence[Entry]) -> None:
        with self._file:
            self._file.executemany(
                "INSERT INTO passages VALUES (?, ?)",
                ((entry.number, entry.metadata.region) for entry in entries),
            )
            self._file.executemany(
                "INSERT INTO words (rowid, terms) VALUES (?, ?)",
                ((entry.number, " ".join(_terms_of(entry))) for entry in entries),
            )

    def search(self, query: str, region: str | None = None) -> list[int]:
        wanted = " OR ".join(f'"{term}"' for term in terms(query))
        found = self._file.execute(
            "SELECT rowid FROM words WHERE words MATCH ?1 AND (?2 IS NULL OR"
            " (SELECT region FROM passages WHERE number = words.rowid) = ?2)"
            " ORDER BY rank LIMIT ?3",
            (wanted, region, LIMIT),
        )
        return [number for (number,) in found]

    def count(self) -> int:
        self._file.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        (count,) = self._file.execute("SELECT count(*) FROM passages").fetchone()
        return int(count)


class _Bm25s:
    """bm25s: a matrix of scores, made whole again for each addition and saved beside its terms."""

    name: ClassVar[str] = "bm25s"

    def __init__(self, directory: Path) -> None:
        self._module: Any = import_module("bm25s")
        self._directory = directory
        self._entries: list[Entry] = []
        if directory.exists():
            self._engine = self._module.BM25.load(directory, mmap=True)

    def add(self, entries: Sequence[Entry]) -> None:
        self._entries += entries
        self._engine = self._module.BM25(k1=1.2, b=0.75, method="lucene")
        corpus = [_terms_of(entry) for entry in self._entries]
        self._engine.index(corpus, show_progress=False)
        self._engine.save(self._directory)
        self._regions = np.array([entry.metadata.region for entry in self._entries])

    def search(self, query: str, region: str | None = None) -> list[int]:
        mask = None if region is None else (self._regions == region).astype(np.float32)
        known = [term for term in terms(query) if term in self._engine.vocab_dict]
        scores = self._engine.get_scores(known, weight_mask=mask)
        best = np.argpartition(-scores, LIMIT)[:LIMIT]
        numbers: list[int] = best[np.argsort(-scores[best], kind="stable")].tolist()
        return numbers

    def count(self) -> int:
        return int(self._engine.scores["num_docs"])


ENGINES: tuple[type[Engine], ...] = (_Tantivy, _Fts5, _Bm25s)


class Reference:
    """BM25 by the book, k1 = 1.2 and b = 0.75, over the same terms."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        counts = [Counter(_terms_of(entry)) for entry in entries]
        lengths = np.array([count.total() for count in counts], float)
        penalty = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
        rows: dict[str, list[int]] = {}
        tallies: dict[str, list[int]] = {}
        for row, count in enumerate(counts):
            for term, tally in count.items():
                rows.setdefault(term, []).append(row)
                tallies.setdefault(term, []).append(tally)
        self._count = len(entries)
        self._weights: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        for term, holding in rows.items():
            often = np.array(tallies[term], float)
            rarity = np.log1p((len(entries) - len(holding) + 0.5) / (len(holding) + 0.5))
            self._weights[term] = (
                np.array(holding),
                rarity * often * 2.2 / (often + penalty[holding]),
            )

    def scores(self, query: str) -> NDArray[np.float64]:
        """Return the score of every passage."""
        total = np.zeros(self._count)
        for term in terms(query):
            if term in self._weights:
                rows, weights = self._weights[term]
                total[rows] += weights
        return total


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engine did."""

    name: str
    build: float  # seconds
    megabytes: float
    added: float  # milliseconds for one more document
    search: Times
    filtered: Times
    agreement: float  # of the first passages with the reference's, ties aside
    survived: int  # kills after which it opened with whole commits


def passages(statutes: Statutes, count: int) -> list[Entry]:
    """Return the articles, then copies of them with every tenth character drawn anew."""
    drawn = random.Random(17)  # noqa: S311  # nothing secret about it
    alphabet = "".join(article.text for article in statutes.articles[:500])
    entries: list[Entry] = []
    while len(entries) < count:
        copy = len(entries) // len(statutes.articles)
        for article in statutes.articles[: count - len(entries)]:
            text = article.text
            if copy:
                text = "".join(drawn.choice(alphabet) if drawn.random() < 0.1 else c for c in text)
            law = f"{article.law}{copy or ''}"
            region = REGIONS[len(law) % 2]
            entries.append(
                Entry(len(entries), law, article.law, text, Metadata(law, region=region))
            )
    return entries


def measure(
    engine: type[Engine], entries: Sequence[Entry], questions: Sequence[str], truth: Reference
) -> Measured:
    """Build one engine and ask it."""
    with tempfile.TemporaryDirectory(prefix="wenju-words-") as folder:
        directory = Path(folder) / "index"
        one = engine(directory)
        whole = engine is _Bm25s  # it knows no other way
        build = sum(_seconds(one.add, part) for part in _parts(entries, whole=whole))
        found = [one.search(question) for question in questions]
        search = each(one.search, questions)
        filtered = each(lambda question: one.search(question, REGIONS[0]), questions)
        law = Metadata("新办法", region=REGIONS[0])
        more = [Entry(len(entries) + n, "新办法", "新办法", "跨城通办", law) for n in range(20)]
        return Measured(
            engine.name,
            build,
            sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6,
            _seconds(one.add, more) * 1000,
            search,
            filtered,
            float(
                np.mean(
                    [_agreement(f, truth.scores(q)) for f, q in zip(found, questions, strict=True)]
                )
            ),
            sum(_survives(engine, Path(folder) / f"killed{n}", n) for n in range(KILLED)),
        )


def write_forever(name: str, directory: Path) -> None:
    """Add passages until somebody ends the process; say how many are committed."""
    one = next(engine for engine in ENGINES if engine.name == name)(directory)
    law = Metadata("办法", region=REGIONS[0])
    number = 0
    while True:
        numbers = range(number, number + _WRITTEN)
        one.add([Entry(n, f"d{n}", "", f"第{n}号的办法", law) for n in numbers])
        number += _WRITTEN
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


def _survives(engine: type[Engine], directory: Path, delay: int) -> bool:
    """Say whether what a killed writer leaves opens, with whole commits and none lost."""
    code = "import sys; from pathlib import Path; from eval.benchmarks import lexical_engines as e;"
    code += "e.write_forever(sys.argv[1], Path(sys.argv[2]))"
    command = [sys.executable, "-c", code, engine.name, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603
        lines = iter(writer.stdout or ())
        told = [int(next(lines)) for _ in range(3)]
        time.sleep(0.013 * delay)
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in lines if line.endswith("\n")]
    with suppress(Exception):  # whatever it is, it did not survive
        count = engine(directory).count()
        return count % _WRITTEN == 0 and count >= told[-1]
    return False


def _agreement(found: Sequence[int], truth: NDArray[np.float64]) -> float:
    """Return the share of the first passages that the reference ranks as high."""
    bar = np.sort(truth)[-TOP] * 0.999
    return float(np.mean(truth[list(found[:TOP])] >= bar))


def _terms_of(entry: Entry) -> list[str]:
    return terms(f"{entry.heading}\n{entry.text}")


def _parts(entries: Sequence[Entry], *, whole: bool) -> Iterator[Sequence[Entry]]:
    size = len(entries) if whole else BATCH
    for start in range(0, len(entries), size):
        yield entries[start : start + size]


def _seconds(call: Callable[[Sequence[Entry]], object], entries: Sequence[Entry]) -> float:
    began = time.perf_counter()
    call(entries)
    return time.perf_counter() - began


def section_of(measured: Sequence[Measured], count: int) -> Section:
    """Lay the measures out as a table."""
    rows = tuple(
        (
            one.name,
            f"{one.build:.0f}",
            f"{one.megabytes:.0f}",
            f"{one.added:.0f}",
            str(one.search),
            str(one.filtered),
            f"{one.agreement:.3f}",
            f"{one.survived}/{KILLED}",
        )
        for one in measured
    )
    columns = (
        "引擎", "建索引（秒）", "大小（MB）", "增加一份文件（毫秒）", "检索 p50/p95（毫秒）",
        "带过滤 p50/p95（毫秒）", f"前 {TOP} 段与标准 BM25 一致", "强制终止后完好",
    )  # fmt: skip
    return Section("lexical-engines", f"全文引擎，{count:,} 段", tables=(Table("", columns, rows),))


def main(
    *,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    size: Annotated[int, typer.Option(help="段落数")] = 100_000,
) -> None:
    """Measure the engines on the STARD articles and perturbed copies of them."""
    statutes = load_stard(data_directory(data))
    entries = passages(statutes, size)
    questions = [question.question for question in statutes.questions[:ASKED]]
    truth = Reference(entries)
    measured = []
    for engine in ENGINES:
        with suppress(ModuleNotFoundError):
            measured.append(measure(engine, entries, questions, truth))
    show(section_of(measured, len(entries)), Console(width=160))


if __name__ == "__main__":
    typer.run(main)
