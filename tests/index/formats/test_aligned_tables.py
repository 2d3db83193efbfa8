"""Tables without lines, and tables that run over pages, in PDFs that are rendered here."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from index.document import Span
from index.formats import pdf
from index.formats.layout import Glyph
from index.formats.printed_pages import Drawn, read_page
from index.formats.ruled_tables import Ruling
from index.lines import width
from index.pages.draw import survey
from index.pages.sought import seek
from index.read import read_document
from tests.index.formats.rendering import report_paragraphs
from tests.index.formats.test_ruled_tables import AFTER, BEFORE, LINES, ROWS
from tests.index.typesetting import typeset

SIZE, LEADING = 12, 18
MANY = [["镇街", "窗口数量"], *([f"第{number}镇", str(3 * number)] for number in range(1, 90))]


def in_long_pdf(rows: Sequence[Sequence[str]], *, ruled: bool, repeat: int = 0) -> bytes:
    """Return a PDF of a table over several pages between two paragraphs."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle("b", fontName="STSong-Light", fontSize=12, leading=18, wordWrap="CJK")
    commands: list[tuple[object, ...]] = [("FONT", (0, 0), (-1, -1), "STSong-Light", 12)]
    if ruled:
        commands.append(("GRID", (0, 0), (-1, -1), 0.5, "black"))
    table = Table(
        [list(row) for row in rows],
        colWidths=[140] * len(rows[0]),
        style=TableStyle(commands),
        repeatRows=repeat,
    )
    file = io.BytesIO()
    SimpleDocTemplate(file).build([Paragraph(BEFORE, body), table, Paragraph(AFTER, body)])
    return file.getvalue()


def in_columns(
    paragraphs: Sequence[str], count: int, em: int, gutter: float, ruled: float | None = None
) -> bytes:
    """Return a PDF of prose set in columns, with a ruled table at `ruled` points of each page."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    lines = [
        ("　　" if first == 0 else "") + line
        for paragraph in paragraphs
        for first, line in enumerate(typeset(paragraph, em))
    ]
    file = io.BytesIO()
    canvas = Canvas(file)
    rows = 40
    for start in range(0, len(lines), rows * count):
        canvas.setFont("STSong-Light", 10)
        for number, line in enumerate(lines[start : start + rows * count]):
            column, row = divmod(number, rows)
            x = 50 + column * (em + gutter) * 10
            for character in line:
                if not character.isspace():
                    canvas.drawString(x, 780 - row * 17, character)
                x += width(character) * 10
        if ruled is not None:
            for row in range(3):
                canvas.line(50, ruled + 20 * row, 350, ruled + 20 * row)
            for column in range(4):
                canvas.line(50 + 100 * column, ruled, 50 + 100 * column, ruled + 40)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def placed(rows: Sequence[Sequence[str]], lefts: Sequence[float], top: float = 700) -> list[Glyph]:
    """Return the characters of rows whose cells begin at `lefts`."""
    glyphs = []
    for number, row in enumerate(rows):
        for left, cell in zip(lefts, row, strict=True):
            x = left
            for character in cell:
                right = x + SIZE * width(character)
                glyphs.append(Glyph(character, x, right, top - number * LEADING, SIZE, 2))
                x = right
    return glyphs


def read(rows: Sequence[Sequence[str]], lefts: Sequence[float]) -> list[str]:
    page = read_page(placed(rows, lefts), [])
    return [one.line.text for one in page.lines if one.line.is_row]


def test_a_table_without_lines_keeps_its_captions_too() -> None:
    content = in_long_pdf(ROWS, ruled=False)
    assert read_document(content, "x.pdf").text.split("\n") == [BEFORE, *LINES, AFTER]


def test_a_cell_that_is_empty_is_left_out_and_the_others_stay_in_their_columns() -> None:
    rows = [["单位", "数量", "备注"], ["甲镇", "", "未报"], ["", "12", "已报"], ["乙镇", "7", "无"]]
    assert read(rows, [80, 200, 320])[1:] == [
        "单位：甲镇；备注：未报",
        "数量：12；备注：已报",
        "单位：乙镇；数量：7；备注：无",
    ]


def test_the_line_that_a_long_cell_goes_on_in_belongs_to_its_row() -> None:
    rows = [
        ["材料名称", "份数"],
        ["经营场所使用证明", "1"],
        ["法定代表人身份证明复印件或", "2"],
        ["其他有效证件", ""],
        ["申请表", "3"],
    ]
    assert read(rows, [80, 260]) == [
        "材料名称 | 份数",
        "材料名称：经营场所使用证明；份数：1",
        "材料名称：法定代表人身份证明复印件或其他有效证件；份数：2",
        "材料名称：申请表；份数：3",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [["张三", "李四"], ["王五", "赵六"], ["钱七", "孙八"]],  # a list of names
        [["联系人：张三", "电话：1234567"], ["联系人：李四", "电话：2345678"],
         ["联系人：王五", "电话：3456789"]],
        [["第一章 总则", "1"], ["第二章 职责", "4"], ["第三章 附则", "9"]],  # of contents
        [["示例市人民政府", "示例市财政局"], ["2024年3月1日", "2024年3月1日"]],  # signatures
        [["本市设立的窗口", "应当公开的事项"], ["包括下列各项，", "由主管部门定期"],
         ["每年更新一次。", "公布，并报备案"]],
    ],
)  # fmt: skip
def test_what_stands_in_columns_and_is_no_table_is_left_alone(rows: list[list[str]]) -> None:
    assert read(rows, [80, 300]) == []


@pytest.mark.parametrize(("count", "em", "gutter"), [(2, 22, 2), (2, 20, 5), (3, 14, 2)])
def test_prose_in_columns_is_no_table(count: int, em: int, gutter: float) -> None:
    text = read_document(in_columns(report_paragraphs(), count, em, gutter), "x.pdf").text
    assert " | " not in text


@pytest.mark.parametrize("count", [1, 2, 3])
def test_prose_around_a_ruled_table_is_no_row_of_any(count: int) -> None:
    prose = in_columns(report_paragraphs(), count, 40 // count, 2, ruled=400)
    document = pdf.open_pdf(prose)
    try:
        pages = [pdf.placed_page(document, index) for index in range(len(document))]
    finally:
        document.close()
    rows = [one for page in pages for one in page if one.line.is_row]
    assert rows
    assert all(400 < glyph.baseline < 440 for row in rows for _, glyph in row.glyphs)


FIRST = [["材料名称", "份数"], ["申请表", "1"], ["身份证复印件", "2"]]
LAST = [["窗口", "电话"], ["一号窗口", "3456"], ["二号窗口", "4567"]]
APART = {
    "材料名称 | 份数", "材料名称：申请表；份数：1", "材料名称：身份证复印件；份数：2",
    "窗口 | 电话", "窗口：一号窗口；电话：3456", "窗口：二号窗口；电话：4567",
}  # fmt: skip


def test_tables_with_and_without_lines_on_one_page_are_both_read() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    font = ("FONT", (0, 0), (-1, -1), "STSong-Light", 12)
    grid = ("GRID", (0, 0), (-1, -1), 0.5, "black")
    body = ParagraphStyle("b", fontName="STSong-Light", fontSize=12, leading=18, wordWrap="CJK")
    file = io.BytesIO()
    SimpleDocTemplate(file).build([
        Paragraph(BEFORE, body),
        Table(FIRST, colWidths=[140] * 2, style=TableStyle([font])),
        Table(ROWS, colWidths=[110] * 3, style=TableStyle([font, grid])),
        Table(LAST, colWidths=[120] * 2, style=TableStyle([font])),
        Paragraph(AFTER, body),
    ])  # fmt: skip
    text = read_document(file.getvalue(), "x.pdf").text.split("\n")
    assert text[0] == BEFORE
    assert text[4:7] == LINES
    assert {*text[1:4], *text[7:10]} == APART
    assert text[10:] == [AFTER]


def test_a_table_with_lines_parts_rows_that_stand_above_and_below_it() -> None:
    above = placed([["镇街", "数量"], ["甲镇", "1"], ["乙镇", "2"]], [80, 240], top=700)
    captions = placed([["项", "目", "数"]], [85, 125, 165], top=650)
    ruled = [*captions, *placed([["东", "西", "3"]], [85, 125, 165], top=636)]
    below = placed([["丙单位", "7"], ["丁单位", "9"]], [80, 240], top=626)
    rulings = [Ruling(80, y, 200, y) for y in (661, 647, 633)]
    rulings += [Ruling(x, 633, x, 661) for x in (80, 120, 160, 200)]
    page = read_page([*above, *ruled, *below], rulings)
    assert [one.line.text for one in page.lines] == [
        "镇街 | 数量", "镇街：甲镇；数量：1", "镇街：乙镇；数量：2",
        "项 | 目 | 数", "项：东；目：西；数：3",
        "丙单位  7", "丁单位  9",
    ]  # fmt: skip
    assert page.end is None


@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "aligned"])
@pytest.mark.parametrize("repeat", [0, 1], ids=["once", "repeated"])
def test_a_table_over_several_pages_keeps_its_captions(ruled: bool, repeat: int) -> None:
    content = in_long_pdf(MANY, ruled=ruled, repeat=repeat)
    lines = read_document(content, "x.pdf").text.split("\n")
    named = [line for line in lines if line.startswith("镇街：")]
    assert named == [f"镇街：{town}；窗口数量：{count}" for town, count in MANY[1:]]
    assert lines[-1] == AFTER


@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "aligned"])
def test_a_row_of_the_next_page_is_marked_where_it_was_printed(ruled: bool) -> None:
    content = in_long_pdf(MANY, ruled=ruled)
    document = read_document(content, "x.pdf")
    start = document.text.index("第80镇")
    span = Span(start, start + len("第80镇"))
    page = next(run.page for run in document.origin if run.span.end > start)
    assert page is not None
    assert page > 1
    sought = seek(document, page, span)
    assert sought is not None
    assert survey(content, "x.pdf", [sought]).boxes[page]


def test_another_table_at_the_top_of_a_page_goes_by_its_own_captions() -> None:
    glyphs = placed([["事项", "数量"], ["甲", "1"], ["乙", "2"]], [80, 200])
    before = read_page(glyphs, []).end
    assert before is not None
    others = placed([["单位", "电话", "地址"], ["丙", "3456", "东路"], ["丁", "4567", "西路"]],
                    [90, 170, 300])  # fmt: skip
    lines = [one.line.text for one in read_page(others, [], before).lines]
    assert lines[1] == "单位：丙；电话：3456；地址：东路"


@pytest.mark.parametrize(("moved", "line"), [(20, "镇街：丙；数量：3"), (90, "丙 | 3")])
def test_a_ruled_table_may_stand_a_little_aside_on_the_next_page(moved: float, line: str) -> None:
    def drawn(rows: list[list[str]], left: float) -> Drawn:
        edges = [left, left + 100, left + 200]
        top, bottom = 720.0, 720 - LEADING * len(rows)
        rulings = [Ruling(left, y, left + 200, y) for y in range(int(bottom), 721, LEADING)]
        rulings += [Ruling(x, bottom, x, top) for x in edges]
        return placed(rows, [x + 10 for x in edges[:2]], top=706), rulings

    end = read_page(*drawn([["镇街", "数量"], ["甲", "1"], ["乙", "2"]], 80)).end
    page = read_page(*drawn([["丙", "3"], ["丁", "4"]], 80 + moved), end)
    assert page.lines[0].line.text == line


def test_text_between_two_tables_parts_them() -> None:
    rows = [["镇街", "数量"], ["甲", "1"], ["乙", "2"]]
    text = placed([["以上为第一季度的数据。"]], [80], top=600)
    assert read_page([*placed(rows, [80, 200]), *text], []).end is None
    foot = placed([["- 3 -"]], [280], top=40)
    assert read_page([*placed(rows, [80, 200]), *foot], []).end is not None


cells = some.text("甲乙丙丁数量镇街单位，。：0123", max_size=8)


@given(
    some.integers(2, 4).flatmap(
        lambda n: some.lists(some.lists(cells, min_size=n, max_size=n), min_size=1, max_size=7)
    ),
    some.lists(some.integers(-50, 900), max_size=6),
)
def test_nothing_printed_is_lost_and_everything_stands_where_it_is_said_to(
    rows: list[list[str]], edges: list[int]
) -> None:
    lefts = [80 + 130 * place for place in range(len(rows[0]))]
    glyphs = placed(rows, lefts)
    rulings = [Ruling(edge, 0, edge, 900) for edge in edges]
    before = read_page(placed([["镇街", "数量"], ["甲", "1"], ["乙", "2"]], lefts[:2]), []).end
    for end in (None, before):
        lines = read_page(glyphs, rulings, end).lines
        for one in lines:
            for start, glyph in one.glyphs:
                assert one.line.text[start : start + len(glyph.text)] == glyph.text
        assert {id(glyph) for one in lines for _, glyph in one.glyphs} == set(map(id, glyphs))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_an_unruled_table_printed_by_a_browser_reads_alike(tmp_path: Path) -> None:
    body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    page, made = tmp_path / "r.html", tmp_path / "r.pdf"
    page.write_text(
        "<meta charset=utf-8><style>body{font:14pt/1.8 'Noto Serif CJK SC'}p{text-indent:2em}"
        f"td{{padding:4px 24px}}</style><p>{BEFORE}</p><table>{body}</table><p>{AFTER}</p>"
    )
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={made}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert read_document(made.read_bytes(), "r.pdf").text.split("\n") == [BEFORE, *LINES, AFTER]
