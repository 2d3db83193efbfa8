"""Spreadsheets as offices make them, written by these tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import openpyxl

CAPTIONS = (
    "序号",
    "问题",
    "相似问法",
    "答复口径",
    "依据",
    "承办单位",
    "联系电话",
    "地区",
    "有效期",
    "公开属性",
)
Cells = Sequence[object]


def book(*rows: Cells, merges: Sequence[str] = (), **others: Sequence[Cells]) -> bytes:
    """Return a workbook; `others` are sheets beside the first, by name."""
    made = openpyxl.Workbook()
    first = made.active
    assert first is not None
    first.title = "知识库"
    for row in rows:
        first.append(row)
    for merge in merges:
        first.merge_cells(merge)
    for name, cells in others.items():
        sheet = made.create_sheet(name)
        for row in cells:
            sheet.append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def table(*rows: Cells, encoding: str = "utf-8") -> bytes:
    """Return a csv file."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue().encode(encoding)


def row(question: object, answer: object = "可以。", **more: object) -> Cells:
    """Return a row below CAPTIONS."""
    given = {"问题": question, "答复口径": answer, **more}
    return [given.get(caption) for caption in CAPTIONS]
