"""Typer's own words in Chinese: the headings of its help, and what it says of wrong usage."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from index.errors import WenjuError

PLUGINS = "wenju.commands"  # entry point group: other packages add commands here


def _translate_headings() -> None:
    from typer import rich_utils  # noqa: PLC0415  only help needs it, and it is slow to import

    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.DEFAULT_STRING = "[默认：{}]"
    rich_utils.REQUIRED_LONG_STRING = "[必填]"


class CommandUnavailable(WenjuError):
    """A command of another package whose parts are missing."""

    code: ClassVar[str] = "command_unavailable"


class _Chinese:
    """What commands and groups share."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]  # a mixin
        formatter.write_usage(ctx.command_path, pieces, "用法：")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole help."""
        _translate_headings()
        super().format_help(ctx, formatter)  # type: ignore[misc]  # of the class mixed in

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option --help."""
        option = super().get_help_option(ctx)  # type: ignore[misc]  # of the class mixed in
        if option is not None:
            option.help = "显示这份说明"
        return option


class ChineseCommand(_Chinese, TyperCommand):
    """A command whose help is Chinese."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "options_metavar": "[选项]"})


class ChineseSubgroup(_Chinese, TyperGroup):
    """A group of commands whose help is Chinese."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        names = {"options_metavar": "[选项]", "subcommand_metavar": "命令 [参数]…"}
        super().__init__(*arguments, **{**options, **names})


class ChineseGroup(ChineseSubgroup):
    """The program's own group, which other packages can add to."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_listing = False

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the whole help, without loading what other packages add: that may be slow."""
        self._is_listing = True
        super().format_help(ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, those of other packages last."""
        return [*super().list_commands(ctx), *sorted(_plugins())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, loading another package's only when it is run."""
        command = super().get_command(ctx, cmd_name)
        plugin = _plugins().get(cmd_name)
        if command is not None or plugin is None:
            return command
        if self._is_listing:
            return _stand_in(cmd_name, f"说明见 wenju {cmd_name} --help。", None)
        try:
            loaded = plugin.load()
        except ImportError as error:
            return _stand_in(cmd_name, "没有装全，暂不可用。", error)
        return typer.main.get_command(loaded) if isinstance(loaded, typer.Typer) else loaded


def _stand_in(name: str, words: str, cause: ImportError | None) -> Any:
    """Return a command to be listed, which only says why it cannot run."""
    application = typer.Typer(add_completion=False)

    @application.command(name, cls=ChineseCommand, help=words)
    def tell() -> None:
        raise CommandUnavailable(f"命令 {name} 没有装全（{cause}）。请运行 make setup。")

    return typer.main.get_command(application)


def _plugins() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=PLUGINS)}


def explain_usage(error: TyperException) -> str:
    """Say in Chinese what is wrong with a command line."""
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = parameter.get_error_hint().strip("'") if parameter is not None else ""
    if kind == "NoSuchOption":
        near = getattr(error, "possibilities", None) or ()
        hint = f"是不是 {'、'.join(near)}？" if near else ""
        return f"没有选项 {getattr(error, 'option_name', '')}。{hint}"
    if kind == "MissingParameter":
        return f"缺少 {name}。"
    if kind == "BadParameter":
        return f"{name or '参数'} 的值不合要求。"
    if kind == "UsageError" and "No such command" in error.message:
        named, *near = re.findall(r"'([^']*)'", error.message)
        hint = f"是不是 {'、'.join(near)}？" if near else ""
        return f"没有 {named} 这个命令。{hint}"
    for words, sentence in _SENTENCES.items():
        if words in error.message:
            return sentence
    return f"用法不对：{error.format_message()}"


_SENTENCES = {
    "Missing command": "缺少命令。",
    "unexpected extra argument": "多了参数。含空格的问题要放在引号里。",
    "requires an argument": "选项后面缺少值。",
}
