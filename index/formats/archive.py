"""Zip archives: every member a file of its own, archives within archives opened, too."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from index.errors import CorruptFile, EmptyDocument, FileTooLarge, ReadError
from index.formats.encoding import plausibility
from index.formats.failures import DAMAGE
from index.formats.identify import Format, identify
from index.formats.package import is_locked, is_unsafe_name, swells

MOST_MEMBERS = 2_000
MOST_BYTES = 256 * 1024 * 1024  # unpacked, all together
MOST_MEMBER_BYTES = 64 * 1024 * 1024
DEEPEST = 3  # archives within archives
_MOST_RATIO = 500  # unpacked to packed, for a member of more than a megabyte
_UTF8 = 0x800
_LEFT_BEHIND = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})  # by file managers


@dataclass(frozen=True, slots=True)
class Member:
    """A file out of an archive; the name is its path, through inner archives too."""

    name: str
    content: bytes


def members(content: bytes) -> list[Member]:
    """Unpack an archive. Raises ReadError for one that is broken, locked, or too large."""
    found: list[Member] = []
    left = MOST_BYTES
    for member in _members(content, "", 1):
        left -= len(member.content)
        if left < 0 or len(found) >= MOST_MEMBERS:
            raise _too_large()
        found.append(member)
    if not found:
        raise EmptyDocument("压缩包里没有文件。请确认压缩包完整后再添加。")
    return found


def _members(content: bytes, folder: str, depth: int) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _look_over(entries)
            for entry, name in zip(entries, _names(entries), strict=True):
                if entry.is_dir() or _is_left_behind(name):
                    continue
                inner = archive.read(entry)
                yield from _unpacked(Member(f"{folder}{name}", inner), depth)
    except DAMAGE as error:
        raise CorruptFile("压缩包已损坏或不完整，请重新打包后再添加。") from error


def _unpacked(member: Member, depth: int) -> Iterator[Member]:
    if not _is_archive(member):
        yield member
    elif depth >= DEEPEST:
        raise FileTooLarge(f"压缩包里套着压缩包，超过 {DEEPEST} 层。请解开里层后再添加。")
    else:
        yield from _members(member.content, f"{member.name}/", depth + 1)


def _is_archive(member: Member) -> bool:
    try:
        return member.content.startswith(b"PK") and identify(member.content, "") is Format.ARCHIVE
    except ReadError:
        return False  # a broken one fails by itself, under its own name


def _look_over(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > 2 * MOST_MEMBERS or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _too_large()
    for entry in entries:
        if is_locked(entry):
            raise CorruptFile("压缩包设有密码，请解压后再添加里面的文件。")
        if is_unsafe_name(entry.filename):
            raise CorruptFile("压缩包里含有不安全的路径，请重新打包后再添加。")
        if entry.file_size > MOST_MEMBER_BYTES or swells(entry, _MOST_RATIO):
            raise _too_large()


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names; without the UTF-8 flag, Windows in China has written GBK.

    A short name may read as either, so all of an archive are judged together.
    """
    silent = [entry for entry in entries if not entry.flag_bits & _UTF8]
    printed = [entry.orig_filename.encode("cp437", "replace") for entry in silent]
    readings: list[tuple[float, list[str]]] = []
    for encoding in ("gb18030", "utf-8", "big5hkscs"):
        try:
            names = [name.decode(encoding).replace("\\", "/") for name in printed]
        except UnicodeDecodeError:
            continue
        readings.append((plausibility("".join(names)), names))
    best = max(readings, key=lambda reading: reading[0], default=None)
    decoded = iter(best[1] if best else [entry.filename for entry in silent])
    return [entry.filename if entry.flag_bits & _UTF8 else next(decoded) for entry in entries]


def _is_left_behind(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return hidden or path.name.startswith("~$") or path.name.lower() in _LEFT_BEHIND


def _too_large() -> FileTooLarge:
    megabytes = MOST_BYTES // 1024 // 1024
    return FileTooLarge(
        f"压缩包解压后超过 {MOST_MEMBERS} 个文件或 {megabytes} MB，或者内容异常膨胀。"
        "请解压后分批添加。"
    )
