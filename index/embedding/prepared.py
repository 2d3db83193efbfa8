"""Where prepared models lie, and how one is found again.

    default_model/                  beside this file: the model that ships with the project
    served/<name>.json              in the model directory: which export serves a model as it is
                                    named in the settings
    served/<export>/                a graph, a tokenizer and their description, as in default_model/

An export is named for what it was made of and is moved into place when it is complete. Nothing
here needs the libraries that made it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError

DEFAULT_MODEL = "wenju-e5-small"
DEFAULT_FOLDER = Path(__file__).with_name("default_model")
FORMAT = 1  # of the export; raised when vectors or files change
GRAPH_NAME = "graph.onnx"
DESCRIPTION_NAME = "model.json"
SERVED = "served"

_IGNORED = {".git", "onnx", "openvino", ".cache"}
_KEPT = {".json", ".safetensors", ".bin", ".txt", ".model", ".py"}


@dataclass(frozen=True, slots=True)
class Description:
    """What the serving side must know of a model.

    `probe_vector` is the unit vector of the passage `probe` as the unquantised model gives
    it, `sizes` the length of each file.
    """

    identity: str
    dimension: int
    maximum_tokens: int
    query_prompt: str
    passage_prompt: str
    probe: str
    probe_vector: tuple[float, ...]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model ready to be served."""

    folder: Path
    description: Description

    @property
    def remedy(self) -> str:
        """Say what to do where its files are damaged."""
        if self.folder == DEFAULT_FOLDER:
            return "请重新安装本程序"
        return "请删除这个文件夹后重新运行 wenju prepare-model"


def export_folder(model_dir: Path, name: str, digest: str) -> Path:
    """Return where the export of a model with this digest lies."""
    return model_dir / SERVED / f"{slug(name)}-{digest[:12]}-{FORMAT}"


def write_description(folder: Path, description: Description) -> None:
    """Write the description beside the graph."""
    content = json.dumps(dataclasses.asdict(description), ensure_ascii=False, indent=1)
    (folder / DESCRIPTION_NAME).write_text(content + "\n", "utf-8")


def read_description(folder: Path) -> Description:
    """Read the description; raises OSError, ValueError or TypeError where it is damaged."""
    return Description(**json.loads((folder / DESCRIPTION_NAME).read_text("utf-8")))


def is_complete(folder: Path) -> bool:
    """Say whether an export is there, with every file at its full length."""
    try:
        sizes = read_description(folder).sizes
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, TypeError):
        return False


def point(model_dir: Path, model: str, export: Path, source: Path | None) -> None:
    """Let the model's name in the settings lead to its export, all at once."""
    pointer = _pointer(model_dir, model)
    content = {"export": export.name, "source": fingerprint(source) if source else None}
    temporary = pointer.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(content) + "\n", "utf-8")
    temporary.replace(pointer)


def find_prepared(model: str, model_dir: Path) -> Prepared:
    """Find what `prepare` made of a model; raises ModelError with the command that mends it."""
    if model == DEFAULT_MODEL:
        return _shipped()
    pointer = _pointer(model_dir, model)
    try:
        content = json.loads(pointer.read_text("utf-8"))
        folder = model_dir / SERVED / content["export"]
        source = content["source"]
    except FileNotFoundError:
        raise ModelError(
            f"向量模型“{model}”还没有准备好（{model_dir} 里没有），请运行 wenju prepare-model。"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(model, error) from error
    if not folder.name.endswith(f"-{FORMAT}"):
        raise ModelError(f"向量模型“{model}”是旧版本程序准备的，请重新运行 wenju prepare-model。")
    if not is_complete(folder):
        raise _damaged(model, "文件不全")
    if is_folder(model) and source is not None and source != fingerprint(Path(model)):
        raise ModelError(f"模型文件夹 {model} 在准备之后改动过，请重新运行 wenju prepare-model。")
    return Prepared(folder, read_description(folder))


def _shipped() -> Prepared:
    if not is_complete(DEFAULT_FOLDER):
        raise ModelError(f"自带的向量模型 {DEFAULT_FOLDER} 不完整，请重新安装本程序。")
    return Prepared(DEFAULT_FOLDER, read_description(DEFAULT_FOLDER))


def is_folder(model: str) -> bool:
    """Say whether a model is named by a folder that is there; the default's name is its own."""
    return model != DEFAULT_MODEL and Path(model).is_dir()


def fingerprint(folder: Path) -> str:
    """Return what changes when a file of a model is replaced, without reading the files."""
    parts = []
    for path in model_files(folder):
        status = path.stat()
        parts.append((path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def model_files(folder: Path) -> Iterator[Path]:
    """Yield the files that make a model, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in _KEPT and path.is_file() and not _IGNORED.intersection(inside.parts):
            yield path


def slug(name: str) -> str:
    """Return a file name for a model, unlike that of any other."""
    last = re.sub(r"[^\w.-]+", "-", name.rstrip("/").rpartition("/")[2])[:40]
    if last == name:
        return last
    return f"{last}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _pointer(model_dir: Path, model: str) -> Path:
    name = str(Path(model).resolve()) if is_folder(model) else model
    return model_dir / SERVED / f"{slug(name)}.json"


def _damaged(model: str, reason: object) -> ModelError:
    return ModelError(
        f"准备好的向量模型“{model}”已损坏（{reason}），请重新运行 wenju prepare-model。"
    )
