"""Where on a page a quote is marked, held against where our own fixtures print it."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image, ImageChops
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from index.document import Box, Document, PrintedRun, Recognition, Span
from index.errors import CorruptFile, NoPages, PageNotFound
from index.pages import ofd
from index.pages.draw import draw, survey
from index.pages.fonts import find_font
from index.pages.sought import Sought, page_spans, pages_with, seek
from index.read import read_document
from tests.index.formats.hostile import rezipped
from tests.index.formats.rendering import (
    EM,
    as_docx,
    as_ofd,
    as_pdf,
    as_pptx,
    pages_of,
    report_paragraphs,
)

Rectangle = tuple[int, int, int, int]
WIDE, HIGH = 595.28, 841.89  # points of the page
WORDS = ("两地行政服务中", "鹤政数", "心设置了专窗")
RENDERERS: dict[str, Callable[[Sequence[str]], bytes]] = {"pdf": as_pdf, "ofd": as_ofd}
kinds = pytest.mark.parametrize("kind", RENDERERS)
needs_a_font = pytest.mark.skipif(find_font() is None, reason="needs a Chinese font")


@cache
def content(kind: str) -> bytes:
    return RENDERERS[kind](report_paragraphs())


@cache
def read(kind: str) -> Document:
    return read_document(content(kind), f"报告.{kind}")


def span_of(document: Document, words: str) -> Span:
    start = document.text.index(words)
    return Span(start, start + len(words))


def sought(document: Document, page: int, words: str) -> Sought:
    found = seek(document, page, span_of(document, words))
    assert found is not None
    return found


def changed(before: bytes, after: bytes) -> Rectangle:
    """Return the rectangle in which two pictures differ."""
    pictures = [Image.open(io.BytesIO(one)) for one in (before, after)]
    box = ImageChops.difference(*pictures).getbbox()
    assert box is not None
    return box


def printed_at(words: str) -> tuple[int, float, float, float]:
    """Return the page on which the fixtures print words, from where to where, on which line."""
    for page, places in enumerate(pages_of(report_paragraphs()), 1):
        letters = "".join(character for _, _, character in places)
        if words in letters:
            first = places[letters.index(words)]
            last = places[letters.index(words) + len(words) - 1]
            assert first[1] == last[1]
            return page, first[0], last[0] + EM, first[1]
    raise AssertionError(words)


@kinds
@pytest.mark.parametrize("words", WORDS)
def test_the_marked_place_is_where_the_words_are_printed(kind: str, words: str) -> None:
    page, left, right, baseline = printed_at(words)
    document = read(kind)
    plain = draw(content(kind), "r", page)
    x1, y1, x2, y2 = changed(plain, draw(content(kind), "r", page, sought(document, page, words)))
    width, height = Image.open(io.BytesIO(plain)).size
    assert x1 == pytest.approx(left / WIDE * width, abs=3)
    assert x2 == pytest.approx(right / WIDE * width, abs=3)
    assert y2 - y1 == pytest.approx(EM / HIGH * height, abs=6)
    assert y1 < (HIGH - baseline - EM / 4) / HIGH * height < y2


@kinds
def test_what_stands_under_the_mark_stays_legible(kind: str) -> None:
    page = printed_at(WORDS[0])[0]
    plain = draw(content(kind), "r", page)
    marked = draw(content(kind), "r", page, sought(read(kind), page, WORDS[0]))
    box = changed(plain, marked)
    before, after = (Image.open(io.BytesIO(one)).convert("L").crop(box) for one in (plain, marked))
    ink = [value for value in before.tobytes() if value < 64]
    assert ink
    assert sum(value < 64 for value in after.tobytes()) >= len(ink)
    assert max(after.tobytes()) < 250  # no white is left


@kinds
def test_words_over_a_broken_line_have_a_box_on_each(kind: str) -> None:
    document = read(kind)
    words = next(
        document.text[run.span.end - 3 : run.span.end + 3]
        for run, after in zip(document.origin, document.origin[1:], strict=False)
        if run.page == after.page == 3
        and run.span.end == after.span.start
        and len(run.span) > 9 < len(after.span)
    )
    found = survey(content(kind), "r", [sought(document, 3, words)]).boxes[3]
    assert found is not None
    above, below = found
    assert above.right > 0.8
    assert below.left == pytest.approx(80 / WIDE, abs=0.01)
    assert above.bottom < below.top + 0.01


@kinds
def test_words_over_two_pages_are_marked_on_both_each_its_own_part(kind: str) -> None:
    document = read(kind)
    second = page_spans(document)[2]
    span = Span(second.start - 3, second.start + 4)
    assert list(pages_with(document, span)) == [1, 2]
    wanted = [seek(document, page, span) for page in (1, 2)]
    found = survey(content(kind), "r", [one for one in wanted if one]).boxes
    assert found[1]
    assert found[2]
    assert found[1][-1].bottom > 0.8
    assert found[2][0].top < 0.2


@kinds
@settings(max_examples=40)
@given(data=some.data())
def test_any_span_has_boxes_on_the_pages_that_the_page_map_names_and_no_other(
    kind: str, data: some.DataObject
) -> None:
    document = read(kind)
    start = data.draw(some.integers(0, len(document.text) - 1))
    span = Span(start, min(start + data.draw(some.integers(1, 900)), len(document.text)))
    named = set(pages_with(document, span))
    assert named == {
        page for page, text in page_spans(document).items() if _shares_a_run(document, page, span)
    }
    wanted = [one for page in page_spans(document) if (one := seek(document, page, span))]
    assert {one.page for one in wanted} == named
    for page, boxes in survey(content(kind), "r", wanted).boxes.items():
        assert boxes is not None
        text = "".join(
            run.span.of(document.text)[
                max(span.start - run.span.start, 0) : max(span.end - run.span.start, 0)
            ]
            for run in document.origin
            if run.page == page
        )
        assert bool(boxes) == bool(text.strip())
        for box in boxes:
            assert 0 <= box.left < box.right <= 1
            assert 0 <= box.top < box.bottom <= 1


def _shares_a_run(document: Document, page: int, span: Span) -> bool:
    return any(run.page == page and run.span.overlaps(span) for run in document.origin)


@kinds
def test_nothing_is_marked_where_the_page_is_not_the_one_that_was_read(kind: str) -> None:
    document = read(kind)
    wanted = sought(document, 1, "鹤政数")
    other = RENDERERS[kind](report_paragraphs()[4:])
    assert survey(other, "r", [wanted]).boxes == {1: None}
    assert draw(other, "r", 1) == draw(other, "r", 1, wanted)
    (start, text), *rest = sorted(wanted.runs, key=lambda run: len(run[1]))
    differs = replace(wanted, runs=((start, "＊" * len(text)), *rest))
    assert survey(content(kind), "r", [differs]).boxes == {1: None}


def lying(turned: int) -> bytes:
    """Return a PDF whose page is turned by its own say, and cropped."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(600, 400))
    canvas.setFont("STSong-Light", 20)
    canvas.setCropBox((50, 50, 600, 400))
    for row in range(5):
        canvas.drawString(100, 300 - row * 40, f"第{'一二三四五'[row]}行文字写在这里")
    canvas.save()
    document = pypdfium2.PdfDocument(file.getvalue())
    document[0].set_rotation(turned)
    turned_file = io.BytesIO()
    document.save(turned_file)
    document.close()
    return turned_file.getvalue()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_page_that_is_turned_or_cropped_is_marked_as_it_is_shown(turned: int) -> None:
    file = lying(turned)
    document = read_document(file, "r.pdf")
    wanted = sought(document, 1, "第三行文字")
    x1, y1, x2, y2 = changed(draw(file, "r", 1), draw(file, "r", 1, wanted))
    [size] = survey(file, "r").sizes
    upright = turned in {0, 180}
    assert (size.width > size.height) == upright
    assert (x2 - x1 > y2 - y1) == upright
    scale = 150 / 72
    left, top = (100 - 50) * scale, (400 - 220 - 20) * scale
    if turned == 0:
        assert (x1, y1) == pytest.approx((left, top), abs=12)
    if turned == 90:
        assert (size.width - x2, y1) == pytest.approx((top, left), abs=12)


def test_a_line_that_was_recognised_is_marked_in_part_by_the_width_of_its_characters() -> None:
    line = "共有 12 个窗口"
    box = Box(0.1, 0.2, 0.8, 0.25)
    document = replace(
        read_document(f"{line}，每天开放。".encode(), "x.txt"),
        recognised=(Recognition(1, 0.9, (PrintedRun(0, len(line), box),)),),
    )
    document = replace(document, origin=tuple(replace(run, page=1) for run in document.origin))
    picture = io.BytesIO()
    Image.new("RGB", (1000, 800), "white").save(picture, "PNG")
    wanted = sought(document, 1, "12")
    marked = changed(draw(picture.getvalue(), "x", 1), draw(picture.getvalue(), "x", 1, wanted))
    ems = 0.7 / 6.5  # 共有, a gap, 12, a gap, 个窗口
    assert marked == pytest.approx(
        (1000 * (0.1 + 2.25 * ems), 160, 1000 * (0.1 + 3.25 * ems), 200), abs=1
    )


def test_a_scan_read_before_places_were_kept_is_shown_without_a_mark() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(picture, "PNG")
    wanted = Sought(1, ((0, "一行文字"),), ((0, 2),), ())
    assert survey(picture.getvalue(), "x", [wanted]).boxes == {1: None}


def test_every_page_of_a_tiff_is_shown_and_a_photograph_the_right_way_up() -> None:
    file = io.BytesIO()
    pages = [Image.new("L", size, 255) for size in ((300, 400), (500, 200))]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    assert [(size.width, size.height) for size in survey(file.getvalue(), "x").sizes] == [
        (300, 400),
        (500, 200),
    ]
    assert Image.open(io.BytesIO(draw(file.getvalue(), "x", 2))).size == (500, 200)
    photograph = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    pages[1].save(photograph, "JPEG", exif=exif)
    [size] = survey(photograph.getvalue(), "x").sizes
    assert (size.width, size.height) == (200, 500)
    assert Image.open(io.BytesIO(draw(photograph.getvalue(), "x", 1))).size == (200, 500)


@pytest.mark.parametrize("size", [(9000, 9000), (30_000, 100)])
def test_a_page_is_never_shown_larger_than_a_screen_can_bear(size: tuple[int, int]) -> None:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size)
    canvas.drawString(10, 10, "a page of a strange size")
    canvas.save()
    [shown] = survey(file.getvalue(), "x").sizes
    assert shown.width * shown.height <= 4_000_000
    assert max(shown.width, shown.height) <= 8_000
    picture = Image.open(io.BytesIO(draw(file.getvalue(), "x", 1)))
    assert picture.width <= shown.width + 1


@pytest.mark.parametrize("page", [0, -1, 999])
@kinds
def test_a_page_that_is_not_there_is_said_not_to_be(kind: str, page: int) -> None:
    with pytest.raises(PageNotFound, match="共 8 页"):
        draw(content(kind), "r", page)


@pytest.mark.parametrize(
    "file", [as_docx(report_paragraphs()[:3]), as_pptx(report_paragraphs()[:3]), b"plain text"]
)
def test_a_format_without_pages_says_so(file: bytes) -> None:
    with pytest.raises(NoPages, match="全文"):
        survey(file, "x.txt")


def test_a_broken_file_is_said_to_be_broken() -> None:
    for file in (content("pdf")[:900], content("ofd")[:-200], b"\x89PNG\r\n\x1a\n" + b"\0" * 99):
        with pytest.raises(CorruptFile):
            draw(file, "x", 1)


def with_objects(objects: str, **added: bytes) -> bytes:
    """Return an OFD with more on its first page."""

    def change(name: str, part: bytes) -> bytes:
        if name.endswith("Page_0/Content.xml"):
            return part.replace(b"</ofd:Layer>", f"{objects}</ofd:Layer>".encode())
        if name.endswith("Document.xml"):
            resources = b"<ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData>"
            return part.replace(b"</ofd:CommonData>", resources)
        return part

    resource = (
        b'<Res BaseLoc="Res"><MultiMedias><MultiMedia ID="88" Type="Image">'
        b"<MediaFile>red.png</MediaFile></MultiMedia></MultiMedias></Res>"
    )
    return rezipped(
        as_ofd(["各镇人民政府：现将有关事项通知如下。"]), change,
        **{"Doc_0/Res.xml": resource, "Doc_0/Res/red.png": added.get("picture", red())},
    )  # fmt: skip


def red() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(file, "PNG")
    return file.getvalue()


def at(picture: bytes, x: float, y: float) -> tuple[int, int, int]:
    """Return the colour of a page at a place in millimetres."""
    scale = 150 / 25.4
    colour = Image.open(io.BytesIO(picture)).convert("RGB").getpixel((x * scale, y * scale))
    assert isinstance(colour, tuple)
    return colour[0], colour[1], colour[2]


def test_lines_areas_and_pictures_of_an_ofd_are_drawn_where_they_belong() -> None:
    page = draw(
        with_objects(
            '<ofd:PathObject Boundary="10 100 60 40" LineWidth="1">'
            '<ofd:StrokeColor Value="0 0 255"/>'
            "<ofd:AbbreviatedData>M 0 0 L 60 0 L 60 40 C</ofd:AbbreviatedData></ofd:PathObject>"
            '<ofd:PathObject Boundary="100 100 20 20" Fill="true" Stroke="false">'
            '<ofd:FillColor Value="0 128 0"/>'
            "<ofd:AbbreviatedData>M 0 0 L 20 0 L 20 20 L 0 20 C</ofd:AbbreviatedData>"
            "</ofd:PathObject>"
            '<ofd:ImageObject ResourceID="88" Boundary="20 200 40 20" CTM="40 0 0 20 0 0"/>'
            '<ofd:ImageObject ResourceID="99" Boundary="120 200 40 20" CTM="40 0 0 20 0 0"/>'
        ),
        "x.ofd",
        1,
    )
    assert at(page, 40, 100) == (0, 0, 255)
    assert at(page, 40, 102) == (255, 255, 255)
    assert at(page, 110, 110) == (0, 128, 0)
    assert at(page, 40, 210) == (255, 0, 0)
    assert at(page, 140, 210) == (255, 255, 255)


@pytest.mark.parametrize(
    "objects",
    [
        (
            '<ofd:PathObject Boundary="x"><ofd:AbbreviatedData>M 1e308 1e308 L nan inf B 1 2 Q 3'
            "</ofd:AbbreviatedData></ofd:PathObject>"
        ),
        '<ofd:ImageObject ResourceID="88" Boundary="0 0 1 1" CTM="1e9 0 0 1e9 0 0"/>',
        (
            '<ofd:TextObject Boundary="0 0 1 1" Size="1e9">'
            '<ofd:TextCode X="0" Y="0">巨</ofd:TextCode></ofd:TextObject>'
        ),
        (
            '<ofd:TextObject Boundary="nan inf 1 1" Size="5" CTM="inf 0 0 nan 0 0">'
            '<ofd:TextCode X="0" Y="0">字</ofd:TextCode></ofd:TextObject>'
        ),
    ],
)
def test_what_makes_no_sense_in_an_ofd_keeps_nothing_else_from_being_shown(objects: str) -> None:
    assert draw(with_objects(objects), "x.ofd", 1).startswith(b"\x89PNG")


def test_a_picture_that_is_none_is_left_out() -> None:
    show = '<ofd:ImageObject ResourceID="88" Boundary="20 200 40 20" CTM="40 0 0 20 0 0"/>'
    page = draw(with_objects(show, picture=b"no picture"), "x.ofd", 1)
    assert at(page, 40, 210) == (255, 255, 255)


def test_without_a_chinese_font_letters_are_frames_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ofd, "find_font", lambda: None)
    assert survey(content("ofd"), "x").has_letters is False
    page = printed_at(WORDS[0])[0]
    wanted = sought(read("ofd"), page, WORDS[0])
    plain = draw(content("ofd"), "x", page)
    assert changed(plain, draw(content("ofd"), "x", page, wanted))
    assert len(set(Image.open(io.BytesIO(plain)).convert("L").tobytes())) == 2


@needs_a_font
def test_the_font_found_has_chinese_characters() -> None:
    assert isinstance(find_font(), Path)
    assert survey(content("ofd"), "x").has_letters
