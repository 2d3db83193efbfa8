from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from index.errors import InvalidRequest
from index.store.synonyms import Synonym
from service.synonyms.files import read_synonyms, written
from service.synonyms.keeping import Row
from service.synonyms.table import Entry, Origin, table_of

ENTRIES = [
    Entry(Synonym("低保", ("最低生活保障",), "居民低保"), Origin.SITE),
    Entry(Synonym("五险一金", ("社会保险", "住房公积金")), Origin.SITE),
    Entry(Synonym("黑户", ("无户口人员",), enabled=False), Origin.CHANGED),
]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".toml"])
def test_what_is_exported_can_come_in_again(suffix: str) -> None:
    for entries in (ENTRIES, list(table_of([]).values())):
        rows = read_synonyms(written(entries, suffix), f"表{suffix}")
        assert [row.given for row in rows] == [entry.synonym for entry in entries]


@pytest.mark.parametrize(
    ("word", "official"),
    [
        ("俗称", "规范名称"),
        ("群众说法", "官方用语"),
        ("口 语（必填）", "*标准说法"),
        ("Word", "Official"),
    ],
)
def test_columns_are_known_by_the_captions_offices_use(word: str, official: str) -> None:
    table = f"序号,{word},{official},备注\n1,低保,最低生活保障,居民\n".encode("gb18030")
    assert read_synonyms(table, "表.csv") == [
        Row(2, "低保", Synonym("低保", ("最低生活保障",), "居民"))
    ]


def test_a_table_may_stand_below_a_title_and_on_any_sheet() -> None:
    book = Workbook()
    book.active.append(["说明：请勿外传"])
    sheet = book.create_sheet("词表")
    sheet.append(["某某热线同义词表"])
    sheet.append(["规范用语", "口语词", "是否启用"])
    sheet.append(["社会保险；住房公积金", "五险一金", "是"])
    sheet.append(["无户口人员", "黑户", "停用"])
    sheet.append(["无户口人员", "黑户口", "看情况"])
    content = io.BytesIO()
    book.save(content)
    first, second, third = read_synonyms(content.getvalue(), "表.xlsx")
    assert first == Row(3, "五险一金", Synonym("五险一金", ("社会保险", "住房公积金")))
    assert second.given == Synonym("黑户", ("无户口人员",), enabled=False)
    assert getattr(third.given, "code", "") == "state_not_understood"


@pytest.mark.parametrize(
    ("content", "source"),
    [
        ("序号,问题\n1,低保\n".encode(), "表.csv"),
        ("低保就是最低生活保障，居民都可以申请。".encode(), "表.txt"),
        (b"word = ", "a.toml"),
        (b"[x]\n", "a.toml"),
        (b'[[synonyms]]\nword = "a"\nspeech = "b"\n', "a.toml"),
    ],
)
def test_what_is_no_table_of_synonyms_is_refused(content: bytes, source: str) -> None:
    with pytest.raises(InvalidRequest):
        read_synonyms(content, source)


def test_no_cell_of_an_export_is_taken_for_a_formula() -> None:
    entry = Entry(Synonym("低保", ("最低生活保障",), "=HYPERLINK(1)"), Origin.SITE)
    assert "'=HYPERLINK" in written([entry], ".csv").decode("utf-8-sig")


def test_only_files_that_can_come_in_again_are_written() -> None:
    with pytest.raises(InvalidRequest, match=r"\.xlsx"):
        written(ENTRIES, ".pdf")
