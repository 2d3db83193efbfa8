"""`python -m eval.training --data DIR --questions DIR --output DIR`: train the reader.

On a processor that others use as well, OMP_WAIT_POLICY=PASSIVE keeps threads from waiting busily.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.datasets import data_directory
from eval.progress import Progress
from eval.training.base_model import base_folder
from eval.training.train import Plan, Source, train
from eval.training.written import QUESTIONS
from service.settings import load_configuration


def main(  # noqa: PLR0913 - a command's options
    *,
    questions: Annotated[Path, typer.Option(help="手写问题的目录（*.jsonl）")] = QUESTIONS,
    output: Annotated[Path, typer.Option(help="检查点与日志写到哪里；已有则接着训练")],
    data: Annotated[Path | None, typer.Option(help="外部评测数据目录")] = None,
    examples: Annotated[int, typer.Option(help="计划的样例数，学习率在此降到零")] = 26_000,
    minutes: Annotated[float, typer.Option(help="最多训练多少分钟")] = 80.0,
    seed: Annotated[int, typer.Option(help="随机种子")] = 2026,
    rate: Annotated[float, typer.Option(help="最高学习率")] = 1.6e-4,
    start: Annotated[
        Path | None, typer.Option(help="从哪个检查点或平均的权重开始，默认从向量模型")
    ] = None,
    compiled: Annotated[bool, typer.Option(help="先编译模型再训练（需要 C++ 编译器）")] = True,
) -> None:
    """Train until the plan is done or the time is over."""
    output.mkdir(parents=True, exist_ok=True)
    plan = Plan(examples=examples, rate=rate, seed=seed, compiled=compiled)
    begin = start or base_folder(load_configuration().settings.model_dir)
    source = Source(data_directory(data), questions, output, plan)
    at = train(source, begin, output, plan=plan, minutes=minutes, progress=Progress(shown=True))
    typer.echo(f"已训练 {at.seen} 个样例，共 {at.step} 步：{output}")


if __name__ == "__main__":
    typer.run(main)
