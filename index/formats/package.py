"""Zip packages (docx and its kin): whether they are safe to unpack, and their parts as XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from defusedxml.ElementTree import fromstring

from index.errors import CorruptFile, FileTooLarge
from index.formats.failures import DAMAGE

_MOST_ENTRIES = 4_000
_MOST_BYTES = 400 * 1024 * 1024  # unpacked, all together
_MOST_XML_BYTES = 80 * 1024 * 1024  # unpacked, of one part that is parsed
_MOST_RATIO = 200  # unpacked to packed, for a part of more than a megabyte
_ENCRYPTED = 0x1
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
DAMAGED = "文件已损坏或不完整，请重新下载或导出后再添加。"


def open_package(content: bytes) -> zipfile.ZipFile:
    """Open a zip package after looking over what it would unpack to; raises ReadError."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        entries = package.infolist()
    except DAMAGE as error:
        raise CorruptFile(DAMAGED) from error
    _refuse_bombs(entries)
    for entry in entries:
        if _is_parsed(entry):
            _refuse_declarations(package, entry)
    return package


def unpacked_bytes(content: bytes) -> int:
    """Return what a zip package says it unpacks to, of any other file its size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return sum(entry.file_size for entry in package.infolist())
    except DAMAGE:  # what is wrong with it is told by who reads it
        return len(content)


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """Return a part's bytes. Raises CorruptFile where it is missing or broken."""
    try:
        return package.read(name)
    except DAMAGE as error:
        raise CorruptFile(DAMAGED) from error


def parse_part(package: zipfile.ZipFile, name: str) -> Any:
    """Return a part's root element; entities and external references are refused."""
    try:
        return fromstring(read_part(package, name), forbid_dtd=True)
    except DAMAGE as error:
        raise CorruptFile(DAMAGED) from error


def _is_parsed(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith((".xml", ".rels"))


def _refuse_bombs(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise FileTooLarge("文件解压后过大，请删去图片等附件或拆分后再添加。")
    for entry in entries:
        if is_locked(entry):
            raise CorruptFile("文件已加密，请去掉密码后再添加。")
        if is_unsafe_name(entry.filename):
            raise CorruptFile("文件里含有不安全的路径，请用 Word 或 WPS 另存后再添加。")
        is_long = _is_parsed(entry) and entry.file_size > _MOST_XML_BYTES
        if is_long or swells(entry, _MOST_RATIO):
            raise FileTooLarge("文件内容异常膨胀，可能已损坏。请用 Word 或 WPS 另存后再添加。")


def is_locked(entry: zipfile.ZipInfo) -> bool:
    """Say whether a member asks for a password."""
    return bool(entry.flag_bits & _ENCRYPTED)


def swells(entry: zipfile.ZipInfo, most: int) -> bool:
    """Say whether a member of more than a megabyte unpacks to over `most` times its size."""
    ratio = entry.file_size / max(entry.compress_size, 1)
    return entry.file_size > 1024 * 1024 and ratio > most


def is_unsafe_name(name: str) -> bool:
    """Say whether a member's name would lead out of the folder it is unpacked into."""
    return (
        name.startswith(("/", "\\"))
        or ".." in name.replace("\\", "/").split("/")
        or name[1:2] == ":"
    )


def _refuse_declarations(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a part that declares entities: Word never does, and a parser would drop their text."""
    try:
        with package.open(entry) as part:
            head = part.read(64 * 1024).replace(b"\0", b"")  # UTF-16 looks alike then
    except DAMAGE as error:
        raise CorruptFile(DAMAGED) from error
    if any(declaration in head for declaration in _DECLARATIONS):
        raise CorruptFile("文件里含有外部实体声明，请用 Word 或 WPS 另存后再添加。")
