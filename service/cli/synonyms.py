"""Synonyms from the command line: everyday words and the official ones for them."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InvalidRequest, WenjuError
from service.cli.chinese import ChineseSubgroup
from service.cli.commands import Json, add_command, settings
from service.cli.paths import FileUnreadable, read_file
from service.cli.screen import fail, say, say_json, warn

if TYPE_CHECKING:  # imported where they are used, so that the help comes at once
    from service.synonyms.keeping import Import, SynonymBook
    from service.synonyms.table import Entry

Word = Annotated[str, typer.Argument(metavar="口语词", help="市民怎么说，如 低保")]
Words = Annotated[list[str], typer.Argument(metavar="口语词…", help="见 wenju synonyms list")]
Own = Annotated[bool, typer.Option("--own", help="只要本站加的和改过的，不要自带的")]


def register(application: typer.Typer) -> None:
    """Add the commands of this room."""
    group = typer.Typer(
        cls=ChineseSubgroup,
        help="维护同义词：市民的说法对应文件里的说法。",
        add_completion=False,
        no_args_is_help=True,
    )
    add_command(group, "list", "列出同义词，或只列其中有某个字词的。", list_)
    add_command(group, "add", "加一条，或换掉这个词原来的一条。", add)
    add_command(group, "remove", "去掉：本站加的删除，自带的停用。", remove)
    add_command(group, "restore", "撤销本站的改动，恢复成自带的。", restore)
    add_command(group, "import", "收进一张表（xlsx、csv、TOML）；收不进的逐行说明。", import_)
    add_command(group, "export", "导出成一张表（xlsx、csv、TOML），改好可再收进。", export)
    add_command(group, "wanted", "没有答案的问题里，哪些词任何文件都没有；问得最多的在前。", wanted)
    application.add_typer(group, name="synonyms")


def list_(
    part: Annotated[
        str | None, typer.Argument(metavar="字词", help="只列口语词、规范用语或说明里有它的")
    ] = None,
    *,
    own: Own = False,
    json: Json = False,
) -> None:
    """List the table."""
    from service.presentation import synonym_json  # noqa: PLC0415  loads the answering
    from service.synonyms.keeping import shown  # noqa: PLC0415

    with _book() as book:
        entries = list(shown(book.table(), own=own, holding=part or ""))
    if json:
        say_json({"total": len(entries), "synonyms": [synonym_json(one) for one in entries]})
        return
    for entry in entries:
        say(_line(entry))
    off = sum(not entry.synonym.enabled for entry in entries)
    warn(f"共 {len(entries)} 条" + (f"，其中停用 {off} 条。" if off else "。"))


def add(
    word: Word,
    official: Annotated[
        list[str], typer.Argument(metavar="规范用语…", help="文件里怎么说，最常用的写在前")
    ],
    *,
    note: Annotated[
        str | None, typer.Option("--note", metavar="说明", help="什么时候这样说，给维护的人看")
    ] = None,
    json: Json = False,
) -> None:
    """Set what a word stands for."""
    from index.store.synonyms import Synonym  # noqa: PLC0415
    from service.presentation import synonym_json  # noqa: PLC0415

    with _book() as book:
        entry = book.put(Synonym(word, tuple(official), note), _somebody())
    if json:
        say_json(synonym_json(entry))
    else:
        say(f"已设 {_line(entry)}")


def remove(words: Words) -> None:
    """Let words stand for nothing any more."""
    _each(words, lambda book, word: book.remove(word, _somebody()), "已去掉")


def restore(words: Words) -> None:
    """Take back what the site has set for words."""
    _each(words, lambda book, word: book.forget(word), "已恢复")


def import_(
    file: Annotated[Path, typer.Argument(metavar="文件", help="xlsx、xls、csv 或 toml")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会怎样，什么也不改")] = False,
    json: Json = False,
) -> None:
    """Set the synonyms of a file; exit 1 where a row could not come in."""
    from service.presentation import synonym_import_json  # noqa: PLC0415
    from service.synonyms.files import read_synonyms  # noqa: PLC0415

    if not file.is_file():
        raise FileUnreadable(f"找不到 {file}。请检查路径。")
    rows = read_synonyms(read_file(file), file.name)
    with _book() as book:
        done = book.bring_in(rows, f"{_somebody()}（{file.name}）", keep=not dry_run)
    if json:
        say_json(synonym_import_json(done))
    else:
        _tell_import(done)
    if dry_run:
        warn("这是预览，同义词表没有改动。")
    if done.rejected:
        raise typer.Exit(1)


def export(
    file: Annotated[Path, typer.Argument(metavar="文件", help="以 .xlsx、.csv 或 .toml 结尾")],
    *,
    own: Own = False,
) -> None:
    """Write the table into a file that can come in again."""
    from service.synonyms.files import written  # noqa: PLC0415
    from service.synonyms.keeping import shown  # noqa: PLC0415

    with _book() as book:
        entries = list(shown(book.table(), own=own))
    content = written(entries, file.suffix)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidRequest(f"{file} 写不了：{error.strerror}。请换一个位置。") from error
    say(f"已导出 {len(entries)} 条到 {file}")


def wanted(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列几个词")] = 30,
    json: Json = False,
) -> None:
    """List the words of refused questions that no document has."""
    from service.bootstrap import open_base  # noqa: PLC0415
    from service.presentation import wanted_word_json  # noqa: PLC0415
    from service.synonyms.table import lexicon_with  # noqa: PLC0415
    from service.synonyms.wanted import wanted_words  # noqa: PLC0415

    with open_base(settings()) as base:
        words = wanted_words(base, lexicon_with(base.synonyms.all()), limit)
    if json:
        say_json({"words": [wanted_word_json(one) for one in words]})
        return
    for one in words:
        say(f"{one.word}　问了 {one.times} 次　如：{one.questions[0]}")
    warn(
        "文件里换了说法的，用 wenju synonyms add 加上。"
        if words
        else "没有这样的词：没有答案的问题里，词在文件里都有。"
    )


@contextmanager
def _book() -> Iterator[SynonymBook]:
    from service.bootstrap import open_base  # noqa: PLC0415
    from service.synonyms.keeping import SynonymBook  # noqa: PLC0415

    with open_base(settings()) as base:
        yield SynonymBook(base)


def _each(words: list[str], act: Callable[[SynonymBook, str], None], done: str) -> None:
    failed = 0
    with _book() as book:
        for word in words:
            try:
                act(book, word)
                say(f"{done} {word}")
            except WenjuError as error:
                failed = max(failed, fail(error))
    if failed:
        raise typer.Exit(failed)


def _somebody() -> str:
    """Name who is at this terminal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in a container
        return "命令行"


def _line(entry: Entry) -> str:
    one = entry.synonym
    pieces = [
        f"{one.word} → {'；'.join(one.official)}",
        "" if one.enabled else "停用",
        one.note or "",
        f"{entry.changed_by} {entry.changed_at:%Y-%m-%d %H:%M}" if entry.changed_at else "",
    ]
    return "　".join(filter(None, pieces))


def _tell_import(done: Import) -> None:
    pieces = [
        f"新增 {done.added} 条",
        f"更新 {done.changed} 条" if done.changed else "",
        f"未变 {done.unchanged} 条" if done.unchanged else "",
        f"没有收进 {len(done.rejected)} 行" if done.rejected else "",
    ]
    say("同义词：" + "，".join(filter(None, pieces)) + "。")
    for one in done.rejected:
        warn(f"　第 {one.row} 行：{one.message}（{one.code}）")
