"""Zip packages (docx and its kin): what is inside, and whether it is safe to unpack."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from index.errors import CorruptFile, FileTooLarge, UnsupportedFormat

_MOST_ENTRIES = 4_000
_MOST_BYTES = 400 * 1024 * 1024  # unpacked, all together
_MOST_XML_BYTES = 80 * 1024 * 1024  # unpacked, of one part that is parsed
_MOST_RATIO = 200  # unpacked to packed, for a part of more than a megabyte
_ENCRYPTED = 0x1
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_KINDS = (
    ("xl/workbook.xml", "Excel 表格"),
    ("ppt/presentation.xml", "PowerPoint 演示文稿"),
    ("OFD.xml", "OFD 版式文件"),
    ("content.xml", "OpenDocument 文件"),
    ("META-INF/container.xml", "电子书"),
)


def open_package(content: bytes, must_hold: str) -> zipfile.ZipFile:
    """Open a zip package after looking over what it would unpack to; raises ReadError."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise CorruptFile("文件已损坏或不完整，请重新下载或导出后再添加。") from error
    names = {entry.filename for entry in entries}
    if must_hold not in names:
        what = next((kind for name, kind in _KINDS if name in names), "压缩包")
        raise UnsupportedFormat(
            f"这是{what}，目前可以读取 txt、md、docx 和带文字层的 pdf。请转换后再添加。"
        )
    _refuse_bombs(entries)
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            _refuse_declarations(package, entry)
    return package


def _refuse_bombs(entries: Sequence[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise FileTooLarge("文件解压后过大，请删去图片等附件或拆分后再添加。")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise CorruptFile("文件已加密，请去掉密码后再添加。")
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/"):
            raise CorruptFile("文件里含有不安全的路径，请用 Word 或 WPS 另存后再添加。")
        parsed = entry.filename.endswith((".xml", ".rels"))
        ratio = entry.file_size / max(entry.compress_size, 1)
        swells = entry.file_size > 1024 * 1024 and ratio > _MOST_RATIO
        if (parsed and entry.file_size > _MOST_XML_BYTES) or swells:
            raise FileTooLarge("文件内容异常膨胀，可能已损坏。请用 Word 或 WPS 另存后再添加。")


def _refuse_declarations(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a part that declares entities: Word never does, and a parser would drop their text."""
    try:
        with package.open(entry) as part:
            head = part.read(64 * 1024).replace(b"\0", b"")  # UTF-16 looks alike then
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as error:
        raise CorruptFile("文件已损坏或不完整，请重新下载或导出后再添加。") from error
    if any(declaration in head for declaration in _DECLARATIONS):
        raise CorruptFile("文件里含有外部实体声明，请用 Word 或 WPS 另存后再添加。")
