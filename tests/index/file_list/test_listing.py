"""A file list as maintainers write it: by their names for the columns, each fault by its row."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from index.document import Disclosure, Kind, Metadata, Status
from index.errors import InvalidRequest, WenjuError
from index.file_list.listing import FileList, read_file_list


def sheet(*rows: list[object]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


MORE = ("公开方式", "成文日期", "有效期至", "主送机关", "备注")


def faults(found: FileList) -> list[tuple[int, str]]:
    return [(fault.row, fault.code) for fault in found.faults]


def test_a_spreadsheet_is_read_by_the_names_offices_give_its_columns() -> None:
    found = read_file_list(
        sheet(
            ["市政数局文件清单（2026年）"],
            ["序号", "文件路径", "标 题", "发文字号", "发文机关", "效力级别", *MORE],
            [1, "甲/办法.docx", "示例办法", "示府〔2025〕3号", "示例市人民政府", "规范性文件",
             "主动公开", date(2025, 3, 1), "2030年2月28日", "各镇人民政府；各局", "好"],
        ),
        "清单.xlsx",
    )  # fmt: skip
    assert found.faults == ()
    [listed] = found.files
    assert (listed.row, listed.path) == (3, "甲/办法.docx")
    assert listed.known == Metadata(
        "示例办法",
        document_number="示府〔2025〕3号",
        issuer="示例市人民政府",
        kind=Kind.NORMATIVE_DOCUMENT,
        disclosure=Disclosure.PUBLIC,
        issued_on=date(2025, 3, 1),
        expires_on=date(2030, 3, 1),  # the first day on which it no longer holds
        recipients=("各镇人民政府", "各局"),
    )
    assert found.unused == ("序号", "备注")


def test_toml_may_say_what_holds_for_all_and_speak_either_language() -> None:
    found = read_file_list(
        """
        [common]
        region = "示例市"
        "公开属性" = "不公开"

        [[files]]
        path = "a.txt"
        effective_on = 2025-03-01
        keywords = ["热线", "受理"]

        [[files]]
        "路径" = "b.txt"
        "公开属性" = "公开"
        "废止日期" = "2024-12-31"
        "废止方式" = "废止"
        """.encode(),
        "list.toml",
    )
    first, second = found.files
    assert first.known == Metadata(
        "",
        region="示例市",
        disclosure=Disclosure.INTERNAL,
        effective_on=date(2025, 3, 1),
        keywords=("热线", "受理"),
    )
    assert second.known.disclosure is Disclosure.PUBLIC
    assert (second.known.ended_on, second.known.ended_by) == (date(2024, 12, 31), Status.REPEALED)


def test_csv_in_the_encoding_of_windows_is_read() -> None:
    content = "文件名,标题\na.txt,甲\n".encode("gb18030")
    [listed] = read_file_list(content, "清单.csv").files
    assert (listed.path, listed.known.title) == ("a.txt", "甲")


def test_every_fault_is_told_by_its_row_and_the_others_come_in() -> None:
    found = read_file_list(
        sheet(
            ["路径", "日期", "种类", "公开属性", "施行日期", "失效日期", "标题"],
            ["a.txt", "去年", None, None],
            ["b.txt", None, "诗歌", None],
            ["c.txt", None, None, "看情况"],
            [None, None, None, None, None, None, "没有路径的"],
            ["e.txt", None, None, None, "2025-01-01", "2024-01-01"],
            ["f.txt", "2025-01-02", "法律", "公开"],
            ["f.txt"],
            ["g.txt", "2025年13月1日", "诗歌"],
        ),
        "清单.xlsx",
    )
    assert faults(found) == [
        (2, "date_not_understood"),
        (3, "value_not_understood"),
        (4, "disclosure_not_understood"),
        (5, "no_path"),
        (6, "dates_reversed"),
        (8, "duplicate_path"),
        (9, "date_not_understood"),
        (9, "value_not_understood"),
    ]
    assert [one.path for one in found.files] == ["f.txt"]
    assert all(fault.message.endswith("。") for fault in found.faults)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "list.toml"),
        (b"[[files]", "list.toml"),
        (b'files = "a"', "list.toml"),
        (b"files = [1]", "list.toml"),
        (b'common = 1\n[[files]]\npath = "a"', "list.toml"),
        (b'[[files]]\npath = "a"\ntitel = "b"', "list.toml"),
        ("标题,文号\n甲,乙\n".encode(), "list.csv"),
        ("文字".encode(), "list.txt"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content: bytes, name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read_file_list(content, name)
    assert caught.value.message.endswith("。")


@given(st.lists(st.lists(st.text(max_size=20), min_size=4, max_size=4), max_size=6))
def test_whatever_stands_in_the_cells_every_row_is_a_file_or_a_fault(rows: list[list[str]]) -> None:
    import csv  # noqa: PLC0415

    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["路径", "标题", "成文日期", "公开属性"])
    writer.writerows(rows)
    try:
        found = read_file_list(written.getvalue().encode("utf-8", "replace"), "list.csv")
    except WenjuError:
        return
    told = {one.row for one in found.files} | {one.row for one in found.faults}
    assert all(row > 1 for row in told)
    paths = [one.path for one in found.files]
    assert len(paths) == len(set(paths))
