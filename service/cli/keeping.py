"""Keeping the knowledge base from the command line: correcting, taking away, checking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.document import Metadata
from index.errors import InvalidRequest, WenjuError
from service.cli.adding import reporter
from service.cli.commands import Json, add_command, settings
from service.cli.screen import fail, progress, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from index.coverage import Coverage

Identifier = Annotated[str, typer.Argument(metavar="编号", help="文件编号，见 wenju list")]
Identifiers = Annotated[list[str], typer.Argument(metavar="编号…", help="文件编号，见 wenju list")]


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    add_command(application, "remove", "移除文件，连同原件。", remove)
    add_command(application, "edit", "改文件的元数据，如文号、日期、公开属性。", edit)
    add_command(application, "list", "列出文件。", list_)
    add_command(application, "show", "显示一份文件：元数据和全文。", show)
    add_command(application, "verify", "核对：每条引文真实，每个字都有着落，条号连续。", verify)
    add_command(application, "reindex", "用现在的模型重新计算全部向量。", reindex)


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
    references: Annotated[
        bool, typer.Option("--references", help="列出它引用的文件和条款，各在哪里")
    ] = False,
    json: Json = False,
) -> None:
    """Show what was read from a document."""
    from index.linking import links  # noqa: PLC0415  loads the engines
    from service.bootstrap import open_base  # noqa: PLC0415
    from service.elements import element_lines, shown_elements  # noqa: PLC0415
    from service.guide import guide_lines, shown_guide  # noqa: PLC0415
    from service.presentation import document_json, today  # noqa: PLC0415
    from service.references import reference_line, shown_references  # noqa: PLC0415
    from service.succession import ended_line, shown_lineage  # noqa: PLC0415

    with open_base(settings()) as base:
        document = base.document(identifier)
        lineage = base.lineage(identifier)
        related = shown_lineage(base, document)
        found = links(base, document, today()) if references else []
        related |= shown_references(base, document, today()) if references and json else {}
    if text:
        say(document.text)
        return
    shown = document_json(document, today()) | related
    shown |= shown_guide(document) | shown_elements(document) if json else {}
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
    for name, value in [*element_lines(document), *guide_lines(document)]:
        say(f"{'field':22}{name}：{value}")
    for link in found:
        say(f"{'reference':22}{reference_line(link, document)}")
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
