"""Files on their way in, from the command line: what waits, what was refused and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InvalidRequest
from service.cli.adding import reporter, tell
from service.cli.answer_sheets import counted, sheet_reports
from service.cli.commands import Json, add_command, settings
from service.cli.screen import progress, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.knowledge_base import KnowledgeBase
    from index.store.jobs import Job

_STATES = {
    "queued": "等待",
    "running": "在读",
    "unpacked": "已解压",
    "words": "可按字词查",
    "done": "完成",
    "failed": "已隔离",
}
_MOST = 100_000

Identifiers = Annotated[
    list[str] | None, typer.Argument(metavar="编号…", help="任务编号；不写就是全部")
]


def register(application: typer.Typer) -> None:
    """Add the command of this room."""
    add_command(application, "jobs", "列出收进文件的任务；重读或丢弃没能读入的文件。", jobs)


def jobs(  # noqa: PLR0913  one for each option
    identifiers: Identifiers = None,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="只列没能读入、已隔离的")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="重读隔离的文件，如装好 LibreOffice 或 OCR 之后")
    ] = False,
    discard: Annotated[bool, typer.Option("--discard", help="丢弃隔离的文件")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="接着读上次中断时还在等待的文件")
    ] = False,
    json: Json = False,
) -> None:
    """List the jobs, or go on with those that wait or have failed."""
    if retry + discard + resume > 1:
        raise InvalidRequest("--retry、--discard、--resume 一次只能用一个。")
    from service.bootstrap import complete_jobs, open_base  # noqa: PLC0415  loads the engines

    chosen = settings()
    with open_base(chosen) as base:
        if discard:
            _discard(base, identifiers)
            return
        if not (retry or resume):
            _list(_found(base, identifiers, failed=failed), json=json)
            return
        ids = [base.retry(job.id).id for job in _failed(base, identifiers)] if retry else []
        if resume:
            ids = [job.id for job in base.jobs(limit=_MOST) if not job.finished]
    with progress("收进文件") as bar:
        done = complete_jobs(chosen, ids, words_only=False, report=reporter(bar))
    with open_base(chosen) as base:
        reports = sheet_reports(base, done)
    tell(done, (), reports, json=json)
    if any(job.error_code and not job.document_id for job in done):
        raise typer.Exit(1)


def _found(base: KnowledgeBase, identifiers: list[str] | None, *, failed: bool) -> list[Job]:
    from index.store.tables import JobState  # noqa: PLC0415  loads the database

    if identifiers:
        return [base.job(identifier) for identifier in identifiers]
    return base.jobs(JobState.FAILED, _MOST) if failed else base.jobs()


def _failed(base: KnowledgeBase, identifiers: list[str] | None) -> list[Job]:
    found = _found(base, identifiers, failed=True)
    return [job for job in found if job.state.value == "failed"]


def _discard(base: KnowledgeBase, identifiers: list[str] | None) -> None:
    if not identifiers:
        raise InvalidRequest("请给出要丢弃的任务编号；编号见 wenju jobs --failed。")
    for job in _failed(base, identifiers):
        base.discard(job.id)
        say(f"已丢弃 {job.id}　{job.source}")


def _list(found: list[Job], *, json: bool) -> None:
    from service.presentation import job_json  # noqa: PLC0415  loads the answering

    if json:
        say_json({"jobs": [job_json(job) for job in found]})
        return
    for job in found:
        say(f"{job.id}　{_STATES[job.state.value]}　{job.source}")
        if job.answers:
            say(f"　　{counted(job.answers)}")
        if job.error_code:
            say(f"　　{job.error_message}（{job.error_code}）")
    refused = sum(job.state.value == "failed" for job in found)
    warn(f"共 {len(found)} 项，{refused} 项已隔离。")
