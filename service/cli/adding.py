"""Adding to the knowledge base from the command line: files, folders, archives, and file lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import InvalidRequest, WenjuError
from service.cli.answer_sheets import sheet_reports, tell_previews, tell_sheet
from service.cli.commands import Json, add_command, settings
from service.cli.paths import ListedFile, files_below, read_file, read_manifest
from service.cli.screen import Bar, fail, progress, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.store.answer_sheets import SheetReport
    from index.store.jobs import Job
    from index.store.progress import Progress


class LawChoice(StrEnum):
    """Which packaged laws to bring in."""

    PINNED = "pinned"
    ALL = "all"


Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="路径…", help="文件、文件夹或 zip 压缩包，连同其中各层；问答表格逐行收成标准问答"
    ),
]


def register(application: typer.Typer) -> None:
    """Add the command of this room."""
    add_command(application, "add", "收进文件和文件夹，也可在服务运行时进行。", add)


def add(  # noqa: PLR0913  one for each option
    paths: Paths = None,
    *,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="能按字词检索就返回，不等向量")
    ] = False,
    laws: Annotated[
        LawChoice | None,
        typer.Option("--laws", metavar="范围", help="同时收进随附的法律：pinned 常用的，all 全部"),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest",
            metavar="清单",
            help="按清单收进：TOML、xlsx 或 csv，每行一份文件的路径（从清单所在处起）和元数据",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看清单、问答表格会收进什么、哪些行不行，不改知识库")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="问答表格：同名旧表有、新表没有的行，一并撤回")
    ] = False,
    json: Json = False,
) -> None:
    """Add files, and return once every server of the data directory can find them."""
    if not paths and laws is None and manifest is None:
        raise InvalidRequest("没有说要收进什么。请给出文件或文件夹，或用 --manifest、--laws。")
    failures: list[WenjuError] = []
    listed = read_manifest(manifest, failures) if manifest is not None else []
    if dry_run:
        _preview(paths or [], listed, failures, json=json)
        return
    from service.bootstrap import complete_jobs, corpus_laws, open_base  # noqa: PLC0415

    chosen = settings()
    submitted: dict[str, None] = {}  # an ordered set
    with open_base(chosen) as base, progress("收进文件") as bar:
        for one in listed:
            with _noted(failures):
                content = read_file(one.path)
                job = base.submit(content, one.path.name, one.known, verified=True)
                submitted[job.id] = None
        for path in files_below(paths or [], failures):
            with _noted(failures):
                submitted[base.submit(read_file(path), path.name, withdraws=withdraw).id] = None
        if laws is not None:
            for law in corpus_laws(laws.value):
                submitted[base.submit(law.content, law.source, law.known).id] = None
        jobs = complete_jobs(chosen, list(submitted), words_only=no_wait, report=reporter(bar))
        reports = sheet_reports(base, jobs)
    tell(jobs, failures, reports, json=json)
    if failures or any(_went_wrong(job) for job in jobs):
        raise typer.Exit(1)


@contextmanager
def _noted(failures: list[WenjuError]) -> Iterator[None]:
    """Go on after a failure, which is told at the end."""
    try:
        yield
    except WenjuError as error:
        failures.append(error)


def _went_wrong(job: Job) -> bool:
    refused = bool(job.error_code) and not job.document_id
    return refused or (job.answers is not None and job.answers.rejected > 0)


def _preview(
    paths: Sequence[Path],
    listed: Sequence[ListedFile],
    failures: list[WenjuError],
    *,
    json: bool,
) -> None:
    """Say what would come in, and change nothing."""
    from service.bootstrap import open_base, preview_file  # noqa: PLC0415  loads the engines

    found: dict[str, SheetReport | None] = {str(one.path): None for one in listed}
    with open_base(settings()) as base, progress("试读") as bar:
        for done, path in enumerate(files_below(paths, failures)):
            bar.update(done, 0, path.name)
            with _noted(failures):
                found[str(path)] = preview_file(base, path.name, read_file(path))
    tell_previews(found, json=json, failures=failures)
    rejected = any(report is not None and report.rejected for report in found.values())
    if failures or rejected:
        raise typer.Exit(1)


def reporter(bar: Bar) -> Any:
    """Return what shows on a bar how far the worker has come."""

    def report(now: Progress) -> None:
        waiting = now.jobs_queued + now.jobs_running
        words = f"读文件，还有 {waiting} 份" if waiting else "计算向量"
        bar.update(now.chunks_with_vectors, now.chunks, words)

    return report


def tell(
    jobs: Sequence[Job],
    failures: Sequence[WenjuError],
    reports: Mapping[str, SheetReport] | None = None,
    *,
    json: bool,
) -> None:
    """Say what became of files: those that are in, and of the others why not."""
    from service.presentation import job_json, sheet_json  # noqa: PLC0415
    from service.succession import ended_line  # noqa: PLC0415

    reports = reports or {}
    if json:
        errors = [{"code": error.code, "message": error.message} for error in failures]
        rows = {job_id: sheet_json(report) for job_id, report in reports.items()}
        say_json({"jobs": [job_json(job) for job in jobs], "errors": errors, "rows": rows})
        return
    for job in jobs:
        if job.document_id:
            say(f"{job.document_id}　{job.source}")
            for ended in job.endings:
                say(f"　　{ended_line(ended, job.document_id)}")
        elif job.id in reports:
            tell_sheet(job.source, reports[job.id])
        elif job.error_code:
            warn(f"wenju: {job.source}：{job.error_message}（{job.error_code}）")
    for failure in failures:
        fail(failure)
    refused = sum(1 for job in jobs if job.error_code and not job.document_id)
    if refused and len(jobs) > 1:
        warn(f"共 {len(jobs)} 份，{refused} 份没有读入，已隔离；查看用 wenju jobs --failed。")
