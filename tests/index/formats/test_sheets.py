import io
from datetime import datetime

import openpyxl
import pytest

from index.errors import FileTooLarge, UnsupportedFormat
from index.formats import extract, sheets
from index.formats.cell_text import cell_text
from index.formats.xlsx import read_xlsx


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def table(*rows: tuple[object, ...], merges: tuple[str, ...] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    return book


def lines(book: openpyxl.Workbook) -> list[str]:
    return read_xlsx(saved(book)).text.splitlines()


def test_every_row_reads_with_the_captions_of_its_columns() -> None:
    rows = lines(table(("事项", "部门", "数量"), ("跨城通办", "政数局", 56), ("下放", None, 12)))
    assert rows == [
        "事项 | 部门 | 数量",
        "事项：跨城通办；部门：政数局；数量：56",
        "事项：下放；数量：12",
    ]


def test_a_title_and_a_unit_above_the_table_stay_lines() -> None:
    book = table(
        ("2022年度统计表", None, None),
        ("单位：万元", None, None),
        ("镇街", "2021年", "2022年"),
        ("沙坪", 1, 2),
        merges=("A1:C1",),
    )
    assert lines(book) == [
        "2022年度统计表",
        "单位：万元",
        "镇街 | 2021年 | 2022年",
        "镇街：沙坪；2021年：1；2022年：2",
    ]


def test_captions_over_captions_are_said_together() -> None:
    book = table(
        ("镇街", "进驻", None, "备注"),
        (None, "事项", "窗口", None),
        ("沙坪", 5, 6, "无"),
        merges=("A1:A2", "B1:C1", "D1:D2"),
    )
    assert lines(book)[-1] == "镇街：沙坪；进驻·事项：5；进驻·窗口：6；备注：无"


def test_a_cell_merged_downwards_stands_in_every_row() -> None:
    book = table(("镇街", "事项"), ("沙坪", "甲"), (None, "乙"), merges=("A2:A3",))
    assert lines(book)[1:] == ["镇街：沙坪；事项：甲", "镇街：沙坪；事项：乙"]


def test_a_table_of_figures_without_captions_stays_as_it_is() -> None:
    assert lines(table(("甲", 1), ("乙", 2))) == ["甲 | 1", "乙 | 2"]


def test_sheets_are_headings_where_there_are_several() -> None:
    book = table(("事项", "数量"), ("跨城通办事项", 56))
    book.create_sheet("收费").append(["身份证工本费", "20元"])
    raw = read_xlsx(saved(book))
    assert [raw.text[one.start :][:2] for one in raw.outline] == ["收费"]


def test_a_hidden_sheet_is_on_record_but_no_text() -> None:
    book = table(("事项", "数量"), ("跨城通办事项", 56))
    hidden = book.create_sheet("底稿")
    hidden.append(["内部手机", "13800000000"])
    hidden.sheet_state = "hidden"
    [removal] = read_xlsx(saved(book)).removals
    assert removal.reason == "隐藏的工作表"
    assert "13800000000" in removal.text


def test_formulas_that_were_never_calculated_are_reported() -> None:
    book = table(("事项", "数量"), ("跨城通办事项", 56), ("合计数量", "=SUM(B2:B2)"))
    [removal] = read_xlsx(saved(book)).removals
    assert "1 个公式" in removal.reason


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.9868, "0.00%", "98.68%"),
        (0.98684, "0.00%", "98.684%"),  # never rounded: a source is quoted
        (0.1 + 0.2, "General", "0.3"),
        (1234567, "#,##0", "1,234,567"),
        (1234.5, "#,##0.00", "1,234.50"),
        (56.0, "General", "56"),
        (20, '0"万元"', "20万元"),
        (1e15, "General", "1000000000000000"),
        (13800138000, "General", "13800138000"),
        (datetime(2022, 11, 21), 'yyyy"年"m"月"d"日"', "2022年11月21日"),  # noqa: DTZ001  as read
        (datetime(2022, 11, 21), "yyyy-mm-dd", "2022-11-21"),  # noqa: DTZ001  as read
        (datetime(2022, 11, 21, 9, 30), "General", "2022-11-21 09:30"),  # noqa: DTZ001  as read
        (True, "General", "是"),
        ("甲\n乙", "General", "甲 乙"),
    ],
)
def test_a_value_reads_as_it_is_shown(value: object, number_format: str, shown: str) -> None:
    assert cell_text(value, number_format) == shown


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_table_as_text_reads_alike_in_any_encoding(separator: str, encoding: str) -> None:
    rows = ("事项", "说明", "数量"), ("跨城通办", '"先申请，再办理"', "56"), ("下放", "无", "12")
    text = "\r\n".join(separator.join(row) for row in rows)
    assert extract(text.encode(encoding), "表.csv").text.splitlines() == [
        "事项 | 说明 | 数量",
        "事项：跨城通办；说明：先申请，再办理；数量：56",
        "事项：下放；说明：无；数量：12",
    ]


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.formats.sheets.MOST_ROWS", 3)
    with pytest.raises(FileTooLarge, match=f"{sheets.MOST_ROWS} 行"):
        read_xlsx(saved(table(*[("甲", "乙")] * 5)))


def test_an_archive_is_no_document() -> None:
    with pytest.raises(UnsupportedFormat, match="wenju add"):
        extract(b"PK\x05\x06" + bytes(18), "x.xlsx")
