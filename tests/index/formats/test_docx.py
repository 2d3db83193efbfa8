import io

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from index.document import SectionKind
from index.errors import CorruptFile, FileTooLarge
from index.formats.docx import read_docx
from index.read import read_document
from tests.index.formats.hostile import rezipped
from tests.index.typesetting import report_bytes

DECLARATION = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


HIDDEN = [  # places where a careless reader loses words, or finds words that are gone
    "<w:sdt {ns}><w:sdtContent><w:p>{run}控件里的段落{end}</w:p></w:sdtContent></w:sdt>",
    "<w:p {ns}><w:ins>{run}修订插入的文字{end}</w:ins></w:p>",
    "<w:p {ns}><w:del><w:r><w:delText>删去的文字</w:delText></w:r></w:del></w:p>",
    "<w:p {ns}><w:moveFrom>{run}移走的文字{end}</w:moveFrom></w:p>",
    "<w:p {ns}><w:moveTo>{run}移来的文字{end}</w:moveTo></w:p>",
    "<w:p {ns}><w:hyperlink>{run}链接文字{end}</w:hyperlink></w:p>",
    "<w:p {ns}><w:r><w:txbxContent><w:p>{run}文本框里的文字{end}</w:p></w:txbxContent></w:r></w:p>",
]


def saved(document: docx.document.Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def notice() -> docx.document.Document:
    document = docx.Document()
    document.add_paragraph("关于开展窗口服务检查的通知")
    document.add_paragraph("各镇人民政府：")
    return document


def test_the_report_reads_alike_from_word() -> None:
    original = read_document(report_bytes(), "r.txt")
    document = docx.Document()
    for paragraph in original.text.split("\n"):
        document.add_paragraph(paragraph)
    read = read_document(saved(document), "r.docx")
    assert read.text == original.text
    assert read.metadata == original.metadata
    assert read.root == original.root


def test_headings_and_the_title_are_sections() -> None:
    document = docx.Document()
    document.add_heading("居住证办理指南", 0)
    document.add_heading("申请条件", 1)
    document.add_paragraph("在本市居住半年以上。")
    document.add_heading("申请材料", 1)
    document.add_paragraph("身份证和居住证明。")
    read = read_document(saved(document), "x.docx")
    assert read.metadata.title == "居住证办理指南"
    labels = [section.label for section in read.root.children]
    assert labels == ["", "“申请条件”部分", "“申请材料”部分"]


def test_a_table_row_names_the_columns_of_its_values() -> None:
    document = notice()
    table = document.add_table(rows=3, cols=3)
    rows = [["单位", "电话", "地址"], ["司法局", "0750-1", "一路1号"], ["教育局", "", "二路2号"]]
    for row, values in zip(table.rows, rows, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("请按时到场。")
    assert read_docx(saved(document)).text.split("\n")[2:] == [
        "单位 | 电话 | 地址",
        "单位：司法局；电话：0750-1；地址：一路1号",
        "单位：教育局；地址：二路2号",
        "请按时到场。",
    ]


def test_a_merged_cell_stands_in_every_row_it_spans() -> None:
    document = notice()
    table = document.add_table(rows=3, cols=2)
    for row, values in zip(
        table.rows, [["片区", "单位"], ["城区", "甲"], ["城区", "乙"]], strict=True
    ):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    table.cell(1, 0).merge(table.cell(2, 0)).text = "城区"
    assert read_docx(saved(document)).text.split("\n")[-1] == "片区：城区；单位：乙"


def test_a_form_without_column_names_keeps_its_cells() -> None:
    document = notice()
    table = document.add_table(rows=2, cols=2)
    for row, values in zip(table.rows, [["姓名", "1234"], ["地址", "一路"]], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    assert read_docx(saved(document)).text.split("\n")[2:] == ["姓名 | 1234", "地址 | 一路"]


def test_text_in_boxes_controls_and_insertions_is_not_lost() -> None:
    document = notice()
    body = document.element.body
    for xml in HIDDEN:
        body.insert(
            len(body) - 1,
            parse_xml(xml.format(ns=nsdecls("w"), run="<w:r><w:t>", end="</w:t></w:r>")),
        )
    text = read_docx(saved(document)).text
    for words in ("控件里的段落", "修订插入的文字", "文本框里的文字", "链接文字", "移来的文字"):
        assert words in text
    assert "删去的文字" not in text
    assert "移走的文字" not in text


def test_automatic_numbers_are_read_as_printed() -> None:
    document = notice()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        f'<w:lvlText w:val="{printed}"/></w:lvl>'
        for level, printed in enumerate(["%1、", "（%2）"])
    )
    numbering.insert(0, parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'
    ))  # fmt: skip
    numbering.append(parse_xml(
        f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'
    ))  # fmt: skip
    for level, words in [
        (0, "检查内容"),
        (1, "制度建设"),
        (1, "窗口服务"),
        (0, "工作要求"),
        (1, "加强领导"),
    ]:
        properties = document.add_paragraph(words)._p.get_or_add_pPr()
        properties.append(parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'
        ))  # fmt: skip
    read = read_document(saved(document), "x.docx")
    assert read.text.split("\n")[2:] == [
        "一、检查内容", "（一）制度建设", "（二）窗口服务", "二、工作要求", "（一）加强领导"
    ]  # fmt: skip
    assert [s.label for s in read.root.children if s.kind is SectionKind.HEADING] == [
        "第一部分", "第二部分"
    ]  # fmt: skip


def test_a_line_break_inside_a_paragraph_is_a_line_end() -> None:
    document = notice()
    document.add_paragraph("鹤山市司法局").add_run().add_break()
    document.paragraphs[-1].add_run("2023年5月1日")
    assert read_docx(saved(document)).text.endswith("鹤山市司法局\n2023年5月1日")


def test_an_entity_declaration_is_refused() -> None:
    def declare(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        at = part.index(b"?>") + 2
        return part[:at] + DECLARATION + part[at:]

    with pytest.raises(CorruptFile, match="外部实体"):
        read_docx(rezipped(saved(notice()), declare))


def test_a_part_that_swells_is_refused() -> None:
    swollen = rezipped(
        saved(notice()), lambda _, part: part, **{"word/media.xml": b"A" * (30 << 20)}
    )
    with pytest.raises(FileTooLarge):
        read_docx(swollen)


def test_an_unsafe_path_is_refused() -> None:
    unsafe = rezipped(saved(notice()), lambda _, part: part, **{"../../out.txt": b"x"})
    with pytest.raises(CorruptFile, match="路径"):
        read_docx(unsafe)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_corrupt(share: float) -> None:
    content = saved(notice())
    with pytest.raises(CorruptFile):
        read_docx(content[: int(len(content) * share)])


def test_a_broken_part_is_corrupt() -> None:
    def cut(name: str, part: bytes) -> bytes:
        return part[: len(part) // 2] if name == "word/document.xml" else part

    with pytest.raises(CorruptFile):
        read_docx(rezipped(saved(notice()), cut))
