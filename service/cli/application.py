"""The commands, put together, and the way their failures leave the program."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from index.errors import WenjuError
from service.cli import (
    adding,
    asking,
    calibrating,
    carrying,
    jobs,
    keeping,
    keys,
    running,
    synonyms,
    versions,
    watching,
)
from service.cli.chinese import ChineseGroup, explain_usage
from service.cli.screen import fail, warn

_BY_CTRL_C = 130  # as shells say it
application = typer.Typer(
    cls=ChineseGroup,
    help="问据：有问必答，答必有据。",
    epilog="设置见 docs/configuration.md。退出码：0 完成，1 没能做到，2 用法不对。",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for room in (
    asking,
    adding,
    watching,
    keeping,
    synonyms,
    calibrating,
    carrying,
    versions,
    jobs,
    keys,
    running,
):
    room.register(application)


def main(arguments: Sequence[str] | None = None) -> int:  # noqa: PLR0911  one a way to end
    """Run a command line and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Chinese
    try:
        status = application(arguments, prog_name="wenju", standalone_mode=False)
    except WenjuError as error:
        return fail(error)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # the help has been printed
            return 2
        warn(f"wenju: {explain_usage(error)}用法见 wenju --help。")
        return error.exit_code
    except typer.Abort:
        return _interrupted(1)
    except BrokenPipeError:  # the reader, such as head, has had enough
        sys.stderr.close()
        return 1
    if status == _BY_CTRL_C:
        return _interrupted(status)
    return status if isinstance(status, int) else 0


def _interrupted(status: int) -> int:
    warn("wenju: 已中断。已经收进的不会丢，还在等的用 wenju jobs --resume 接着收。")
    return status
