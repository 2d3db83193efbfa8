"""Laws and policies as they were published: what structure and metadata are checked on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from eval.datasets import DatasetAbsent

LAWS = "laws"
POLICIES = "policies"


class Sort(StrEnum):
    """Where a document comes from, which decides how it is written."""

    NATIONAL = "national"  # laws of the National People's Congress
    STATE_COUNCIL = "state_council"  # 行政法规
    LOCAL = "local"  # 地方性法规
    DEPARTMENT = "department"  # 部门规章
    POLICY = "policy"  # what offices put on their sites


_FOLDERS = {
    "行政法规": Sort.STATE_COUNCIL,
    "DLC": Sort.LOCAL,
    "部门规章": Sort.DEPARTMENT,
    "政府采购": Sort.DEPARTMENT,
}


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """A document to be read: what it is known by in reports, its file's name and its bytes."""

    name: str
    sort: Sort
    source: str
    content: bytes


def load_public_documents(directory: Path) -> list[PublicDocument]:
    """Return all laws and policies below `directory`, in a fixed order.

    Raises DatasetAbsent where neither is there.
    """
    found = [*_laws(directory / LAWS), *_policies(directory / POLICIES)]
    if not found:
        raise DatasetAbsent(
            f"{directory} 里没有 {LAWS} 和 {POLICIES}。请用 --data 指明放着它们的目录。"
        )
    return found


def _laws(folder: Path) -> list[PublicDocument]:
    return [
        PublicDocument(
            f"{LAWS}/{path.relative_to(folder).as_posix()}",
            _FOLDERS.get(path.relative_to(folder).parts[0], Sort.NATIONAL),
            path.name,
            path.read_bytes(),
        )
        for path in sorted(folder.rglob("*.md"))
    ]


def _policies(folder: Path) -> list[PublicDocument]:
    """Return each line of the files as a text: its title, and what stood below it."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                entry = json.loads(line)
                found.append(
                    PublicDocument(
                        f"{POLICIES}/{path.name}:{number}",
                        Sort.POLICY,
                        f"{path.stem}-{number}.txt",
                        f"{entry['title']}\n{entry['text']}\n".encode(),
                    )
                )
    return found
