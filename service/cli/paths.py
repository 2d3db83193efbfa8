"""Which files a command line means: those at and below paths, and those of a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from index.document import Metadata
from index.errors import WenjuError
from service.cli.screen import warn

IGNORED = frozenset({"Thumbs.db", "desktop.ini"})  # file managers leave them everywhere


class FileUnreadable(WenjuError):
    """A path that leads to nothing we can read."""

    code: ClassVar[str] = "file_unreadable"


class RowRefused(WenjuError):
    """A row of a file list that cannot be followed. Its code is the row's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.__dict__["code"] = code  # others have one a class


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that a list names, with what it says of it."""

    path: Path
    known: Metadata


def files_below(paths: Sequence[Path], failures: list[WenjuError]) -> Iterator[Path]:
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


def read_file(path: Path) -> bytes:
    """Return the bytes of a file. Raises FileUnreadable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} 读不了：{error.strerror}。请检查权限后重试。") from error


def read_manifest(manifest: Path, failures: list[WenjuError]) -> list[ListedFile]:
    """Return the files that a list names; what is wrong with its rows is added to `failures`.

    Raises WenjuError for a file that is no list.
    """
    from index.file_list.listing import read_file_list  # noqa: PLC0415  loads readers

    if not manifest.is_file():
        raise FileUnreadable(f"找不到清单 {manifest}。请检查路径。")
    found = read_file_list(read_file(manifest), manifest.name)
    if found.unused:
        columns = "、".join(found.unused)
        warn(f"wenju: 清单里没有用到的列：{columns}。列名见 docs/keeping.md。")
    for fault in found.faults:
        where = f"清单第 {fault.row} 行" + (f"（{fault.path}）" if fault.path else "")
        failures.append(RowRefused(fault.code, f"{where}：{fault.message}"))
    files = []
    for one in found.files:
        path = manifest.parent / one.path
        if path.is_file():
            files.append(ListedFile(path, one.known))
        else:
            message = (
                f"清单第 {one.row} 行（{one.path}）：找不到这个文件。路径相对清单所在的文件夹。"
            )
            failures.append(RowRefused("file_missing", message))
    return files
