"""Keeping the knowledge base from the command line: adding, correcting, taking away, checking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from index.document import Metadata
from index.errors import InvalidRequest, WenjuError
from service.cli.answer_sheets import sheet_reports, tell_previews, tell_sheet
from service.cli.commands import Json, add_command, settings
from service.cli.screen import Bar, fail, progress, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.coverage import Coverage
    from index.store.answer_sheets import SheetReport
    from index.store.jobs import Job
    from index.store.progress import Progress

IGNORED = frozenset({"Thumbs.db", "desktop.ini"})  # file managers leave them everywhere


class LawChoice(StrEnum):
    """Which packaged laws to bring in."""

    PINNED = "pinned"
    ALL = "all"


class FileUnreadable(WenjuError):
    """A path that leads to nothing we can read."""

    code: ClassVar[str] = "file_unreadable"


Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="路径…", help="文件、文件夹或 zip 压缩包，连同其中各层；问答表格逐行收成标准问答"
    ),
]
Identifier = Annotated[str, typer.Argument(metavar="编号", help="文件编号，见 wenju list")]
Identifiers = Annotated[list[str], typer.Argument(metavar="编号…", help="文件编号，见 wenju list")]


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    add_command(application, "add", "收进文件和文件夹，也可在服务运行时进行。", add)
    add_command(application, "remove", "移除文件，连同原件。", remove)
    add_command(application, "edit", "改文件的元数据，如文号、日期、公开属性。", edit)
    add_command(application, "list", "列出文件。", list_)
    add_command(application, "show", "显示一份文件：元数据和全文。", show)
    add_command(application, "verify", "核对：每条引文真实，每个字都有着落，条号连续。", verify)
    add_command(application, "reindex", "用现在的模型重新计算全部向量。", reindex)


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
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看问答表格会收进什么、哪些行不行，不改知识库")
    ] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="问答表格：同名旧表有、新表没有的行，一并撤回")
    ] = False,
    json: Json = False,
) -> None:
    """Add files, and return once every server of the data directory can find them."""
    if not paths and laws is None:
        raise InvalidRequest("没有说要收进什么。请给出文件或文件夹，或用 --laws。")
    if dry_run:
        _preview(paths or [], json=json)
        return
    from service.bootstrap import complete_jobs, corpus_laws, open_base  # noqa: PLC0415

    chosen = settings()
    failures: list[WenjuError] = []
    submitted: dict[str, None] = {}  # an ordered set
    with open_base(chosen) as base, progress("收进文件") as bar:
        for path in _files(paths or [], failures):
            try:
                submitted[base.submit(_read(path), path.name, withdraws=withdraw).id] = None
            except WenjuError as error:
                failures.append(error)
        if laws is not None:
            for law in corpus_laws(laws.value):
                submitted[base.submit(law.content, law.source, law.known).id] = None
        jobs = complete_jobs(chosen, list(submitted), words_only=no_wait, report=reporter(bar))
        reports = sheet_reports(base, jobs)
    tell(jobs, failures, reports, json=json)
    if failures or any(_went_wrong(job) for job in jobs):
        raise typer.Exit(1)


def _went_wrong(job: Job) -> bool:
    refused = bool(job.error_code) and not job.document_id
    return refused or (job.answers is not None and job.answers.rejected > 0)


def _preview(paths: Sequence[Path], *, json: bool) -> None:
    """Say what would come in, and change nothing."""
    from service.bootstrap import open_base, preview_file  # noqa: PLC0415  loads the engines

    failures: list[WenjuError] = []
    found: dict[str, SheetReport | None] = {}
    with open_base(settings()) as base, progress("试读") as bar:
        for done, path in enumerate(_files(paths, failures)):
            bar.update(done, 0, path.name)
            try:
                found[str(path)] = preview_file(base, path.name, _read(path))
            except WenjuError as error:
                failures.append(error)
    tell_previews(found, json=json, failures=failures)
    rejected = any(report is not None and report.rejected for report in found.values())
    if failures or rejected:
        raise typer.Exit(1)


def remove(identifiers: Identifiers) -> None:
    """Take documents away, and return once no server finds them any more."""
    _change(identifiers, lambda base, identifier: base.remove(identifier), "已移除")


def edit(
    identifier: Identifier,
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="属性=值…",
            help="如 document_number=鹤政数〔2022〕17号；值留空即清除，多个值用；分开",
        ),
    ],
) -> None:
    """Change the metadata of a document."""
    lists = {field.name for field in fields(Metadata) if field.default == ()}
    made: dict[str, object] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not equals:
            raise InvalidRequest(f"“{change}”应写成 属性=值，例如 title=新标题。")
        parts = [part.strip() for part in value.replace(";", "；").split("；")]
        made[name.strip()] = (
            [part for part in parts if part] if name.strip() in lists else value.strip()
        )
    _change([identifier], lambda base, one: base.edit(one, made), "已更改")


def list_(*, json: Json = False) -> None:
    """List the documents."""
    from service.bootstrap import open_base  # noqa: PLC0415
    from service.presentation import status_name, summary_json, today  # noqa: PLC0415

    with open_base(settings()) as base:
        documents = [summary_json(summary, today()) for summary in base.documents()]
    if json:
        say_json({"total": len(documents), "documents": documents})
        return
    for document in documents:
        metadata = document["metadata"]
        number = f"（{metadata['document_number']}）" if metadata["document_number"] else ""
        say(f"{document['id']}　{status_name(metadata['status'])}　{metadata['title']}{number}")
    warn(f"共 {len(documents)} 份。")


def show(
    identifier: Identifier,
    *,
    text: Annotated[bool, typer.Option("--text", help="只输出全文")] = False,
    json: Json = False,
) -> None:
    """Show what was read from a document."""
    from service.bootstrap import open_base  # noqa: PLC0415
    from service.presentation import document_json, today  # noqa: PLC0415
    from service.succession import ended_line, shown_lineage  # noqa: PLC0415

    with open_base(settings()) as base:
        document = base.document(identifier)
        lineage = base.lineage(identifier)
        related = shown_lineage(base, document)
    if text:
        say(document.text)
        return
    shown = document_json(document, today()) | related
    if json:
        say_json(shown)
        return
    for name, value in shown["metadata"].items():
        if value:
            say(f"{name:22}{'；'.join(value) if isinstance(value, list) else value}")
    say(f"{'source':22}{document.source}")
    for ended in filter(None, (lineage.ended_by, *lineage.ended)):
        say(f"{'lineage':22}{ended_line(ended, identifier)}")
    for question in related["lineage"]["questions"]:
        say(f"{'question':22}{question}")
    say(f"\n{document.text}")


def verify(*, json: Json = False) -> None:
    """Check every document; exit 1 where a character is lost or a passage is not true."""
    from index.coverage import check  # noqa: PLC0415
    from service.bootstrap import open_base  # noqa: PLC0415

    accounts: dict[str, tuple[str, Coverage]] = {}
    with open_base(settings()) as base, progress("核对") as bar:
        documents = base.documents()
        for done, summary in enumerate(documents, 1):
            document = base.document(summary.id)
            chunks = base.chunks(summary.id)
            accounts[summary.id] = (summary.metadata.title, check(document, chunks))
            bar.update(done, len(documents))
    if json:
        say_json({"documents": [_account(*item) for item in accounts.items()]})
    else:
        _tell_accounts(list(accounts.values()))
    if not all(account.complete for _, account in accounts.values()):
        raise typer.Exit(1)


def reindex() -> None:
    """Compute all vectors anew with the model that is set."""
    from service.bootstrap import make_worker  # noqa: PLC0415

    with progress("重新计算向量") as bar:
        make_worker(settings()).reindex(reporter(bar))
    say("已完成。")


def _change(identifiers: Sequence[str], act: Any, done: str) -> None:
    from service.bootstrap import complete_jobs, open_base  # noqa: PLC0415

    chosen = settings()
    failed = 0
    with open_base(chosen) as base:
        for identifier in identifiers:
            try:
                act(base, identifier)
                say(f"{done} {identifier}")
            except WenjuError as error:
                failed = max(failed, fail(error))
    complete_jobs(chosen, [], words_only=True)
    if failed:
        raise typer.Exit(failed)


def _files(paths: Sequence[Path], failures: list[WenjuError]) -> Iterator[Path]:
    """Yield the files at and below the paths, in order, hidden ones left out."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.is_file()
                and file.name not in IGNORED
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
        elif path.exists():
            yield path
        else:
            failures.append(FileUnreadable(f"找不到 {path}。请检查路径。"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} 读不了：{error.strerror}。请检查权限后重试。") from error


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


def _account(identifier: str, titled: tuple[str, Coverage]) -> dict[str, Any]:
    title, account = titled
    return {
        "id": identifier,
        "title": title,
        "complete": account.complete,
        "characters": account.characters,
        "in_chunks": account.in_chunks,
        "left_out": [{"start": span.start, "end": span.end} for span in account.left_out],
        "removed": dict(account.removed),
        "articles": account.articles,
        "article_gaps": list(account.article_gaps),
        "recognised": dict(account.recognised),
        "problems": list(account.problems),
    }


def _tell_accounts(accounts: Sequence[tuple[str, Coverage]]) -> None:
    for title, account in accounts:
        for problem in account.problems:
            say(f"{title}：{problem}")
        if account.left_out:
            count = sum(len(span) for span in account.left_out)
            say(f"{title}：有 {count} 个字不在任何段落里。")
    characters = sum(account.characters for _, account in accounts)
    complete = sum(account.complete for _, account in accounts)
    say(f"核对了 {len(accounts)} 份文件、{characters} 个字：{complete} 份完整。")
