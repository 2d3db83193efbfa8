"""`python -m eval.benchmarks.embedding`: ways to serve the embedding model, side by side.

The model that ships is the last of them: as the one before it, its vocabulary pruned.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import onnx_ir as ir
import typer
from rich.console import Console

from eval.benchmarks.quantisations import (
    PaddedEmbedder,
    blockwise,
    one_scale_a_tensor,
    trace_padded,
)
from eval.datasets import Statutes, data_directory, load_ncp, load_stard
from eval.intervals import paired_difference
from eval.metrics import ndcg
from eval.report import Section, Table, show
from eval.training.base_model import base_folder
from index.embedding import prepare
from index.embedding.export import load_model
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import DEFAULT_MODEL, GRAPH_NAME, Prepared, find_prepared
from index.engine import Embedder, Vectors
from service.settings import load_configuration

TIMED, ROUNDS = 32, 5
LENGTH = 222  # characters of a passage
BESIDE = 32  # short texts, and as many long ones, that are embedded together
ARTICLES = 3000  # beside those that the questions ask for
LOADING = """
import sys
from pathlib import Path
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is embedded."""

    passages: Sequence[str]
    questions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to serve the model."""

    name: str
    embedder: Embedder
    graph: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way does. Times are of the processor, on one core."""

    name: str
    passages_a_second: float
    question_milliseconds: float
    passage_cosines: Vectors  # with float32
    question_cosines: Vectors
    batch_difference: float  # greatest change of a vector's element by neighbours
    megabytes: float
    quality: str  # of retrieval


def main(
    *,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    texts: Annotated[int, typer.Option(help="比较多少段、多少个问题")] = 500,
    questions: Annotated[int, typer.Option(help="用多少个法律问题比较检索，0 为不比")] = 500,
) -> None:
    """Measure each way on the same texts in the same run."""
    directory = data_directory(data)
    settings = load_configuration().settings
    folder = base_folder(settings.model_dir)
    prepare(str(folder), settings.model_dir)
    prepared = find_prepared(str(folder), settings.model_dir)
    statutes = load_stard(directory)
    sample = sample_texts(load_ncp(directory).documents, statutes, texts)
    with tempfile.TemporaryDirectory() as work:
        ways = make_ways(folder, prepared, Path(work))
        speeds = measure_speeds(ways, sample)
        quality = compare_retrieval(ways, statutes, questions)
        exact = _vectors(ways[0], sample)
        measured = []
        for way in ways:
            passages, asked = (
                (a * b).sum(axis=1) for a, b in zip(_vectors(way, sample), exact, strict=True)
            )
            measured.append(
                Measured(
                    way.name,
                    *speeds[way.name],
                    passages,
                    asked,
                    batch_difference(way.embedder, sample),
                    resident_megabytes(way.graph),
                    quality.get(way.name, ""),
                )
            )
    show(section_of(measured, len(sample.passages)), Console(width=170))


def sample_texts(documents: Mapping[str, str], statutes: Statutes, count: int) -> Texts:
    """Draw passages of policy documents and short everyday questions."""
    chance = random.Random(3)  # noqa: S311  a sample, not a secret
    long = [text for text in documents.values() if len(text) > LENGTH]
    passages = []
    for _ in range(count):
        text = chance.choice(long)
        start = chance.randrange(len(text) - LENGTH)
        passages.append(text[start : start + LENGTH])
    asked = [question.question[:20] for question in statutes.questions[:count]]
    return Texts(passages, asked)


def make_ways(folder: Path, prepared: Prepared, work: Path) -> list[Way]:
    """Return the ways, float32 in padded batches first and ours last."""
    padded, shipped = trace_padded(load_model(folder)), find_prepared(DEFAULT_MODEL, work)
    exact, dynamic, blocks = (work / f"{name}.onnx" for name in ("exact", "dynamic", "blocks"))
    ir.save(padded, exact, external_data=f"{exact.name}.data")
    one_scale_a_tensor(exact, dynamic)
    ir.save(blockwise(padded), blocks, external_data=f"{blocks.name}.data")
    return [
        Way("float32，补齐成批", PaddedEmbedder(exact, prepared), exact),
        Way("动态 int8，整批一个步长", PaddedEmbedder(dynamic, prepared), dynamic),
        Way("MatMulNBits 8 位，补齐成批", PaddedEmbedder(blocks, prepared), blocks),
        Way(
            "本项目的 int8，词表完整",
            OnnxEmbedder(prepared, threads=1),
            prepared.folder / GRAPH_NAME,
        ),
        Way("自带的模型", OnnxEmbedder(shipped, threads=1), shipped.folder / GRAPH_NAME),
    ]


def measure_speeds(ways: Sequence[Way], sample: Texts) -> dict[str, tuple[float, float]]:
    """Return passages a second and milliseconds a question; ways take turns, the best counts."""
    passages, questions = sample.passages[:TIMED], sample.questions[:TIMED]
    times: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            began = time.process_time()
            way.embedder.embed_passages(passages)
            middle = time.process_time()
            for question in questions:
                way.embedder.embed_query(question)
            times[way.name].append((middle - began, time.process_time() - middle))
    return {
        name: (
            len(passages) / min(passage for passage, _ in found),
            min(question for _, question in found) / len(questions) * 1000,
        )
        for name, found in times.items()
    }


def compare_retrieval(ways: Sequence[Way], statutes: Statutes, count: int) -> dict[str, str]:
    """Return each way's nDCG@10 by vectors alone, and its gain over the first way."""
    if not count:
        return {}
    chance = random.Random(5)  # noqa: S311  a sample, not a secret
    questions = chance.sample(statutes.questions, min(count, len(statutes.questions)))
    asked_for = {article for question in questions for article in question.articles}
    others = chance.sample(range(len(statutes.articles)), ARTICLES)
    articles = [
        a for place, a in enumerate(statutes.articles) if a.id in asked_for or place in set(others)
    ]
    ids = np.array([article.id for article in articles])
    gains: dict[str, list[float]] = {}
    for way in ways:
        passages = way.embedder.embed_passages(
            [f"{article.law}\n{article.number}\n{article.text}" for article in articles]
        )
        gains[way.name] = []
        for question in questions:
            order = np.argsort(-(passages @ way.embedder.embed_query(question.question)))[:10]
            gains[way.name].append(ndcg(ids[order].tolist(), question.articles, 10))
    first = gains[ways[0].name]
    differences = {name: paired_difference(found, first) for name, found in gains.items()}
    return {
        name: f"{np.mean(gains[name]):.4f} ({gain.mean:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}])"
        for name, gain in differences.items()
    }


def batch_difference(embedder: Embedder, sample: Texts) -> float:
    """Return how far any element of a vector moves by what stands beside its text.

    Short texts among long ones are padded, and the longest one's activations are the loudest.
    """
    mixed = [*sample.questions[:BESIDE], *sample.passages[:BESIDE]]
    together = embedder.embed_passages(mixed)
    alone = np.concatenate([embedder.embed_passages([text]) for text in mixed])
    return float(np.abs(together - alone).max())


def resident_megabytes(graph: Path) -> float:
    """Return what a fresh process holds after it has loaded a graph."""
    run = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", LOADING, str(graph)], capture_output=True, text=True, check=True
    )
    return int(run.stdout) / 1024


def section_of(measured: Sequence[Measured], count: int) -> Section:
    """Lay the measures out as a table."""
    slowest = measured[0].passages_a_second
    rows = tuple(
        (
            one.name,
            f"{one.passages_a_second:.1f} (×{one.passages_a_second / slowest:.2f})",
            f"{one.question_milliseconds:.2f}",
            _mean_and_least(one.passage_cosines),
            _mean_and_least(one.question_cosines),
            f"{one.batch_difference:.1e}",
            f"{one.megabytes:.0f}",
            one.quality,
        )
        for one in measured
    )
    columns = (
        "做法", "段/秒（单核）", "问题（毫秒）", "段落余弦 平均/最小", "问题余弦 平均/最小",
        "同批影响", "内存（MB）", "nDCG@10（较 float32）",
    )  # fmt: skip
    title = f"向量模型的量化：{count} 段，每段 {LENGTH} 字；处理器时间"
    return Section("embedding", title, tables=(Table("", columns, rows),))


def _vectors(way: Way, sample: Texts) -> tuple[Vectors, Vectors]:
    questions = [way.embedder.embed_query(question) for question in sample.questions]
    return way.embedder.embed_passages(sample.passages), np.array(questions)


def _mean_and_least(cosines: Vectors) -> str:
    return f"{cosines.mean():.5f} / {cosines.min():.5f}"


if __name__ == "__main__":
    typer.run(main)
