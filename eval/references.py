"""The references our reader finds in paragraphs of laws and policies, against a person's count."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.datasets import Half
from eval.progress import Progress
from eval.public_documents import PublicDocument
from eval.report import Section, Table
from index.document import Document, Span
from index.named_texts import title_key
from index.read import read_document
from index.references import Reference, ReferenceKind, references

LABELS = Path(__file__).parent / "labels" / "references.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A paragraph, by its place in a file, and what it refers to.

    A reference is written `name|step/step~step/step`: `本|第十条/第二款`, `前款|`,
    `刑法|第一条~第三条`.
    """

    file: str
    start: int
    end: int
    half: Half
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many references of a paragraph were found, were there, and are both."""

    half: Half
    file: str
    both: int
    found: int
    there: int


def load_labels(path: Path = LABELS) -> tuple[Labelled, ...]:
    """Return the labelled paragraphs."""
    with path.open(encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    return tuple(
        Labelled(one["file"], one["start"], one["end"], Half(one["half"]), tuple(one["references"]))
        for one in entries
    )


def run(
    labels: Sequence[Labelled], documents: Sequence[PublicDocument], progress: Progress
) -> Section:
    """Read the files and count references right, missed and too many."""
    by_name = {document.name: document for document in documents}
    counted = [
        count(label, by_name[label.file].content.decode(), _read(by_name[label.file]))
        for label in progress([one for one in labels if one.file in by_name], "引用")
    ]
    rows, numbers = [], {}
    for half in Half:
        chosen = [one for one in counted if one.half is half]
        both, found, there = (
            sum(getattr(one, name) for one in chosen) for name in ("both", "found", "there")
        )
        precision, recall = both / max(found, 1), both / max(there, 1)
        name = "改规则用的一半" if half is Half.TUNING else "只报数的一半"
        rows.append((name, str(there), str(found), str(both), f"{precision:.3f}", f"{recall:.3f}"))
        numbers[half.value] = {"there": there, "found": found, "both": both}
    return Section(
        "references",
        "引用",
        notes=("所指的文件、条款项都对才算对；没有条款的名称也算一处。",),
        tables=(Table("引用", ("", "实有", "读出", "都对", "准确率", "召回率"), tuple(rows)),),
        numbers=numbers,
        results=tuple(
            {"file": one.file, "found": one.found, "there": one.there, "both": one.both}
            for one in counted
            if not one.both == one.found == one.there
        ),
    )


def _read(given: PublicDocument) -> Document:
    return read_document(given.content, given.source)


def count(label: Labelled, content: str, document: Document) -> Counted:
    """Compare what was found in the labelled paragraph with the label."""
    place = _place(content[label.start : label.end], document.text)
    found = Counter(written(one) for one in references(document) if one.span in place)
    there = Counter(_folded(one) for one in label.references)
    both = (found & there).total()
    return Counted(label.half, label.file, both, found.total(), there.total())


def _place(paragraph: str, text: str) -> Span:
    """Return where a paragraph of the file stands in the text, white space and marks aside."""
    words = re.sub(r"[\s*#]", "", paragraph)
    match = re.search(r"[\s*#]*".join(map(re.escape, words)), text)
    return Span(*match.span()) if match else Span(0, 0)


def written(reference: Reference) -> str:
    """Write a reference as the labels do."""
    if reference.kind is ReferenceKind.NEAR:
        name = reference.near or ""
    elif reference.kind is ReferenceKind.OWN:
        name = "本"
    else:
        name = reference.title or reference.document_number or ""
    until = f"~{'/'.join(reference.until)}" if reference.until else ""
    return _folded(f"{name}|{'/'.join(reference.steps)}{until}")


def _folded(label: str) -> str:
    name, steps = label.rsplit("|", 1)
    return f"{title_key(name)}|{steps}"
