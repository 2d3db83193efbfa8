"""Spreadsheets read from their bytes, as the reader of files gets them."""

from datetime import date, datetime

import pytest

from index.answer_sheets.sheet import AnswerSheet, Remark
from index.document import Disclosure, Document, Metadata
from index.errors import EmptyDocument
from index.intake import read_and_chunk
from index.sandbox.reader import SandboxedReader
from tests.index.answer_sheets.books import CAPTIONS, book, row, table


def read(content: bytes, name: str = "知识库.xlsx", known: Metadata | None = None) -> AnswerSheet:
    reading = read_and_chunk(content, name, known)
    assert isinstance(reading, AnswerSheet)
    return reading


at = datetime.fromisoformat


def rejected(sheet: AnswerSheet) -> list[tuple[int, str]]:
    return [(remark.row, remark.code) for remark in sheet.remarks if remark.rejected]


def told(sheet: AnswerSheet) -> list[str]:
    return [remark.code for remark in sheet.remarks if not remark.rejected]


WATER = row(
    "停水什么时候恢复？",
    "今晚六点前恢复。\n请先储水。",
    相似问法="几点来水\n什么时候来水；何时恢复供水|1、水几时来",
    依据="供水管网检修通告",
    承办单位="示例市供水公司",
    联系电话=87654321,
    地区="甲区",
    有效期="2026-07-01 08:00 至 2026-07-01 18:00",
    公开属性="主动公开",
)


def test_a_row_is_read_with_all_its_columns() -> None:
    [kept] = read(book(CAPTIONS, WATER)).rows
    assert (kept.sheet, kept.row) == ("知识库", 2)
    assert kept.question == "停水什么时候恢复？"
    assert kept.answer == "今晚六点前恢复。\n请先储水。"
    assert kept.wordings == ("几点来水", "什么时候来水", "何时恢复供水", "水几时来")
    assert (kept.basis, kept.agency) == ("供水管网检修通告", "示例市供水公司")
    assert (kept.phone, kept.region) == ("87654321", "甲区")
    assert kept.valid_from == at("2026-07-01T08:00")
    assert kept.valid_until == at("2026-07-01T18:00")
    assert kept.disclosure is Disclosure.PUBLIC


def test_the_captions_stand_anywhere_in_the_first_rows() -> None:
    content = book(
        ("12345 热线知识库（2026 年版）",),
        ("填表单位：", "政数局"),
        (),
        CAPTIONS,
        row("能提取吗？"),
    )
    [kept] = read(content).rows
    assert kept.row == 5


@pytest.mark.parametrize(
    "captions",
    [
        ("标准问题", "标准答案"),
        ("*问　题（必填）", "答 复 内 容："),
        ("问", "答"),
        ("知识标题", "解答口径"),
        ("常见问题", "内容"),
        ("Question", "Answer"),
        ("問題", "答覆口徑"),
    ],
)
def test_captions_are_known_by_their_usual_names(captions: tuple[str, str]) -> None:
    [kept] = read(book(captions, ("能提取吗？", "可以提取。"))).rows
    assert (kept.question, kept.answer) == ("能提取吗？", "可以提取。")


@pytest.mark.parametrize(
    "captions",
    [
        ("事项", "部门"),
        ("标题", "内容"),
        ("问题", "整改措施"),
        ("工单编号", "问题", "答复内容"),
        ("来电人", "问题", "答复内容"),
    ],
)
def test_another_spreadsheet_stays_a_document(captions: tuple[str, ...]) -> None:
    content = book(captions, [f"第{number}格里的文字" for number, _ in enumerate(captions)])
    reading = read_and_chunk(content, "表.xlsx", None)
    assert isinstance(reading, tuple)
    document = reading[0]
    assert isinstance(document, Document)
    assert "第0格里的文字" in document.text


def test_what_cannot_come_in_is_listed_by_row_and_reason() -> None:
    sheet = read(
        book(
            CAPTIONS,
            row("第一问？", "第一答。"),
            row("", "没有问题的答复。"),
            row("没有答复的问题？", None),
            row("有效期看不懂？", 有效期="待定"),
            row("有效期倒了？", 有效期="2026-07-02至2026-07-01"),
            row("第一问", "另一答。"),
            row("太长？", "长" * 4001),
            row("公开属性看不懂？", 公开属性="视情况"),
            row("公式错了？", "#REF!"),
            row("乱码？", "乱\ufffd码"),
            row("很多问法？", 相似问法="；".join(f"问法{n}" for n in range(101))),
            row("第二问？", "第二答。"),
        )
    )
    assert [one.question for one in sheet.rows] == ["第一问？", "第二问？"]
    assert rejected(sheet) == [
        (3, "empty_question"),
        (4, "empty_answer"),
        (5, "date_not_understood"),
        (6, "period_reversed"),
        (8, "too_long"),
        (9, "disclosure_not_understood"),
        (10, "broken_cell"),
        (11, "unreadable_text"),
        (12, "too_many_wordings"),
        (7, "duplicate_question"),
    ]
    assert all(remark.message.endswith("。") for remark in sheet.remarks)


def test_every_row_with_something_in_it_comes_in_or_is_told_of() -> None:
    content = book(
        CAPTIONS,
        row("第一问？"),
        row("第一问", "可以。", 相似问法="一问"),
        CAPTIONS,
        ("二、公积金",),
        (9,),
        row("第二问？"),
        merges=("A5:J5",),
    )
    sheet = read(content)
    assert [one.row for one in sheet.rows] == [2, 7]
    assert sheet.rows[0].wordings == ("一问",)
    assert set(told(sheet)) == {"same_again", "captions_again"}


def test_a_wording_that_another_row_answers_is_told_and_left() -> None:
    sheet = read(
        book(
            CAPTIONS,
            row("怎么提取？", "线上提取。", 相似问法="如何缴存；如何提取"),
            row("如何缴存？", "到柜台。", 相似问法="如何提取；怎么交"),
        )
    )
    assert [one.wordings for one in sheet.rows] == [("如何提取",), ("怎么交",)]
    assert told(sheet) == ["wording_taken", "wording_taken"]


def test_the_same_question_may_have_an_answer_for_each_region_and_time() -> None:
    sheet = read(
        book(
            CAPTIONS,
            row("几点开门？", "九点。", 地区="甲区"),
            row("几点开门？", "八点。", 地区="乙区"),
            row("停水吗？", "今天停。", 有效期="2026-07-01 08:00至18:00"),
            row("停水吗？", "明天停。", 有效期="2026-07-02 08:00至18:00"),
        )
    )
    assert len(sheet.rows) == 4


def test_merged_cells_hold_for_every_row_they_reach_over() -> None:
    content = book(
        ("问题", "相似问法", "答复口径", "承办单位"),
        ("怎么提取？", "如何提取", "线上\n提取。", "公积金中心"),
        (None, "怎样提取", None, None),
        ("怎么缴存？", "如何缴存", "到柜台。", None),
        merges=("A2:A3", "C2:C3", "D2:D4"),
    )
    first, second = read(content).rows
    assert first.wordings == ("如何提取", "怎样提取")
    assert first.answer == "线上\n提取。"
    assert second.agency == "公积金中心"


def test_captions_over_captions_are_read_together() -> None:
    content = book(
        ("问题", "答案", "有效期", None),
        (None, None, "起", "止"),
        ("停水吗？", "停。", at("2026-07-01T08:00"), at("2026-07-01T18:30")),
        merges=("A1:A2", "B1:B2", "C1:D1"),
    )
    [kept] = read(content).rows
    assert kept.valid_from == at("2026-07-01T08:00")
    assert kept.valid_until == at("2026-07-01T18:30")


def test_an_answer_and_words_to_say_it_in_stand_apart() -> None:
    [kept] = read(book(("问题", "答案", "口径"), ("几点？", "9:00", "上午九点。"))).rows
    assert (kept.answer, kept.script) == ("9:00", "上午九点。")


def test_every_sheet_of_questions_is_read_and_the_others_are_told_of() -> None:
    content = book(
        CAPTIONS,
        row("第一问？"),
        医保=[("问题", "答案"), ("第二问？", "二")],
        填写说明=[("请按表头填写", "不要合并单元格")],
    )
    sheet = read(content)
    assert [(one.sheet, one.row) for one in sheet.rows] == [("知识库", 2), ("医保", 2)]
    [remark] = sheet.remarks
    assert (remark.sheet, remark.row, remark.code) == ("填写说明", 0, "sheet_passed_over")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_file_is_read_in_any_encoding(encoding: str) -> None:
    content = table(
        ("问题", "相似问法", "答复口径"),
        ("公积金怎么提取？", "如何提取\n怎样提取", "可以在线上提取，也可以到柜台提取。"),
        encoding=encoding,
    )
    [kept] = read(content, "知识库.csv").rows
    assert kept.wordings == ("如何提取", "怎样提取")


@pytest.mark.parametrize(
    ("words", "disclosure"),
    [
        ("主动公开", Disclosure.PUBLIC),
        ("是", Disclosure.PUBLIC),
        ("不限", Disclosure.PUBLIC),
        ("依申请公开", Disclosure.ON_REQUEST),
        ("不公开", Disclosure.INTERNAL),
        ("不予公开", Disclosure.INTERNAL),
        ("未公开", Disclosure.INTERNAL),
        ("否", Disclosure.INTERNAL),
        ("内部使用", Disclosure.INTERNAL),
        ("仅限坐席查看", Disclosure.INTERNAL),
        (None, Disclosure.UNKNOWN),
    ],
)
def test_disclosure_is_read(words: str | None, disclosure: Disclosure) -> None:
    [kept] = read(book(CAPTIONS, row("能提取吗？", 公开属性=words))).rows
    assert kept.disclosure is disclosure


def test_what_is_known_of_the_file_holds_and_is_never_made_more_public() -> None:
    known = Metadata(
        "",
        disclosure=Disclosure.INTERNAL,
        region="甲区",
        owner="政数局",
        expires_on=date(2027, 1, 1),
    )
    content = book(CAPTIONS, row("能提取吗？", 公开属性="公开", 地区="乙区"))
    [kept] = read(content, known=known).rows
    assert kept.disclosure is Disclosure.INTERNAL
    assert (kept.region, kept.agency) == ("乙区", "政数局")
    assert kept.valid_until == at("2027-01-01")


def test_captions_alone_are_an_empty_file() -> None:
    with pytest.raises(EmptyDocument):
        read(book(CAPTIONS, (1,), (2,)))


def test_the_rows_pass_out_of_the_process_that_reads_files() -> None:
    content = book(CAPTIONS, WATER, row("", "没有问题。"))
    with SandboxedReader() as reader:
        assert reader(content, "知识库.xlsx", None) == read(content)


def test_a_remark_names_the_row_as_excel_counts() -> None:
    sheet = read(book(("标题行",), CAPTIONS, row("问", None)))
    assert sheet.remarks == (Remark("知识库", 3, "问", "empty_answer", "答复是空的，没有收进。"),)
