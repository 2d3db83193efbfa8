import io
import zipfile

import docx
import pytest

from index import formats
from index.errors import CorruptFile, EmptyDocument, FileTooLarge, ReadError, UnsupportedFormat
from index.formats import extract
from index.formats.identify import Format, identify
from index.formats.parts import NeedsPart, Part

NOTICE = "各镇人民政府：现将做好政务服务工作的有关事项通知如下，请认真贯彻执行。"


def word_file(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zip_of(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, text in parts.items():
            package.writestr(name.replace("__", "/"), text)
    return file.getvalue()


def test_a_word_file_named_txt_is_read_as_what_it_is() -> None:
    assert extract(word_file(NOTICE), "通知.txt").text == NOTICE


def test_a_text_named_docx_is_read_as_what_it_is() -> None:
    assert extract(NOTICE.encode(), "通知.docx").text == NOTICE


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Rar!\x1a\x07" + bytes(100), "RAR"),
        (b"7z\xbc\xaf" + bytes(100), "7z"),
        (b"\x7fELF" + bytes(100), "程序文件"),
        (b"<?xml version='1.0'?><rss>text</rss>", "XML"),
        (zip_of(**{"META-INF/container.xml": "<x/>"}), "电子书"),
        (zip_of(readme="nothing"), "压缩包"),
    ],
)
def test_another_format_is_named_whatever_the_file_is_called(content: bytes, says: str) -> None:
    with pytest.raises(UnsupportedFormat, match=says):
        extract(content, "通知.txt")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x89PNG\r\n\x1a\n", Format.IMAGE),
        (b"\xff\xd8\xff\xe0", Format.IMAGE),
        (rb"{\rtf1\ansi}", Format.WRITER),
        (b"%PDF-1.7", Format.PDF),
        (b"\r\n<!-- saved -->\r\n<!DOCTYPE html PUBLIC 'x'>\n<HTML>", Format.HTML),
        ("<html>".encode("utf-16"), Format.HTML),
        (b"<?xml version='1.0'?><html xmlns='x'>", Format.HTML),
        (zip_of(**{"xl/workbook.xml": ""}), Format.XLSX),
        (zip_of(**{"word/document2.xml": ""}), Format.DOCX),
        (zip_of(**{"OFD.xml": ""}), Format.OFD),
        (
            zip_of(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": ""}),
            Format.WRITER,
        ),
        (zip_of(**{"目录/通知.docx": ""}), Format.ARCHIVE),
        ("事项,数量".encode(), Format.TEXT),
    ],
)
def test_a_format_is_told_by_its_bytes(content: bytes, found: Format) -> None:
    assert identify(content, "通知.txt") is found


def test_the_name_tells_kinds_of_plain_text_apart() -> None:
    kinds = {identify(NOTICE.encode(), name) for name in ("a.md", "a.csv", "a.docx")}
    assert kinds == {Format.MARKDOWN, Format.CSV, Format.TEXT}


def test_a_heavy_part_is_asked_for_before_it_is_used() -> None:
    with pytest.raises(NeedsPart) as needs:
        extract(b"\x89PNG\r\n\x1a\n", "x.png", frozenset())
    assert needs.value.part is Part.RECOGNITION


@pytest.mark.parametrize("content", [b"", b"  \n\n\t ", "。，".encode(), "公告".encode()])
def test_a_file_with_next_to_nothing_in_it_is_an_error(content: bytes) -> None:
    with pytest.raises(EmptyDocument):
        extract(content, "空.txt")


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"%PDF-1.7\n"])
def test_a_broken_package_or_pdf_is_corrupt(head: bytes) -> None:
    with pytest.raises(CorruptFile):
        extract(head + b"\x8f\x11broken" * 40, "坏.txt")


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_BYTES", 20)
    with pytest.raises(FileTooLarge, match="拆分"):
        extract(NOTICE.encode(), "长.txt")


def test_a_text_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_CHARACTERS", 10)
    with pytest.raises(FileTooLarge, match="拆分"):
        extract(NOTICE.encode(), "长.txt")


def test_every_refusal_is_a_read_error_with_a_code_and_a_sentence() -> None:
    with pytest.raises(ReadError) as refused:
        extract(bytes(50), "x.txt")
    assert refused.value.code == "unsupported_format"
    assert refused.value.message.endswith("。")


def test_windows_line_ends_and_form_feeds_are_understood() -> None:
    raw = extract("第一页的文字在这里。\r\n仍是第一页。\r\n\f第二页的文字。".encode(), "两页.txt")
    assert raw.text == "第一页的文字在这里。\n仍是第一页。\n\f第二页的文字。"
    assert [raw.text[start:][:3] for start in raw.page_starts] == ["第一页", "第二页"]
