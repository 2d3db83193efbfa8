import pytest

from index.errors import CorruptFile, EmptyDocument
from index.formats.ofd import _steps, read_ofd
from index.read import read_document
from tests.index.formats.hostile import rezipped
from tests.index.formats.rendering import as_ofd, pages_of, report_paragraphs


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
    with pytest.raises(EmptyDocument, match="图片"):
        read_ofd(bare)


def test_a_missing_page_is_an_error_not_a_gap() -> None:
    with pytest.raises(CorruptFile, match="缺少"):
        read_ofd(as_ofd(report_paragraphs(), location="Pages/Page_9{}/Content.xml"))
