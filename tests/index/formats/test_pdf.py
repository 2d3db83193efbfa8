import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from index.errors import CorruptFile, EmptyDocument, FileTooLarge, MissingPart
from index.formats import pdf, recognition
from index.formats.pdf import read_pdf
from index.lines import width
from index.paragraphs import rejoin
from index.read import read_document
from tests.index.typesetting import report_bytes, typeset, without_space

EM = 16
LINES_A_PAGE = 22
LEFT, TOP, COLUMNS = 80, 760, 27.5


def printed(
    paragraphs: Sequence[str], centred: Sequence[int] = (), locked: str | None = None
) -> bytes:
    """Return a PDF of the paragraphs: first lines indented, page numbers at the foot."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=StandardEncryption(locked) if locked else None)
    row, page = 0, 1
    quotes: list[tuple[float, float, str]] = []
    canvas.setFont("STSong-Light", EM)
    for number, paragraph in enumerate(paragraphs):
        for index, line in enumerate(typeset(paragraph, COLUMNS)):
            if row == LINES_A_PAGE:
                _draw_late(canvas, quotes)
                canvas.drawCentredString(300, 40, f"- {page} -")
                canvas.showPage()
                canvas.setFont("STSong-Light", EM)
                row, page = 0, page + 1
            indent = (COLUMNS - width(line)) / 2 if number in centred else 2 if index == 0 else 0
            quotes += _draw(canvas, LEFT + indent * EM, TOP - row * 30, line)
            row += 1
    _draw_late(canvas, quotes)
    canvas.drawCentredString(300, 40, f"- {page} -")
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, x: float, y: float, line: str) -> list[tuple[float, float, str]]:
    """Draw each character by itself; return the curly quotes, which are not drawn yet."""
    quotes = []
    for character in line:
        if character in "“”":
            quotes.append((x, y, character))
        else:
            canvas.drawString(x, y, character)
        x += width(character) * EM
    return quotes


def _draw_late(canvas: Canvas, quotes: list[tuple[float, float, str]]) -> None:
    """Draw the quotes after everything else on the page, as a fallback font does."""
    for quote in quotes:
        canvas.drawString(*quote)
    quotes.clear()


def report_paragraphs() -> list[str]:
    return read_document(report_bytes(), "r.txt").text.split("\n")


def test_a_space_set_by_itself_is_kept_and_a_gap_between_chinese_and_figures_is_none() -> None:
    typed = "截至 2022 年 10 月共有 56 个事项在两市通办。"
    assert read_document(printed([typed]), "r.pdf").text == typed
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file)
    canvas.setFont("STSong-Light", EM)
    for x, words in ((LEFT, "截至"), (LEFT + 2.25 * EM, "2022"), (LEFT + 4.5 * EM, "年全市通办")):
        canvas.drawString(x, TOP, words)
    canvas.save()
    assert read_document(file.getvalue(), "r.pdf").text == "截至2022年全市通办"


def test_the_paragraphs_of_the_report_come_back_from_print() -> None:
    paragraphs = report_paragraphs()
    read = read_document(printed(paragraphs, centred=[1]), "r.pdf")
    assert [without_space(p) for p in read.text.split("\n")] == [
        without_space(p) for p in paragraphs
    ]


def test_pages_are_known_and_page_numbers_left_out() -> None:
    read = read_document(printed(report_paragraphs(), centred=[1]), "r.pdf")
    pages = [run.page for run in read.origin]
    assert pages == sorted(pages, key=lambda page: page or 0)
    assert pages[0] == 1
    assert len(set(pages)) == max(page or 0 for page in pages)
    assert {removal.text for removal in read.removals if removal.reason == "页码"} >= {
        "- 1 -",
        "- 2 -",
    }
    assert "- 2 -" not in read.text


def test_the_metadata_of_a_printed_report_is_read() -> None:
    read = read_document(printed(report_paragraphs(), centred=[1]), "r.pdf")
    original = read_document(report_bytes(), "r.txt")
    assert read.metadata == original.metadata


def test_quotes_set_in_another_font_stand_where_they_are_printed() -> None:
    text = rejoin(
        read_pdf(printed(["推进“互联网+监管”改革，落实“谁执法谁普法”责任制的各项要求。"]))
    ).text
    assert text.startswith("推进“互联网+监管”改革，落实“谁执法谁普法”责任制")


def test_a_scan_that_cannot_be_recognised_here_is_said_to_be_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    file = io.BytesIO()
    canvas = Canvas(file)
    for _ in range(3):
        canvas.rect(100, 100, 300, 500, fill=1)
        canvas.showPage()
    canvas.save()
    with pytest.raises(MissingPart, match=r"pip install -e '\.\[ocr\]'"):
        read_pdf(file.getvalue())


def test_a_page_without_text_among_others_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    file = io.BytesIO()
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(file)
    canvas.setFont("STSong-Light", EM)
    canvas.drawString(80, 700, "第一页上的文字都在这里")
    canvas.showPage()
    canvas.rect(100, 100, 300, 500, fill=1)
    canvas.showPage()
    canvas.save()
    read = read_document(file.getvalue(), "x.pdf", None)
    assert [removal.reason for removal in read.removals if not removal.text] == [
        "第 2 页没有文字层，未读入"
    ]


def test_a_password_is_asked_for() -> None:
    with pytest.raises(CorruptFile, match="密码"):
        read_pdf(printed(["有密码的文件里的文字"], locked="12345"))


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_a_truncated_file_is_an_error(share: float) -> None:
    content = printed(report_paragraphs())
    with pytest.raises((CorruptFile, EmptyDocument)):
        read_pdf(content[: int(len(content) * share)])


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_MOST_PAGES", 2)
    with pytest.raises(FileTooLarge):
        read_pdf(printed(report_paragraphs()))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="needs Chromium")
def test_a_page_printed_by_a_browser_reads_alike(tmp_path: Path) -> None:
    paragraphs = report_paragraphs()
    rows = "".join(
        f'<p class="{"c" if number == 1 else "p"}">{paragraph}</p>'
        for number, paragraph in enumerate(paragraphs)
    )
    page = tmp_path / "r.html"
    page.write_text(
        "<meta charset=utf-8><style>@page{size:A4;margin:3.5cm 2.7cm}body{margin:0;font:16pt/28pt"
        " 'Noto Serif CJK SC',serif}p{margin:0;text-indent:2em;text-align:justify}"
        f".c{{text-align:center;text-indent:0;font-size:22pt}}</style>{rows}"
    )
    made = tmp_path / "r.pdf"
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--print-to-pdf={made}", page.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    read = read_document(made.read_bytes(), "r.pdf")
    assert [without_space(p) for p in read.text.split("\n")] == [
        without_space(p) for p in paragraphs
    ]
    assert read.origin[-1].page == len(pypdfium2.PdfDocument(made.read_bytes()))
