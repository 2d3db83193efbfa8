"""What our reader says of a document, against what a person read: the labelled sample."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from eval.datasets import Half
from eval.progress import Progress
from eval.public_documents import PublicDocument
from eval.report import Section, Table
from index.document import Document, Kind, Metadata, Status
from index.fold import fold
from index.read import read_document

LABELS = Path(__file__).parent / "labels" / "metadata.jsonl"
ON = date(2026, 1, 1)  # the day the status is asked for
FIELDS = {
    "title": "标题",
    "document_number": "文号",
    "issuer": "机关",
    "kind": "种类",
    "region": "地区",
    "issued_on": "成文（公布）",
    "effective_on": "施行",
    "expires_on": "失效",
    "status": "状态",
}


class Verdict(StrEnum):
    """How a field was read."""

    RIGHT = "right"
    ABSENT = "absent"  # the document does not say it, and neither do we
    UNVERIFIED = "unverified"  # left open, and a person is asked
    MISSING = "missing"
    WRONG = "wrong"


NAMES = {
    Verdict.RIGHT: "对",
    Verdict.ABSENT: "本来没有",
    Verdict.UNVERIFIED: "标为待核对",
    Verdict.MISSING: "没读出",
    Verdict.WRONG: "错",
}


@dataclass(frozen=True, slots=True)
class Label:
    """What a person read in a document; any of several values is right."""

    file: str
    half: Half
    fields: Mapping[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A field of a document, as it was read and as it should have been."""

    file: str
    half: Half
    field: str
    verdict: Verdict
    read: object


def load_labels(path: Path = LABELS) -> tuple[Label, ...]:
    """Return the labels; a field that is not named is one the document does not state."""
    found = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            values = {
                name: tuple(given) if isinstance(given := entry.get(name), list) else (given,)
                for name in FIELDS
                if name != "status"
            }
            found.append(Label(entry["file"], Half(entry["half"]), values))
    return tuple(found)


def run(
    labels: Sequence[Label], documents: Sequence[PublicDocument], progress: Progress
) -> Section:
    """Read every labelled document and judge each field."""
    by_name = {document.name: document for document in documents}
    judgements: list[Judgement] = []
    for label in progress([label for label in labels if label.file in by_name], "元数据"):
        given = by_name[label.file]
        judgements += judge(label, read_document(given.content, given.source))
    return _section(judgements)


def judge(label: Label, document: Document) -> Iterator[Judgement]:
    """Yield how each field was read."""
    metadata = document.metadata
    for field, wanted in label.fields.items():
        read = getattr(metadata, field)
        verdict = _verdict(read, wanted, asked=field in document.evidence)
        yield Judgement(label.file, label.half, field, verdict, read)
    status = metadata.status_on(ON)
    meant = _status(label)
    verdict = Verdict.RIGHT if status in meant else Verdict.WRONG
    if verdict is Verdict.WRONG and status is Status.UNVERIFIED:
        verdict = Verdict.UNVERIFIED
    yield Judgement(label.file, label.half, "status", verdict, status)


def _verdict(read: object, wanted: Sequence[object], *, asked: bool) -> Verdict:
    if read is None or read is Kind.OTHER:
        if None in wanted or (read is Kind.OTHER and Kind.OTHER in wanted):
            return Verdict.ABSENT
        return Verdict.UNVERIFIED if asked else Verdict.MISSING
    same = {_plain(value) for value in wanted if value is not None}
    return Verdict.RIGHT if _plain(read) in same else Verdict.WRONG


def _plain(value: object) -> str:
    """Return a value as two people would write it alike: no spaces, one width of brackets."""
    return re.sub(r"\s", "", fold(str(value)))


def _status(label: Label) -> set[Status]:
    """Return the status that the labelled dates give."""
    days: dict[str, list[Any]] = {
        name: [date.fromisoformat(str(day)) if day else None for day in label.fields[name]]
        for name in ("issued_on", "effective_on", "expires_on")
    }
    return {
        Metadata("", issued_on=issued, effective_on=effective, expires_on=expires).status_on(ON)
        for issued in days["issued_on"]
        for effective in days["effective_on"]
        for expires in days["expires_on"]
    }


def _section(judgements: Sequence[Judgement]) -> Section:
    tables, numbers = [], {}
    for half in Half:
        chosen = [one for one in judgements if one.half is half]
        tables.append(_table(half, chosen))
        numbers[half.value] = {
            field: dict(Counter(one.verdict.value for one in chosen if one.field == field))
            for field in FIELDS
        }
    return Section(
        "metadata",
        "元数据",
        notes=(
            "从法律、行政法规、地方性法规、部门规章、政策文件里按固定种子抽 100 份，人工标注。",
            "规则对着一半改，另一半只报数。状态是 2026-01-01 的，只凭文件自己的日期推算。",
        ),
        tables=tuple(tables),
        numbers=numbers,
        results=tuple(
            {
                "file": one.file,
                "half": one.half.value,
                "field": one.field,
                "verdict": one.verdict.value,
            }
            for one in judgements
            if one.verdict not in {Verdict.RIGHT, Verdict.ABSENT}
        ),
    )


def _table(half: Half, judgements: Sequence[Judgement]) -> Table:
    rows = []
    for field, name in FIELDS.items():
        counted = Counter(one.verdict for one in judgements if one.field == field)
        rows.append((name, *(str(counted[verdict]) for verdict in Verdict)))
    title = "改规则用的一半" if half is Half.TUNING else "只报数的一半"
    return Table(title, ("字段", *(NAMES[verdict] for verdict in Verdict)), tuple(rows))
