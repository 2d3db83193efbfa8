"""A spreadsheet of questions and answers: until its rows answer, again, and how fast they do.

`python -m eval.benchmarks.answer_sheets [ROWS]`. The rows are made up of parts; the way in is that
of `wenju add`, the reading in a process of its own included. No model is needed.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import openpyxl
import typer

from eval.benchmarks.timing import each
from index.document import SHANGHAI, Disclosure
from index.knowledge_base import KnowledgeBase
from service.bootstrap import complete_jobs
from service.desk import Channel, Desk
from service.settings import Settings, load_configuration

ROWS = 10_000
ASKED = 320
NAME = "知识库.xlsx"
_CAPTIONS = ("问题", "相似问法", "答复口径", "依据", "承办单位", "联系电话", "有效期", "公开属性")
_MATTERS = (
    "居住证",
    "公积金",
    "生育津贴",
    "营业执照",
    "停车泊位",
    "老年优待证",
    "学位申请",
    "燃气报装",
)
_ACTS = ("办理", "变更", "注销", "补领", "查询", "续期", "转移", "复核", "预约", "退费")
_ASKS = ("需要什么材料", "要多长时间", "在哪里办", "怎么收费", "可以代办吗")


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    count = next((int(one) for one in arguments if one.isdigit()), ROWS)
    content, questions = made(count)
    typer.echo(f"{count} 行，{len(content) / 1024:.0f} KiB")
    with tempfile.TemporaryDirectory() as folder:
        settings = load_configuration(data_dir=Path(folder), model="demo").settings
        for words in ("收进", "同一张表再收一次"):
            seconds, counted = _bring_in(settings, content)
            typer.echo(f"{words}：{seconds:.1f} 秒，{counted}")
        with KnowledgeBase.open(settings.data_dir, None, follow=False) as base:
            _ask(Desk(settings, base), questions)
    return 0


def made(count: int) -> tuple[bytes, list[str]]:
    """Return a workbook of so many rows, and questions that some of them answer."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("知识库")
    sheet.append(_CAPTIONS)
    questions = []
    for number in range(count):
        place = f"第{number // 400 + 1}街道"
        matter, act = _MATTERS[number % 8], _ACTS[number // 8 % 10]
        ask = _ASKS[number // 80 % 5]
        question = f"{place}{matter}{act}{ask}？"
        others = f"{matter}在{place}{act}{ask}\n{place}的{matter}，{act}时{ask}"
        answer = f"{place}的{matter}{act}，{ask}，请按第 {number} 号口径答复。" * 6
        basis = f"《{matter}管理办法》第{number % 60 + 1}条"
        sheet.append(
            (question, others, answer, basis, f"{place}办事处", f"8{number:07}", "长期", "公开")
        )
        questions.append(question)
    file = io.BytesIO()
    book.save(file)
    step = max(1, count // ASKED)
    return file.getvalue(), questions[::step]


def _bring_in(settings: Settings, content: bytes) -> tuple[float, str]:
    began = time.perf_counter()
    with KnowledgeBase.open(settings.data_dir, None, follow=False) as base:
        job = base.submit(content, NAME)
    [done] = complete_jobs(settings, [job.id], words_only=True)
    return time.perf_counter() - began, str(done.answers)


def _ask(desk: Desk, questions: Sequence[str]) -> None:
    began = time.perf_counter()
    near = desk.knowledge_base.curated.near
    near(questions[0], datetime.now(SHANGHAI), {Disclosure.PUBLIC})
    typer.echo(f"问法索引在内存里建好：{time.perf_counter() - began:.1f} 秒")

    def ask(question: str) -> None:
        answer = desk.ask(question, channel=Channel.WEB)
        if answer.answer is None:
            raise ValueError(f"没有答上：{question}")

    typer.echo(f"原样问，毫秒（中位 / 95%）：{each(ask, questions)}")
    others = [f"请问一下{question.rstrip('？')}呢" for question in questions]
    typer.echo(f"换个说法问，毫秒（中位 / 95%）：{each(ask, others)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
