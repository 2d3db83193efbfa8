"""Where a data directory keeps what, and files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StorageFull, StoreError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def prepare_directory(directory: Path) -> None:
    """Make sure the data directory is there and can be written to."""
    with reported(directory):
        directory.mkdir(parents=True, exist_ok=True)
        if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(directory))


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after any crash it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into an error a person can act on."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull("磁盘空间不足，文件没有保存。请清理磁盘后重试。") from error
        raise StoreError(
            f"无法读写 {error.filename or path}：{error.strerror or error}。"
            "请检查数据目录（WENJU_DATA_DIR）是否存在、权限是否正确。"
        ) from error


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
