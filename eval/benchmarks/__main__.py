"""`python -m eval.benchmarks`, which `make bench` runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from eval import report
from eval.benchmarks.large_base import CopyingEmbedder, laws_of
from eval.benchmarks.run import SIZES, Setup, run
from eval.commands import CATALOGUE, DEFAULT_OUTPUT, cache_folder, screen
from eval.datasets import QUESTIONS, data_directory, load_questions, load_stard
from eval.progress import Progress
from eval.training.base_model import base_folder
from eval.vector_cache import CachedEmbedder
from eval.workbench import Workbench
from index.embedding import load_embedder
from service.settings import EVALUATION_VARIABLE, load_configuration

ASKED = 440  # half of them answered, the others searched for


application = typer.Typer()


@application.command(help="测速度与内存，与朴素做法同一次运行比较。")
def main(
    *,
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录；没有则用自带的法律")] = None,
    output: Annotated[Path, typer.Option(help="报告写到哪个目录")] = DEFAULT_OUTPUT,
    cache: Annotated[Path | None, typer.Option(help="向量与知识库缓存目录")] = None,
    size: Annotated[list[int] | None, typer.Option(help="段落数，可多次给出")] = None,
) -> None:
    """Measure, print, and save."""
    directory = data_directory(data) if data or os.environ.get(EVALUATION_VARIABLE) else None
    settings = load_configuration().settings
    folder = cache_folder(cache)
    model = load_embedder(settings.model, settings.model_dir, settings.threads)
    cached = CachedEmbedder(model, folder / "vectors.sqlite")
    setup = Setup(
        laws_of(directory, CATALOGUE),
        _questions(directory),
        Workbench(CopyingEmbedder(cached), folder, Progress(shown=True)),
        model,
        base_folder(settings.model_dir),
        folder,
        tuple(size or SIZES),
    )
    section = run(setup)
    cached.close()
    report.show(section, screen())
    Console(stderr=True).print(f"报告：{report.save(section, output)}", highlight=False)


def _questions(directory: Path | None) -> list[str]:
    """Return everyday legal questions, or without data our own."""
    if directory is not None:
        return [question.question for question in load_stard(directory).questions[:ASKED]]
    return [q.question for q in load_questions(QUESTIONS / "development.jsonl")][:ASKED]


if __name__ == "__main__":
    application()
