"""Makes a model ready to be served: found, exported, put in place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from index.embedding.prepared import (
    DEFAULT_FOLDER,
    DEFAULT_MODEL,
    SERVED,
    export_folder,
    find_prepared,
    is_complete,
    point,
)
from index.embedding.source import Source, find_source
from index.errors import ModelError

_EXPORTING = ".exporting-"

Progress = Callable[[float, float, str], None]  # done, of total, doing what


def prepare_model(model: str, model_dir: Path, progress: Progress) -> Path:
    """Export a model unless that is done; two processes at once do it once.

    The default model ships as it is served.
    """
    if model == DEFAULT_MODEL:
        find_prepared(model, model_dir)
        return DEFAULT_FOLDER
    served = model_dir / SERVED
    try:
        served.mkdir(parents=True, exist_ok=True)
        progress(0, 2, "查找模型")
        source = find_source(model)
        with FileLock(model_dir / "prepare.lock"):
            _clear_away(model_dir)
            export = export_folder(model_dir, source.name, source.digest)
            if not is_complete(export):
                progress(1, 2, "导出模型")
                _export(source, export)
            point(model_dir, model, export, source.folder)
    except OSError as error:
        raise ModelError(
            f"模型目录 {model_dir} 写不进去（{error.strerror or error}），"
            "请检查权限和剩余空间（需要约 1 GB），或用 WENJU_MODEL_DIR 换一个目录。"
        ) from error
    progress(2, 2, "模型已备好")
    return source.folder


def _clear_away(model_dir: Path) -> None:
    """Remove what a process left that was killed in the middle; called under the lock."""
    for folder in (model_dir / SERVED).glob(f"{_EXPORTING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _export(source: Source, target: Path) -> None:
    from index.embedding.export import export  # noqa: PLC0415  imports torch, six seconds

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=_EXPORTING) as directory:
        made = Path(directory, "model")
        export(source, made)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
