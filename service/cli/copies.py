"""Backing up and restoring: the catalogue, the originals, and what a site keeps beside them.

The indexes are made from these. Synonyms, curated answers and feedback are in the catalogue.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import ClassVar

from index.agencies import SITE_FILE as AGENCIES
from index.errors import WenjuError
from index.store.database import FILE_NAME
from index.store.files import prepare_directory, reported, write_durably
from index.store.originals import FOLDER
from service.cli.screen import Bar
from service.site_calibration import FILE_NAME as CALIBRATION

BESIDE = (CALIBRATION, AGENCIES)  # the catalogue: what a site has learnt, and written itself
_MEMBER = re.compile(
    rf"{'|'.join(map(re.escape, (FILE_NAME, *BESIDE)))}|{FOLDER}/[0-9a-f]{{2}}/[\w-][\w.-]*"
)


class BackupFailed(WenjuError):
    """There is nothing to back up, or nowhere to put it."""

    code: ClassVar[str] = "backup_failed"


class NotABackup(WenjuError):
    """The file is no backup of ours, or is damaged."""

    code: ClassVar[str] = "not_a_backup"


class DirectoryInUse(WenjuError):
    """The data directory holds a knowledge base already."""

    code: ClassVar[str] = "directory_in_use"


def back_up(directory: Path, target: Path, bar: Bar) -> int:
    """Write a tar file and return how many files it holds; it is there whole or not at all.

    The catalogue comes first, as of one moment; every original it names is older than that.
    """
    if not (directory / FILE_NAME).is_file():
        raise BackupFailed(f"{directory} 里没有知识库，请检查 WENJU_DATA_DIR。")
    if target.exists():
        raise BackupFailed(f"{target} 已经存在，请换一个文件名。")
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with reported(target), tarfile.open(unfinished, "w") as tar:
            with tempfile.TemporaryDirectory(dir=directory, prefix=".backup-") as folder:
                copy = Path(folder) / FILE_NAME
                _copy_catalogue(directory / FILE_NAME, copy)
                tar.add(copy, FILE_NAME)
            beside = [name for name in BESIDE if (directory / name).is_file()]
            for name in beside:
                tar.add(directory / name, name)
            originals = sorted(path for path in (directory / FOLDER).glob("??/*") if _is_kept(path))
            for done, path in enumerate(originals, 1):
                tar.add(path, str(PurePosixPath(FOLDER) / path.parent.name / path.name))
                bar.update(done, len(originals))
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(originals) + len(beside) + 1


def restore_copy(source: Path, directory: Path, bar: Bar) -> int:
    """Unpack a backup into a directory without a knowledge base; return how many files."""
    if (directory / FILE_NAME).exists():
        raise DirectoryInUse(
            f"{directory} 里已有知识库。请移走它，或用 WENJU_DATA_DIR 指定一个空目录。"
        )
    prepare_directory(directory)
    try:
        with reported(source), tarfile.open(source) as tar:
            members = tar.getmembers()
            if FILE_NAME not in {member.name for member in members}:
                raise NotABackup(f"{source} 不是问据的备份。")
            # The catalogue last: without it an interrupted restore is no knowledge base.
            members.sort(key=lambda member: member.name == FILE_NAME)
            _look_beside(tar, members, directory)
            for done, member in enumerate(members, 1):
                _unpack(tar, member, directory)
                bar.update(done, len(members))
    except tarfile.TarError as error:
        raise NotABackup(f"{source} 不是问据的备份，或已损坏：{error}") from error
    return len(members)


def _look_beside(tar: tarfile.TarFile, members: Iterable[tarfile.TarInfo], directory: Path) -> None:
    """Refuse to write over what somebody has put into the directory. Raises DirectoryInUse."""
    for member in members:
        target = directory / member.name
        if member.name in BESIDE and target.exists():
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or content.read() != target.read_bytes():
                raise DirectoryInUse(
                    f"{target} 与备份里的不同，什么也没有恢复。请先把它移到别处，再恢复。"
                )


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, directory: Path) -> None:
    """Write one file of a backup; what a backup never holds (links, other paths) is refused.

    By hand, as tarfile knows how to refuse only from Python 3.11.4 on.
    """
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or not _MEMBER.fullmatch(member.name):
        raise tarfile.ExtractError(f"unexpected member {member.name}")
    target = directory / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.name in BESIDE:  # whole at once, or a second try would take it for somebody's own
        write_durably(target, content.read())
        return
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _copy_catalogue(catalogue: Path, copy: Path) -> None:
    """Copy the database as of one moment, while others write to it."""
    try:
        with closing(sqlite3.connect(catalogue)) as live, closing(sqlite3.connect(copy)) as copied:
            live.backup(copied)
    except sqlite3.Error as error:
        raise BackupFailed(f"知识库目录文件读不了：{error}。请先运行 wenju doctor。") from error


def _is_kept(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")
