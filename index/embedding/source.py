"""Where a model comes from: a folder, or the local Hugging Face cache."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

from index.embedding.prepared import DEFAULT_MODEL, is_folder, model_files
from index.errors import ModelError

# Families whose folders do not name the words they were trained to be asked with.
_FAMILY_PROMPTS = (
    (r"(?:^|[/-])e5-(?:small|base|large)(?!.*instruct)", "query: ", "passage: "),
    (r"(?:^|/)bge-(?:small|base|large)-zh", "为这个句子生成表示以用于检索相关文章：", ""),
)


@dataclass(frozen=True, slots=True)
class Source:
    """A model's sentence-transformers folder, and the digest of what it is made of."""

    name: str
    folder: Path
    digest: str


def find_source(model: str) -> Source:
    """Find a model without ever downloading; raises ModelError where there is none."""
    if is_folder(model):
        folder = Path(model).resolve()
        return Source(folder.name, folder, _digest(folder))
    if model.startswith((".", "/", "~")):
        raise ModelError(f"找不到模型文件夹 {model}，请检查设置 WENJU_MODEL。")
    try:
        folder = Path(snapshot_download(model, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"本机没有向量模型“{model}”。请把 WENJU_MODEL 设为模型文件夹的路径，"
            f"或设为 {DEFAULT_MODEL} 使用自带的模型，然后运行 wenju prepare-model。"
        ) from error
    return Source(model, folder, _digest(folder))


def family_prompts(name: str) -> tuple[str, str] | None:
    """Return what a known family puts before a question and before a passage."""
    for pattern, query, passage in _FAMILY_PROMPTS:
        if re.search(pattern, name, re.IGNORECASE):
            return query, passage
    return None


def _digest(folder: Path) -> str:
    files = list(model_files(folder))
    if not any(path.suffix in {".safetensors", ".bin"} for path in files):
        raise ModelError(f"{folder} 里没有模型权重（*.safetensors），请检查设置 WENJU_MODEL。")
    total = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()
