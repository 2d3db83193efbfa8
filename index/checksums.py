"""Checks that the files of a tantivy index are as they were written.

tantivy ends each file of a segment with a footer that holds a checksum of what comes before,
and does not look at it when it opens the index.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from pathlib import Path

from index.errors import DamagedIndex

_TAIL = struct.Struct("<II")  # length of the footer, mark of a footer
_MARK = 1337


def verify_segments(directory: Path) -> None:
    """Raise DamagedIndex where a file of the last commit differs from what was written."""
    meta = json.loads((directory / "meta.json").read_text("utf-8"))
    for segment in meta["segments"]:
        for path in directory.glob(segment["segment_id"].replace("-", "") + ".*"):
            try:
                is_whole = _is_whole(path)
            except FileNotFoundError:  # a writer has just merged the segment into another
                continue
            if not is_whole:
                raise DamagedIndex(f"全文索引文件已损坏：{path.name}。将从知识库重新生成。")


def _is_whole(path: Path) -> bool:
    """Look at a file where it lies, without taking it into memory."""
    with path.open("rb") as file:
        if path.stat().st_size < _TAIL.size:
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            length, mark = _TAIL.unpack(content[-_TAIL.size :])
            end = len(content) - _TAIL.size - length
            try:
                footer = json.loads(content[end : -_TAIL.size])
                with memoryview(content) as whole, whole[:end] as body:
                    return bool(mark == _MARK and footer["crc"] == zlib.crc32(body))
            except (ValueError, KeyError, TypeError):
                return False
