"""What became of a spreadsheet of answers, told row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from index.errors import WenjuError
from service.cli.screen import fail, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.answer_sheets.sheet import Remark
    from index.knowledge_base import KnowledgeBase
    from index.store.answer_sheets import SheetCounts, SheetReport
    from index.store.jobs import Job


def sheet_reports(base: KnowledgeBase, jobs: Sequence[Job]) -> dict[str, SheetReport]:
    """Return what became of the rows, by job, of those that brought in answers."""
    found = {job.id: base.sheet_reports.of_job(job.id) for job in jobs if job.answers}
    return {job_id: report for job_id, report in found.items() if report is not None}


def counted(counts: SheetCounts) -> str:
    """Say in figures what became of the rows."""
    kept = counts.gone - counts.withdrawn
    pieces = [
        f"新增 {counts.added} 条",
        f"更新 {counts.changed} 条" if counts.changed else "",
        f"未变 {counts.unchanged} 条" if counts.unchanged else "",
        f"没有收进 {counts.rejected} 行" if counts.rejected else "",
        f"撤回 {counts.withdrawn} 条" if counts.withdrawn else "",
        f"旧表里有、新表里没有的 {kept} 条仍在用" if kept else "",
    ]
    return "标准问答：" + "，".join(filter(None, pieces)) + "。"


def tell_sheet(source: str, report: SheetReport) -> None:
    """Say what became of a file's rows: in figures, then those that a person must look at."""
    say(f"{source}　{counted(_counts(report))}")
    for remark in report.remarks:
        warn(f"　{_place(remark)}：{_quoted(remark.question)}{remark.message}")
    for gone in report.gone:
        done = "已撤回" if report.withdrawn else "新表里没有，仍在用（--withdraw 可撤回）"
        warn(f"　{gone.id}　原第 {gone.row} 行{_quoted(gone.question)}{done}")


def tell_previews(
    found: Mapping[str, SheetReport | None], failures: Sequence[WenjuError], *, json: bool
) -> None:
    """Say what would become of files."""
    from service.presentation import sheet_json  # noqa: PLC0415  loads the answering

    if json:
        errors = [{"code": error.code, "message": error.message} for error in failures]
        files = [
            {"source": source, "rows": report and sheet_json(report)}
            for source, report in found.items()
        ]
        say_json({"files": files, "errors": errors})
        return
    for source, report in found.items():
        if report is None:
            say(f"{source}　会作为文件收进")
        else:
            tell_sheet(source, report)
    for failure in failures:
        fail(failure)
    warn("这是预览，知识库没有改动。")


def _counts(report: SheetReport) -> SheetCounts:
    from index.store.answer_sheets import SheetCounts  # noqa: PLC0415  loads the database

    return SheetCounts(
        report.added,
        report.changed,
        report.unchanged,
        report.rejected,
        len(report.gone),
        report.withdrawn,
    )


def _place(remark: Remark) -> str:
    sheet = f"工作表“{remark.sheet}”" if remark.sheet else ""
    return f"{sheet}第 {remark.row} 行" if remark.row else sheet or "全表"


def _quoted(question: str) -> str:
    return f"“{question}”" if question else ""
