"""Ruled tables of PDF and OFD, rendered here: rows that keep their captions, cell by cell."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from index.formats.layout import Glyph
from index.formats.printed_pages import read_page
from index.formats.ruled_tables import Ruling
from index.lines import width
from index.pages.draw import survey
from index.pages.sought import seek
from index.read import read_document
from tests.index.formats.hostile import rezipped
from tests.index.formats.rendering import as_ofd

Rows = Sequence[Sequence[str]]

ROWS = [["镇街", "数量", "负责人"], ["沙坪", "56", "张三"], ["古劳", "43", "李四"]]
LINES = [
    "镇街 | 数量 | 负责人",
    "镇街：沙坪；数量：56；负责人：张三",
    "镇街：古劳；数量：43；负责人：李四",
]
BEFORE = "各镇街窗口数量如下表，请各单位按照要求做好窗口的设置和管理工作，并于每月底前报送。"
AFTER = "以上数据由各镇街负责解释，有变动的应当及时报送并更新登记台账，确保数据准确、完整。"


def in_pdf(rows: Rows, *commands: tuple[object, ...]) -> bytes:
    """Return a PDF of a table between two paragraphs; long cells are wrapped."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle("b", fontName="STSong-Light", fontSize=14, leading=22,
                          firstLineIndent=28, wordWrap="CJK")  # fmt: skip
    cell = ParagraphStyle("c", fontName="STSong-Light", fontSize=12, leading=16, wordWrap="CJK")
    table = Table(
        [[Paragraph(text, cell) if len(text) > 8 else text for text in row] for row in rows],
        colWidths=[110] * len(rows[0]),
        style=TableStyle(
            [("GRID", (0, 0), (-1, -1), 0.5, "black"),
             ("FONT", (0, 0), (-1, -1), "STSong-Light", 12), *commands]
        ),
    )  # fmt: skip
    file = io.BytesIO()
    SimpleDocTemplate(file).build([Paragraph(BEFORE, body), table, Paragraph(AFTER, body)])
    return file.getvalue()


def in_ofd(rows: Rows, bare: Rows = ()) -> bytes:
    """Return an OFD of a paragraph, a table ruled with paths and one without lines below it."""
    objects = ""
    left, top, wide, high = 30, 120, 40, 10
    for row, texts in enumerate((*rows, *bare)):
        for column, text in enumerate(texts):
            x, y = left + column * wide, top + row * high
            steps = " ".join(f"{4.2 * width(character):.2f}" for character in text[:-1])
            objects += (
                f'<ofd:TextObject ID="5{row}{column}" Font="3" Size="4.2" '
                f'Boundary="{x + 2} {y + 2} 36 6">'
                f'<ofd:TextCode X="0" Y="4" DeltaX="{steps}">{escape(text)}</ofd:TextCode>'
                "</ofd:TextObject>"
            )
            if row < len(rows):
                objects += (
                    f'<ofd:PathObject ID="6{row}{column}" Boundary="{x} {y} {wide} {high}" '
                    f'LineWidth="0.3"><ofd:AbbreviatedData>M 0 0 L {wide} 0 L {wide} {high} '
                    f"L 0 {high} C</ofd:AbbreviatedData></ofd:PathObject>"
                )

    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</ofd:Layer>", f"{objects}</ofd:Layer>".encode())

    return rezipped(as_ofd([BEFORE]), change)


MAKERS: dict[str, Callable[[Rows], bytes]] = {"pdf": in_pdf, "ofd": in_ofd}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_row_is_a_paragraph_and_keeps_the_captions(kind: str) -> None:
    paragraphs = read_document(MAKERS[kind](ROWS), "x").text.split("\n")
    assert paragraphs[:4] == [BEFORE, *LINES]
    assert paragraphs[4:] == ([AFTER] if kind == "pdf" else [])


def test_a_table_without_lines_below_one_with_lines_is_read_too() -> None:
    bare = [["窗口", "电话"], ["一号窗口", "3456"], ["二号窗口", "4567"]]
    paragraphs = read_document(in_ofd(ROWS, bare), "x.ofd").text.split("\n")
    assert paragraphs[1:] == [
        *LINES, "窗口 | 电话", "窗口：一号窗口；电话：3456", "窗口：二号窗口；电话：4567"
    ]  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
def test_a_row_is_marked_in_its_cells_and_in_the_captions_it_names(kind: str) -> None:
    content = MAKERS[kind](ROWS)
    document = read_document(content, "x")
    start = document.text.index("数量：43")
    sought = seek(document, 1, type(document.root.span)(start, start + len("数量：43")))
    assert sought is not None
    found = survey(content, "x", [sought]).boxes[1]
    assert found is not None
    caption, value = found
    assert caption.left == pytest.approx(value.left, abs=0.02)  # of one column
    assert caption.bottom < value.top


def test_the_wrapped_lines_of_a_cell_are_one() -> None:
    long = "需要提前三天预约登记的窗口一共有两个，逢周三开放，请在网上预约"
    text = read_document(in_pdf([ROWS[0], ["沙坪", "56", long]]), "x.pdf").text
    assert f"镇街：沙坪；数量：56；负责人：{long}" in text


def test_a_cell_over_several_rows_stands_in_each_and_one_over_columns_in_the_first() -> None:
    rows = [*ROWS, ["", "7", "王五"]]
    down = read_document(in_pdf(rows, ("SPAN", (0, 2), (0, 3))), "x.pdf").text
    assert "镇街：古劳；数量：43；负责人：李四\n镇街：古劳；数量：7；负责人：王五" in down
    across = read_document(in_pdf(rows, ("SPAN", (0, 2), (1, 2))), "x.pdf").text
    assert "镇街：古劳；负责人：李四" in across


def test_a_table_without_lines_is_read_as_before() -> None:
    bare = in_pdf(
        ROWS, ("GRID", (0, 0), (-1, -1), 0, "white"), ("LINEBELOW", (0, 0), (-1, 0), 1, "red")
    )
    assert BEFORE in read_document(bare, "x.pdf").text


@pytest.mark.parametrize(
    "rulings",
    [
        [],
        [Ruling(0, 90, 500, 90)],  # the red line of a 公文
        [Ruling(0, 0, 500, 0), Ruling(0, 100, 500, 100), Ruling(0, 0, 0, 100),
         Ruling(500, 0, 500, 100)],  # a frame
        [Ruling(0, y, 500, y) for y in range(0, 100, 20)],  # ruled paper
    ],
)  # fmt: skip
def test_what_is_no_table_is_left_alone(rulings: list[Ruling]) -> None:
    glyphs = [
        Glyph(c, 10 + 12 * n, 22 + 12 * n, 50, 12, 2) for n, c in enumerate("文号和标题写在这里")
    ]
    [line] = read_page(glyphs, rulings).lines
    assert line.line.text == "文号和标题写在这里"
    assert not line.line.is_row


def test_a_drawing_of_very_many_lines_is_no_table() -> None:
    rulings = [Ruling(x, 0, x, 900) for x in range(0, 9000, 5)]
    rulings += [Ruling(0, y, 9000, y) for y in range(0, 900, 5)]
    [line] = read_page([Glyph("图", 11, 23, 50, 12, 2)], rulings).lines
    assert line.line.text == "图"


cells = some.text("甲乙丙丁数量镇街：；|1290ab", max_size=6)


@given(
    some.integers(2, 4).flatmap(
        lambda n: some.lists(some.lists(cells, min_size=n, max_size=n), min_size=2, max_size=5)
    )
)
@example([["0", "0"], ["0", "0：0"]])
def test_every_character_of_every_cell_is_in_its_row_and_where_it_was_printed(rows: Rows) -> None:
    wide, high = 100.0, 20.0
    rulings = [Ruling(0, -y * high, wide * len(rows[0]), -y * high) for y in range(len(rows) + 1)]
    rulings += [Ruling(x * wide, -high * len(rows), x * wide, 0) for x in range(len(rows[0]) + 1)]
    glyphs = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            x = column * wide + 5
            for character in text:
                right = x + 10 * width(character)
                glyphs.append(Glyph(character, x, right, -(row + 0.8) * high, 10.0, 1.5))
                x = right
    lines = read_page(glyphs, rulings).lines
    for placed in lines:
        for start, glyph in placed.glyphs:
            assert placed.line.text[start : start + len(glyph.text)] == glyph.text
    printed = {id(glyph) for placed in lines for _, glyph in placed.glyphs}
    assert printed == {id(glyph) for glyph in glyphs}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_a_table_printed_by_a_browser_reads_alike(tmp_path: Path) -> None:
    body = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in ROWS)
    page, made = tmp_path / "r.html", tmp_path / "r.pdf"
    page.write_text(
        "<meta charset=utf-8><style>body{font:14pt/1.8 'Noto Serif CJK SC'}p{text-indent:2em}"
        "table{border-collapse:collapse}td{border:1px solid;padding:4px 24px}</style>"
        f"<p>{BEFORE}</p><table>{body}</table><p>{AFTER}</p>"
    )
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={made}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert read_document(made.read_bytes(), "r.pdf").text.split("\n") == [BEFORE, *LINES, AFTER]
