"""Scans of the report, drawn here and read by the real models."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache

import pypdfium2
import pytest
from PIL import Image

from index.chunk import chunk
from index.coverage import check
from index.document import Recognition, Span
from index.errors import EmptyDocument, MissingPart
from index.formats import image
from index.formats.image import read_image
from index.formats.recognition import is_installed
from index.pages.draw import survey
from index.pages.sought import seek
from index.read import read_document
from tests.index.formats.rendering import as_pdf, as_scanned_ofd, report_paragraphs
from tests.index.formats.test_aligned_tables import MANY, in_long_pdf
from tests.index.formats.test_ruled_tables import AFTER, BEFORE, LINES, ROWS


@cache
def _can_draw() -> bool:
    if not (is_installed() and shutil.which("fc-list")):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False).stdout)


needs_models = pytest.mark.skipif(not _can_draw(), reason="needs the ocr extra and a Chinese font")


def pictures(pages: int) -> list[Image.Image]:
    """Return the first pages of the report as a scanner gives them."""
    document = pypdfium2.PdfDocument(as_pdf(report_paragraphs()))
    try:
        return [document[n].render(scale=200 / 72).to_pil().convert("L") for n in range(pages)]
    finally:
        document.close()


def saved(pages: list[Image.Image], kind: str) -> bytes:
    if kind == "OFD":
        return as_scanned_ofd([saved([page], "PNG") for page in pages])
    file = io.BytesIO()
    pages[0].save(file, kind, save_all=True, append_images=pages[1:])
    return file.getvalue()


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def error_rate(read: str, wanted: str) -> float:
    """Return how many letters are wrong, missing or added, of those wanted."""
    matcher = SequenceMatcher(None, read, wanted, autojunk=False)
    wrong = sum(max(b - a, d - c) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal")
    return wrong / len(wanted)


@pytest.mark.slow
@needs_models
@pytest.mark.parametrize("kind", ["PDF", "TIFF", "OFD"])
def test_two_scanned_pages_read_as_they_were_printed(kind: str) -> None:
    document = read_document(saved(pictures(2), kind), "r.pdf")
    text = as_pdf(report_paragraphs())
    printed = read_document(text, "r.pdf")
    end = next(run.span.start for run in printed.origin if run.page == 3)
    assert error_rate(letters(document.text), letters(printed.text[:end])) <= 0.005
    assert [page.page for page in document.recognised] == [1, 2]
    assert all(page.confidence > 0.9 for page in document.recognised)
    assert document.metadata.document_number == "鹤政数〔2022〕17号"
    whole = printed.text[:end].count("\n")
    assert abs(document.text.count("\n") - whole) <= 1
    account = check(document, chunk(document))
    assert account.recognised == {page.page: page.confidence for page in document.recognised}


@pytest.mark.slow
@needs_models
@pytest.mark.parametrize("kind", ["PDF", "PNG", "OFD"])
def test_words_of_a_scan_are_marked_where_they_were_printed(kind: str) -> None:
    scan = saved(pictures(1), kind)
    document = read_document(scan, "r")
    printed = as_pdf(report_paragraphs())
    text = read_document(printed, "r")
    words = "坚持依法全面履行"
    boxes = []
    for content, read in ((scan, document), (printed, text)):
        start = read.text.index(words)
        sought = seek(read, 1, Span(start, start + len(words)))
        assert sought is not None
        [found] = survey(content, "r", [sought]).boxes.values()
        assert found is not None
        [box] = found
        boxes.append(box)
    scanned, exact = boxes
    em = 16 / 595  # of the page's width
    assert scanned.left == pytest.approx(exact.left, abs=0.3 * em)
    assert scanned.right == pytest.approx(exact.right, abs=0.3 * em)
    assert scanned.top == pytest.approx(exact.top, abs=0.3 * em)
    assert scanned.bottom == pytest.approx(exact.bottom, abs=0.3 * em)


def tilted(content: bytes, degrees: float) -> list[Image.Image]:
    """Return the pages of a PDF as a scanner gives them when they lie askew."""
    document = pypdfium2.PdfDocument(content)
    try:
        pictures = [page.render(scale=200 / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()
    return [one.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255) for one in pictures]


@pytest.mark.slow
@needs_models
@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "aligned"])
@pytest.mark.parametrize("degrees", [0, 0.7])
def test_the_rows_of_a_scanned_table_keep_their_captions(ruled: bool, degrees: float) -> None:
    scan = saved(tilted(in_long_pdf(ROWS, ruled=ruled), degrees), "PDF")
    assert read_document(scan, "r.pdf").text.split("\n") == [BEFORE, *LINES, AFTER]


@pytest.mark.slow
@needs_models
def test_a_scanned_table_goes_on_over_the_page_and_its_rows_are_marked_there() -> None:
    content = in_long_pdf(MANY[:36], ruled=True)
    scan = saved(tilted(content, 0.4), "PDF")
    document = read_document(scan, "r.pdf")
    lines = document.text.split("\n")
    assert [line for line in lines if line.startswith("镇街：")] == [
        f"镇街：{town}；窗口数量：{count}" for town, count in MANY[1:36]
    ]
    start = document.text.index("第35镇")
    sought = seek(document, 2, Span(start, start + len("第35镇")))
    assert sought is not None
    [found] = survey(scan, "r.pdf", [sought]).boxes.values()
    assert found is not None
    [box] = found
    assert box.right - box.left < 0.1
    assert box.bottom - box.top < 0.03


@pytest.mark.slow
@needs_models
def test_a_picture_of_nothing_is_empty() -> None:
    with pytest.raises(EmptyDocument, match="没有认出文字"):
        read_image(saved([Image.new("L", (800, 600), 255)], "PNG"))


def test_without_the_models_the_command_that_installs_them_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image, "is_installed", lambda: False)
    with pytest.raises(MissingPart, match=re.escape("pip install -e '.[ocr]'")):
        read_image(b"\x89PNG\r\n\x1a\n")


def test_a_page_read_uncertainly_is_a_problem_of_the_coverage() -> None:
    document = read_document("各镇人民政府：现将有关事项通知如下。".encode(), "x.txt")
    doubtful = replace(document, recognised=(Recognition(1, 0.95), Recognition(2, 0.4)))
    account = check(doubtful, chunk(doubtful))
    assert account.problems == ("第 2 页的文字识别把握只有 40%，请对照原件核对。",)
    assert not account.complete
