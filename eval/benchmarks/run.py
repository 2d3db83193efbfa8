"""All benchmarks in one run, each figure beside the plain way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.benchmarks import startup
from eval.benchmarks.large_base import base_of
from eval.benchmarks.plain import PlainLoop
from eval.benchmarks.startup import Started
from eval.benchmarks.timing import Times, in_turn, rate
from eval.report import Section, Table
from eval.workbench import Asking, Workbench
from index.chunk import chunk
from index.engine import Embedder
from index.incoming import Incoming
from index.read import read_document
from service.answering.answer import Answer

SIZES = (5_000, 100_000)
EMBEDDED = 256  # passages embedded to time it
READ = 60  # documents read to time it
OVER_HTTP = 100  # questions asked of the server


@dataclass(frozen=True, slots=True)
class Setup:
    """What is measured.

    `model` is the embedder as served, `plain` the sentence-transformers folder of the same
    model, `workbench` builds with vectors from the cache.
    """

    laws: Sequence[Incoming]
    questions: Sequence[str]
    workbench: Workbench
    model: Embedder
    plain: Path
    cache: Path
    sizes: Sequence[int] = SIZES


@dataclass(frozen=True, slots=True)
class Throughput:
    """How much a second."""

    documents: float
    characters: float
    passages: float
    plain_passages: float


@dataclass(frozen=True, slots=True)
class Answered:
    """Over one knowledge base: answers, searches alone, the plain way's searches, a server."""

    passages: int
    answer: Times
    steps: Mapping[str, Times]  # of an answer
    search: Times
    plain: Times
    server: Started


def run(setup: Setup) -> Section:
    """Measure throughput once, and answering and the server at every size."""
    plain = PlainLoop(setup.plain)
    speeds = throughput(setup, plain)
    answered = [at_size(setup, plain, size) for size in setup.sizes]
    tables = (
        _throughput_table(speeds),
        _answering_table(answered),
        _steps_table(answered),
        _server_table(answered),
    )
    return Section(
        "benchmarks",
        "性能",
        notes=(
            "“朴素做法”：sentence-transformers 加 FAISS 精确检索，只取段落、不作答。",
            "同一次运行，逐题轮流计时。毫秒写作“中位数 / 95 分位”。",
            "单次时间随机器而变，比值较可信。",
        ),
        tables=tables,
        numbers={
            "throughput": asdict(speeds),
            "answering": {str(one.passages): asdict(one) for one in answered},
        },
    )


def throughput(setup: Setup, plain: PlainLoop) -> Throughput:
    """Time reading, and embedding without any cache."""
    sample = setup.laws[:: max(1, len(setup.laws) // READ)][:READ]
    documents = [read_document(law.content, law.source, None) for law in sample]
    texts = [part.span.of(document.text) for document in documents for part in chunk(document)]
    texts = texts[:: max(1, len(texts) // EMBEDDED)][:EMBEDDED]

    def read() -> None:
        for law in sample:
            chunk(read_document(law.content, law.source, None))

    setup.model.embed_passages(texts[:16])
    plain.embed(texts[:16])
    speed = rate(read, len(sample))
    return Throughput(
        speed,
        speed * sum(len(document.text) for document in documents) / len(sample),
        rate(lambda: setup.model.embed_passages(texts), len(texts)),
        rate(lambda: plain.embed(texts), len(texts)),
    )


def at_size(setup: Setup, plain: PlainLoop, size: int) -> Answered:
    """Measure over so many passages: the desk, the plain loop on the same vectors, a server."""
    workbench = setup.workbench
    files = list(base_of(setup.laws, size))
    directory = workbench.kept(setup.cache, f"bench-{size}", files)
    steps = _Steps()
    with workbench.open(directory) as asking:
        texts, inputs = zip(*_passages(asking), strict=True)
        plain.index(texts, workbench.embedder.embed_passages(inputs))
        del inputs
        half = len(setup.questions) // 2  # what was asked is no longer new to a search
        answer, search, plainly = in_turn(
            [
                lambda pair: steps.add(asking.ask(pair[0])[0]),
                lambda pair: asking.search(pair[1], 10),
                lambda pair: plain.ask(pair[1]),
            ],
            list(zip(setup.questions[:half], setup.questions[half:], strict=False)),
        )
    started = startup.measure(directory, setup.questions[:OVER_HTTP])
    return Answered(len(texts), answer, steps.times(), search, plainly, started)


class _Steps:
    """How long each step of an answer took, as its trace tells."""

    def __init__(self) -> None:
        self._milliseconds: dict[str, list[float]] = {}

    def add(self, answer: Answer) -> None:
        timings = answer.trace.get("timings_ms")
        if isinstance(timings, Mapping):
            for step, milliseconds in timings.items():
                self._milliseconds.setdefault(step, []).append(milliseconds)

    def times(self) -> dict[str, Times]:
        return {step: Times.of(times) for step, times in self._milliseconds.items()}


def _passages(asking: Asking) -> Iterator[tuple[str, str]]:
    """Yield each passage, and what the model reads of it."""
    base = asking.desk.knowledge_base
    for summary in base.documents():
        text = base.document(summary.id).text
        for part in base.chunks(summary.id):
            yield part.span.of(text), part.embedding_input(summary.metadata.title, text)


def _throughput_table(speeds: Throughput) -> Table:
    ratio = speeds.passages / speeds.plain_passages
    return Table(
        "每秒处理",
        ("项目", "问据", "朴素做法", "比值"),
        (
            ("读取文件（份）", f"{speeds.documents:.1f}", "–", "–"),
            ("读取文件（万字）", f"{speeds.characters / 10_000:.1f}", "–", "–"),
            (
                "段落编码（段）",
                f"{speeds.passages:.1f}",
                f"{speeds.plain_passages:.1f}",
                f"{ratio:.2f}",
            ),
        ),
    )


def _answering_table(answered: Sequence[Answered]) -> Table:
    return Table(
        "热态用时（毫秒）",
        ("段落数", "回答", "其中检索", "朴素检索", "回答/朴素", "每秒回答", "经 HTTP 回答"),
        tuple(
            (
                f"{one.passages:,}",
                str(one.answer),
                str(one.search),
                str(one.plain),
                f"{one.answer.p50 / one.plain.p50:.2f}",
                f"{one.answer.a_second:.0f}",
                str(one.server.answers),
            )
            for one in answered
        ),
    )


def _steps_table(answered: Sequence[Answered]) -> Table:
    steps = list(dict.fromkeys(step for one in answered for step in one.steps))
    return Table(
        "一次回答的各步（毫秒）",
        ("段落数", *steps),
        tuple(
            (
                f"{one.passages:,}",
                *(str(one.steps.get(step, "–")) for step in steps),
            )
            for one in answered
        ),
    )


def _server_table(answered: Sequence[Answered]) -> Table:
    return Table(
        "服务启动（索引已在）",
        ("段落数", "就绪（秒）", "服务进程（MB）", "其峰值（MB）", "全部进程（MB）"),
        tuple(
            (
                f"{one.passages:,}",
                f"{one.server.seconds:.2f}",
                _megabytes(one.server.server_megabytes),
                _megabytes(one.server.most_megabytes),
                _megabytes(one.server.all_megabytes),
            )
            for one in answered
        ),
    )


def _megabytes(amount: float | None) -> str:
    return "–" if amount is None else f"{amount:.0f}"
