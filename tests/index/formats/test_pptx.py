import io

import pptx
from pptx.util import Inches

from index.formats.pptx import read_pptx
from index.read import read_document


def deck() -> bytes:
    presentation = pptx.Presentation()
    first = presentation.slides.add_slide(presentation.slide_layouts[5])
    first.shapes.title.text = "政务服务工作汇报"
    low = first.shapes.add_textbox(Inches(1), Inches(5), Inches(5), Inches(1))
    low.text_frame.text = "二、下一步打算"
    high = first.shapes.add_textbox(Inches(1), Inches(2), Inches(5), Inches(1))
    high.text_frame.text = "一、主要成效\v全市共有56个事项跨城通办"
    first.notes_slide.notes_text_frame.text = "这里停一下"
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "数据"
    frame = second.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(5), Inches(2))
    for row, words in enumerate((("镇街", "窗口"), ("沙坪", "12个"), ("古劳", "8个"))):
        for column, word in enumerate(words):
            frame.table.cell(row, column).text = word
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, Inches(6), Inches(2), Inches(1)).text_frame.text = "数据截至十月"
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()


def test_a_slide_is_a_page_and_reads_from_top_to_bottom() -> None:
    document = read_document(deck(), "x.pptx")
    assert document.text.split("\n") == [
        "政务服务工作汇报",
        "一、主要成效",
        "全市共有56个事项跨城通办",
        "二、下一步打算",
        "数据",
        "镇街 | 窗口",
        "镇街：沙坪；窗口：12个",
        "镇街：古劳；窗口：8个",
        "数据截至十月",
    ]
    assert document.page_at(document.text.index("56个")) == 1
    assert document.page_at(document.text.index("12个")) == 2


def test_titles_are_headings_and_notes_are_on_record() -> None:
    raw = read_pptx(deck())
    assert [raw.text[one.start :][:2] for one in raw.outline] == ["政务", "数据"]
    [notes] = raw.removals
    assert (notes.reason, notes.text.strip()) == ("演讲者备注", "这里停一下")
