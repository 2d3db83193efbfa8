import io

import pytest
from PIL import Image

from index.errors import CorruptFile, EmptyDocument, MissingPart
from index.formats import extract, recognition
from index.formats.ofd import _steps, read_ofd
from index.formats.ofd_package import sheets
from index.formats.ofd_pictures import drawn_scans
from index.formats.package import open_package
from index.formats.parts import NeedsPart, Part
from index.read import read_document
from tests.index.formats.hostile import rezipped
from tests.index.formats.rendering import as_ofd, as_scanned_ofd, pages_of, report_paragraphs


def test_pages_are_known_and_page_numbers_left_out() -> None:
    paragraphs = report_paragraphs()
    document = read_document(as_ofd(paragraphs), "r.ofd")
    assert max(run.page or 0 for run in document.origin) == len(pages_of(paragraphs))
    assert "- 2 -" not in document.text


def test_a_template_under_the_page_is_read_with_it() -> None:
    content = as_ofd(["各镇人民政府：现将有关事项通知如下。"])

    def change(name: str, part: bytes) -> bytes:
        if name.endswith("Document.xml"):
            template = b'<ofd:TemplatePage ID="77" BaseLoc="Tpls/Content.xml"/></ofd:CommonData>'
            return part.replace(b"</ofd:CommonData>", template)
        if "Page_0" in name:
            return part.replace(b"<ofd:Content>", b'<ofd:Template TemplateID="77"/><ofd:Content>')
        return part

    head = (
        '<Page><Content><Layer><TextObject Boundary="60 5 100 10" Size="8"><TextCode X="0" Y="8">'
        "某某市人民政府文件</TextCode></TextObject></Layer></Content></Page>"
    ).encode()
    text = read_ofd(rezipped(content, change, **{"Doc_0/Tpls/Content.xml": head})).text
    assert text.split("\n")[0] == "某某市人民政府文件"


def test_text_scaled_by_its_matrix_stands_where_it_is_drawn() -> None:
    content = as_ofd(["各镇人民政府：现将有关事项通知如下。"])
    scaled = rezipped(
        content, lambda _, part: part.replace(b'Font="3"', b'Font="3" CTM="2 0 0 2 0 0"')
    )
    assert read_ofd(scaled).text.startswith("各镇人民政府")


@pytest.mark.parametrize(
    ("printed", "steps"),
    [("1 2.5", [1, 2.5]), ("g 3 1.5 2", [1.5, 1.5, 1.5, 2]), ("", []), ("1 x 2", [1]), ("g", [])],
)
def test_steps_may_be_shortened(printed: str, steps: list[float]) -> None:
    assert _steps(printed) == steps


def test_what_the_file_says_of_itself_is_only_a_hint() -> None:
    raw = read_ofd(as_ofd(report_paragraphs()))
    assert raw.embedded is not None
    assert raw.embedded.title == "年度工作报告"
    assert read_document(as_ofd(report_paragraphs()), "r.ofd").metadata.title.startswith("鹤山市")


def test_a_file_without_text_says_so() -> None:
    bare = rezipped(
        as_ofd(["一行文字在这里"]),
        lambda name, part: b"<Page><Content><Layer/></Content></Page>" if "Page_" in name else part,
    )
    with pytest.raises(EmptyDocument, match="没有文字"):
        read_ofd(bare)


def picture(kind: str = "PNG") -> bytes:
    """Return a page of A4, red above and white below."""
    file = io.BytesIO()
    page = Image.new("RGB", (210, 297), "white")
    page.paste("red", (0, 0, 210, 100))
    page.save(file, kind)
    return file.getvalue()


def test_a_scan_is_handed_to_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: True)
    with pytest.raises(NeedsPart) as needs:
        extract(as_scanned_ofd([picture()]), "x.ofd", frozenset())
    assert needs.value.part is Part.RECOGNITION


def test_a_scan_is_drawn_as_it_lies_on_its_page() -> None:
    with open_package(as_scanned_ofd([picture("TIFF")], covered=0.5)) as package:
        (page,) = drawn_scans(package, sheets(package))
    assert page.size == (1653, 2338)  # A4 at 200 dpi
    colours = [page.getpixel(place) for place in ((400, 300), (400, 800), (1200, 300), (400, 1800))]
    assert colours == [(255, 0, 0), *[(255, 255, 255)] * 3]


def test_a_small_picture_or_one_that_cannot_be_shown_makes_no_scan() -> None:
    for content in (as_scanned_ofd([picture()], covered=0.4), as_scanned_ofd([b"no picture"])):
        with pytest.raises(EmptyDocument, match="没有认出文字"):
            read_ofd(content, may_recognise=False)


def test_a_scan_that_cannot_be_recognised_here_says_how_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    with pytest.raises(MissingPart, match=r"pip install -e '\.\[ocr\]'"):
        read_ofd(as_scanned_ofd([picture()]))


def test_a_missing_page_is_an_error_not_a_gap() -> None:
    with pytest.raises(CorruptFile, match="缺少"):
        read_ofd(as_ofd(report_paragraphs(), location="Pages/Page_9{}/Content.xml"))
