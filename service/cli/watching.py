"""Watching folders from the command line, and looking at what they have brought in."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import InvalidRequest
from service.cli.commands import Json, add_command, settings
from service.cli.paths import FileUnreadable
from service.cli.screen import say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.knowledge_base import KnowledgeBase
    from index.store.watched_files import WatchedFile

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="文件夹…", help="不写就是设置 watch_folders 里的"),
]


def register(application: typer.Typer) -> None:
    """Add the command of this room."""
    add_command(application, "watch", "看守文件夹：放进去的文件自动收进。", watch)


def watch(
    folders: Folders = None,
    *,
    list_: Annotated[
        bool, typer.Option("--list", help="只列出看守过的文件：收进的、隔离的、不在了的、改过的")
    ] = False,
    json: Json = False,
) -> None:
    """Watch until interrupted, or list what has been seen."""
    from service.bootstrap import open_base  # noqa: PLC0415  loads the engines

    chosen = settings()
    if list_ or json:
        with open_base(chosen) as base:
            _list(base, json=json)
        return
    wanted = folders or list(chosen.watch_folders)
    if not wanted:
        raise InvalidRequest("没有说看守哪个文件夹。请给出文件夹，或设置 WENJU_WATCH_FOLDERS。")
    for folder in wanted:
        if not folder.is_dir():
            raise FileUnreadable(f"找不到文件夹 {folder}。请检查路径。")
    from service.watching import watch as watch_folders  # noqa: PLC0415
    from service.worker_process import WorkerProcess  # noqa: PLC0415

    stop = Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: stop.set())
    with open_base(chosen) as base, WorkerProcess(chosen):
        say(f"在看守 {'、'.join(map(str, wanted))}　按 Ctrl+C 停止")
        watch_folders(base, wanted, stop, say)


def _list(base: KnowledgeBase, *, json: bool) -> None:
    found = [
        _shown(base, one)
        for folder in base.watched_files.folders()
        for one in base.watched_files.of(folder).values()
    ]
    if json:
        say_json({"files": found})
        return
    for one in found:
        say(f"{_STATES[one['state']]}　{one['path']}　{one['document_id'] or ''}".rstrip())
        if one["error"]:
            say(f"　　{one['error']}")
        if one["earlier"]:
            say(f"　　原来的内容仍在用：{'、'.join(one['earlier'])}")
    gone = sum(one["state"] == "gone" and bool(one["document_id"]) for one in found)
    warn(f"共 {len(found)} 份，{gone} 份不在文件夹里了而仍在知识库里。")


_STATES = {"in": "已收进", "gone": "不在了", "quarantined": "已隔离", "coming": "在读"}


def _shown(base: KnowledgeBase, one: WatchedFile) -> dict[str, Any]:
    jobs = base.some_jobs([one.job_id] if one.job_id else [])
    job = jobs[0] if jobs else None
    failed = job is not None and job.error_code is not None and not job.document_id
    if one.gone_at is not None:
        state = "gone"
    elif failed:
        state = "quarantined"
    else:
        state = "in" if one.document_id or job is None or job.finished else "coming"
    return {
        "path": one.path,
        "state": state,
        "document_id": one.document_id,
        "earlier": list(one.earlier),
        "error": job.error_message if job is not None and failed else None,
    }
