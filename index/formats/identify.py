"""What a file really is: decided by its bytes, its name a hint only among kinds of plain text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import PurePath

from index.errors import CorruptFile, UnsupportedFormat
from index.formats.failures import DAMAGE

READABLE = (
    "目前可以读取 txt、md、csv、html、docx、xlsx、xls、pptx、pdf、ofd、图片、zip 压缩包，"
    "以及装有 LibreOffice 时的 doc、wps、et、dps、ppt、rtf、odt"
)


class Format(StrEnum):
    """A format that one of our readers reads."""

    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"
    MHTML = "mhtml"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    XLS = "xls"
    PPTX = "pptx"
    OFD = "ofd"
    IMAGE = "image"
    WRITER = "writer"  # doc, wps, rtf, odt: made a docx by LibreOffice
    CALC = "calc"  # ods, xlsb: made an xlsx
    IMPRESS = "impress"  # ppt, dps, odp: made a pptx
    ARCHIVE = "archive"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MAGIC: Sequence[tuple[bytes, Format]] = (
    (b"{\\rtf", Format.WRITER),
    (b"\x89PNG", Format.IMAGE),
    (b"\xff\xd8\xff", Format.IMAGE),
    (b"GIF8", Format.IMAGE),
    (b"II*\0", Format.IMAGE),
    (b"MM\0*", Format.IMAGE),
)
_BITMAP_HEADERS = {b"\x28\0\0\0", b"\x7c\0\0\0"}
_FOREIGN: Sequence[tuple[bytes, str]] = (
    (b"Rar!", "RAR 压缩包，请解压后"),
    (b"7z\xbc\xaf", "7z 压缩包，请解压后"),
    (b"\x1f\x8b", "gzip 压缩包，请解压后"),
    (b"SQLite format 3\0", "SQLite 数据库，请导出为表格后"),
    (b"\x7fELF", "程序文件，不能"),
    (b"MZ\x90", "程序文件，不能"),
)
# By a part that only this kind has; the order matters where kinds share parts.
_PARTS: Sequence[tuple[re.Pattern[str], Format]] = (
    (re.compile(r"word/document\d*\.xml"), Format.DOCX),
    (re.compile(r"xl/workbook\d*\.xml"), Format.XLSX),
    (re.compile(r"xl/workbook\.bin"), Format.CALC),
    (re.compile(r"ppt/presentation\d*\.xml"), Format.PPTX),
    (re.compile(r"OFD\.xml"), Format.OFD),
)
_OPEN_DOCUMENT: Mapping[str, Format] = {
    "text": Format.WRITER,
    "spreadsheet": Format.CALC,
    "presentation": Format.IMPRESS,
}
_STREAMS: Sequence[tuple[frozenset[str], Format]] = (
    (frozenset({"worddocument"}), Format.WRITER),
    (frozenset({"workbook", "book"}), Format.XLS),
    (frozenset({"powerpoint document"}), Format.IMPRESS),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|meta|title|body|table|div|p|h1|script|style)[\s>/]",
    re.IGNORECASE,
)
_PRECEDING = re.compile(
    rb"(?:\s+|<\?xml[^>]*\?>|<!--.*?-->|<!doctype[^>\[]*>)*", re.IGNORECASE | re.DOTALL
)
_MHTML = re.compile(
    rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,40}?content-type:\s*multipart/related",
    re.IGNORECASE,
)


def identify(content: bytes, source: str) -> Format:
    """Say what a file is. Raises ReadError for what none of our readers reads."""
    if content.startswith(_ZIP):
        return _package(content)
    if content.startswith(_OLE):
        return _compound(content)
    return _by_magic(content) or _text(content, source)


def _by_magic(content: bytes) -> Format | None:
    """Return what the first bytes say; nothing where it may be text."""
    if b"%PDF-" in content[:1024]:
        return Format.PDF
    is_bitmap = content[:2] == b"BM" and content[14:18] in _BITMAP_HEADERS
    if is_bitmap or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return Format.IMAGE
    for magic, what in _FOREIGN:
        if content.startswith(magic):
            raise UnsupportedFormat(f"这是{what}再添加。{READABLE}。")
    return next((found for magic, found in _MAGIC if content.startswith(magic)), None)


def _text(content: bytes, source: str) -> Format:
    """Tell the kinds of text apart; only here has the name a say."""
    head = _ascii_head(content)
    if _HTML.match(head, _preceding(head)):
        return Format.HTML
    if _MHTML.match(head):
        return Format.MHTML
    if head.lstrip().startswith(b"<?xml"):
        raise UnsupportedFormat(f"这是 XML 文件，{READABLE}。请转换后再添加。")
    suffix = PurePath(source.lower()).suffix
    if suffix in {".md", ".markdown"}:
        return Format.MARKDOWN
    if suffix in {".csv", ".tsv"}:
        return Format.CSV
    return Format.TEXT


def _preceding(head: bytes) -> int:
    match = _PRECEDING.match(head)
    return match.end() if match else 0


def _ascii_head(content: bytes) -> bytes:
    """Return the beginning with UTF-16's zeros and byte order marks off, fit to look for tags."""
    head = content[:4096]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head[2:].replace(b"\0", b"")
    return head.removeprefix(b"\xef\xbb\xbf")


def _package(content: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
            for pattern, found in _PARTS:
                if any(pattern.fullmatch(name) for name in names):
                    return found
            if "mimetype" in names and "content.xml" in names:
                with package.open("mimetype") as part:
                    kind = part.read(200).decode("ascii", "replace").rsplit(".", 1)[-1]
                return _open_document(kind)
    except DAMAGE as error:
        raise CorruptFile("文件已损坏或不完整，请重新下载或导出后再添加。") from error
    if "META-INF/container.xml" in names:
        raise UnsupportedFormat(f"这是电子书，{READABLE}。请转换后再添加。")
    return Format.ARCHIVE


def _open_document(kind: str) -> Format:
    for name, found in _OPEN_DOCUMENT.items():
        if kind.startswith(name):
            return found
    raise UnsupportedFormat(f"这是 OpenDocument 的图形或公式，{READABLE}。请转换后再添加。")


def _compound(content: bytes) -> Format:
    """Look into a compound file, the container of Office before 2007 and of WPS."""
    import olefile  # noqa: PLC0415 - wanted only here

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            streams = {path[0].lower() for path in compound.listdir()}
    except DAMAGE as error:
        raise CorruptFile("文件已损坏或不完整，请重新下载或导出后再添加。") from error
    if not streams:
        raise CorruptFile("文件已损坏或不完整，请重新下载或导出后再添加。")
    if "encryptedpackage" in streams:
        raise CorruptFile("文件已加密，请用 Office 或 WPS 打开、去掉密码后再添加。")
    for names, found in _STREAMS:
        if streams & names:
            return found
    raise UnsupportedFormat(
        "这是 Office 类的文件，但里面没有文字、表格或演示文稿（可能是邮件或安装包）。"
        f"{READABLE}。请转换后再添加。"
    )
