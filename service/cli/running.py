"""Running the desk: serving, looking after it, keeping copies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.commands import Json, add_command, settings
from service.cli.screen import progress, say, say_json, warn


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    add_command(application, "serve", "启动服务：网页、HTTP 接口。", serve)
    add_command(application, "mcp", "作为 MCP 工具，供其他程序的模型调用（stdio）。", mcp)
    add_command(application, "doctor", "检查运行条件，说明每一项该怎么办。", doctor)
    add_command(
        application, "prepare-model", "准备换用的向量模型（自带的不必准备）。", prepare_model
    )
    add_command(application, "backup", "把知识库备份成一个文件，服务运行时也可以。", backup)
    add_command(application, "restore", "从备份恢复到空的数据目录。", restore)


def serve(
    *,
    host: Annotated[
        str | None, typer.Option("--host", metavar="地址", help="监听的地址，默认 127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, metavar="端口", help="默认 8000")
    ] = None,
    no_corpus: Annotated[
        bool, typer.Option("--no-corpus", help="知识库为空时不装入随附的资料")
    ] = False,
) -> None:
    """Serve until interrupted."""
    chosen = settings(host=host, port=port)
    from service.serving import serve as serve_desk  # noqa: PLC0415  loads the engines

    serve_desk(
        chosen,
        corpus=not no_corpus,
        announce=lambda address: say(f"问据已启动：{address}　按 Ctrl+C 停止"),
    )


def mcp() -> None:
    """Serve the tools to the program that started this one, until it leaves."""
    import anyio  # noqa: PLC0415

    from service.bootstrap import open_desk  # noqa: PLC0415  loads the engines
    from service.mcp_server.protocol import build_server, serve_stdio  # noqa: PLC0415  and the SDK
    from service.mcp_server.tools import Toolbox  # noqa: PLC0415

    with open_desk(settings()) as desk:
        if not desk.knowledge_base.documents():
            warn("wenju: 知识库是空的。用 wenju add 收进文件，或先运行一次 wenju serve。")
        anyio.run(serve_stdio, build_server(Toolbox(desk)))


def doctor(*, json: Json = False) -> None:
    """Look at everything the desk needs; exit 1 where something keeps it from running."""
    from service.checks import Grade, examine  # noqa: PLC0415

    findings = examine(settings())
    if json:
        say_json(
            [
                {"check": one.check, "grade": one.grade.value, "message": one.message}
                for one in findings
            ]
        )
    else:
        marks = {Grade.GOOD: "✓", Grade.WARNING: "!", Grade.BAD: "✗"}
        for one in findings:
            say(f"{marks[one.grade]} {one.check}：{one.message}")
    if any(one.grade is Grade.BAD for one in findings):
        raise typer.Exit(1)


def prepare_model() -> None:
    """Prepare the model that is set, once; loading it later is quick."""
    chosen = settings()
    from index.embedding import prepare  # noqa: PLC0415  imports torch

    with progress("准备模型") as bar:
        folder = prepare(chosen.model, chosen.model_dir, bar.update)
    say(f"模型 {chosen.model} 已备好：{folder}")


def backup(
    target: Annotated[Path, typer.Argument(metavar="文件", help="备份写到哪里，如 wenju.tar")],
) -> None:
    """Write the catalogue and the originals into one file."""
    from service.cli.copies import back_up  # noqa: PLC0415

    with progress("备份") as bar:
        count = back_up(settings().data_dir, target, bar)
    say(f"已备份 {count} 个文件到 {target}。")


def restore(
    source: Annotated[Path, typer.Argument(metavar="文件", help="wenju backup 写的备份")],
) -> None:
    """Restore a backup into an empty data directory."""
    from service.cli.copies import restore_copy  # noqa: PLC0415

    directory = settings().data_dir
    with progress("恢复") as bar:
        count = restore_copy(source, directory, bar)
    say(f"已恢复 {count} 个文件到 {directory}。索引会在下次启动服务时重建。")
