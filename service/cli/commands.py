"""What every command begins with: its settings, and how it joins the application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from service.cli.chinese import ChineseCommand
from service.cli.screen import warn
from service.settings import Settings, load_configuration

Json = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="日期", help="按这一天有效的文件，如 2026-01-31；默认今天"),
]


def add_command(
    application: typer.Typer, name: str, words: str, function: Callable[..., None]
) -> None:
    """Add a command under a name, with its help in Chinese."""
    application.command(name, cls=ChineseCommand, help=words)(function)


def settings(**overrides: object) -> Settings:
    """Load the settings, warning of variables that nobody knows."""
    configuration = load_configuration(**overrides)
    for variable in configuration.unknown_variables:
        warn(f"wenju: 不认识的环境变量 {variable}，没有用到。可用的见 docs/configuration.md。")
    return configuration.settings
