"""One file a format; `extract` picks the reader by what a file holds, not by its name."""

from __future__ import annotations

import itertools

from index.errors import EmptyDocument, FileTooLarge, UnsupportedFormat
from index.formats.markdown import read_markdown
from index.formats.raw import RawText
from index.formats.text import read_text

MAX_BYTES = 64 * 1024 * 1024
MAX_CHARACTERS = 5_000_000
_FEWEST_CHARACTERS = 8  # letters, digits or ideographs, below which there is nothing to read

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Word、Excel 或 WPS 文件"),
    (b"{\\rtf", "RTF 文件"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"SQLite format 3\0", "SQLite 数据库"),
    (b"\x7fELF", "程序文件"),
    (b"MZ\x90", "程序文件"),
)
_READABLE = "目前可以读取 txt、md、docx 和带文字层的 pdf"


def extract(content: bytes, source: str) -> RawText:
    """Read a file's text in whichever format it really is. Raises ReadError."""
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise FileTooLarge(f"文件超过 {limit} MB 的上限，请拆分后再添加。")
    raw = _read(content, source)
    if len(raw.text) > MAX_CHARACTERS:
        raise FileTooLarge(f"文件超过 {MAX_CHARACTERS} 字的上限，请拆分后再添加。")
    letters = filter(str.isalnum, raw.text)
    if sum(1 for _ in itertools.islice(letters, _FEWEST_CHARACTERS)) < _FEWEST_CHARACTERS:
        raise EmptyDocument("文件里没有文字，或者只有寥寥几个字。请确认文件完整后再添加。")
    return raw


def _read(content: bytes, source: str) -> RawText:
    head = content[:1024].lstrip()
    if content.startswith(b"%PDF-") or b"%PDF-" in content[:1024]:
        from index.formats.pdf import read_pdf  # noqa: PLC0415 - loads pdfium, wanted only here

        return read_pdf(content)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from index.formats.docx import read_docx  # noqa: PLC0415 - loads lxml, wanted only here

        return read_docx(content)
    for magic, what in _FOREIGN:
        if content.startswith(magic):
            raise UnsupportedFormat(f"这是{what}，{_READABLE}。请转换后再添加。")
    if head[:15].lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnsupportedFormat(f"这是网页或 XML 文件，{_READABLE}。请转换后再添加。")
    if source.lower().endswith((".md", ".markdown")):
        return read_markdown(content)
    return read_text(content)
