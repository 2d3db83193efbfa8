"""The original files, kept as they came, each under the sha256 of its bytes."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Container
from pathlib import Path

from index.errors import OriginalNotFound
from index.store.files import reported, write_durably

FOLDER = "originals"
ABANDONED_SECONDS = 3600


def sha256_of(content: bytes) -> str:
    """Return the hexadecimal sha256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


class Originals:
    """A folder of original files."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / FOLDER

    def keep(self, content: bytes) -> str:
        """Store the bytes, if they are not there yet, and return their sha256."""
        sha256 = sha256_of(content)
        if not self.has(sha256):
            with reported(self._folder):
                write_durably(self.path(sha256), content)
        return sha256

    def has(self, sha256: str) -> bool:
        """Say whether these bytes are stored."""
        return self.path(sha256).is_file()

    def read(self, sha256: str) -> bytes:
        """Return the bytes."""
        with reported(self._folder):
            try:
                return self.path(sha256).read_bytes()
            except FileNotFoundError:
                raise _missing() from None

    def ends(self, sha256: str, head: int, tail: int) -> tuple[bytes, bytes]:
        """Return the first `head` and the last `tail` bytes. Raises OriginalNotFound."""
        with reported(self._folder):
            try:
                with self.path(sha256).open("rb") as file:
                    first = file.read(head)
                    file.seek(max(file.seek(0, os.SEEK_END) - tail, 0))
                    return first, file.read()
            except FileNotFoundError:
                raise _missing() from None

    def path(self, sha256: str) -> Path:
        """Return where these bytes are, or would be."""
        return self._folder / sha256[:2] / sha256

    def sweep(self, wanted: Container[str]) -> None:
        """Delete the files that nobody wants any more, and what broken writes have left."""
        with reported(self._folder):
            for path in self._folder.glob("??/*"):
                if path.name not in wanted and _settled(path):
                    path.unlink(missing_ok=True)


def _missing() -> OriginalNotFound:
    return OriginalNotFound(
        "原始文件不在 originals 文件夹中，可能被误删。请重新添加该文件，或恢复备份。"
    )


def _settled(path: Path) -> bool:
    """Say whether this is no file that somebody is writing just now."""
    whole = len(path.name) == len(sha256_of(b""))
    return whole or path.stat().st_mtime < time.time() - ABANDONED_SECONDS
