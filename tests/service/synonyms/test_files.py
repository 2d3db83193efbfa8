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
    five = Synonym("五险一金", ("社会保险", "住房公积金"))
    assert first == Row(3, "五险一金", five, has_note=False)
    assert second.given == Synonym("黑户", ("无户口人员",), enabled=False)
    assert getattr(third.given, "code", "") == "state_not_understood"


@pytest.mark.parametrize(
    ("content", "source", "has_note"),
    [
        ("口语词,规范用语\n低保,最低生活保障\n", "表.csv", False),
        ("口语词,规范用语,说明\n低保,最低生活保障,\n", "表.csv", True),
        ('[[synonyms]]\nword = "低保"\nofficial = ["最低生活保障"]\n', "a.toml", False),
        ('[[synonyms]]\nword = "低保"\nofficial = ["最低生活保障"]\nnote = ""\n', "a.toml", True),
    ],
)
def test_no_place_for_a_note_is_told_from_an_empty_one(
    content: str, source: str, has_note: bool
) -> None:
    [row] = read_synonyms(content.encode(), source)
    assert row == Row(row.number, "低保", Synonym("低保", ("最低生活保障",)), has_note)


@pytest.mark.parametrize(
    ("content", "source"),
    [
        ("序号,问题\n1,低保\n".encode(), "表.csv"),
        ("低保就是最低生活保障，居民都可以申请。".encode(), "表.txt"),
        (b"word = ", "a.toml"),
        (b"[x]\n", "a.toml"),
        (b'[[synonyms]]\nword = "a"\nspeech = "b"\n', "a.toml"),
        (b"[[synonyms]]\nenabled = " + b"9" * 5000, "a.toml"),
    ],
)
def test_what_is_no_table_of_synonyms_is_refused(content: bytes, source: str) -> None:
    with pytest.raises(InvalidRequest):
        read_synonyms(content, source)


@pytest.mark.parametrize("key", ["word." * 30 + "x", """'a' . "b" .""" * 15 + "x"])
def test_a_long_key_is_refused_before_it_is_parsed(key: str) -> None:
    for content in (f"{key} = 1\n", f"[{key}]\n"):
        with pytest.raises(InvalidRequest, match="很长的键名"):
            read_synonyms(content.encode(), "a.toml")


def test_a_note_with_many_dots_is_no_long_key() -> None:
    note = "12.5、……" * 20
    table = f'[[synonyms]]\nword = "低保"\nofficial = ["最低生活保障"]\nnote = "{note}"\n'
    [row] = read_synonyms(table.encode(), "a.toml")
    assert row.given == Synonym("低保", ("最低生活保障",), note)


def test_no_cell_of_an_export_is_taken_for_a_formula() -> None:
    entry = Entry(Synonym("低保", ("最低生活保障",), "=HYPERLINK(1)"), Origin.SITE)
    assert "'=HYPERLINK" in written([entry], ".csv").decode("utf-8-sig")
    for suffix in (".csv", ".xlsx"):
        [row] = read_synonyms(written([entry], suffix), f"表{suffix}")
        assert row.given == entry.synonym


def test_only_files_that_can_come_in_again_are_written() -> None:
    with pytest.raises(InvalidRequest, match=r"\.xlsx"):
        written(ENTRIES, ".pdf")
